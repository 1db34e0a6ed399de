"""The JSON documents of webhooks as models."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gateway.domain.conversations import MAX_LIMIT
from gateway.domain.orders import NO_NUL, Document
from gateway.domain.webhooks.events import EventKind
from gateway.domain.webhooks.setup import MAX_DESCRIPTION, MAX_URL, DeliveryState

from .schemas import Id

_LEFT_OUT: Any = Field(default_factory=lambda: None)
Cursor = Annotated[str, Field(json_schema_extra={"format": "uuid"})]
Url = Annotated[str, StringConstraints(max_length=MAX_URL, pattern=r"^https?://[!-~]+$")]
Events = Annotated[list[EventKind], Field(min_length=1, max_length=20)]
Description = Annotated[str, StringConstraints(max_length=MAX_DESCRIPTION, pattern=NO_NUL)]
Secret = Annotated[str, StringConstraints(max_length=100, pattern=r"^whsec_[A-Za-z0-9+/]{32,88}={0,2}$")]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class WebhookBody(Document):
    """Where to, and what of; without a shop of all shops, without a secret one is made."""

    url: Url
    events: Events
    shop: Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=NO_NUL)] | None = None
    description: Description = ""
    secret: Secret | None = None


class WebhookChange(BaseModel):
    """What is to change; what is left out stays."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: Url = _LEFT_OUT
    events: Events = _LEFT_OUT
    description: Description = _LEFT_OUT
    enabled: bool = _LEFT_OUT


class WebhookSecretBody(Document):
    """A secret of the caller's own; one is made when it is left out."""

    secret: Secret | None = None


class ReplayBody(Document):
    """Which delivery to send again; all that failed when it is left out."""

    delivery_id: Id | None = None


class WebhookCallsQuery(BaseModel):
    """Which deliveries to list."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    cursor: Cursor | None = None
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = 50


class Webhook(_Answer):
    """A program that hears of events; `waiting` and `failed` count its deliveries."""

    id: Id
    shop: str | None
    url: str
    description: str
    events: list[EventKind]
    enabled: bool
    disabled_why: Literal["", "failing", "gone"]
    failing_since: datetime | None
    last_success_at: datetime | None
    waiting: int
    failed: int
    created_at: datetime


class WebhookWithSecret(Webhook):
    """A webhook and, this once, its secret."""

    secret: str


class WebhookList(_Answer):
    """All webhooks, oldest first; they fit one page, so `next` is always null."""

    items: list[Webhook]
    next: None


class WebhookDelivery(_Answer):
    """One event on its way; `status` and `answer` (its first bytes) are what the last attempt got."""

    id: Id
    event_id: Id
    type: str
    data: dict[str, Any]
    state: DeliveryState
    attempts: int
    status: int
    answer: str
    next_attempt_at: datetime | None
    at: datetime


class WebhookDeliveryPage(_Answer):
    """Some deliveries, newest first; `next` is the cursor of the page after them."""

    items: list[WebhookDelivery]
    next: str | None


class Replayed(_Answer):
    """How many deliveries were put back to the queue."""

    count: int
