"""What a search finds: the same on SQLite and PostgreSQL, whatever was written, changed, moved or made anew."""

from datetime import timedelta
from pathlib import Path

import pytest

from gateway.blobs import LocalBlobs
from gateway.domain.actors import SYSTEM, Actor
from gateway.domain.conversations import Page, ThreadQuery
from gateway.domain.ids import is_id
from gateway.domain.messages import Place
from gateway.domain.orders import BuyerDocument, OrderDocument
from gateway.models import Shop
from gateway.store import orders, restructuring, searching, thread_lists, threads
from gateway.store.db import Database
from gateway.store.search_index import NEWEST, indexed, rebuild, rebuild_all
from tests import builders
from tests.builders import NOW

TEXT = "The lamp 纸灯笼 is 100% broken, 不知道怎么办. Éclair à la carte; see https://shop.example/lamp-7"


@pytest.fixture
async def shop(db: Database) -> Shop:
    async with db.write() as session:
        return await builders.add_shop(session)


async def filed(db: Database, shop: Shop, order_no: str, text: str = "Hello", **fields: object) -> str:
    async with db.write() as session:
        customer = await builders.add_customer(session, shop, order_no, f"{order_no}@example.com".lower())
        return (await builders.add_message(session, customer.place, text, **fields)).thread_id


async def page(db: Database, q: str, actor: Actor = SYSTEM, **query: object) -> Page:
    async with db.read() as session:
        return await thread_lists.page(session, actor, ThreadQuery(q=q, **query))  # type: ignore[arg-type]


async def found(db: Database, q: str, actor: Actor = SYSTEM, **query: object) -> list[str | None]:
    return [row.order_no for row in (await page(db, q, actor, **query)).items]


HITS = (
    # one and two characters, runs, and runs that only nearly stand there
    *("灯", "灯笼", "纸灯笼", "怎么办", "小美", "王小美"),
    # words, their beginnings, other widths and cases, accents
    *("lamp", "LAMP", "lam", "ＬＡＭＰ", "éclair", "ÉCLAIR", "100", "100%", "la carte"),
    # numbers: whole, without their hyphens, by their last digits
    *("AE-7001", "ae7001", "7001", "LP00123", "456789CN", "6789"),
    # addresses of the web, files
    *("shop.example", "lamp-7", "发票.pdf", "发票", "pdf"),
    # several words, phrases, in either kind of quotes
    *("lamp 灯笼", '"100% broken"', "“is 100% broken”", "王小美 lamp", "\0lamp"),
    # filters, in both languages
    *("order:AE-7001", "order:7001", "from:小美", "from:王小美", "from:ae-7001@example.com", "订单：7001"),
    *("has:attachment", "有:附件", "after:2026-11-22", "label:VIP", "标签:vip", 'label:"two words"'),
    *(
        "status:open",
        "is:unread",
        "状态:待处理",
        "channel:email",
        "lamp before:2026-11-24",
        "lamp assignee:none",
        "lamp label:vip is:unread",
    ),
)
MISSES = (
    *(
        "笼灯",
        "不道",
        "纸笼",
        "灯笼坏",
        "lamb",
        "amp",
        "umbrella",
        "lamp umbrella",
        "701",
        "clair",
        '"lam"',
        '"broken lamp"',
    ),
    *("%", "\\", "order:7002", "from:小丽", "from:ae-7001", "from:ae", "before:2026-11-23", "after:2026-11-23"),
    *("label:VI", "label:two", "status:closed", "channel:chat", "assignee:lin@example.com", "nonsense:value"),
    *("before:yesterday", "status:gone", "s_", '"', ":"),
)


@pytest.fixture
async def furnished(db: Database, shop: Shop, tmp_path: Path) -> Database:
    """One thread that has everything, and one that has nothing of it."""
    file = builders.stored_file(LocalBlobs(tmp_path / "b"), "发票.pdf", b"%PDF", "application/pdf")
    id_ = await filed(db, shop, "AE-7001", TEXT, attachments=(file,))
    async with db.write() as session:
        await threads.update_thread(session, SYSTEM, id_, {"labels": ["VIP", "Two  Words"]})
        buyer = await builders.add_buyer(session, shop, "bo@example.com", "Bo")
        await builders.add_message(
            session,
            Place(shop.id, buyer.id),
            "Thanks",
            subject="Nothing",
            channel="site",
            received_at=NOW - timedelta(days=30),
        )
        other = await found_thread(session, buyer.id)
        await threads.update_thread(session, SYSTEM, other, {"status": "snoozed", "unread": False})
    return db


async def found_thread(session: object, buyer_id: str) -> str:
    from sqlmodel import select

    from gateway.models import Thread

    return (await session.exec(select(Thread.id).where(Thread.buyer_id == buyer_id))).one()  # type: ignore[attr-defined,no-any-return]


async def test_everything_is_found_wherever_it_stands(furnished: Database) -> None:
    assert {q: await found(furnished, q) for q in HITS} == {q: ["AE-7001"] for q in HITS}
    assert {q: hits for q in MISSES if "AE-7001" in (hits := await found(furnished, q))} == {}


async def test_an_index_made_anew_finds_the_same(furnished: Database) -> None:
    told: list[int] = []
    assert await rebuild_all(furnished, told.append) == 2
    assert {q: await found(furnished, q) for q in HITS} == {q: ["AE-7001"] for q in HITS}
    async with furnished.write() as session:
        await indexed(session, rebuild)
    assert {q: hits for q in MISSES if "AE-7001" in (hits := await found(furnished, q))} == {}


async def test_later_messages_and_notes_are_found_and_move_the_thread_up(db: Database, shop: Shop) -> None:
    first = await filed(db, shop, "AE-1", "First lamp", received_at=NOW)
    await filed(db, shop, "AE-2", "Second lamp", received_at=NOW + timedelta(minutes=1))
    assert await found(db, "lamp") == ["AE-2", "AE-1"]
    async with db.write() as session:
        row = await threads.thread(session, SYSTEM, first)
        assert row is not None
        place = Place(shop.id, row.buyer.id, row.order_id, first)
        await builders.add_message(session, place, "Ask the carrier 仓库", direction="internal", author_kind="seller")
        later = NOW + timedelta(minutes=5)
        await builders.add_message(session, place, "On its way", direction="outbound", received_at=later)
    assert await found(db, "仓库") == ["AE-1"]
    assert await found(db, "first carrier way") == ["AE-1"]
    assert await found(db, "lamp") == ["AE-1", "AE-2"]


async def test_what_an_order_or_a_label_becomes_is_found(db: Database, shop: Shop) -> None:
    id_ = await filed(db, shop, "AE-1")
    document = OrderDocument(
        buyer=BuyerDocument(email="ae-1@example.com", name="李雷"), status="shipped", tracking_no="YT9988776655"
    )
    async with db.write() as session:
        await orders.put_order(session, shop.id, "AE-1", document, NOW)
        await threads.update_thread(session, SYSTEM, id_, {"labels": ["退款"]})
    for q in ("yt9988", "6655", "李雷", "from:李雷", "label:退款"):
        assert await found(db, q) == ["AE-1"], q
    async with db.write() as session:
        await threads.update_thread(session, SYSTEM, id_, {"labels": []})
    assert await found(db, "label:退款") == await found(db, "from:小美") == []


async def test_merged_threads_are_found_where_they_stand_now(db: Database, shop: Shop) -> None:
    async with db.write() as session:
        customer = await builders.add_customer(session, shop, "AE-1")
        await builders.add_message(session, customer.place, "A lamp")
        loose = await builders.add_message(session, Place(shop.id, customer.buyer.id), "A teapot", subject="Other")
    assert await found(db, "teapot") == [None]
    async with db.write() as session:
        source = await restructuring.locked(session, SYSTEM, loose.thread_id)
        [row] = (await thread_lists.page(session, SYSTEM, ThreadQuery(q="lamp"))).items
        await restructuring.move_messages(session, [loose.message_id], source.id, row.id)
        await restructuring.set_thread(session, source.id, merged_into_id=row.id, status="closed")
        for id_ in (source.id, row.id):
            await restructuring.recount(session, id_, shop.id)
    assert await found(db, "teapot") == await found(db, "lamp teapot") == ["AE-1"]


async def test_a_search_never_leaves_the_readers_shops(db: Database, shop: Shop) -> None:
    await filed(db, shop, "AE-1", "A secret lamp")
    async with db.write() as session:
        other = await builders.add_shop(session, "teahouse", "Teahouse")
        seller = builders.actor_for(await builders.add_user(session, "b@example.com", "seller", other), other)
    await filed(db, other, "TH-1", "A lamp of ours")
    assert await found(db, "lamp", seller) == ["TH-1"]
    for q in ("secret", "AE-1", "order:AE-1", "from:ae-1@example.com", f"s_{shop.id.replace('-', '')}"):
        assert await found(db, q, seller) == [], q
    assert await found(db, "lamp", shop="lantern") == ["AE-1"]


@pytest.mark.parametrize("q", ["lamp status:snoozed", "lamp assignee:none"], ids=["few-threads-fit", "many-may-fit"])
async def test_filters_that_leave_out_many_hits_still_fill_a_page(db: Database, shop: Shop, q: str) -> None:
    async with db.write() as session:
        colleague = await builders.add_user(session, "lin@example.com", "seller", shop)
        buyer = await builders.add_buyer(session, shop)
        ids = [
            (
                await builders.add_message(
                    session, Place(shop.id, buyer.id), f"lamp {number}", received_at=NOW - timedelta(hours=number)
                )
            ).thread_id
            for number in range(60)
        ]
        for place, id_ in enumerate(ids):
            wanted = {"status": "snoozed"} if place >= 55 else {"assignee_id": colleague.id}
            await threads.update_thread(session, SYSTEM, id_, wanted)
    first = await page(db, q, limit=3)
    assert [row.id for row in first.items] == ids[55:58]
    assert first.next is not None
    second = await page(db, q, limit=3, cursor=first.next)
    assert [row.id for row in second.items] == ids[58:]
    assert second.next is None


@pytest.mark.parametrize("documents", [0, 10**9], ids=["small-index", "large-index"])
async def test_what_the_newest_documents_tell_is_what_the_index_tells(
    db: Database, shop: Shop, documents: float
) -> None:
    """Few hits are read out of the newest documents where those have enough, many out of the index."""
    for number in range(5):
        text = "a lamp" if number != 3 else "a cup"
        await filed(db, shop, f"AE-{number}", text, received_at=NOW + timedelta(minutes=number))
    async with db.read() as session:
        every = await searching.hits(session, ["lamp"], [shop.id], NEWEST, 100, documents)
        assert len(every) == 4
        assert await searching.hits_among(session, ["lamp"], [id_ for _, id_ in every[1:]], NEWEST, 2) == every[1:3]
        for few in (1, 2, 3):
            assert await searching.hits(session, ["lamp"], [shop.id], NEWEST, few, documents) == every[:few]
        assert await searching.hits(session, ["lamp"], [shop.id], every[0][0], 2, documents) == every[1:3]


async def test_hits_are_marked_where_they_stand(furnished: Database) -> None:
    shown = await page(furnished, "灯笼 about")
    [hit] = shown.hits.values()
    assert is_id(next(iter(shown.hits)))
    assert hit.subject == (("About", True), (" my order", False))
    assert hit.excerpt is not None
    assert ("灯笼", True) in hit.excerpt
