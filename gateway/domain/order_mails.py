"""Reads an order out of the mail of a shop's order system: JSON-LD, a schema.org Order with its customer's address.

https://schema.org/Order. Its note, where it has one, is read by `notes`.
"""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from gateway.domain.addresses import fold, split
from gateway.domain.emails import Email
from gateway.domain.facts import Facts
from gateway.domain.imports import GoodRow
from gateway.domain.notes import ADDRESS, first_of, order_objects, text_of
from gateway.domain.orders import OrderDocument, order_number

MOST_DIGITS = 9
"""Of a quantity."""
STATUSES: Mapping[str, str] = {
    # https://schema.org/OrderStatus, and ours.
    "OrderPaymentDue": "pending",
    "OrderProcessing": "paid",
    "OrderProblem": "on_hold",
    "OrderInTransit": "shipped",
    "OrderPickupAvailable": "shipped",
    "OrderDelivered": "completed",
    "OrderCancelled": "cancelled",
    "OrderReturned": "refunded",
}


def told_order(email: Email) -> GoodRow | None:
    """The first order in a mail that can be written; None when there is none."""
    for order in order_objects(email):
        number = order_number(text_of(order.get("orderNumber")).lstrip("#"))
        try:
            if number is not None and _address(order):
                return GoodRow(0, number, OrderDocument.model_validate_json(json.dumps(_document(order))))
        except ValidationError:
            continue
    return None


def may_tell_orders(facts: Facts) -> bool:
    """Only the order systems that the shop lists, proven: an order lets its buyer write."""
    if facts.shop is None or facts.author is None or (facts.require_verified and facts.trust.verdict != "verified"):
        return False
    address = fold(facts.author.address)
    return any(address == fold(listed) or split(address)[1] == listed.lower() for listed in facts.shop.notes_from)


def _address(order: Mapping[str, Any]) -> str:
    customer = first_of(order.get("customer"))
    told = text_of(customer.get("email")) if isinstance(customer, dict) else text_of(customer)
    found = ADDRESS.search(told.removeprefix("mailto:"))
    return found[0] if found else ""


def _document(order: Mapping[str, Any]) -> dict[str, Any]:
    customer = first_of(order.get("customer"))
    name = text_of(customer.get("name")) if isinstance(customer, dict) else ""
    status = text_of(order.get("orderStatus")).rpartition("/")[2]
    parcel = first_of(order.get("orderDelivery"))
    found = {
        "status": STATUSES.get(status, status),
        "placed_at": text_of(order.get("orderDate")),
        "currency": text_of(order.get("priceCurrency")),
        "total": _amount(order.get("price")),
        "tracking_no": text_of(parcel.get("trackingNumber")) if isinstance(parcel, dict) else "",
        "country": _country(order),
        "items": _items(order),
    }
    buyer = {"email": _address(order)} | ({"name": name} if name else {})
    return {"buyer": buyer} | {field: value for field, value in found.items() if value}


def _country(order: Mapping[str, Any]) -> str:
    """Where the goods go, else who pays: a code, or a Country of that name (https://schema.org/addressCountry)."""
    parcel = first_of(order.get("orderDelivery"))
    going_to = parcel.get("deliveryAddress") if isinstance(parcel, dict) else None
    for address in (first_of(going_to), first_of(order.get("billingAddress"))):
        country = first_of(address.get("addressCountry")) if isinstance(address, dict) else ""
        code = text_of(country.get("name") if isinstance(country, dict) else country)
        if len(code) == 2 and code.isascii() and code.isalpha():
            return code.upper()
    return ""


def _items(order: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Offers (`itemOffered`, with a price) or ordered items (`orderedItem`), each once."""
    lines = [*_each(order.get("acceptedOffer")), *_each(order.get("orderedItem"))]
    return [item for line in lines if (item := _item(line))]


def _each(value: object) -> list[Mapping[str, Any]]:
    return [entry for entry in (value if isinstance(value, list) else [value]) if isinstance(entry, dict)]


def _item(line: Mapping[str, Any]) -> dict[str, Any]:
    product = first_of(line.get("itemOffered") or line.get("orderedItem") or line)
    product = product if isinstance(product, dict) else {"name": product}
    quantity = first_of(line.get("orderQuantity") or line.get("eligibleQuantity") or 1)
    number = str(quantity.get("value", 1) if isinstance(quantity, dict) else quantity)
    found = {
        "sku": text_of(product.get("sku")),
        "title": text_of(product.get("name")),
        "price": _amount(line.get("price")),
    }
    item = {field: value for field, value in found.items() if value}
    return item | {"qty": int(number) if number.isdecimal() and len(number) <= MOST_DIGITS else 1} if item else {}


def _amount(value: object) -> str:
    """A price is a number or a text; what shops write around it is left out."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return text_of(value).replace(",", "")
