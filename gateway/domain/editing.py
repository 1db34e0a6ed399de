"""Which changes to a thread a person may ask for, and what each sets. Pure; who and which team, others look up."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gateway.domain.conversations import STATUSES, clean_text
from gateway.domain.routing.actions import PRIORITIES
from gateway.errors import Invalid

FIELDS = frozenset({"status", "assignee", "team", "priority", "labels", "snoozed_until"})
MAX_LABELS, MAX_LABEL_CHARS = 20, 40

_STATUS_EFFECT: Mapping[str, Mapping[str, Any]] = {
    # somebody puts it back among what has to be answered
    "open": {"needs_reply": True, "snoozed_until": None},
    # the buyer's turn
    "waiting": {"needs_reply": False, "snoozed_until": None, "due_at": None},
    # whoever closes it has dealt with it
    "closed": {"needs_reply": False, "unread": False, "snoozed_until": None, "due_at": None},
    # stays as it is until the moment comes
    "snoozed": {"unread": False},
}


def columns_of(changes: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The columns that the changes set, without assignee and team. Raises Invalid, naming the field."""
    for name in changes:
        if name not in FIELDS:
            raise Invalid(f"unknown field {name[:40]!r}", field=str(name)[:40])
    columns = _status(changes, now)
    if "priority" in changes:
        if changes["priority"] not in PRIORITIES:
            raise Invalid(f"priority must be one of {', '.join(PRIORITIES)}", field="priority")
        columns["priority"] = changes["priority"]
    if "labels" in changes:
        columns["labels"] = _labels(changes["labels"])
    return columns


def _status(changes: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    until = changes.get("snoozed_until")
    status = changes.get("status") or ("snoozed" if until is not None else None)
    if "status" in changes and status not in STATUSES:
        raise Invalid(f"status must be one of {', '.join(STATUSES)}", field="status")
    if status == "snoozed":
        return {"status": status, **_STATUS_EFFECT[status], "snoozed_until": _later(until, now)}
    if until is not None:
        raise Invalid("only a snoozed thread has a moment to come back", field="snoozed_until")
    closed_at = now if status == "closed" else None
    return {"status": status, **_STATUS_EFFECT[status], "closed_at": closed_at} if status else {}


def _later(until: object, now: datetime) -> datetime:
    if isinstance(until, str):
        try:
            until = datetime.fromisoformat(until)
        except ValueError:
            until = None
    if not isinstance(until, datetime) or until.tzinfo is None:
        raise Invalid("expected a moment with its zone, such as 2026-11-24T09:00:00Z", field="snoozed_until")
    if until <= now:
        raise Invalid("this moment has passed", field="snoozed_until")
    return until


def _labels(labels: object) -> list[str]:
    if not isinstance(labels, list | tuple) or not all(isinstance(label, str) for label in labels):
        raise Invalid("expected a list of texts", field="labels")
    tidy = list(dict.fromkeys(filter(None, (" ".join(clean_text(label).split()) for label in labels))))
    if len(tidy) > MAX_LABELS or any(len(label) > MAX_LABEL_CHARS for label in tidy):
        raise Invalid(f"at most {MAX_LABELS} labels of {MAX_LABEL_CHARS} characters", field="labels")
    return tidy
