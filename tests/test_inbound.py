"""From the door to the thread: every accepted mail ends in one state, with a reason, and is shown once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import select, update
from sqlmodel import SQLModel, col

from gateway.blobs import LocalBlobs
from gateway.clock import new_id
from gateway.context import Gateway
from gateway.domain.addresses import fold
from gateway.domain.emails import Email
from gateway.domain.values import Arrival, Envelope, Peer, Trust
from gateway.errors import Refused, TemporaryError, UnknownRecipient, Unreadable
from gateway.inbound.accepting import Inbound
from gateway.inbound.processing import Attestation, Processor
from gateway.models import Attachment, Buyer, BuyerAddress, InboundEmail, Message, Order, Shop, Thread
from gateway.reading import Reader
from gateway.rendering import Renderer
from gateway.settings import Settings
from gateway.store.db import Database
from gateway.store.inbound import raw_of
from gateway.store.journal import Journal
from tests.conftest import StillClock

T = TypeVar("T", bound=SQLModel)
SENDER = "wang@example.com"
VERIFIED = Trust("verified", "dmarc-pass", dmarc="pass")


@dataclass(frozen=True)
class Says:
    """A witness that says the same of every mail."""

    trust: Trust = VERIFIED
    temporary: bool = False

    async def authenticate(self, raw: bytes, envelope_from: str, peer: Peer) -> Attestation:
        """This."""
        return self


class House:
    """A gateway with its door and its worker, on one database."""

    def __init__(self, gw: Gateway, inbound: Inbound, processor: Processor) -> None:
        self.gw, self.inbound, self.processor = gw, inbound, processor

    async def receive(self, mail: EmailMessage | bytes, rcpt: str = "lotus", sender: str = SENDER) -> InboundEmail:
        """Accept a mail, process what is due, and look the mail up in the ledger."""
        raw = mail if isinstance(mail, bytes) else mail.as_bytes(policy=mail.policy.clone(linesep="\r\n"))
        arrival = Arrival(raw, Envelope(sender, (f"{rcpt}@inbox.example",)), Peer(ip="192.0.2.7"), "smtp")
        (id_,) = await self.inbound.accept(arrival)
        await self.processor.run_once()
        return await self.row(id_)

    async def row(self, id_: str) -> InboundEmail:
        """A row of the ledger."""
        async with self.gw.db.read() as session:
            return (await session.exec(select(InboundEmail).where(col(InboundEmail.id) == id_))).scalar_one()

    async def all(self, model: type[T]) -> list[T]:
        """Every row of a table, oldest first."""
        async with self.gw.db.read() as session:
            return list((await session.exec(select(model).order_by(model.id))).scalars())  # type: ignore[attr-defined]

    def with_witness(self, says: Says) -> "House":
        """The same house, with another opinion of who wrote its mail."""
        reader = self.processor._reader
        return House(self.gw, self.inbound, Processor(self.gw, reader, says))


async def add_order(
    db: Database, at: datetime, order_no: str = "A-1001", address: str = SENDER, name: str = "王芳"
) -> None:
    """A shop "lotus", a buyer and an order of theirs."""
    async with db.write() as session:
        shop = (await session.exec(select(Shop).where(col(Shop.slug) == "lotus"))).scalar()
        if shop is None:
            shop = Shop(id=new_id(), slug="lotus", name="莲花", locale="zh", created_at=at)
            session.add(shop)
            await session.flush()
        known = (await session.exec(select(BuyerAddress).where(col(BuyerAddress.folded) == fold(address)))).scalar()
        buyer_id = known.buyer_id if known else new_id()
        if known is None:
            session.add(Buyer(id=buyer_id, shop_id=shop.id, name=name, created_at=at))
            await session.flush()
            address_row = {"shop_id": shop.id, "buyer_id": buyer_id, "address": address, "folded": fold(address)}
            session.add(BuyerAddress(id=new_id(), created_at=at, **address_row))
        keys = {"shop_id": shop.id, "buyer_id": buyer_id, "order_no": order_no, "order_no_folded": order_no.casefold()}
        session.add(Order(id=new_id(), placed_at=at, created_at=at, updated_at=at, **keys))


@pytest.fixture
async def reader() -> AsyncIterator[Reader]:
    """The real reader, in a child process."""
    async with Reader(1) as reader:
        yield reader


@pytest.fixture
async def house(
    db: Database, blobs: LocalBlobs, clock: StillClock, reader: Reader, tmp_path: Path
) -> AsyncIterator[House]:
    """A gateway for inbox.example in which Wang has order A-1001 at the shop "lotus"."""
    settings = Settings(home=tmp_path, mail_domain="inbox.example")
    gw = Gateway(settings, db, blobs, clock, b"secret", Renderer())
    journal = Journal(db, blobs)
    inbound = Inbound(settings, db, clock, journal, gw.inbound_signal)
    await add_order(db, clock.now())
    yield House(gw, inbound, Processor(gw, reader, Says()))
    await asyncio.to_thread(journal.close)


def mail(subject: str = "Where is it?", text: str = "Hello", sender: str = SENDER, **headers: str) -> EmailMessage:
    """A plain mail."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = f"Wang Fang <{sender}>", "lotus@inbox.example", subject
    message["Message-ID"] = f"<{abs(hash((subject, text)))}@example.com>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


async def test_a_buyers_mail_is_in_the_thread_of_the_order_byte_for_byte(house: House, blobs: LocalBlobs) -> None:
    letter = mail("包裹在哪里", "你好\n\n谢谢")
    letter.add_attachment(b"%PDF-1.4 x", maintype="application", subtype="pdf", filename="发票.pdf")
    row = await house.receive(letter)
    assert (row.state, row.why) == ("filed", "only-order")
    (message,) = await house.all(Message)
    (thread,) = await house.all(Thread)
    (file,) = await house.all(Attachment)
    assert (message.subject, message.text.strip(), message.channel) == ("包裹在哪里", "你好\n\n谢谢", "email")
    assert (message.trust["verdict"], message.filed_because[0]["detail"]) == ("verified", "A-1001")
    assert (thread.unread, thread.needs_reply, thread.status, thread.message_count) == (True, True, "open", 1)
    assert (file.filename, blobs.get(file.blob_key)) == ("发票.pdf", b"%PDF-1.4 x")
    async with house.gw.db.read() as session:
        raw = await raw_of(session, row.sha256, blobs)
    assert raw == letter.as_bytes(policy=letter.policy.clone(linesep="\r\n"))


async def test_mail_and_order_note_about_one_order_share_a_thread(house: House) -> None:
    await house.receive(mail())
    await house.receive(
        mail("New order", "订单号：A-1001\n买家：wang@example.com\n买家留言：请用礼盒包装", sender="erp@example.org"),
        "notes.lotus",
    )
    first, second = await house.all(Message)
    assert first.thread_id == second.thread_id
    assert (second.channel, second.text, second.author_name) == ("order_note", "请用礼盒包装", "王芳")


async def test_the_order_address_opens_that_orders_thread(house: House, clock: StillClock) -> None:
    await add_order(house.gw.db, clock.now(), "A-1002")
    row = await house.receive(mail(), "order-a-1002.lotus")
    assert row.why == "order-address"
    row = await house.receive(mail("again", "more"), "lotus+A-1002")
    assert len(await house.all(Thread)) == 1


async def test_somebody_who_never_ordered_is_held_and_not_shown(house: House) -> None:
    row = await house.receive(mail(sender="eve@evil.example"), sender="eve@evil.example")
    assert (row.state, row.why, row.shop_id is not None) == ("held", "not-a-buyer", True)
    assert await house.all(Thread) == []


async def test_a_shop_next_door_does_not_know_the_buyer(house: House, clock: StillClock) -> None:
    async with house.gw.db.write() as session:
        session.add(Shop(id=new_id(), slug="jade", name="Jade", created_at=clock.now()))
    row = await house.receive(mail(), "jade")
    assert (row.state, row.why) == ("held", "not-a-buyer")


async def test_a_mail_sent_again_is_shown_once_and_other_content_under_the_same_id_twice(house: House) -> None:
    await house.receive(mail())
    again = await house.receive(mail())
    forged = mail(text="Other words")
    forged.replace_header("Message-ID", mail()["Message-ID"])
    other = await house.receive(forged)
    assert (again.state, again.why) == ("discarded", "duplicate")
    assert other.state == "filed"
    assert len(await house.all(Message)) == 2


async def test_two_copies_at_the_same_moment_are_shown_once(house: House) -> None:
    raw = mail().as_bytes(policy=mail().policy.clone(linesep="\r\n"))
    arrival = Arrival(raw, Envelope(SENDER, ("lotus@inbox.example",)), Peer(), "smtp")
    await asyncio.gather(*(house.inbound.accept(arrival) for _ in range(8)))
    while await house.processor.run_once():
        pass
    states = sorted(row.state for row in await house.all(InboundEmail))
    assert states == ["discarded"] * 7 + ["filed"]
    assert len(await house.all(Message)) == 1


async def test_many_mails_at_once_open_one_thread(house: House) -> None:
    for number in range(8):
        raw = mail(text=str(number)).as_bytes(policy=mail().policy.clone(linesep="\r\n"))
        await house.inbound.accept(Arrival(raw, Envelope(SENDER, ("lotus@inbox.example",)), Peer(), "smtp"))
    while await house.processor.run_once():
        pass
    (thread,) = await house.all(Thread)
    assert thread.message_count == 8


async def test_an_unverified_buyer_waits_until_an_admin_lets_the_mail_in(house: House) -> None:
    doubtful = house.with_witness(Says(Trust("unverified", "nothing-passed")))
    row = await doubtful.receive(mail())
    assert (row.state, row.why) == ("held", "unverified")
    async with house.gw.db.write() as session:
        await session.exec(
            update(InboundEmail).values(state="pending", released_by="admin", next_attempt_at=row.received_at)
        )
    await doubtful.processor.run_once()
    assert (await house.row(row.id)).state == "filed"
    (message,) = await house.all(Message)
    assert [clue["clue"] for clue in message.filed_because] == ["only-order", "released"]


async def test_mail_to_postmaster_reaches_the_admins(house: House) -> None:
    row = await house.receive(mail(sender="mx@other.example"), "postmaster")
    assert row.state == "filed"
    (thread,) = await house.all(Thread)
    shop = next(shop for shop in await house.all(Shop) if shop.id == thread.shop_id)
    assert shop.system


async def test_an_automatic_answer_is_filed_but_asks_for_nothing(house: House) -> None:
    await house.receive(mail())
    async with house.gw.db.write() as session:
        await session.exec(update(Thread).values(status="closed", needs_reply=False, unread=False))
    await house.receive(mail("Out of office", "I am away", Auto_Submitted="auto-replied"))
    (thread,) = await house.all(Thread)
    assert (thread.status, thread.needs_reply, thread.message_count) == ("closed", False, 2)


async def test_a_closed_thread_opens_when_the_buyer_writes(house: House) -> None:
    await house.receive(mail())
    async with house.gw.db.write() as session:
        await session.exec(update(Thread).values(status="closed", needs_reply=False))
    await house.receive(mail("And now?", "Still nothing"))
    (thread,) = await house.all(Thread)
    assert (thread.status, thread.needs_reply, thread.snippet) == ("open", True, "Still nothing")


class TestTrouble:
    """What goes wrong never loses a mail and never stops the others."""

    async def test_a_mail_that_cannot_be_read_fails_alone_and_keeps_its_bytes(self, house: House) -> None:
        class Chokes:
            """Can't read mails that say bomb."""

            async def read(self, raw: bytes) -> Email:
                """Or can."""
                if b"bomb" in raw:
                    raise Unreadable("too deep")
                return await house.processor._reader.read(raw)

        choking = House(house.gw, house.inbound, Processor(house.gw, Chokes(), Says()))
        bomb = await choking.receive(mail(text="bomb"))
        fine = await choking.receive(mail(text="fine"))
        assert (bomb.state, bomb.why, bomb.details["because"]) == ("failed", "unreadable", "too deep")
        assert fine.state == "filed"

    async def test_a_fault_of_ours_is_a_failed_mail_that_can_be_processed_again(self, house: House) -> None:
        class Broken:
            """Has a fault."""

            async def read(self, raw: bytes) -> Email:
                """Never."""
                raise ZeroDivisionError

        row = await House(house.gw, house.inbound, Processor(house.gw, Broken(), Says())).receive(mail())
        assert (row.state, row.why) == ("failed", "internal-error")

    async def test_without_dns_a_mail_waits_and_is_decided_later(self, house: House, clock: StillClock) -> None:
        row = await house.with_witness(Says(temporary=True)).receive(mail())
        assert (row.state, row.attempts) == ("pending", 1)
        assert await house.processor.run_once() == 0
        clock.forward(seconds=2)
        assert await house.processor.run_once() == 1
        assert (await house.row(row.id)).state == "filed"

    async def test_a_dead_workers_mail_is_taken_over_when_its_lease_ends(self, house: House, clock: StillClock) -> None:
        class Dies:
            """Is killed while it reads."""

            async def read(self, raw: bytes) -> Email:
                """Ends the worker's task as a kill would: nothing after it runs."""
                raise asyncio.CancelledError

        with pytest.raises(asyncio.CancelledError):
            await House(house.gw, house.inbound, Processor(house.gw, Dies(), Says())).receive(mail())
        assert await house.processor.run_once() == 0
        clock.forward(seconds=121)
        assert await house.processor.run_once() == 1
        (row,) = await house.all(InboundEmail)
        assert (row.state, row.attempts) == ("filed", 2)

    async def test_a_slow_worker_cannot_overwrite_its_successor(self, house: House, clock: StillClock) -> None:
        slow, reading = asyncio.Event(), asyncio.Event()

        class Slow:
            """Reads only when told to."""

            async def read(self, raw: bytes) -> Email:
                """In the end."""
                reading.set()
                await slow.wait()
                raise Unreadable("much too late")

        loitering = House(house.gw, house.inbound, Processor(house.gw, Slow(), Says()))
        late = asyncio.create_task(loitering.receive(mail()))
        await reading.wait()
        clock.forward(seconds=121)
        assert await house.processor.run_once() == 1
        slow.set()
        assert (await late).state == "filed"


class TestTheDoor:
    """Before the 250."""

    @pytest.mark.parametrize("address", ["lotus", "order-unknown.lotus", "notes.lotus", "postmaster", "abuse"])
    async def test_what_is_ours_is_taken(self, house: House, address: str) -> None:
        await house.inbound.check_recipient(f"{address}@inbox.example", Peer())

    @pytest.mark.parametrize(
        "address", ["jade", "notes.jade", "order-1.jade", "r.abcdefghijklmnopqrstuvwxyz", "r.x", "é"]
    )
    async def test_what_is_not_ours_is_unknown(self, house: House, address: str) -> None:
        with pytest.raises(UnknownRecipient):
            await house.inbound.check_recipient(f"{address}@inbox.example", Peer())

    async def test_we_relay_for_nobody(self, house: House) -> None:
        with pytest.raises(Refused, match="relay"):
            await house.inbound.check_recipient("somebody@elsewhere.example", Peer())

    @pytest.mark.parametrize(
        ("raw", "reason"),
        [
            (b"From: a@b.example\r\nFrom: c@d.example\r\n\r\nhi\r\n", "malformed-from"),
            (b"From: a@b.example\rX: y\r\n\r\nhi\r\n", "bare-newline"),
            (b"Received: x\r\n" * 31 + b"From: a@b.example\r\n\r\nhi\r\n", "loop"),
        ],
    )
    async def test_what_hides_its_author_is_refused_and_not_kept(self, house: House, raw: bytes, reason: str) -> None:
        with pytest.raises(Refused) as refused:
            await house.inbound.accept(Arrival(raw, Envelope(SENDER, ("lotus@inbox.example",)), Peer(), "smtp"))
        assert refused.value.reason == reason
        assert await house.all(InboundEmail) == []

    async def test_a_closed_journal_is_a_temporary_failure(self, house: House) -> None:
        await asyncio.to_thread(house.inbound._journal.close)
        with pytest.raises(TemporaryError):
            await house.receive(mail())
