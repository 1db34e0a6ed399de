"""The JSON documents of outgoing mail as models: queue, suppression list, pauses."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gateway.domain.conversations import MAX_LIMIT
from gateway.domain.orders import NO_NUL, Document
from gateway.domain.queueing import DeliveryState, PauseKind, Scope, Why

from .schemas import Id, Text

Cursor = Annotated[str, Field(json_schema_extra={"format": "uuid"})]
Refusal = Literal["", "address", "content", "policy", "full", "other", "cancelled"]


class _Query(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DeliveryListQuery(_Query):
    """Which mails of the queue to list."""

    state: DeliveryState | None = None
    shop: Text | None = None
    cursor: Cursor | None = None
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = 50


class SuppressionListQuery(_Query):
    """Which suppressed addresses to list."""

    shop: Text | None = None
    cursor: Cursor | None = None
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = 50


class PauseBody(Document):
    """What is to wait: a shop by its slug, or a domain."""

    kind: PauseKind
    value: Annotated[str, StringConstraints(min_length=1, max_length=253, pattern=NO_NUL)]
    reason: Annotated[str, StringConstraints(max_length=200, pattern=NO_NUL)] = ""


class QueuedMail(_Answer):
    """One outgoing mail; `sending` while a worker has it, `paused` while an admin lets it wait."""

    id: Id
    shop: str | None
    kind: str
    rcpt_to: str
    domain: str
    state: DeliveryState
    refusal: Refusal
    attempts: int
    smtp_reply: str
    internet_message_id: str
    thread_id: Id | None
    message_id: Id | None
    queued_at: datetime
    at: datetime
    next_attempt_at: datetime | None
    sending: bool
    paused: bool


class Attempt(_Answer):
    """One try and all that was said: `C: ` is we, `S: ` the server, `-- ` what happened to the connection."""

    at: datetime
    outcome: Literal["sent", "deferred", "failed"]
    refusal: Refusal
    smtp_reply: str
    host: str
    dialogue: list[str]


class DeliveryDetail(QueuedMail):
    """One outgoing mail with its attempts, oldest first."""

    attempt_list: list[Attempt]


class DeliveryPage(_Answer):
    """Some mails, newest first; `next` is the cursor of the page after them."""

    items: list[QueuedMail]
    next: str | None


class Suppression(_Answer):
    """An address that gets no mail (`scope` all) or no notifications of a shop."""

    id: Id
    shop: str
    address: str
    scope: Scope
    reason: Why
    detail: str
    delivery_id: Id | None
    at: datetime


class SuppressionPage(_Answer):
    """Some suppressed addresses, newest first; `next` is the cursor of the page after them."""

    items: list[Suppression]
    next: str | None


class Pause(_Answer):
    """Mail of a shop (its slug) or to a domain waits."""

    id: Id
    kind: PauseKind
    value: str
    reason: str
    by_name: str
    at: datetime


class PauseList(_Answer):
    """All pauses, oldest first; they fit one page, so `next` is always null."""

    items: list[Pause]
    next: None


class Nothing(_Answer):
    """An empty document: it is done."""
