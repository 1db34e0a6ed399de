"""What one call of a shop's system says, in our words, and the table of systems. How each writes it is beside this.

Two kinds of words: the whole order in one version, and parts of it (state, tracking number) with a moment each, so
that calls which come twice, late or out of order end the same as in order.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

Kind = Literal["shopify", "woocommerce", "woocommerce-pull"]
Outcome = Literal["applied", "stale", "waiting", "ignored", "failed"]
STATUS_ORDER = (
    # How far an order is. Of two words of the same moment the one further down holds.
    "pending",
    "on_hold",
    "paid",
    "partially_shipped",
    "shipped",
    "completed",
    "partially_refunded",
    "failed",
    "cancelled",
    "refunded",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One call about one order. `external_id` is the order's at its system, `at` the moment that it speaks of.

    `order` is the whole order as the API takes it, without what `parts` tell; None when the call is about parts
    alone. `note` is the buyer's, empty when there is none.
    """

    external_id: str
    at: datetime
    order_no: str = ""
    order: Mapping[str, Any] | None = None
    parts: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Ignored:
    """A call that changes nothing, and the code of the reason."""

    why: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """The newest word on one part of an order. One out of a whole order knows more than one that came alone."""

    at: datetime
    whole: bool
    value: str

    @property
    def weight(self) -> tuple[datetime, bool, int, bool]:
        """Of two words the heavier one holds."""
        rank = STATUS_ORDER.index(self.value) if self.value in STATUS_ORDER else -1
        return (self.at, self.whole, rank, bool(self.value))


Parts = Mapping[str, Part]


_COUNTRY = re.compile("[A-Za-z]{2}")


def merged(known: Parts, heard: Heard) -> dict[str, Part]:
    """What is known of the parts after one more call; the same whatever the order of the calls."""
    parts = dict(known)
    for name, value in heard.parts.items():
        told = Part(heard.at, heard.order is not None, value)
        if name not in parts or told.weight > parts[name].weight:
            parts[name] = told
    return parts


def parts_json(parts: Parts) -> dict[str, Any]:
    """As it is kept."""
    return {name: [part.at.isoformat(), part.whole, part.value] for name, part in parts.items()}


def parts_of(kept: Mapping[str, Any]) -> dict[str, Part]:
    """Read back what `parts_json` wrote."""
    return {name: Part(datetime.fromisoformat(at), whole, value) for name, (at, whole, value) in kept.items()}


def country_of(*addresses: object) -> str:
    """The ISO 3166 code of the first address that has one: where the goods go, before who pays."""
    codes = (one_of(address).get(name) for address in addresses for name in ("country_code", "country"))
    return first(code.upper() for code in map(text, codes) if _COUNTRY.fullmatch(code))


def moment(value: object) -> datetime | None:
    """An ISO 8601 time, UTC when it has no zone; None for anything else."""
    try:
        at = datetime.fromisoformat(str(value))
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def text(value: object) -> str:
    """A text or a number as text; empty for anything else."""
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def one_of(value: object) -> Mapping[str, Any]:
    """An object, or an empty one."""
    return value if isinstance(value, dict) else {}


def each(value: object) -> list[Mapping[str, Any]]:
    """The objects of a list."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def first(candidates: Iterable[str]) -> str:
    """The first that is not empty, else an empty text."""
    return next(filter(None, candidates), "")


def without_nothing(values: Mapping[str, Any]) -> dict[str, Any]:
    """What is there: an order that leaves a field out keeps what is known of it."""
    return {name: value for name, value in values.items() if value not in (None, "")}
