"""What sellers' lists hold: views, order, paging, words and other shops' threads, alike on both databases."""

from datetime import timedelta

import pytest

from gateway.domain.actors import SYSTEM, Actor
from gateway.domain.conversations import Position, ThreadQuery, ThreadSummary, write_cursor
from gateway.errors import Invalid
from gateway.models import Shop
from gateway.store import thread_lists, threads
from gateway.store.db import Database
from gateway.store.filing import FiledMessage
from tests import builders
from tests.builders import NOW


async def found(db: Database, actor: Actor, **query: object) -> list[ThreadSummary]:
    async with db.read() as session:
        return list((await thread_lists.page(session, actor, ThreadQuery(**query))).items)  # type: ignore[arg-type]


@pytest.fixture
async def shop(db: Database) -> Shop:
    async with db.write() as session:
        return await builders.add_shop(session)


async def filed(db: Database, shop: Shop, order_no: str, text: str = "Hello", **fields: object) -> FiledMessage:
    async with db.write() as session:
        customer = await builders.add_customer(session, shop, order_no, f"{order_no}@example.com".lower())
        return await builders.add_message(session, customer.place, text, **fields)


async def test_a_row_tells_everything_but_the_bodies(db: Database, shop: Shop) -> None:
    message = await filed(db, shop, "AE-7", "Where is my lamp?")
    [row] = await found(db, SYSTEM)
    assert (row.id, row.shop.slug, row.order_no) == (message.thread_id, "lantern", "AE-7")
    assert (row.buyer.name, row.buyer.email_masked) == ("王小美", "a***@e***.com")
    assert (row.subject, row.snippet, row.message_count) == ("About my order", "Where is my lamp?", 1)
    assert row.unread
    assert row.needs_reply


@pytest.mark.parametrize("q", ["", "lamp"])
async def test_pages_follow_each_other_without_gaps_or_doubles(db: Database, shop: Shop, q: str) -> None:
    for number in range(7):
        text = "Where is my lamp?"
        await filed(db, shop, f"AE-{number}", text, received_at=NOW + timedelta(minutes=number // 2))
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        async with db.read() as session:
            page = await thread_lists.page(session, SYSTEM, ThreadQuery(limit=3, cursor=cursor, q=q))
        seen += [row.order_no or "" for row in page.items]
        cursor = page.next
    assert sorted(seen) == [f"AE-{number}" for number in range(7)]
    assert seen[0] == "AE-6"
    assert seen[-1] in ("AE-0", "AE-1")


async def due(db: Database, shop: Shop, order_no: str, hours: int) -> None:
    message = await filed(db, shop, order_no)
    async with db.write() as session:
        at = {"due_at": NOW + timedelta(hours=hours)}
        await threads.update_thread(session, SYSTEM, message.thread_id, at)


async def test_next_to_breach_first_then_the_newest_without_a_target(db: Database, shop: Shop) -> None:
    async with db.write() as session:
        second = await builders.add_shop(session, "teahouse", "Teahouse")
    for order_no, of, hours in (("AE-3", shop, 3), ("AE-1", second, -2), ("AE-2", shop, 1), ("AE-4", second, 3)):
        await due(db, of, order_no, hours)
    for minutes in (0, 20, 10):
        at = NOW + timedelta(minutes=minutes)
        await filed(db, second if minutes == 10 else shop, f"NO-{minutes}", received_at=at)
    wanted = ["AE-1", "AE-2", "AE-3", "AE-4", "NO-20", "NO-10", "NO-0"]
    for limit in range(1, 8):
        seen: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            query = ThreadQuery(limit=limit, cursor=cursor, sort="due" if not cursor else "newest")
            async with db.read() as session:
                page = await thread_lists.page(session, SYSTEM, query)
            assert len(page.items) <= limit
            seen += [row.order_no or "" for row in page.items]
            cursor = page.next
        assert seen == wanted
    with pytest.raises(Invalid):
        await found(db, SYSTEM, q="lamp", cursor=write_cursor(Position(NOW, "x", "due")))


@pytest.mark.parametrize(
    "cursor", ["WyIyMDI2LTExLTIzVDA3OjAwOjAwKzAwOjAwIiwieCIsImFsbCJd", "x", "eyJh", "WyJhIiwiYiJd", "WzEsMl0", "é"]
)
async def test_a_cursor_of_somebody_elses_is_invalid(db: Database, cursor: str) -> None:
    with pytest.raises(Invalid):
        await found(db, SYSTEM, cursor=cursor)
    with pytest.raises(Invalid):
        await found(db, SYSTEM, cursor=cursor, q="lamp")


async def test_views_hold_what_their_names_say(db: Database, shop: Shop) -> None:
    await filed(db, shop, "AE-1")
    await filed(db, shop, "AE-2", automatic="auto-reply")
    await filed(db, shop, "AE-3", channel="order_note")
    answered = await filed(db, shop, "AE-4")
    async with db.write() as session:
        customer = await threads.thread(session, SYSTEM, answered.thread_id)
        assert customer is not None
        from gateway.domain.messages import Place

        place = Place(shop.id, customer.buyer.id, customer.order_id, customer.id)
        await builders.add_message(session, place, direction="outbound", author_kind="seller")

    async def numbers(view: str) -> list[str | None]:
        return sorted((row.order_no for row in await found(db, SYSTEM, view=view)), key=str)

    assert await numbers("needs_reply") == ["AE-1", "AE-3"]
    assert await numbers("automatic") == ["AE-2"]
    assert await numbers("order_notes") == ["AE-3"]
    assert await numbers("waiting") == ["AE-4"]
    assert await numbers("all") == ["AE-1", "AE-2", "AE-3", "AE-4"]
    assert await numbers("closed") == await numbers("snoozed") == await numbers("mine") == []
    async with db.read() as session:
        counts = await threads.counts(session, SYSTEM, "lantern")
    assert (counts["needs_reply"], counts["order_notes"], counts["snoozed"]) == (2, 1, 0)


async def test_other_shops_threads_do_not_exist(db: Database, shop: Shop) -> None:
    filed_here = await filed(db, shop, "AE-1")
    async with db.write() as session:
        other = await builders.add_shop(session, "teahouse", "Teahouse")
        seller = builders.actor_for(await builders.add_user(session, "b@example.com", "seller", other), other)
    assert await found(db, seller) == []
    async with db.read() as session:
        assert await threads.thread(session, seller, filed_here.thread_id) is None
        assert (await threads.counts(session, seller, None))["needs_reply"] == 0
        assert await threads.update_thread(session, seller, filed_here.thread_id, {"status": "closed"}) is False
