"""What a rule may look at: one message that has been filed, with its order, its buyer and the people at hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from gateway.domain.routing.teams import Team


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """The order that a thread is about. `amount` None when the shop's total is no number."""

    status: str = ""
    amount: Decimal | None = None
    currency: str = ""
    country: str = ""
    placed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingFacts:
    """One message as rules see it.

    `local` is when it came in the shop's zone. `channel` is its kind, `channel_id` the admin's channel if there is one.
    `attachments` are kinds of KINDS. `people` maps the addresses of those who work for the shop to their ids,
    `loads` ids to open threads; `teams` are those that the shop may use, by id.
    """

    channel: str
    shop: str
    at: datetime
    local: datetime
    channel_id: str = ""
    order: OrderFacts | None = None
    buyer_language: str = ""
    buyer_orders: int = 0
    first_time: bool = False
    text: str = ""
    language: str = ""
    attachments: frozenset[str] = frozenset()
    trust: str = ""
    people: Mapping[str, str] = field(default_factory=dict)
    teams: Mapping[str, Team] = field(default_factory=dict)
    loads: Mapping[str, int] = field(default_factory=dict)


KINDS = ("picture", "pdf", "document", "archive", "video", "audio", "other")
_KINDS = (
    # The beginning of a content type, and what people call it.
    ("image/", "picture"),
    ("application/pdf", "pdf"),
    ("video/", "video"),
    ("audio/", "audio"),
    ("application/zip", "archive"),
    ("application/x-7z", "archive"),
    ("application/x-rar", "archive"),
    ("application/vnd.rar", "archive"),
    ("application/gzip", "archive"),
    ("application/x-tar", "archive"),
    ("application/msword", "document"),
    ("application/vnd.", "document"),
    ("application/rtf", "document"),
    ("text/", "document"),
)


def kind_of(content_type: str) -> str:
    """One of KINDS."""
    return next((kind for beginning, kind in _KINDS if content_type.startswith(beginning)), "other")
