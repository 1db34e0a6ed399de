"""The queue of outgoing mail as admins read it: mails, attempts, suppressed addresses, pauses, and their JSON."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from gateway.domain.shapes import moment

DeliveryState = Literal["queued", "deferred", "sent", "bounced", "failed"]
DELIVERY_STATES: tuple[DeliveryState, ...] = get_args(DeliveryState)
RETRIED: tuple[DeliveryState, ...] = ("failed", "deferred", "bounced")
"""What an admin may have sent again at once."""
CANCELLED: tuple[DeliveryState, ...] = ("queued", "deferred")
"""What an admin may still stop."""

Scope = Literal["all", "notifications"]
EVERYTHING: Scope = "all"
NOTIFICATIONS: Scope = "notifications"
Why = Literal["address", "unsubscribed", "complaint"]
PauseKind = Literal["shop", "domain"]


@dataclass(frozen=True, slots=True)
class DeliveryQuery:
    """Which mails to list: of a state, of a shop (its slug), newest first, after the mail `cursor`."""

    state: DeliveryState | None = None
    shop: str | None = None
    cursor: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedMail:
    """One outgoing mail. `refusal` is a RefusalKind, "cancelled" or empty; `sending` while a worker has it.

    `paused` when its shop or its domain is; `next_attempt_at` only where there is another attempt.
    """

    id: str
    shop: str | None
    kind: str
    rcpt_to: str
    domain: str
    state: str
    refusal: str
    attempts: int
    smtp_reply: str
    internet_message_id: str
    thread_id: str | None
    message_id: str | None
    queued_at: datetime
    at: datetime
    next_attempt_at: datetime | None
    sending: bool
    paused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptView:
    """One try: how it ended, and all that was said, `C: `, `S: ` or `-- ` before each line."""

    at: datetime
    outcome: str
    refusal: str
    smtp_reply: str
    host: str
    dialogue: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeliveryDetail:
    """A mail with its attempts, oldest first."""

    mail: QueuedMail
    attempts: tuple[AttemptView, ...]


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """Some mails, newest first, and the cursor of the page after them."""

    items: tuple[QueuedMail, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class SuppressionQuery:
    """Which suppressed addresses to list: of a shop (its slug), newest first, after the row `cursor`."""

    shop: str | None = None
    cursor: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressionView:
    """An address that gets no mail (`scope` all) or no notifications of a shop (its slug), and why."""

    id: str
    shop: str
    address: str
    scope: str
    reason: str
    detail: str
    delivery_id: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class SuppressionPage:
    """Some suppressed addresses, newest first, and the cursor of the page after them."""

    items: tuple[SuppressionView, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseView:
    """Mail of a shop (`value` is its slug) or to a domain waits."""

    id: str
    kind: str
    value: str
    reason: str
    by_name: str
    at: datetime


def delivery_json(mail: QueuedMail) -> dict[str, Any]:
    """A queued mail without its attempts."""
    same = (
        "id shop kind rcpt_to domain state refusal attempts smtp_reply internet_message_id thread_id message_id "
        "sending paused"
    ).split()
    times = {name: moment(getattr(mail, name)) for name in ("queued_at", "at", "next_attempt_at")}
    return {name: getattr(mail, name) for name in same} | times


def detail_json(detail: DeliveryDetail) -> dict[str, Any]:
    """A queued mail with `attempt_list`: every try and its dialogue."""
    return delivery_json(detail.mail) | {"attempt_list": [_attempt_json(attempt) for attempt in detail.attempts]}


def _attempt_json(attempt: AttemptView) -> dict[str, Any]:
    same = {name: getattr(attempt, name) for name in ("outcome", "refusal", "smtp_reply", "host")}
    return same | {"at": moment(attempt.at), "dialogue": list(attempt.dialogue)}


def suppression_json(row: SuppressionView) -> dict[str, Any]:
    """A suppressed address."""
    same = "id shop address scope reason detail delivery_id".split()
    return {name: getattr(row, name) for name in same} | {"at": moment(row.at)}


def pause_json(pause: PauseView) -> dict[str, Any]:
    """A pause."""
    same = "id kind value reason by_name".split()
    return {name: getattr(pause, name) for name in same} | {"at": moment(pause.at)}
