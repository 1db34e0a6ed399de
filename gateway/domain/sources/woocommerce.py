"""WooCommerce's orders, after its public reference: as its webhooks and its REST API (wc/v3) both write them.

https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks and #orders
"""

import re
from collections.abc import Mapping
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

SIGNATURE, TOPIC, DELIVERY = "X-WC-Webhook-Signature", "X-WC-Webhook-Topic", "X-WC-Webhook-Delivery-ID"
MOMENT = ""
"""It does not say when it sent a call."""
PING = re.compile(rb"webhook_id=[0-9]{1,20}")
"""Sent unsigned when a webhook is made; WooCommerce does not switch it on unless the answer is 200."""
Payload = Mapping[str, Any]

STATUSES: Mapping[str, str] = {
    # Its states, and ours.
    "pending": "pending",
    "on-hold": "on_hold",
    "processing": "paid",
    "completed": "completed",
    "cancelled": "cancelled",
    "trash": "cancelled",
    "refunded": "refunded",
    "failed": "failed",
}
_WHOLE = frozenset({"order.created", "order.updated", "order.restored"})


def hear(topic: str, payload: Payload, told_at: datetime) -> Heard | Ignored:
    """What a call says; `told_at` is when it came, for topics whose payload has no time."""
    if topic in _WHOLE:
        return order(payload, told_at)
    if topic == "order.deleted":
        return Heard(external_id=text(payload.get("id")), at=told_at, parts={"status": "cancelled"})
    return Ignored("unknown-topic", topic[:100])


def order(payload: Payload, told_at: datetime) -> Heard | Ignored:
    """An order resource."""
    number, billing = text(payload.get("number")) or text(payload.get("id")), one_of(payload.get("billing"))
    status = text(payload.get("status"))
    if status in ("checkout-draft", "auto-draft", "draft"):
        return Ignored("draft", number)
    if not text(billing.get("email")):
        return Ignored("no-address", number)
    name = " ".join(filter(None, (text(billing.get("first_name")), text(billing.get("last_name")))))
    document = {
        "buyer": without_nothing({"email": text(billing.get("email")), "name": name}),
        "placed_at": text(payload.get("date_created_gmt")),
        "paid_at": text(payload.get("date_paid_gmt")),
        "currency": text(payload.get("currency")),
        "total": text(payload.get("total")),
        "country": country_of(payload.get("shipping"), billing),
        "items": [_item(line) for line in each(payload.get("line_items"))],
    }
    return Heard(
        external_id=text(payload.get("id")),
        at=moment(payload.get("date_modified_gmt")) or told_at,
        order_no=number,
        order=without_nothing(document),
        # Shops add states of their own: those are shown as they are.
        parts={"status": STATUSES.get(status, status)} | _tracking(payload),
        note=text(payload.get("customer_note")),
    )


def _item(line: Payload) -> dict[str, Any]:
    price = line.get("price")
    shown = str(price) if isinstance(price, int | float) and not isinstance(price, bool) else text(price)
    item = {"sku": text(line.get("sku")), "title": text(line.get("name")), "price": shown}
    return without_nothing(item) | {"qty": line.get("quantity", 1)}


def _tracking(payload: Payload) -> dict[str, str]:
    """Its extension "Shipment Tracking" keeps parcels in a field of this name; WooCommerce has none of its own."""
    for meta in each(payload.get("meta_data")):
        if meta.get("key") == "_wc_shipment_tracking_items":
            numbers = [text(one.get("tracking_number")) for one in each(meta.get("value"))]
            if number := first(reversed(numbers)):
                return {"tracking_no": number}
    return {}
