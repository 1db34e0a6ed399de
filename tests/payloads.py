"""Calls of shops' systems as their public references show them, with the parts that a test chooses."""

import json
from typing import Any

from gateway.domain.sources.signing import signature

SECRET = "shpss-0123456789abcdef"
SHOPIFY_ID = 820982911946154508


def shopify_order(at: str = "10:00:00", **fields: Any) -> dict[str, Any]:
    """The Order resource; `at` is the time of day of its version."""
    return {
        "id": SHOPIFY_ID,
        "name": "#AE1001",
        "order_number": 1001,
        "email": "jon@buyer.test",
        "contact_email": "jon@buyer.test",
        "created_at": "2026-11-23T10:00:00+08:00",
        "processed_at": "2026-11-23T10:00:01+08:00",
        "updated_at": f"2026-11-23T{at}+08:00",
        "cancelled_at": None,
        "currency": "USD",
        "total_price": "398.00",
        "current_total_price": "398.00",
        "financial_status": "pending",
        "fulfillment_status": None,
        "customer_locale": "en-CA",
        "note": None,
        "customer": {"id": 115310627314723954, "email": "jon@buyer.test", "first_name": "Jon", "last_name": "Snow"},
        "line_items": [
            {"sku": "IPOD-8", "title": "IPod Nano", "variant_title": "8 GB", "quantity": 2, "price": "199.00"},
        ],
        "fulfillments": [],
        "refunds": [],
    } | fields


def shopify_refund(at: str) -> dict[str, Any]:
    """The Refund resource: it names the order only by its id."""
    return {"id": 890088186047892319, "order_id": SHOPIFY_ID, "created_at": f"2026-11-23T{at}+08:00", "note": "lost"}


def shopify_fulfillment(at: str, number: str) -> dict[str, Any]:
    """The Fulfillment resource."""
    moment = f"2026-11-23T{at}+08:00"
    return {"id": 123456, "order_id": SHOPIFY_ID, "status": "success", "updated_at": moment, "tracking_number": number}


def woo_order(at: str = "02:00:00", **fields: Any) -> dict[str, Any]:
    """The Order resource of wc/v3; times without a zone are GMT."""
    return {
        "id": 727,
        "number": "727",
        "status": "processing",
        "currency": "EUR",
        "date_created_gmt": "2026-11-23T02:00:00",
        "date_modified_gmt": f"2026-11-23T{at}",
        "date_paid_gmt": "2026-11-23T02:00:05",
        "total": "29.35",
        "customer_note": "",
        "billing": {"first_name": "John", "last_name": "Doe", "email": "john.doe@buyer.test"},
        "line_items": [{"id": 315, "name": "Woo Single #1", "sku": "", "quantity": 2, "price": 3}],
        "meta_data": [],
    } | fields


def shopify_headers(body: bytes, topic: str, delivery: str = "d-1", secret: str = SECRET) -> dict[str, str]:
    """What Shopify sends with a body."""
    return {
        "Content-Type": "application/json",
        "X-Shopify-Topic": topic,
        "X-Shopify-Hmac-Sha256": signature(secret.encode(), body),
        "X-Shopify-Shop-Domain": "lotus.myshopify.com",
        "X-Shopify-Webhook-Id": delivery,
        "X-Shopify-Triggered-At": "2026-11-23T04:00:00.000000001Z",
    }


def woo_headers(body: bytes, topic: str, delivery: str = "d-1", secret: str = SECRET) -> dict[str, str]:
    """What WooCommerce sends with a body."""
    return {
        "Content-Type": "application/json",
        "X-WC-Webhook-Source": "https://shop.test/",
        "X-WC-Webhook-Topic": topic,
        "X-WC-Webhook-Signature": signature(secret.encode(), body),
        "X-WC-Webhook-ID": "142",
        "X-WC-Webhook-Delivery-ID": delivery,
    }


def as_body(payload: Any) -> bytes:
    """The bytes on the wire; half a character, which UTF-8 can't hold, as its JSON escape."""
    return json.dumps(payload, ensure_ascii=False).encode("utf-8", "backslashreplace")
