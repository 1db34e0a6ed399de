"""Reads an order note 订单留言 out of the mail of a shop's order system; its thread is chosen elsewhere."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.domain.emails import Email

MAX_JSON = 200_000
MAX_NODES = 5_000

_WORDS = (
    ("order", "order|order no|order number|order id"),
    ("order", "订单|订单号|订单编号|訂單|訂單號|訂單編號"),
    ("buyer", "buyer|customer|buyer email|customer email"),
    ("buyer", "买家|买家邮箱|客户|買家|買家郵箱|客戶"),
    ("name", "buyer name|customer name|买家姓名|客户姓名|買家姓名|客戶姓名"),
    ("note", "note|order note|buyer note|message|comment"),
    ("note", "买家留言|订单留言|留言|备注|買家留言|訂單留言|備註"),
)
_KEYS = {word: key for key, words in _WORDS for word in words.split("|")}
"""Key, in lower case, to what it stands for; a colon of either width follows it."""

_LINE = re.compile(r"[ \t]*+([^:：\n]{1,24}?)[ \t]*+[:：][ \t]*+(.*)")
ADDRESS = re.compile(r"[^\s<>()\",;:]+@[^\s<>()\",;:]+\.?[^\s<>()\",;:]*")
_JSON_TYPES = frozenset({"application/ld+json", "application/json"})


@dataclass(frozen=True, slots=True)
class OrderNote:
    """What a buyer wrote with an order. `text` and `order_no` are never empty."""

    order_no: str
    text: str
    buyer_email: str | None = None
    buyer_name: str | None = None


def read_note(email: Email) -> OrderNote | None:
    """The first order note in a mail: as JSON-LD, as plain JSON, or as `Key: value` lines; None when there is none."""
    return read_json_ld(email) or read_key_values(email)


def read_json_ld(email: Email) -> OrderNote | None:
    """The first schema.org Order with a note, wherever in the mail its JSON stands."""
    return next(filter(None, map(_from_order, order_objects(email))), None)


def read_key_values(email: Email) -> OrderNote | None:
    """The note in the mail's `Key: value` lines."""
    return _from_lines(email.fresh_text) or _from_lines(email.text)


def order_objects(email: Email) -> Iterator[dict[str, object]]:
    """Every JSON object with an `orderNumber` in a mail, in order."""
    for source in _json_sources(email):
        if "orderNumber" in source:
            yield from _orders(source)


def _json_sources(email: Email) -> Iterator[str]:
    yield from email.json_ld
    for file in email.attachments:
        if file.declared_type in _JSON_TYPES:
            yield file.content.decode("utf-8-sig", "replace")
    if email.text.lstrip()[:1] in ("{", "["):
        yield email.text


def _orders(source: str) -> Iterator[dict[str, object]]:
    """Every object with an order number, wherever it stands: alone, in a list, in an @graph."""
    try:
        waiting: list[object] = [json.loads(source[:MAX_JSON])]
    except (ValueError, RecursionError):
        return
    for _ in range(MAX_NODES):
        if not waiting:
            return
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(reversed(node))
        elif isinstance(node, dict):
            if text_of(node.get("orderNumber")):
                yield node
            waiting.extend(reversed([each for each in node.values() if isinstance(each, dict | list)]))


def _from_order(order: dict[str, object]) -> OrderNote | None:
    """schema.org Order: `comment` is a text or a Comment, `customer` a Person, an Organization or a name."""
    number = text_of(order.get("orderNumber")).lstrip("#")
    text = text_of(order.get("comment")) or text_of(order.get("description"))
    if not text or not number:
        return None
    customer = first_of(order.get("customer"))
    if not isinstance(customer, dict):
        found = ADDRESS.search(text_of(customer))
        return OrderNote(number, text, *_person(text_of(customer), found))
    address = ADDRESS.search(text_of(customer.get("email")).removeprefix("mailto:"))
    name = text_of(customer.get("name")) or " ".join(
        filter(None, (text_of(customer.get("givenName")), text_of(customer.get("familyName"))))
    )
    return OrderNote(number, text, address[0] if address else None, name or None)


def first_of(value: object) -> object:
    """A list's first entry; anything else as it is."""
    return value[0] if isinstance(value, list) and value else value


def text_of(value: object) -> str:
    """A JSON-LD text: a string, a number, a {"@value"}, or a thing with `text`; lists give their first."""
    value = first_of(value)
    if isinstance(value, dict):
        value = first_of(value.get("@value") or value.get("text") or value.get("description") or "")
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).replace("\x00", "").strip()


def _from_lines(text: str) -> OrderNote | None:
    values = _values(text)
    order_no, note = values.get("order", "").lstrip("#"), values.get("note", "")
    if not order_no or "\n" in order_no or not note:
        return None
    buyer = values.get("buyer", "")
    address, name = _person(buyer, ADDRESS.search(buyer))
    return OrderNote(order_no, note, address, values.get("name") or name)


def _values(text: str) -> dict[str, str]:
    """The value of each known key; a note goes on over the lines that follow, up to the next key."""
    found: dict[str, list[str]] = {}
    current = ""
    for line in text.split("\n"):
        match = _LINE.match(line)
        key = _KEYS.get(match[1].strip().lower()) if match else None
        if match and key and key not in found:
            current = key
            found[key] = [match[2]]
        elif current == "note":
            found["note"].append(line)
    return {key: "\n".join(lines).strip() for key, lines in found.items()}


def _person(text: str, address: re.Match[str] | None) -> tuple[str | None, str | None]:
    """Address and name out of `Name <address>`, either alone, or both in any order."""
    if address is None:
        return None, text.strip() or None
    rest = (text[: address.start()] + text[address.end() :]).replace("mailto:", "")
    return address[0], rest.strip(" \t<>()\",;'") or None
