"""An order source as its admins see it, and what they may set. Secrets go in and never come out again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.domain.shapes import moment
from gateway.domain.sources.hearing import Kind, Outcome
from gateway.domain.sources.reasons import sentence

KINDS: tuple[Kind, ...] = ("shopify", "woocommerce", "woocommerce-pull")
MAX_NAME = 80
MAX_SECRET = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSource:
    """A shop system to connect. Without a `secret` one is made. `url` and `consumer_key` are for those we ask."""

    shop: str
    kind: Kind
    name: str = ""
    secret: str = ""
    url: str = ""
    consumer_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """One source: `hook_url` is what the shop's system calls, `url` the one that we ask; one of both is empty."""

    id: str
    shop_id: str
    shop: str
    kind: Kind
    name: str
    hook_url: str
    url: str
    enabled: bool
    received: int
    refused: int
    last_at: datetime | None
    last_error: str
    last_error_at: datetime | None
    next_pull_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Connected:
    """A source after it was made or its secret changed; `secret` only when we made it: it is shown this once."""

    source: SourceView
    secret: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallView:
    """One call in the log."""

    id: str
    delivery_id: str
    topic: str
    order_no: str
    outcome: Outcome
    why: str
    detail: str
    size: int
    repeats: int
    at: datetime


@dataclass(frozen=True, slots=True)
class CallPage:
    """Some calls, newest first; `next` is the cursor of the page after them."""

    items: tuple[CallView, ...]
    next: str | None


def source_json(view: SourceView) -> dict[str, Any]:
    """A Source."""
    same = "id shop kind name hook_url url enabled received refused last_error".split()
    times = "last_at last_error_at next_pull_at created_at".split()
    return {name: getattr(view, name) for name in same} | {name: moment(getattr(view, name)) for name in times}


def connected_json(connected: Connected) -> dict[str, Any]:
    """A Source with the secret that was made for it, or null."""
    return source_json(connected.source) | {"secret": connected.secret or None}


def call_json(view: CallView) -> dict[str, Any]:
    """A call with its reason in words."""
    same = "id delivery_id topic order_no outcome why size repeats".split()
    text = sentence(view.why, "en", view.detail)
    return {name: getattr(view, name) for name in same} | {"why_text": text, "at": moment(view.at)}
