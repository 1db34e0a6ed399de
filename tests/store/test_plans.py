"""Whatever a list, a search or a count asks, an index answers: nothing reads all threads or all messages."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.domain.actors import Actor
from gateway.domain.conversations import VIEWS, ThreadQuery
from gateway.domain.messages import Place
from gateway.store import messages, thread_lists, threads
from gateway.store.db import Database
from tests import builders

LARGE = "threads|messages|attachments|orders|buyers|buyer_addresses|search_documents"
READS_ALL = re.compile(rf"^SCAN (?:{LARGE})\b|Seq Scan on (?:{LARGE})\b")
SEARCHES = (
    *("灯", "灯笼坏了", "lamp", '"broken lamp"', "lamp status:snoozed", "from:wang order:1001 has:attachment"),
    *("is:unread", "label:vip", "assignee:me", "assignee:none", "before:2026-11-24 after:2026-11-01"),
    *(
        "lamp is:unread",
        "lamp team:returns",
        "lamp assignee:lin@example.com",
        "灯 after:2026-11-01",
        "灯 assignee:none",
    ),
)


@contextmanager
def asked(db: Database) -> Iterator[list[tuple[str, Any]]]:
    """Every statement and its parameters."""
    found: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        found.append((statement, parameters))

    engine = db._readers.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def plans(db: Database, statements: list[tuple[str, Any]]) -> dict[str, list[str]]:
    """The lines of each statement's plan. PostgreSQL reads small tables whole if it may: it may not."""
    found: dict[str, list[str]] = {}
    async with db.read() as session:
        connection = await session.connection()
        if not db.sqlite:
            await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        for statement, parameters in statements:
            if statement.lstrip().upper().startswith(("SELECT", "WITH")) and "set_config" not in statement:
                explain = "EXPLAIN QUERY PLAN " if db.sqlite else "EXPLAIN "
                rows: Any = (await connection.exec_driver_sql(explain + statement, parameters)).all()
                found[statement] = [str(row[3] if db.sqlite else row[0]) for row in rows]
    return found


@pytest.fixture
async def seller(db: Database) -> Actor:
    async with db.write() as session:
        shops = [await builders.add_shop(session, f"shop-{number}") for number in range(2)]
        user = await builders.add_user(session, "lin@example.com", "seller", *shops)
        for shop in shops:
            customer = await builders.add_customer(session, shop, "AE-1001", f"{shop.slug}@example.com")
            await builders.add_message(session, customer.place, "The broken lamp 灯笼坏了")
            await builders.add_message(session, Place(shop.id, customer.buyer.id), "Another")
    return builders.actor_for(user, *shops)


async def _open(session: AsyncSession, seller: Actor, thread_id: str) -> None:
    """What a thread shows, with what stands around it."""
    shown = await threads.thread(session, seller, thread_id)
    assert shown is not None
    await messages.of_thread(session, thread_id, with_html=True)
    await threads.orders_of(session, shown, 6)
    await threads.other_threads(session, shown, 6)


async def test_every_list_search_count_and_thread_is_answered_by_an_index(db: Database, seller: Actor) -> None:
    with asked(db) as statements:
        async with db.read() as session:
            for view in VIEWS:
                await thread_lists.page(session, seller, ThreadQuery(view=view))
                await thread_lists.page(session, seller, ThreadQuery(view=view, sort="due"))
            for q in SEARCHES:
                await thread_lists.page(session, seller, ThreadQuery(q=q))
            first = await thread_lists.page(session, seller, ThreadQuery(limit=1))
            await thread_lists.page(session, seller, ThreadQuery(limit=1, cursor=first.next or ""))
            await thread_lists.page(session, seller, ThreadQuery(order_no="AE-1001"))
            await thread_lists.page(session, seller, ThreadQuery(q="lamp", view="needs_reply", order_no="AE-1001"))
            for shop in (None, "shop-1"):
                await threads.counts(session, seller, shop)
            await _open(session, seller, first.items[0].id)
    explained = await plans(db, statements)
    assert len(explained) > 20
    wrong = {
        statement: lines for statement, lines in explained.items() if any(READS_ALL.search(line) for line in lines)
    }
    assert wrong == {}


async def test_a_list_by_targets_is_read_in_its_order(db: Database, seller: Actor) -> None:
    """Not sorted out of all that fits: the index of targets gives the part that has one, shop by shop."""
    with asked(db) as statements:
        async with db.read() as session:
            await thread_lists.page(session, seller, ThreadQuery(view="needs_reply", sort="due"))
    explained = await plans(db, [one for one in statements if "due_at IS NOT NULL" in one[0]])
    [lines] = explained.values()
    assert sum("ix_threads_due" in line for line in lines) == len(seller.shop_ids or ())


@pytest.mark.parametrize("q", ["", "lamp", "灯笼坏了"])
async def test_a_page_asks_as_often_for_one_thread_as_for_many(db: Database, seller: Actor, q: str) -> None:
    with asked(db) as one:
        async with db.read() as session:
            assert len((await thread_lists.page(session, seller, ThreadQuery(q=q))).items) >= 2
    async with db.write() as session:
        shop = (await threads.shops(session, seller))[0]
        buyer = await builders.add_buyer(session, shop, "many@example.com")  # type: ignore[arg-type]
        for _ in range(30):
            await builders.add_message(session, Place(shop.id, buyer.id), "A broken lamp 灯笼坏了")
    with asked(db) as many:
        async with db.read() as session:
            assert len((await thread_lists.page(session, seller, ThreadQuery(q=q))).items) > 30
    assert len(many) == len(one)
