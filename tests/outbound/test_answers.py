"""A seller's answer: one message, one mail, queued together; what the buyer's server makes of it is shown."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event

from gateway.domain.actors import SYSTEM, Actor
from gateway.domain.couriers import Deferred, Refused
from gateway.domain.values import Peer
from gateway.errors import Invalid, NotFound, UnknownRecipient
from gateway.models import Attachment, Delivery, DeliveryAttempt, Message, Thread
from gateway.outbound.answers import NewAttachment, ReplyDraft, reply
from gateway.worker import Worker
from tests.conftest import StillClock
from tests.couriers import Relay
from tests.house import SENDER, House, add_order, mail

SELLER = Actor("user", "u1", "Li Na", "seller", None)


@pytest.fixture
def relay() -> Relay:
    """A relay that takes everything."""
    return Relay()


@pytest.fixture
async def worker(house: House, relay: Relay) -> Worker:
    """The worker in front of the relay."""
    return Worker(house.gw, house.processor, relay)


@pytest.fixture
async def thread_id(house: House) -> str:
    """A thread in which Wang asked for her parcel."""
    await house.receive(mail("包裹在哪里", "你好，在哪里？"))
    (thread,) = await house.all(Thread)
    return thread.id


async def test_the_answer_goes_to_the_buyer_in_the_shops_name(
    house: House, thread_id: str, worker: Worker, relay: Relay
) -> None:
    file = NewAttachment("发票.pdf", "application/pdf", b"%PDF-1.4 invoice")
    await reply(house.gw, SELLER, thread_id, ReplyDraft("已经发货了。", (file,)))
    assert await worker.send_once() == 1
    (sent,) = relay.mails
    (_, mail_from, rcpt_to) = relay.sent[0]
    assert rcpt_to == SENDER
    assert mail_from.startswith("b.")
    assert sent["From"].addresses[0].display_name == "莲花"
    assert sent["Reply-To"].addresses[0].username.startswith("r.")
    assert "已经发货了" in sent.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "已经发货了" in sent.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert [part.get_filename() for part in sent.iter_attachments()] == ["发票.pdf"]
    asked, answered = await house.all(Message)
    assert sent["In-Reply-To"] == f"<{asked.internet_message_id}>"
    assert sent["References"].split()[-1] == f"<{asked.internet_message_id}>"
    assert sent["Message-ID"] == f"<{answered.internet_message_id}>"
    assert SENDER not in str(sent["From"]) + str(sent["Reply-To"])
    assert "A-1001" in sent["Subject"]
    (delivery,) = await house.all(Delivery)
    (thread,) = await house.all(Thread)
    assert (delivery.state, delivery.attempts, delivery.smtp_reply) == ("sent", 1, "250 2.0.0 Ok")
    assert (thread.status, thread.needs_reply, thread.unread) == ("waiting", False, False)


async def test_the_buyers_reply_to_it_comes_back_to_the_thread(
    house: House, thread_id: str, worker: Worker, relay: Relay, clock: StillClock
) -> None:
    await add_order(house.gw.db, clock.now(), "A-1002")
    await reply(house.gw, SELLER, thread_id, ReplyDraft("On its way."))
    await worker.send_once()
    address = relay.mails[0]["Reply-To"].addresses[0].username
    answer = mail("Re: something else", "Thanks!\n\nOn Monday, Lotus wrote:\n> On its way.\n")
    row = await house.receive(answer, address)
    assert (row.state, row.why, row.thread_id) == ("filed", "reply-token", thread_id)
    newest = (await house.all(Message))[-1]
    assert newest.fresh_text.strip() == "Thanks!"
    assert "> On its way." in newest.quoted_text


async def test_an_answer_that_lost_its_headers_is_known_by_the_quoted_footer(
    house: House, thread_id: str, worker: Worker, relay: Relay, clock: StillClock
) -> None:
    await add_order(house.gw.db, clock.now(), "A-1002")
    await reply(house.gw, SELLER, thread_id, ReplyDraft("On its way."))
    await worker.send_once()
    quoted = relay.mails[0].get_body(("plain",)).get_content().replace("A-1001", "")  # type: ignore[union-attr]
    lines = "".join(f"> {line}\n" for line in quoted.splitlines())
    row = await house.receive(mail("Hello", f"Thanks!\n\n{lines}"))
    assert (row.why, row.thread_id) == ("body-token", thread_id)


async def test_the_reply_address_is_for_that_buyer_only(
    house: House, thread_id: str, worker: Worker, relay: Relay, clock: StillClock
) -> None:
    await add_order(house.gw.db, clock.now(), "B-7", "li@example.com", "Li")
    await reply(house.gw, SELLER, thread_id, ReplyDraft("On its way."))
    await worker.send_once()
    address = relay.mails[0]["Reply-To"].addresses[0].username
    for other in ("li@example.com", "eve@evil.example"):
        row = await house.receive(mail(sender=other), address, other)
        assert (row.state, row.why) == ("held", "token-of-another")


async def test_the_reply_address_ends_180_days_after_the_last_message(
    house: House, thread_id: str, worker: Worker, relay: Relay, clock: StillClock
) -> None:
    await reply(house.gw, SELLER, thread_id, ReplyDraft("On its way."))
    await worker.send_once()
    address = relay.mails[0]["Reply-To"].addresses[0].username
    clock.forward(days=170)
    assert (await house.receive(mail(text="still there?"), address)).state == "filed"
    clock.forward(days=170)
    assert (await house.receive(mail(text="and now?"), address)).state == "filed"
    clock.forward(days=181)
    with pytest.raises(UnknownRecipient):
        await house.inbound.check_recipient(f"{address}@inbox.example", Peer())


async def test_an_idempotency_key_sends_once_also_at_the_same_moment(
    house: House, thread_id: str, worker: Worker, relay: Relay
) -> None:
    draft = ReplyDraft("Once.", idempotency_key="k1")
    ids = await asyncio.gather(*(reply(house.gw, SELLER, thread_id, draft) for _ in range(5)))
    assert len(set(ids)) == 1
    await worker.send_once()
    assert len(relay.sent) == 1


async def test_two_answers_share_one_reply_address_and_have_message_ids_of_their_own(
    house: House, thread_id: str, worker: Worker, relay: Relay
) -> None:
    for text in ("One.", "Two."):
        await reply(house.gw, SELLER, thread_id, ReplyDraft(text))
    await worker.send_once()
    assert len({str(sent["Reply-To"]) for sent in relay.mails}) == 1
    assert len({str(sent["Message-ID"]) for sent in relay.mails}) == 2


async def test_a_relay_that_says_later_is_asked_again_with_the_same_bytes(
    house: House, thread_id: str, worker: Worker, relay: Relay, clock: StillClock
) -> None:
    relay.answers = [Deferred("451 4.7.1 Greylisted", "mx.example")]
    await reply(house.gw, SELLER, thread_id, ReplyDraft("Patience."))
    await worker.send_once()
    (delivery,) = await house.all(Delivery)
    assert (delivery.state, delivery.smtp_reply) == ("deferred", "451 4.7.1 Greylisted")
    assert await worker.send_once() == 0
    clock.forward(minutes=2)
    assert await worker.send_once() == 1
    assert relay.sent[0] == relay.sent[1]
    assert [attempt.outcome for attempt in await house.all(DeliveryAttempt)] == ["deferred", "sent"]


async def test_a_relay_that_says_never_puts_the_thread_before_the_seller_again(
    house: House, thread_id: str, worker: Worker, relay: Relay, clock: StillClock
) -> None:
    relay.answers = [Refused("550 5.1.1 No such user", "mx.example", "address")]
    await reply(house.gw, SELLER, thread_id, ReplyDraft("Hello?"))
    await worker.send_once()
    (delivery,), (thread,) = await house.all(Delivery), await house.all(Thread)
    assert (delivery.state, thread.needs_reply, thread.status) == ("failed", True, "open")
    clock.forward(days=1)
    assert await worker.send_once() == 0


async def test_it_is_given_up_after_72_hours_and_the_seller_told_after_4(
    house: House, thread_id: str, worker: Worker, relay: Relay, clock: StillClock
) -> None:
    relay.answers = [Deferred("no answer", "mx.example") for _ in range(100)]
    await reply(house.gw, SELLER, thread_id, ReplyDraft("Hello?"))
    told = None
    for hour in range(80):
        await worker.send_once()
        (thread,), (delivery,) = await house.all(Thread), await house.all(Delivery)
        told = hour if told is None and thread.needs_reply else told
        clock.forward(hours=1)
    assert delivery.state == "failed"
    assert told is not None
    assert 4 <= told <= 8
    assert 20 <= len(relay.sent) <= 40


async def test_a_bounce_marks_the_delivery_and_stops_further_mail_to_that_address(
    house: House, thread_id: str, worker: Worker, relay: Relay
) -> None:
    await reply(house.gw, SELLER, thread_id, ReplyDraft("Hello?"))
    await worker.send_once()
    return_path = relay.sent[0][1].partition("@")[0]
    row = await house.receive(DSN, return_path, "")
    (delivery,) = await house.all(Delivery)
    assert (row.state, row.thread_id, delivery.state) == ("filed", thread_id, "bounced")
    assert "no such user" in delivery.smtp_reply
    assert (await house.all(Message))[-1].automatic == "bounce"
    await reply(house.gw, SELLER, thread_id, ReplyDraft("Again?"))
    assert await worker.send_once() == 0
    assert (await house.all(Delivery))[-1].state == "failed"


async def test_a_notice_of_delay_is_no_failure(house: House, thread_id: str, worker: Worker, relay: Relay) -> None:
    await reply(house.gw, SELLER, thread_id, ReplyDraft("Hello?"))
    await worker.send_once()
    delayed = DSN.replace(b"Action: failed", b"Action: delayed").replace(b"5.1.1", b"4.4.1")
    await house.receive(delayed, relay.sent[0][1].partition("@")[0], "")
    assert (await house.all(Delivery))[0].state == "sent"


async def test_a_large_answer_is_sent_whole(house: House, thread_id: str, worker: Worker, relay: Relay) -> None:
    file = NewAttachment("film.bin", "application/octet-stream", bytes(range(256)) * 1024)
    await reply(house.gw, SELLER, thread_id, ReplyDraft("See the film.", (file,)))
    await worker.send_once()
    (part,) = relay.mails[0].iter_attachments()
    assert part.get_content() == file.content


async def test_a_files_type_is_told_by_its_bytes(house: House, thread_id: str) -> None:
    await reply(house.gw, SELLER, thread_id, ReplyDraft("See", (NewAttachment("a.png", "image/png", b"%PDF-1.4 x"),)))
    (file,) = await house.all(Attachment)
    assert (file.content_type, file.declared_type) == ("application/pdf", "image/png")


@pytest.mark.parametrize(
    "draft", [ReplyDraft("   "), ReplyDraft("x" * 100_001), ReplyDraft("x", (NewAttachment("a", "b/c", b""),) * 21)]
)
async def test_what_cannot_be_sent_is_said_before_anything_is_kept(
    house: House, thread_id: str, draft: ReplyDraft
) -> None:
    with pytest.raises(Invalid):
        await reply(house.gw, SELLER, thread_id, draft)
    assert len(await house.all(Message)) == 1


async def test_a_thread_of_another_shop_is_not_there(house: House, thread_id: str) -> None:
    stranger = Actor("user", "u2", "Eve", "seller", ("another-shop",))
    with pytest.raises(NotFound):
        await reply(house.gw, stranger, thread_id, ReplyDraft("Hi"))
    with pytest.raises(NotFound):
        await reply(house.gw, SYSTEM, "019a0000-0000-7000-8000-0000000000ff", ReplyDraft("Hi"))


DSN = b"""\
From: Mail Delivery System <MAILER-DAEMON@mx.example>\r
To: bounces@inbox.example\r
Subject: Undelivered Mail Returned to Sender\r
Auto-Submitted: auto-replied\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=delivery-status; boundary=b\r
\r
--b\r
Content-Type: text/plain\r
\r
I could not deliver it.\r
--b\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.example\r
\r
Final-Recipient: rfc822; wang@example.com\r
Action: failed\r
Status: 5.1.1\r
Diagnostic-Code: smtp; 550 5.1.1 no such user\r
\r
--b--\r
"""


@contextmanager
def asked() -> Iterator[list[tuple[str, int]]]:
    """Every statement of every database meanwhile, with the thread that asked it."""
    found: list[tuple[str, int]] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("BEGIN", "NOTIFY")):
            found.append((statement, threading.get_ident()))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def test_an_answer_asks_few_things_and_none_in_the_thread_that_serves_everybody(
    house: House, thread_id: str
) -> None:
    counts = []
    for number in range(4):
        await house.receive(mail(f"Re: 包裹在哪里 {number}", "And?"))
        with asked() as statements:
            await reply(house.gw, SELLER, thread_id, ReplyDraft("On its way.", idempotency_key=f"k{number}"))
        counts.append(len(statements))
        assert threading.get_ident() not in {thread for _, thread in statements}
    assert set(counts) == {counts[0]}
    assert counts[0] <= 28
