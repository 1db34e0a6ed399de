"""What was done to a thread, as lines between its messages: words, icon, and whether it can be undone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.domain.conversations import MessageView
from gateway.inbox.restructuring import UNDOABLE
from gateway.store.restructuring import Event

from .i18n import N_

_CLUE = "event-"
LINES = {
    # Each kind of event: what was done, and its icon.
    "merged": (N_("%(who)s merged another conversation into this one"), "merge"),
    "split": (N_("%(who)s split messages off into a conversation of their own"), "split"),
    "moved": (N_("%(who)s moved this to order %(detail)s"), "package"),
    "undone": (N_("%(who)s undid it"), "undo-2"),
    "blocked": (N_("%(who)s blocked this buyer"), "ban"),
    "unblocked": (N_("%(who)s takes this buyer's mail again"), "check"),
    "buyers-merged": (N_("%(who)s said that two buyers are one: this one and %(detail)s"), "users"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """An event, ready to show. `link` is a thread that it made."""

    id: str
    words: str
    icon: str
    detail: str
    reason: str
    link: str
    undone: bool
    can_undo: bool


def event_ids(messages: Sequence[MessageView]) -> list[str]:
    """The events that a thread's lines name."""
    return [id_ for message in messages if (id_ := _event_id(message))]


def _event_id(message: MessageView) -> str:
    first = message.filed_because[0] if message.direction == "system" and message.filed_because else {}
    return str(first.get("detail", "")) if str(first.get("clue", "")).startswith(_CLUE) else ""


def line_of(message: MessageView, events: Mapping[str, Event]) -> Line | None:
    """A message's event; None for a message that is none, or of a kind that has no line."""
    event = events.get(_event_id(message))
    if event is None or event.kind not in LINES:
        return None
    words, icon = LINES[event.kind]
    buyer = event.data.get("buyer") or {}
    return Line(
        id=event.id,
        words=words,
        icon=icon,
        detail=str(event.data.get("order_no", "") or buyer.get("name", "")),
        reason=str(event.data.get("reason", "")),
        link=str(event.data.get("target", "")) if event.undone_at is None else "",
        undone=event.undone_at is not None,
        can_undo=event.kind in UNDOABLE and event.undone_at is None,
    )
