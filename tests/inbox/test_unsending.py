"""An answer that waits can be taken back or sent at once; one that a worker has touched can't."""

import asyncio
from datetime import timedelta

import pytest

from gateway.domain.actors import Actor
from gateway.domain.writing import Draft
from gateway.errors import AnsweredMeanwhile, Conflict, Invalid, NotFound
from gateway.inbox import drafts, unsending
from gateway.models import Attachment, Delivery, Message, RawEmail, Thread, User
from gateway.outbound.answers import NewAttachment, ReplyDraft, reply
from gateway.worker import Worker
from tests import builders
from tests.conftest import StillClock
from tests.couriers import Relay
from tests.house import House, mail

FILE = NewAttachment("发票.pdf", "application/pdf", b"%PDF-1.4 invoice")


@pytest.fixture
async def seller(house: House, thread_id: str) -> Actor:
    """Somebody who works for the shop."""
    (thread,) = await house.all(Thread)
    async with house.gw.db.write() as session:
        user = await builders.add_user(session, "lin@example.com")
    return await of(house, user, thread)


async def of(house: House, user: User, thread: Thread) -> Actor:
    """The user as flows know one."""
    return Actor("user", user.id, user.email, "seller", (thread.shop_id,), user_id=user.id)


@pytest.fixture
async def thread_id(house: House) -> str:
    """A thread in which Wang asked for her parcel."""
    await house.receive(mail("包裹在哪里", "你好，在哪里？"))
    (thread,) = await house.all(Thread)
    return thread.id


@pytest.fixture
def relay() -> Relay:
    """A relay that takes everything."""
    return Relay()


@pytest.fixture
def worker(house: House, relay: Relay) -> Worker:
    """The worker in front of the relay."""
    return Worker(house.gw, house.processor, relay)


def later(clock: StillClock, **ago: float) -> ReplyDraft:
    return ReplyDraft("明天发货。", (FILE,), send_at=clock.now() + timedelta(**ago))


async def test_an_answer_waits_for_its_moment_and_tells_that_moment_as_its_date(
    house: House, seller: Actor, thread_id: str, worker: Worker, relay: Relay, clock: StillClock
) -> None:
    due = clock.now() + timedelta(hours=9)
    await reply(house.gw, seller, thread_id, later(clock, hours=9))
    clock.forward(hours=8, minutes=59)
    assert await worker.send_once() == 0
    clock.forward(minutes=1)
    assert await worker.send_once() == 1
    assert relay.mails[0]["Date"].datetime == due.replace(microsecond=0)


async def test_what_is_taken_back_leaves_nothing_and_its_words_and_files_are_in_the_draft(
    house: House, seller: Actor, thread_id: str, worker: Worker, clock: StillClock
) -> None:
    (before,) = await house.all(Thread)
    mails = len(await house.all(RawEmail))
    await drafts.save(house.gw, seller, thread_id, Draft("reply", "PS", clock.now()))
    message_id = await reply(house.gw, seller, thread_id, later(clock, seconds=10))
    await unsending.take_back(house.gw, seller, message_id)
    (thread,) = await house.all(Thread)
    same = "status unread needs_reply snippet message_count last_message_at".split()
    assert [getattr(thread, name) for name in same] == [getattr(before, name) for name in same]
    assert (await house.all(Delivery), await house.all(Attachment)) == ([], [])
    assert len(await house.all(RawEmail)) == mails
    clock.forward(hours=1)
    assert await worker.send_once() == 0
    draft = (await drafts.of_thread(house.gw, seller, thread_id))["reply"]
    assert draft.text == "明天发货。\n\nPS"
    (kept,) = await drafts.files_of(house.gw, seller, thread_id, [draft.files[0].id])
    assert (kept.filename, kept.content) == ("发票.pdf", FILE.content)


async def test_what_is_on_its_way_stays(
    house: House, seller: Actor, thread_id: str, worker: Worker, clock: StillClock
) -> None:
    message_id = await reply(house.gw, seller, thread_id, later(clock, seconds=10))
    clock.forward(seconds=10)
    await worker.send_once()
    for act in (unsending.take_back, unsending.send_now):
        with pytest.raises(Conflict):
            await act(house.gw, seller, message_id)
    at_once = await reply(house.gw, seller, thread_id, ReplyDraft("Second"))
    with pytest.raises(Conflict):
        await unsending.take_back(house.gw, seller, at_once)


async def test_only_one_of_two_who_take_it_back_gets_it(
    house: House, seller: Actor, thread_id: str, clock: StillClock
) -> None:
    message_id = await reply(house.gw, seller, thread_id, later(clock, seconds=10))
    acts = [unsending.take_back(house.gw, seller, message_id) for _ in range(2)]
    ended = await asyncio.gather(*acts, return_exceptions=True)
    assert sorted(isinstance(end, (Conflict, NotFound)) for end in ended) == [False, True]
    assert (await drafts.of_thread(house.gw, seller, thread_id))["reply"].text == "明天发货。"


async def test_sent_at_once_after_all_it_goes_out_once_with_todays_date(
    house: House, seller: Actor, thread_id: str, worker: Worker, relay: Relay, clock: StillClock
) -> None:
    message_id = await reply(house.gw, seller, thread_id, later(clock, days=2))
    await unsending.send_now(house.gw, seller, message_id)
    assert await worker.send_once() == 1
    clock.forward(days=3)
    assert await worker.send_once() == 0
    (sent,) = relay.mails
    assert sent["Date"].datetime < clock.now() - timedelta(days=2)
    assert [part.get_filename() for part in sent.iter_attachments()] == ["发票.pdf"]
    assert [message.direction for message in await house.all(Message)] == ["inbound", "outbound"]


async def test_mail_that_came_meanwhile_still_wants_an_answer(
    house: House, seller: Actor, thread_id: str, clock: StillClock
) -> None:
    message_id = await reply(house.gw, seller, thread_id, later(clock, hours=9))
    await house.receive(mail("Re: 包裹在哪里", "喂？"))
    await unsending.take_back(house.gw, seller, message_id)
    (thread,) = await house.all(Thread)
    assert (thread.status, thread.needs_reply, thread.message_count) == ("open", True, 2)


async def test_another_shop_can_neither_stop_nor_hasten_it(
    house: House, seller: Actor, thread_id: str, clock: StillClock
) -> None:
    message_id = await reply(house.gw, seller, thread_id, later(clock, hours=9))
    stranger = Actor("user", "u2", "Zhao", "seller", ("another",), user_id="u2")
    for act in (unsending.take_back, unsending.send_now):
        with pytest.raises(NotFound):
            await act(house.gw, stranger, message_id)


async def test_no_mail_waits_for_more_than_a_year(
    house: House, seller: Actor, thread_id: str, clock: StillClock
) -> None:
    with pytest.raises(Invalid, match="365 days"):
        await reply(house.gw, seller, thread_id, later(clock, days=366))


async def test_a_colleagues_answer_comes_first_and_is_told(
    house: House, seller: Actor, thread_id: str, clock: StillClock
) -> None:
    (asked,) = await house.all(Message)
    (thread,) = await house.all(Thread)
    async with house.gw.db.write() as session:
        colleague = await of(house, await builders.add_user(session, "zhao@example.com"), thread)
    theirs = await reply(house.gw, colleague, thread_id, ReplyDraft("我来。", seen=asked.id))
    with pytest.raises(AnsweredMeanwhile) as told:
        await reply(house.gw, seller, thread_id, ReplyDraft("我来！", seen=asked.id))
    assert told.value.message_id == theirs
    await reply(house.gw, seller, thread_id, ReplyDraft("我也来。", seen=theirs))
    await reply(house.gw, seller, thread_id, ReplyDraft("还有。", seen=theirs))
