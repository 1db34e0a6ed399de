"""What the calls of shops' systems mean, and that their order does not matter."""

import itertools
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.domain.sources import shopify, woocommerce
from gateway.domain.sources.hearing import Heard, Ignored, Part, merged, parts_json, parts_of
from gateway.domain.sources.signing import signature, signed_by
from tests.payloads import shopify_fulfillment, shopify_order, shopify_refund, woo_order

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def heard(said: Heard | Ignored) -> Heard:
    assert isinstance(said, Heard), said
    return said


def test_a_shopify_order_reads_as_ours() -> None:
    payload = shopify_order(note="Gift wrap, please", financial_status="paid")
    said = heard(shopify.hear("orders/create", payload, NOW))
    assert (said.external_id, said.order_no) == ("820982911946154508", "AE1001")
    assert said.at == datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    assert said.order == {
        "buyer": {"email": "jon@buyer.test", "name": "Jon Snow", "locale": "en-CA"},
        "placed_at": "2026-11-23T10:00:00+08:00",
        "paid_at": "2026-11-23T10:00:01+08:00",
        "currency": "USD",
        "total": "398.00",
        "items": [{"sku": "IPOD-8", "title": "IPod Nano · 8 GB", "price": "199.00", "qty": 2}],
    }
    assert (said.parts, said.note) == ({"status": "paid"}, "Gift wrap, please")


def test_orders_say_where_they_go() -> None:
    ship, bill = {"country_code": "de", "country": "Germany"}, {"country_code": "FR"}
    said = heard(shopify.hear("orders/create", shopify_order(shipping_address=ship, billing_address=bill), NOW))
    assert (said.order or {})["country"] == "DE"
    digital = heard(shopify.hear("orders/create", shopify_order(shipping_address=None, billing_address=bill), NOW))
    assert (digital.order or {})["country"] == "FR"
    billing = woo_order()["billing"] | {"country": "US"}
    sent = heard(woocommerce.hear("order.created", woo_order(shipping={"country": ""}, billing=billing), NOW))
    assert (sent.order or {})["country"] == "US"
    strange = heard(woocommerce.hear("order.created", woo_order(shipping={"country": "Ruritania"}), NOW))
    assert "country" not in (strange.order or {})


def test_what_a_shops_people_write_later_is_not_the_buyers_note() -> None:
    payload = shopify_order(note="customer called, is angry")
    assert heard(shopify.hear("orders/updated", payload, NOW)).note == ""


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, "pending"),
        ({"financial_status": "paid"}, "paid"),
        ({"financial_status": "paid", "fulfillment_status": "partial"}, "partially_shipped"),
        ({"financial_status": "paid", "fulfillment_status": "fulfilled"}, "shipped"),
        ({"financial_status": "partially_refunded", "fulfillment_status": "fulfilled"}, "partially_refunded"),
        ({"financial_status": "voided"}, "cancelled"),
        ({"financial_status": "paid", "cancelled_at": "2026-11-23T10:00:00+08:00"}, "cancelled"),
        ({"financial_status": "refunded", "cancelled_at": "2026-11-23T10:00:00+08:00"}, "refunded"),
    ],
)
def test_shopifys_states(fields: dict[str, Any], status: str) -> None:
    assert heard(shopify.hear("orders/updated", shopify_order(**fields), NOW)).parts == {"status": status}


def test_the_parcels_that_shopify_tells_of() -> None:
    whole = shopify_order(fulfillments=[{"tracking_number": "LP1"}, {"tracking_number": "LP2"}])
    assert heard(shopify.hear("orders/fulfilled", whole, NOW)).parts["tracking_no"] == "LP2"
    alone = heard(shopify.hear("fulfillments/create", shopify_fulfillment("11:00:00", "LP9"), NOW))
    assert (alone.external_id, alone.order, dict(alone.parts)) == ("820982911946154508", None, {"tracking_no": "LP9"})


@pytest.mark.parametrize(
    ("topic", "payload", "why"),
    [
        ("products/update", {}, "unknown-topic"),
        ("orders/create", shopify_order(email=None, contact_email=None, customer=None), "no-address"),
        ("fulfillments/update", shopify_fulfillment("11:00:00", ""), "nothing-new"),
    ],
)
def test_what_is_of_no_use_says_why(topic: str, payload: dict[str, Any], why: str) -> None:
    said = shopify.hear(topic, payload, NOW)
    assert isinstance(said, Ignored)
    assert said.why == why


def test_a_woocommerce_order_reads_as_ours() -> None:
    meta = [{"key": "_wc_shipment_tracking_items", "value": [{"tracking_number": "DE1"}]}]
    said = heard(woocommerce.hear("order.created", woo_order(customer_note="Bitte klingeln", meta_data=meta), NOW))
    assert (said.external_id, said.order_no, said.note) == ("727", "727", "Bitte klingeln")
    assert said.at == datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    assert said.parts == {"status": "paid", "tracking_no": "DE1"}
    assert said.order is not None
    assert said.order["buyer"] == {"email": "john.doe@buyer.test", "name": "John Doe"}
    assert said.order["items"] == [{"title": "Woo Single #1", "price": "3", "qty": 2}]


@pytest.mark.parametrize(
    ("status", "ours"),
    [*woocommerce.STATUSES.items(), ("packed-by-hand", "packed-by-hand")],
)
def test_woocommerces_states(status: str, ours: str) -> None:
    assert heard(woocommerce.hear("order.updated", woo_order(status=status), NOW)).parts == {"status": ours}


def test_a_draft_is_no_order() -> None:
    assert woocommerce.hear("order.created", woo_order(status="checkout-draft"), NOW) == Ignored("draft", "727")


LIFE = {
    # One order's life as it is told: topic, payload; the last word of each part is what must stand in the end.
    "create": ("orders/create", shopify_order("10:00:00")),
    "paid": ("orders/paid", shopify_order("10:00:00", financial_status="paid")),
    "tracking": ("fulfillments/create", shopify_fulfillment("11:00:00", "LP1")),
    "fulfilled": (
        "orders/fulfilled",
        shopify_order("11:00:00", financial_status="paid", fulfillment_status="fulfilled"),
    ),
    "refund": ("refunds/create", shopify_refund("12:00:00")),
}
LAST = (
    ("orders/updated", shopify_order("12:00:00", financial_status="partially_refunded"), "partially_refunded"),
    ("orders/cancelled", shopify_order("12:00:00", cancelled_at="2026-11-23T12:00:00+08:00"), "cancelled"),
    ("orders/updated", shopify_order("12:00:00", financial_status="refunded"), "refunded"),
)


@pytest.mark.parametrize(("topic", "payload", "status"), LAST)
def test_calls_in_any_order_and_number_end_the_same(topic: str, payload: dict[str, Any], status: str) -> None:
    calls = [heard(shopify.hear(*call, NOW)) for call in (*LIFE.values(), (topic, payload))]
    for order in itertools.permutations(calls):
        parts: dict[str, Part] = {}
        for call in (*order, order[0]):
            parts = merged(parts_of(parts_json(parts)), call)
        assert {name: part.value for name, part in parts.items()} == {"status": status, "tracking_no": "LP1"}


def test_a_refund_stands_until_the_order_itself_says_more() -> None:
    calls = [heard(shopify.hear(*call, NOW)) for call in LIFE.values()]
    parts: dict[str, Part] = {}
    for call in reversed(calls):
        parts = merged(parts, call)
    assert parts["status"].value == "refunded"


def test_the_signature_is_what_openssl_says() -> None:
    """The digest is openssl's: printf '{"id":1}' | openssl dgst -sha256 -hmac hush -binary | base64."""
    assert signature(b"hush", b'{"id":1}') == "VnKUjZsLuN5iZWjn5EntcBVCF9kMN43LglzCE1/GSeY="


@pytest.mark.parametrize("given", ["", "x", "é", signature(b"other", b"body"), signature(b"hush", b"body ")])
def test_any_other_signature_is_wrong(given: str) -> None:
    assert not signed_by([b"hush"], b"body", given)
    assert signed_by([b"hush"], b"body", signature(b"hush", b"body"))
    assert signed_by([b"new", b"hush"], b"body", signature(b"hush", b"body"))
