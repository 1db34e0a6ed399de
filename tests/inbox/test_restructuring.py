"""Merge, split, move and undo: within one buyer, complete, and reversible; addresses given out keep working."""

import pytest

from gateway.domain.actors import SYSTEM, Actor
from gateway.domain.conversations import ThreadQuery
from gateway.domain.tokens import mint
from gateway.errors import Conflict, Invalid, NotFound
from gateway.inbox import restructuring
from gateway.inbox.threads import list_threads
from gateway.models import Message, Thread, ThreadEvent
from gateway.outbound.answers import ReplyDraft, reply
from tests.conftest import StillClock
from tests.house import House, add_order, mail


@pytest.fixture
async def two(house: House, clock: StillClock) -> tuple[str, str]:
    """Two threads of Wang's, about A-1001 (two mails) and A-1002 (one)."""
    await add_order(house.gw.db, clock.now(), "A-1002")
    first = await house.receive(mail("A-1001", "one"))
    await house.receive(mail("A-1001", "two"))
    second = await house.receive(mail("A-1002", "three"))
    assert first.thread_id
    assert second.thread_id
    return first.thread_id, second.thread_id


async def texts(house: House, thread_id: str) -> list[str]:
    """What was said in a thread, in order."""
    return [m.text.strip() for m in await house.all(Message) if m.thread_id == thread_id and m.direction != "system"]


async def thread(house: House, thread_id: str) -> Thread:
    """A thread's row."""
    return next(row for row in await house.all(Thread) if row.id == thread_id)


async def shown(house: House) -> set[str]:
    """The threads that a seller sees in all."""
    return {row.id for row in (await list_threads(house.gw, SYSTEM, ThreadQuery(view="all"))).items}


async def test_merging_brings_all_messages_together_and_leaves_nothing_behind(
    house: House, two: tuple[str, str]
) -> None:
    source, target = two
    await restructuring.merge(house.gw, SYSTEM, source, target)
    assert await texts(house, target) == ["one", "two", "three"]
    assert await texts(house, source) == []
    assert await shown(house) == {target}
    merged = await thread(house, target)
    assert (merged.message_count, merged.needs_reply) == (4, True)


async def test_mail_to_a_merged_thread_arrives_where_it_leads(house: House, two: tuple[str, str]) -> None:
    source, target = two
    await reply(house.gw, SYSTEM, source, ReplyDraft("Answer"))
    row = await thread(house, source)
    token = mint(b"secret", "reply", row.shop_id, source, row.buyer_id, "0")
    await restructuring.merge(house.gw, SYSTEM, source, target)
    for rcpt in (f"r.{token}", "order-a-1001.lotus"):
        filed = await house.receive(mail("Re", f"by {rcpt[:2]}"), rcpt)
        assert (filed.state, filed.thread_id) == ("filed", target)


async def test_undoing_a_merge_puts_everything_back(house: House, two: tuple[str, str]) -> None:
    source, target = two
    event = await restructuring.merge(house.gw, SYSTEM, source, target)
    await house.receive(mail("A-1002", "four"))
    await restructuring.undo(house.gw, SYSTEM, event)
    assert await texts(house, source) == ["one", "two"]
    assert await texts(house, target) == ["three", "four"]
    assert await shown(house) == {source, target}
    with pytest.raises(Conflict):
        await restructuring.undo(house.gw, SYSTEM, event)


async def test_splitting_and_undoing_it(house: House, two: tuple[str, str]) -> None:
    source, _ = two
    second = [m.id for m in await house.all(Message) if m.thread_id == source][1]
    fresh, event = await restructuring.split(house.gw, SYSTEM, source, [second])
    assert (await texts(house, source), await texts(house, fresh)) == (["one"], ["two"])
    await restructuring.undo(house.gw, SYSTEM, event)
    assert await texts(house, source) == ["one", "two"]
    assert fresh not in await shown(house)


async def test_moving_to_an_order_without_a_thread_and_back(
    house: House, two: tuple[str, str], clock: StillClock
) -> None:
    await add_order(house.gw.db, clock.now(), "A-1003")
    moved, event = await restructuring.move(house.gw, SYSTEM, two[0], "a-1003")
    assert moved == two[0]
    assert (await house.receive(mail("A-1003", "five"))).thread_id == two[0]
    await restructuring.undo(house.gw, SYSTEM, event)
    assert (await house.receive(mail("A-1001", "six"))).thread_id == two[0]


async def test_moving_to_an_order_that_has_a_thread_merges_into_it(house: House, two: tuple[str, str]) -> None:
    moved, event = await restructuring.move(house.gw, SYSTEM, two[0], "A-1002")
    assert moved == two[1]
    assert await texts(house, two[1]) == ["one", "two", "three"]
    await restructuring.undo(house.gw, SYSTEM, event)
    assert await texts(house, two[0]) == ["one", "two"]


async def test_each_act_is_a_line_in_the_thread_with_who_did_it(house: House, two: tuple[str, str]) -> None:
    seller = Actor("user", "u", "Li Na", "seller", None, user_id="")
    await restructuring.merge(house.gw, seller, *two)
    (event,) = await house.all(ThreadEvent)
    line = next(m for m in await house.all(Message) if m.direction == "system")
    assert (event.kind, event.actor_name, line.author_name, line.thread_id) == ("merged", "Li Na", "Li Na", two[1])


async def test_what_was_done_later_is_undone_first(house: House, two: tuple[str, str]) -> None:
    second = [m.id for m in await house.all(Message) if m.thread_id == two[0]][1]
    _, first_event = await restructuring.split(house.gw, SYSTEM, two[0], [second])
    later = await restructuring.merge(house.gw, SYSTEM, two[1], two[0])
    with pytest.raises(Conflict):
        await restructuring.undo(house.gw, SYSTEM, first_event)
    await restructuring.undo(house.gw, SYSTEM, later)
    await restructuring.undo(house.gw, SYSTEM, first_event)
    assert await texts(house, two[0]) == ["one", "two"]


async def test_another_buyers_thread_is_never_joined(house: House, two: tuple[str, str], clock: StillClock) -> None:
    await add_order(house.gw.db, clock.now(), "B-1", "li@example.com", "Li")
    other = await house.receive(mail("B-1", "from Li", "li@example.com"), sender="li@example.com")
    with pytest.raises(Invalid):
        await restructuring.merge(house.gw, SYSTEM, two[0], other.thread_id or "")
    with pytest.raises(NotFound):
        await restructuring.move(house.gw, SYSTEM, two[0], "B-1")


async def test_what_cannot_be_split_or_belongs_to_another_shop_is_said(house: House, two: tuple[str, str]) -> None:
    ids = [m.id for m in await house.all(Message) if m.thread_id == two[0]]
    for chosen in ([], ids, ["019a0000-0000-7000-8000-0000000000ff"]):
        with pytest.raises(Invalid):
            await restructuring.split(house.gw, SYSTEM, two[0], chosen)
    stranger = Actor("user", "u", "Eve", "seller", ("another-shop",))
    with pytest.raises(NotFound):
        await restructuring.merge(house.gw, stranger, *two)
    event = await restructuring.merge(house.gw, SYSTEM, *two)
    with pytest.raises(NotFound):
        await restructuring.undo(house.gw, stranger, event)
