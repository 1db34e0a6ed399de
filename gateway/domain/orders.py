"""An order as a shop's own system tells it, and as we tell it back: the fields and their limits. Keeps nothing itself.

The models are also the JSON Schemas that the API publishes, so every limit stands in the schema itself.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, StringConstraints, WithJsonSchema

from gateway.domain.conversations import BuyerView
from gateway.domain.shapes import moment

MAX_NOTE_CHARS = 50_000
_AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")
_MAX_AMOUNT = 10**12
_MAX_QUANTITY = 10**9
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_ORDER_NO = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,64}")


def _amount(value: object) -> str:
    if isinstance(value, str) and _AMOUNT.fullmatch(value):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= _MAX_AMOUNT:
        return f"{value:.6f}".rstrip("0").rstrip(".")
    raise ValueError("expected an amount such as 12.50")


def _quantity(value: object) -> int | float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= _MAX_QUANTITY:
        return value
    raise ValueError("expected a quantity such as 2")


def _one_line(text: str) -> str:
    """Shops write tabs and line ends into titles; in a header of a mail they would begin another one."""
    return " ".join(_CONTROLS.sub(" ", text).split())


def _in_utc(moment: datetime) -> datetime:
    """A time without a zone is taken as UTC: order systems that leave it out mean their server's, mostly UTC."""
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("this moment is out of range") from None


NO_NUL = r"^[^\x00]*$"
"""PostgreSQL stores no NUL in a text."""
Line = Annotated[str, StringConstraints(max_length=500, pattern=NO_NUL), AfterValidator(_one_line)]
"""A text that is kept as one line, without control characters."""
Word = Annotated[str, StringConstraints(max_length=100, pattern=NO_NUL), AfterValidator(_one_line)]
"""A short one."""
Note = Annotated[str, StringConstraints(max_length=MAX_NOTE_CHARS, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")]
"""Lines of text with at least one visible character."""
Address = Annotated[
    str,
    StringConstraints(
        max_length=254,
        # What may stand in RCPT TO without quoting (RFC 5321 §4.1.2, RFC 6531 §3.3), dots in any number: some
        # Japanese providers give out addresses with two in a row.
        pattern=r'^[^\s@<>()\[\],;:\\"\x00-\x1f\x7f]{1,64}@[^\s@<>()\[\],;:\\"\x00-\x1f\x7f]{1,253}$',
    ),
]
"""One plain email address."""
Amount = Annotated[
    str,
    PlainValidator(_amount),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": f"^{_AMOUNT.pattern}$"},
                {"type": "number", "minimum": 0, "maximum": _MAX_AMOUNT},
            ]
        }
    ),
]
"""A sum of money, kept as the decimal text that the shop wrote."""
Quantity = Annotated[
    int | float,
    PlainValidator(_quantity),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": _MAX_QUANTITY}),
]
"""How many, or how much: some goods are sold by weight."""
Moment = Annotated[datetime, AfterValidator(_in_utc)]
"""A time, kept in UTC."""
Locale = Annotated[str, StringConstraints(max_length=35, pattern=r"^([A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8}){0,3})?$")]
"""A BCP 47 tag, with _ or -; empty when unknown."""


class Document(BaseModel):
    """What comes from outside: read strictly, what we do not know is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class BuyerDocument(Document):
    """Who bought."""

    email: Address
    name: Line | None = None
    locale: Locale | None = None


class ItemDocument(Document):
    """One line of an order."""

    sku: Word | None = None
    title: Line | None = None
    qty: Quantity = 1
    price: Amount | None = None


class OrderDocument(Document):
    """An order. What is left out stays as it is in an order that is known already; null clears it."""

    buyer: BuyerDocument
    status: Word | None = None
    placed_at: Moment | None = None
    paid_at: Moment | None = None
    currency: Annotated[str, StringConstraints(pattern=r"^([A-Za-z]{3})?$")] | None = None
    total: Amount | None = None
    country: Annotated[str, StringConstraints(pattern=r"^([A-Za-z]{2})?$")] | None = None
    items: Annotated[list[ItemDocument], Field(max_length=1000)] | None = None
    tracking_no: Word | None = None
    note: Annotated[str, StringConstraints(max_length=MAX_NOTE_CHARS, pattern=NO_NUL)] | None = None

    def columns(self) -> dict[str, Any]:
        """The order's columns that this document sets."""
        given = self.model_fields_set - {"buyer", "note", "items"}
        columns = {name: getattr(self, name) for name in given}
        for name in given & {"status", "currency", "total", "tracking_no", "country"}:
            columns[name] = columns[name] or ""
        for name in {"currency", "country"} & columns.keys():
            columns[name] = columns[name].upper()
        if "items" in self.model_fields_set:
            columns["items"] = [item.model_dump(exclude_none=True) for item in self.items or ()]
        return columns


class PartsDocument(Document):
    """What may be told of an order alone, without the order."""

    status: Word | None = None
    tracking_no: Word | None = None


class NoteDocument(Document):
    """An order note 订单留言. The same `external_id` files it once."""

    text: Note
    external_id: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL)] | None = None


def order_number(text: str) -> str | None:
    """A shop's order number without the spaces around it; None for what can't be one."""
    tidy = text.strip()
    return tidy if _ORDER_NO.fullmatch(tidy) else None


def fold_order_no(order_no: str) -> str:
    """How order numbers are looked up: mail servers on the way fold the case of local parts."""
    return order_no.casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRecord:
    """An order as it is kept; `shop` is the slug, `thread_id` the one thread about it, if somebody has written."""

    id: str
    shop_id: str
    shop: str
    order_no: str
    buyer: BuyerView
    status: str
    placed_at: datetime | None
    paid_at: datetime | None
    currency: str
    total: str
    items: tuple[Mapping[str, Any], ...]
    tracking_no: str
    country: str
    thread_id: str | None
    created_at: datetime
    updated_at: datetime


def order_json(record: OrderRecord) -> dict[str, Any]:
    """An Order; the buyer's address only in its masked form."""
    buyer = record.buyer
    same = "id shop order_no status currency total tracking_no country thread_id".split()
    times = {name: moment(getattr(record, name)) for name in ("placed_at", "paid_at", "created_at", "updated_at")}
    return (
        {name: getattr(record, name) for name in same}
        | times
        | {"buyer": {"id": buyer.id, "name": buyer.name, "email_masked": buyer.email_masked, "locale": buyer.locale}}
        | {"items": [dict(item) for item in record.items]}
    )
