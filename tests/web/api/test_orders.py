"""What an order system sees: orders go in as often as it likes, notes are filed once, waiting mail comes in."""

import asyncio

import pytest
from yarl import URL

from gateway.models import Buyer, BuyerAddress, Message, Order, Thread
from tests.house import mail
from tests.web.api.conftest import Api, order

FULL = order(
    placed_at="2026-11-20T18:00:00+08:00",
    currency="cny",
    total="128.50",
    items=[{"sku": "L-1", "title": "纸灯笼", "qty": 2, "price": "64.25"}],
    tracking_no="LP1",
)


async def test_an_order_is_made_once_and_then_changed(api: Api) -> None:
    first = await api.put("/shops/lotus/orders/N-1", FULL)
    again = await api.put("/shops/lotus/orders/N-1", FULL)
    changed = await api.put("/shops/lotus/orders/n-1", order(status="shipped"))
    assert (first.status, again.status, changed.status) == (201, 200, 200)
    shown = (await api.get("/shops/lotus/orders/N-1")).json
    assert shown == changed.json
    assert (shown["status"], shown["total"], shown["currency"]) == ("shipped", "128.50", "CNY")
    assert shown["placed_at"] == "2026-11-20T10:00:00Z"
    assert shown["items"] == [{"sku": "L-1", "title": "纸灯笼", "qty": 2, "price": "64.25"}]
    assert shown["buyer"]["email_masked"] == "l***@b***.test"
    assert [row.order_no for row in await api.house.all(Order)] == ["A-1001", "N-1"]


async def test_the_same_address_in_any_spelling_is_one_buyer(api: Api) -> None:
    one = (await api.put("/shops/lotus/orders/N-1", order("Li@Buyer.test"))).json
    two = (await api.put("/shops/lotus/orders/N-2", order("li@buyer.TEST"))).json
    assert one["buyer"]["id"] == two["buyer"]["id"]


async def test_the_same_person_at_two_shops_is_two_buyers(api: Api) -> None:
    one = (await api.put("/shops/lotus/orders/N-1", order())).json
    two = (await api.put("/shops/jade/orders/N-1", order())).json
    assert one["buyer"]["id"] != two["buyer"]["id"]


async def test_a_new_address_is_added_to_the_orders_buyer(api: Api) -> None:
    before = (await api.put("/shops/lotus/orders/N-1", order("li@buyer.test"))).json
    after = (await api.put("/shops/lotus/orders/N-1", order("li@work.test"))).json
    assert before["buyer"]["id"] == after["buyer"]["id"]
    known = {row.folded for row in await api.house.all(BuyerAddress) if row.buyer_id == after["buyer"]["id"]}
    assert known == {"li@buyer.test", "li@work.test"}


async def test_an_order_moves_to_the_buyer_whose_address_it_names_later(api: Api) -> None:
    await api.put("/shops/lotus/orders/N-1", order("li@buyer.test"))
    moved = (await api.put("/shops/lotus/orders/N-1", order("wang@example.com"))).json
    theirs = {row.folded: row.buyer_id for row in await api.house.all(BuyerAddress)}
    assert moved["buyer"]["id"] == theirs["wang@example.com"] != theirs["li@buyer.test"]


async def test_the_orders_note_is_filed_once_for_each_text(api: Api) -> None:
    for _ in range(2):
        shown = (await api.put("/shops/lotus/orders/N-1", order(note="请用礼盒包装 "))).json
    await api.put("/shops/lotus/orders/N-1", order(note="改成红色"))
    await api.put("/shops/lotus/orders/N-1", order(note="  "))
    thread = (await api.get(f"/threads/{shown['thread_id']}")).json
    assert [(m["channel"], m["direction"], m["text"]) for m in thread["messages"]] == [
        ("order_note", "inbound", "请用礼盒包装"),
        ("order_note", "inbound", "改成红色"),
    ]
    assert thread["messages"][0]["author"] == {"kind": "buyer", "name": "李雷"}
    assert (thread["order_no"], thread["needs_reply"], thread["unread"]) == ("N-1", True, True)


async def test_a_note_stands_in_the_same_thread_as_the_buyers_mail_about_that_order(api: Api) -> None:
    row = await api.house.receive(mail())
    note = await api.post("/shops/lotus/orders/A-1001/notes", {"text": "请尽快发货"})
    assert note.status == 201
    assert note.json["thread_id"] == row.thread_id
    assert note.json["filed_because"][1] == {"clue": "order-note", "detail": "A-1001"}
    assert len(await api.house.all(Thread)) == 1


async def test_a_note_with_an_external_id_is_filed_once(api: Api) -> None:
    document = {"text": "hello", "external_id": "shop-77"}
    first, again = [await api.post("/shops/lotus/orders/A-1001/notes", document) for _ in range(2)]
    other = await api.post("/shops/lotus/orders/A-1001/notes", document | {"text": "other"})
    assert (first.status, again.status, other.status) == (201, 200, 409)
    assert first.json["id"] == again.json["id"]
    assert len(await api.house.all(Message)) == 1


async def test_notes_without_an_external_id_are_all_kept(api: Api) -> None:
    for _ in range(2):
        assert (await api.post("/shops/lotus/orders/A-1001/notes", {"text": "hello"})).status == 201
    assert len(await api.house.all(Message)) == 2


async def test_a_note_on_an_unknown_order_is_404(api: Api) -> None:
    assert (await api.post("/shops/lotus/orders/none/notes", {"text": "hello"})).status == 404


async def test_mail_that_came_before_its_order_is_filed_when_the_order_comes(api: Api) -> None:
    held = await api.house.receive(mail(sender="li@buyer.test"), sender="li@buyer.test")
    assert (held.state, held.why) == ("held", "not-a-buyer")
    await api.put("/shops/lotus/orders/N-1", order("li@buyer.test"))
    await api.work()
    row = await api.house.row(held.id)
    assert (row.state, row.message_id is not None) == ("filed", True)


async def test_mail_about_an_order_that_came_later_is_filed_then(api: Api) -> None:
    held = await api.house.receive(mail(), "order-n-9.lotus")
    assert (held.state, held.why) == ("held", "unknown-order")
    await api.put("/shops/lotus/orders/N-9", order("wang@example.com"))
    await api.work()
    assert (await api.house.row(held.id)).state == "filed"


async def test_an_order_lets_nobody_else_in(api: Api) -> None:
    eve = await api.house.receive(mail(sender="eve@evil.test"), "order-n-9.lotus", sender="eve@evil.test")
    await api.put("/shops/lotus/orders/N-9", order("li@buyer.test"))
    await api.work()
    assert (await api.house.row(eve.id)).state == "held"


async def test_many_writers_of_one_order_at_once_make_one(api: Api) -> None:
    replies = await asyncio.gather(
        *(api.put("/shops/lotus/orders/N-1", order(note="wrap it", status=str(n))) for n in range(12)),
        *(api.put(f"/shops/lotus/orders/M-{n}", order(note="wrap it")) for n in range(12)),
    )
    assert {reply.status for reply in replies} == {200, 201}
    assert [reply.status for reply in replies[:12]].count(201) == 1
    assert len(await api.house.all(Buyer)) == 2
    assert len(await api.house.all(Message)) == 13


@pytest.mark.parametrize(
    ("document", "fields"),
    [
        ({}, {"buyer"}),
        ({"buyer": {"email": "nobody"}}, {"buyer.email"}),
        ({"buyer": {"email": 1, "name": 2}, "total": "much"}, {"buyer.email", "buyer.name", "total"}),
        (order(items=[{"qty": 1}, {"qty": "2"}]), {"items.1.qty"}),
        (order("shop@inbox.example"), {"buyer.email"}),
        (order(note="a\0b"), {"note"}),
    ],
)
async def test_a_wrong_order_names_its_fields(api: Api, document: object, fields: set[str]) -> None:
    reply = await api.put("/shops/lotus/orders/N-1", document)
    assert reply.status == 422
    assert reply.headers["Content-Type"].startswith("application/problem+json")
    assert {error["field"] for error in reply.json["errors"]} == fields
    assert len(await api.house.all(Order)) == 1


@pytest.mark.parametrize("number", ["x" * 65, "a%00b", "a%0Ab", "%20"])
async def test_what_can_be_no_order_number_is_422(api: Api, number: str) -> None:
    url = URL(f"/api/v1/shops/lotus/orders/{number}", encoded=True)
    async with api.client.put(url, json=order(), headers=api.headers("admin")) as response:
        assert response.status == 422


@pytest.mark.parametrize("number", ["A%2F1", "%E8%AE%A2%E5%8D%951", "a.b-c_d", "1%2B2"])
async def test_order_numbers_may_hold_what_shops_put_into_them(api: Api, number: str) -> None:
    url = URL(f"/api/v1/shops/lotus/orders/{number}", encoded=True)
    async with api.client.put(url, json=order(), headers=api.headers("admin")) as response:
        assert response.status == 201
