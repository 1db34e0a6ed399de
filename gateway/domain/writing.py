"""What a seller is writing, as values: drafts, and what taking an answer back needs. Keeping them is the store's."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from gateway.domain.messages import StoredFile
from gateway.errors import Invalid

Kind = Literal["reply", "note"]
KINDS: tuple[Kind, ...] = ("reply", "note")
UNDO_CHOICES = (0, 5, 10, 20)
"""For how many seconds an answer from a page may wait; each user chooses one."""
LONGEST_WAIT = timedelta(days=365)
_BEFORE = ("status", "unread", "needs_reply", "automatic")


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody has begun to write; `files` came back with an answer that was taken back."""

    kind: Kind
    text: str
    updated_at: datetime
    files: tuple[StoredFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Unsent:
    """An answer that was taken back before it left."""

    thread_id: str
    shop_id: str
    text: str
    files: tuple[StoredFile, ...]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who has a thread open, and whether they write at this moment."""

    user_id: str
    name: str
    typing: bool = False


def due_at(send_at: datetime | None, now: datetime) -> datetime:
    """When an answer is to leave. Raises Invalid for a moment that is too far away; a past one means now."""
    if send_at is None or send_at <= now:
        return now
    if send_at - now > LONGEST_WAIT:
        raise Invalid(f"at most {LONGEST_WAIT.days} days ahead", "send_at")
    return send_at


def undo_data(thread: Mapping[str, Any], status_after: str, template: str) -> dict[str, Any]:
    """What a waiting reply keeps: how its thread stood before (columns of its row), and what sending it anew needs."""
    before = {name: thread[name] for name in _BEFORE}
    before |= {name: thread[name].isoformat() if thread[name] else None for name in ("snoozed_until", "due_at")}
    return {"before": before, "after": status_after, "template": template}


def restored(undo: Mapping[str, Any]) -> dict[str, Any]:
    """The thread's columns as they were before a reply."""
    before = dict(undo["before"])
    moments = ("snoozed_until", "due_at")
    return before | {name: datetime.fromisoformat(before[name]) if before[name] else None for name in moments}
