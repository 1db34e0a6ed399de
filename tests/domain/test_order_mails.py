"""Orders as shops' systems write them into mails: schema.org in its usual shapes, and what can be no order."""

import json
from typing import Any

import pytest

from gateway.domain.emails import Email
from gateway.domain.order_mails import told_order

ORDER: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": "Order",
    "orderNumber": "#M-77",
    "orderDate": "2026-11-20T10:00:00+08:00",
    "orderStatus": "https://schema.org/OrderInTransit",
    "customer": {"@type": "Person", "name": "李雷", "email": "mailto:li@buyer.test"},
    "price": "1,264.00",
    "priceCurrency": "CNY",
    "acceptedOffer": [
        {
            "@type": "Offer",
            "itemOffered": {"@type": "Product", "name": "青花瓷茶壶", "sku": "T-600"},
            "price": 632,
            "eligibleQuantity": {"@type": "QuantitativeValue", "value": "2"},
        }
    ],
    "orderDelivery": {"@type": "ParcelDelivery", "trackingNumber": "LP1"},
}


def mail(order: Any) -> Email:
    return Email(json_ld=(json.dumps(order),))


def test_an_order_reads_as_ours() -> None:
    told = told_order(mail({"@graph": [{"@type": "Organization"}, ORDER]}))
    assert told is not None
    document = told.document
    assert (told.order_no, document.status, document.tracking_no, document.total) == (
        "M-77",
        "shipped",
        "LP1",
        "1264.00",
    )
    assert (document.buyer.email, document.buyer.name, document.currency) == ("li@buyer.test", "李雷", "CNY")
    assert document.columns()["items"] == [{"sku": "T-600", "title": "青花瓷茶壶", "qty": 2, "price": "632"}]


@pytest.mark.parametrize(
    ("more", "country"),
    [
        (
            {
                "orderDelivery": {"deliveryAddress": {"addressCountry": "de"}},
                "billingAddress": {"addressCountry": "FR"},
            },
            "DE",
        ),
        ({"billingAddress": {"addressCountry": {"@type": "Country", "name": "JP"}}}, "JP"),
        ({"billingAddress": {"addressCountry": "Germany"}}, None),
        ({"orderDelivery": [{"deliveryAddress": "somewhere"}]}, None),
    ],
)
def test_an_order_says_where_it_goes(more: dict[str, Any], country: str | None) -> None:
    told = told_order(mail(ORDER | more))
    assert told is not None
    assert told.document.country == country


def test_ordered_items_are_read_too() -> None:
    items = {"orderedItem": {"orderQuantity": 3, "orderedItem": {"name": "Lantern"}}, "acceptedOffer": None}
    told = told_order(mail(ORDER | items))
    assert told is not None
    assert told.document.columns()["items"] == [{"title": "Lantern", "qty": 3}]


@pytest.mark.parametrize(
    "change",
    [
        {"orderNumber": ""},
        {"orderNumber": "x" * 65},
        {"customer": {"name": "nobody"}},
        {"customer": None},
        {"price": "much"},
        {"orderDate": "yesterday"},
        {"priceCurrency": "dollars"},
    ],
)
def test_what_can_be_no_order_is_none(change: dict[str, Any]) -> None:
    assert told_order(mail(ORDER | change)) is None
    assert told_order(Email(text="hello")) is None


@pytest.mark.parametrize("quantity", ["9" * 5000, -1, 2.5, True, {"value": None}, [], "two", "²"])
def test_a_quantity_that_is_none_counts_as_one(quantity: Any) -> None:
    told = told_order(mail(ORDER | {"orderedItem": {"orderQuantity": quantity, "name": "Cup"}, "acceptedOffer": None}))
    assert told is not None
    assert told.document.columns()["items"] == [{"title": "Cup", "qty": 1}]
