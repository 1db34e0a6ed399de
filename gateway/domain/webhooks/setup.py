"""A webhook as those who set it up see it. Its secret goes out once, when it is made or changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from gateway.domain.shapes import moment

DeliveryState = Literal["waiting", "sent", "failed"]
MAX_DESCRIPTION = 200
MAX_URL = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookView:
    """One webhook; without a shop it hears of all shops. `waiting` and `failed` count its deliveries."""

    id: str
    shop_id: str | None
    shop: str | None
    url: str
    description: str
    events: tuple[str, ...]
    enabled: bool
    disabled_why: str
    failing_since: datetime | None
    last_success_at: datetime | None
    waiting: int
    failed: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Made:
    """A webhook and its secret, this once."""

    webhook: WebhookView
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallView:
    """One event on its way to a webhook; `answer` are the first bytes of what the program said last."""

    id: str
    event_id: str
    kind: str
    data: dict[str, Any]
    state: DeliveryState
    attempts: int
    status: int
    answer: str
    next_attempt_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class CallPage:
    """Some of them, newest first; `next` is the cursor of the page after them."""

    items: tuple[CallView, ...]
    next: str | None


def webhook_json(view: WebhookView) -> dict[str, Any]:
    """A Webhook."""
    same = "id shop url description enabled disabled_why waiting failed".split()
    times = "failing_since last_success_at created_at".split()
    document = {name: getattr(view, name) for name in same} | {"events": list(view.events)}
    return document | {name: moment(getattr(view, name)) for name in times}


def made_json(made: Made) -> dict[str, Any]:
    """A Webhook with its secret."""
    return webhook_json(made.webhook) | {"secret": made.secret}


def call_json(view: CallView) -> dict[str, Any]:
    """A WebhookDelivery."""
    same = "id event_id state attempts status answer".split()
    waits = moment(view.next_attempt_at) if view.state == "waiting" else None
    told = {"type": view.kind, "data": view.data, "at": moment(view.at), "next_attempt_at": waits}
    return {name: getattr(view, name) for name in same} | told
