"""What shops' systems see when they call: genuine calls write orders and notes once, all others change nothing."""

from io import BytesIO
from typing import Any

from gateway.models import InboundEmail, Message, Order, OrderSource, SourceDelivery
from tests.payloads import (
    SECRET,
    as_body,
    shopify_headers,
    shopify_order,
    shopify_refund,
    woo_headers,
    woo_order,
)
from tests.web.api.conftest import Api
from tests.web.api.hooks import connect, log, path, shopify, woo

DATABASES = ("sqlite",)
PAID = {"financial_status": "paid"}


async def test_a_shopify_order_is_written_and_its_note_filed_with_a_row_in_the_ledger(api: Api) -> None:
    source = await connect(api)
    reply = await shopify(api, source, "orders/create", shopify_order(note="请用礼盒包装"))
    assert (reply.status, reply.json) == (200, {"outcome": "applied"})
    shown = (await api.get("/shops/lotus/orders/AE1001")).json
    assert (shown["status"], shown["total"], shown["buyer"]["name"]) == ("pending", "398.00", "Jon Snow")
    thread = (await api.get(f"/threads/{shown['thread_id']}")).json
    (note,) = thread["messages"]
    assert (note["channel"], note["text"], note["author"]["name"]) == ("order_note", "请用礼盒包装", "Jon Snow")
    assert [clue["clue"] for clue in note["filed_because"]] == ["webhook", "order-note"]
    (row,) = (await api.get("/inbound?state=filed")).json["items"]
    assert (row["ingress"], row["rcpt_to"], row["message_id"]) == ("webhook", "notes.lotus@inbox.example", note["id"])


async def test_calls_that_come_again_change_nothing(api: Api) -> None:
    source, payload = await connect(api), shopify_order(note="Gift wrap")
    first = await shopify(api, source, "orders/create", payload)
    again = await shopify(api, source, "orders/create", payload)
    replayed = await shopify(api, source, "orders/create", payload, delivery="forged-name")
    assert [reply.json["outcome"] for reply in (first, again, replayed)] == ["applied", "repeated", "applied"]
    assert len(await api.house.all(Message)) == 1
    assert len(await api.house.all(InboundEmail)) == 1
    assert [(row.delivery_id, row.repeats) for row in await api.house.all(SourceDelivery)] == [
        ("d-1", 1),
        ("forged-name", 0),
    ]


async def test_an_older_version_is_stale_and_a_part_waits_for_its_order(api: Api) -> None:
    source = await connect(api)
    await shopify(api, source, "refunds/create", shopify_refund("12:00:00"), "a")
    assert [row.order_no for row in await api.house.all(Order)] == ["A-1001"]
    await shopify(api, source, "orders/updated", shopify_order("11:00:00", **PAID), "b")
    await shopify(api, source, "orders/create", shopify_order("10:00:00"), "c")
    assert await log(api, source) == [
        ("refunds/create", "waiting"),
        ("orders/updated", "applied"),
        ("orders/create", "stale"),
    ]
    assert (await api.get("/shops/lotus/orders/AE1001")).json["status"] == "refunded"


async def test_a_woocommerce_order_is_written_and_its_note_filed_once(api: Api) -> None:
    source = await connect(api, "woocommerce")
    await woo(api, source, "order.created", woo_order(customer_note="Bitte klingeln"), "a")
    later = woo_order("03:00:00", status="completed", customer_note="Bitte klingeln")
    await woo(api, source, "order.updated", later, "b")
    await woo(api, source, "order.updated", woo_order("02:30:00", status="on-hold"), "c")
    shown = (await api.get("/shops/lotus/orders/727")).json
    assert (shown["status"], shown["total"], shown["paid_at"]) == ("completed", "29.35", "2026-11-23T02:00:05Z")
    assert [message.text for message in await api.house.all(Message)] == ["Bitte klingeln"]


async def test_the_ping_of_a_new_woocommerce_webhook_is_welcome_and_keeps_nothing(api: Api) -> None:
    source = await connect(api, "woocommerce")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    reply = await api.call("POST", path(source), None, data=b"webhook_id=142", headers=form)
    assert (reply.status, reply.json) == (200, {"outcome": "ping"})
    assert await log(api, source) == []
    assert (await api.get(f"/sources/{source['id']}")).json["refused"] == 0


async def test_a_wrong_signature_is_401_and_nothing_is_stored(api: Api) -> None:
    source, body = await connect(api), as_body(shopify_order(note="hello"))
    wrong = ("", "x", "5Jp0zm4vVtJ7rQ==", "é".encode().decode("latin-1"))
    for given in wrong:
        headers = shopify_headers(body, "orders/create") | {"X-Shopify-Hmac-Sha256": given}
        reply = await api.call("POST", path(source), None, data=body, headers=headers)
        assert reply.status == 401
        assert "secret" in reply.json["detail"]
        assert SECRET not in reply.body.decode()
    unsigned = await api.call("POST", path(source), None, data=body)
    assert unsigned.status == 401
    assert await log(api, source) == []
    assert [row.order_no for row in await api.house.all(Order)] == ["A-1001"]
    assert (await api.get(f"/sources/{source['id']}")).json["refused"] == len(wrong) + 1


async def test_a_body_that_was_changed_on_the_way_is_refused(api: Api) -> None:
    source, body = await connect(api), as_body(shopify_order())
    reply = await api.call("POST", path(source), None, data=body + b" ", headers=shopify_headers(body, "orders/create"))
    assert reply.status == 401


async def test_a_signed_body_that_is_no_json_object_is_400_and_says_what_to_do(api: Api) -> None:
    source = await connect(api)
    for body in (b"", b"{", b"webhook_id=1", b"[" * 100_000, b"[]", b"\xff"):
        headers = shopify_headers(body, "orders/create")
        reply = await api.call("POST", path(source), None, data=body, headers=headers)
        assert reply.status == 400
        assert "JSON" in reply.json["detail"]


async def test_too_large_a_body_is_413(api: Api) -> None:
    source, body = await connect(api), b"x" * (1024 * 1024 + 1)
    reply = await api.call(
        "POST", path(source), None, data=BytesIO(body), headers=shopify_headers(body, "orders/create")
    )
    assert reply.status == 413


USELESS = (
    ("products/update", {"id": 1}, "ignored", "unknown-topic"),
    ("orders/create", shopify_order(email=None, contact_email=None, customer=None), "ignored", "no-address"),
    ("orders/create", shopify_order(id=None), "failed", "no-id"),
    ("orders/create", shopify_order(email="nobody"), "failed", "unusable"),
    ("orders/create", shopify_order(email="us@inbox.example"), "failed", "unusable"),
    ("orders/create", shopify_order(name="#" + "9" * 65), "failed", "unusable"),
    ("orders/create", shopify_order(note="a\0b"), "failed", "unusable"),
    ("orders/create", shopify_order(line_items=[{"quantity": "many"}]), "failed", "unusable"),
    ("orders/create", shopify_order(note="\ud800"), "failed", "unusable"),
)


async def test_what_is_of_no_use_is_taken_and_logged_with_the_reason(api: Api) -> None:
    source = await connect(api)
    for number, (topic, payload, outcome, why) in enumerate(USELESS):
        reply = await shopify(api, source, topic, payload, f"d-{number}")
        assert (reply.status, reply.json["outcome"]) == (200, outcome), payload
        call = (await api.get(f"/sources/{source['id']}/deliveries?limit=1")).json["items"][0]
        assert (call["why"], call["topic"], call["delivery_id"]) == (why, topic, f"d-{number}")
        assert call["why_text"]
    assert [row.order_no for row in await api.house.all(Order)] == ["A-1001"]


async def test_a_source_that_is_off_or_gone_or_of_another_kind_is_not_there(api: Api) -> None:
    source = await connect(api)
    other = source | {"hook_url": source["hook_url"].replace("shopify", "woocommerce")}
    nobody = source | {"hook_url": source["hook_url"].replace("shopify", "nobody")}
    replies = [await woo(api, other, "order.created", woo_order()), await woo(api, nobody, "order.created", {})]
    await api.call("PATCH", f"/sources/{source['id']}", json={"enabled": False})
    replies.append(await shopify(api, source, "orders/create", shopify_order()))
    await api.call("DELETE", f"/sources/{source['id']}")
    replies.append(await shopify(api, source, "orders/create", shopify_order()))
    assert {(reply.status, reply.body) for reply in replies} == {(404, replies[0].body)}


async def test_after_a_change_both_secrets_work_for_a_day(api: Api) -> None:
    source = await connect(api, "woocommerce", secret=None)
    old = source["secret"]
    new = (await api.post(f"/sources/{source['id']}/secret", {})).json["secret"]
    assert len({old, new, SECRET}) == 3
    body = as_body({"id": 1})

    async def status(secret: str) -> int:
        headers = woo_headers(body, "coupon.created", secret=secret)
        return (await api.call("POST", path(source), None, data=body, headers=headers)).status

    assert [await status(old), await status(new), await status(SECRET)] == [200, 200, 401]
    api.house.gw.clock.forward(hours=25)  # type: ignore[attr-defined]
    assert [await status(old), await status(new)] == [401, 200]


async def test_a_secret_is_never_shown_again_nor_kept_readable(api: Api) -> None:
    source = await connect(api)
    assert source["secret"] is None
    for reply in (await api.get("/sources"), await api.get(f"/sources/{source['id']}")):
        assert SECRET not in reply.body.decode()
        assert "secret" not in str(reply.json)
    (row,) = await api.house.all(OrderSource)
    assert SECRET.encode() not in row.sealed


async def test_what_can_be_no_source_is_422(api: Api) -> None:
    for body, field in (
        ({"shop": "lotus", "kind": "shopify"}, "secret"),
        ({"shop": "lotus", "kind": "magento", "secret": SECRET}, "kind"),
        ({"shop": "lotus", "kind": "shopify", "secret": "short"}, "secret"),
    ):
        reply = await api.post("/sources", body)
        assert (reply.status, [error["field"] for error in reply.json["errors"]]) == (422, [field])


async def test_a_neighbours_source_is_not_there(api: Api) -> None:
    source = await connect(api)
    for method, end in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/secret"), ("GET", "/deliveries")):
        body: dict[str, Any] | None = {} if method in ("PATCH", "POST") else None
        reply = await api.call(method, f"/sources/{source['id']}{end}", "jade-admin", json=body)
        assert reply.status == 404
    assert (await api.get("/sources", "jade-admin")).json["items"] == []
    assert (await api.get("/sources?shop=lotus", "jade-admin")).status == 404
    assert (await api.post("/sources", {"shop": "lotus", "kind": "woocommerce"}, "jade-admin")).status == 404
