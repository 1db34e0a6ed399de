"""From the door to the thread: every accepted mail ends in one state, with a reason, and is shown once."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlmodel import update

from gateway.blobs import LocalBlobs
from gateway.clock import new_id
from gateway.domain.emails import Email
from gateway.domain.values import Arrival, Envelope, Peer, Trust
from gateway.errors import Refused, TemporaryError, UnknownRecipient, Unreadable
from gateway.inbound.processing import AT_ONCE, MAX_ATTEMPTS
from gateway.models import Attachment, InboundEmail, Message, Shop, Thread
from gateway.store.inbound import claim, raw_of
from tests.conftest import StillClock
from tests.house import SENDER, House, Says, add_order, mail


async def test_a_buyers_mail_is_in_the_thread_of_the_order_byte_for_byte(house: House, blobs: LocalBlobs) -> None:
    letter = mail("包裹在哪里", "你好\n\n谢谢", Date="Mon, 23 Nov 2026 10:59:00 +0300")
    letter.add_attachment(b"%PDF-1.4 x", maintype="application", subtype="pdf", filename="发票.pdf")
    row = await house.receive(letter)
    assert (row.state, row.why) == ("filed", "only-order")
    (message,) = await house.all(Message)
    (thread,) = await house.all(Thread)
    (file,) = await house.all(Attachment)
    assert (message.subject, message.text.strip(), message.channel) == ("包裹在哪里", "你好\n\n谢谢", "email")
    assert (message.sent_at, message.sent_offset) == (datetime(2026, 11, 23, 7, 59, tzinfo=UTC), 180)
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
                return await house.reader.read(raw)

        choking = house.with_reader(Chokes())
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

        row = await house.with_reader(Broken()).receive(mail())
        assert (row.state, row.why) == ("failed", "internal-error")

    async def test_without_dns_a_mail_waits_and_is_decided_later(self, house: House, clock: StillClock) -> None:
        row = await house.with_witness(Says(temporary=True)).receive(mail())
        assert (row.state, row.attempts) == ("pending", 1)
        assert await house.processor.run_once() == 0
        clock.forward(seconds=2)
        assert await house.processor.run_once() == 1
        assert (await house.row(row.id)).state == "filed"

    async def test_a_dead_workers_mail_is_taken_over_when_its_lease_ends(self, house: House, clock: StillClock) -> None:
        await house.accept(mail())
        async with house.gw.db.write() as session:
            assert len(await claim(session, clock.now(), 1)) == 1  # and whoever took it is never seen again
        assert await house.processor.run_once() == 0
        clock.forward(seconds=121)
        assert await house.processor.run_once() == 1
        (row,) = await house.all(InboundEmail)
        assert (row.state, row.attempts) == ("filed", 2)

    async def test_a_worker_that_is_stopped_gives_its_mail_back_at_once(self, house: House) -> None:
        reading = asyncio.Event()

        class Slow:
            """Reads for ever."""

            async def read(self, raw: bytes) -> Email:
                """Until it is stopped."""
                reading.set()
                await asyncio.Event().wait()
                raise AssertionError

        await house.accept(mail())
        running = asyncio.create_task(house.with_reader(Slow()).processor.run_once())
        await reading.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert await house.processor.run_once() == 1
        (row,) = await house.all(InboundEmail)
        assert row.state == "filed"

    async def test_a_worker_that_is_stopped_amid_a_claim_gives_its_mail_back_too(self, house: House) -> None:
        await house.accept(mail())
        running = asyncio.create_task(house.processor.run_once())
        for _ in range(3):  # until the claim is in its thread's hands
            await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        await house.processor.run_once()
        (row,) = await house.all(InboundEmail)
        assert row.state == "filed"

    async def test_what_many_claims_took_is_all_filed_when_a_run_ends(self, house: House) -> None:
        for number in range(AT_ONCE + AT_ONCE // 2):
            await house.accept(mail(text=f"Number {number}"))
        assert await house.processor.run_once() == AT_ONCE + AT_ONCE // 2
        assert {row.state for row in await house.all(InboundEmail)} == {"filed"}

    async def test_a_mail_that_every_worker_dies_of_fails_in_the_end(self, house: House, clock: StillClock) -> None:
        id_ = await house.accept(mail())
        for _ in range(MAX_ATTEMPTS):
            async with house.gw.db.write() as session:
                assert len(await claim(session, clock.now(), 1)) == 1
            clock.forward(seconds=121)
        await house.processor.run_once()
        row = await house.row(id_)
        assert (row.state, row.why) == ("failed", "tried-too-often")

    async def test_a_slow_worker_cannot_overwrite_its_successor(self, house: House, clock: StillClock) -> None:
        slow, reading = asyncio.Event(), asyncio.Event()

        class Slow:
            """Reads only when told to."""

            async def read(self, raw: bytes) -> Email:
                """In the end."""
                reading.set()
                await slow.wait()
                raise Unreadable("much too late")

        loitering = house.with_reader(Slow())
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
            await house.inbound.accept(Arrival(raw, Envelope(SENDER, ("lotus@inbox.example",)), Peer(), "pipe"))
        assert refused.value.reason == reason
        assert await house.all(InboundEmail) == []

    async def test_a_closed_journal_is_a_temporary_failure(self, house: House) -> None:
        await asyncio.to_thread(house.inbound._journal.close)
        with pytest.raises(TemporaryError):
            await house.receive(mail())
