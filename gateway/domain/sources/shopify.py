"""Shopify's webhooks, after its public reference: the resources Order, Fulfillment and Refund, of any API version.

https://shopify.dev/docs/api/webhooks, https://shopify.dev/docs/api/admin-rest/latest/resources/order
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from gateway.domain.sources.hearing import (
    Heard,
    Ignored,
    country_of,
    each,
    first,
    moment,
    one_of,
    text,
    without_nothing,
)

SIGNATURE, TOPIC, DELIVERY = "X-Shopify-Hmac-Sha256", "X-Shopify-Topic", "X-Shopify-Webhook-Id"
MOMENT = "X-Shopify-Triggered-At"
Payload = Mapping[str, Any]


def hear(topic: str, payload: Payload, told_at: datetime) -> Heard | Ignored:
    """What a call says; `told_at` is when it was sent, for topics whose payload has no time."""
    reader = TOPICS.get(topic)
    if reader is None:
        return Ignored("unknown-topic", topic[:100])
    return reader(topic, payload, told_at)


def _order(topic: str, payload: Payload, told_at: datetime) -> Heard | Ignored:
    customer = one_of(payload.get("customer"))
    email = first(map(text, (payload.get("email"), payload.get("contact_email"), customer.get("email"))))
    if not email:
        # Buyers who check out with a telephone number have none.
        return Ignored("no-address", _number(payload))
    name = " ".join(filter(None, (text(customer.get("first_name")), text(customer.get("last_name")))))
    buyer = {"email": email, "name": name or text(one_of(payload.get("billing_address")).get("name"))}
    locale = text(payload.get("customer_locale"))
    order = {
        "buyer": without_nothing(buyer | {"locale": locale}),
        "placed_at": text(payload.get("created_at")),
        "paid_at": text(payload.get("processed_at")) if _was_paid(payload) else "",
        "currency": text(payload.get("currency")),
        "total": text(payload.get("current_total_price") or payload.get("total_price")),
        "country": country_of(payload.get("shipping_address"), payload.get("billing_address")),
        "items": [_item(line) for line in each(payload.get("line_items"))],
    }
    return Heard(
        external_id=text(payload.get("id")),
        at=moment(payload.get("updated_at")) or told_at,
        order_no=_number(payload),
        order=without_nothing(order),
        parts={"status": _status(payload)} | _tracking(payload),
        # Later on the same field holds what the shop's people write there, so only the first call speaks for the buyer.
        note=text(payload.get("note")) if topic == "orders/create" else "",
    )


def _number(payload: Payload) -> str:
    """`name` is what the buyer sees: the number with the shop's own prefix and suffix."""
    return text(payload.get("name")).lstrip("#") or text(payload.get("order_number"))


def _item(line: Payload) -> dict[str, Any]:
    titles = filter(None, (text(line.get("title")), text(line.get("variant_title"))))
    item = {"sku": text(line.get("sku")), "title": " · ".join(titles), "price": text(line.get("price"))}
    return without_nothing(item) | {"qty": line.get("quantity", 1)}


def _was_paid(payload: Payload) -> bool:
    return payload.get("financial_status") in ("paid", "partially_refunded", "refunded")


def _status(payload: Payload) -> str:
    return next(status for fits, status in _STATUSES if fits(payload))


_STATUSES: tuple[tuple[Callable[[Payload], bool], str], ...] = (
    # The first row that fits: money given back and cancelling say more than where the parcel is.
    (lambda order: order.get("financial_status") == "refunded", "refunded"),
    (lambda order: bool(order.get("cancelled_at")), "cancelled"),
    (lambda order: order.get("financial_status") == "voided", "cancelled"),
    (lambda order: order.get("financial_status") == "partially_refunded", "partially_refunded"),
    (lambda order: order.get("fulfillment_status") == "fulfilled", "shipped"),
    (lambda order: order.get("fulfillment_status") == "partial", "partially_shipped"),
    (lambda order: order.get("financial_status") == "paid", "paid"),
    (lambda order: True, "pending"),
)


def _tracking(payload: Payload) -> dict[str, str]:
    numbers = [text(one.get("tracking_number")) for one in each(payload.get("fulfillments"))]
    return {"tracking_no": number} if (number := first(reversed(numbers))) else {}


def _fulfillment(_topic: str, payload: Payload, told_at: datetime) -> Heard | Ignored:
    number = text(payload.get("tracking_number"))
    if not number:
        return Ignored("nothing-new")
    at = moment(payload.get("updated_at")) or told_at
    return Heard(external_id=text(payload.get("order_id")), at=at, parts={"tracking_no": number})


def _refund(_topic: str, payload: Payload, told_at: datetime) -> Heard | Ignored:
    """Whether all of the money went back is said by the order itself, which comes as an update of its own."""
    at = moment(payload.get("created_at")) or told_at
    return Heard(external_id=text(payload.get("order_id")), at=at, parts={"status": "refunded"})


def _deleted(_topic: str, payload: Payload, told_at: datetime) -> Heard | Ignored:
    return Heard(external_id=text(payload.get("id")), at=told_at, parts={"status": "cancelled"})


TOPICS: Mapping[str, Callable[[str, Payload, datetime], Heard | Ignored]] = {
    "orders/create": _order,
    "orders/updated": _order,
    "orders/paid": _order,
    "orders/fulfilled": _order,
    "orders/partially_fulfilled": _order,
    "orders/cancelled": _order,
    "orders/delete": _deleted,
    "fulfillments/create": _fulfillment,
    "fulfillments/update": _fulfillment,
    "refunds/create": _refund,
}
