"""What the composer of a thread shows: the draft, its files, what stands in the way; and when "later" is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gateway.domain.messages import StoredFile
from gateway.domain.writing import Draft, Kind
from gateway.errors import Invalid

from .forms import Form
from .i18n import N_
from .times import zone_of

KEPT = "kept-"
MORNING = 9


def _tomorrow(there: datetime) -> datetime:
    return (there + timedelta(days=1)).replace(hour=MORNING, minute=0, second=0, microsecond=0)


def _monday(there: datetime) -> datetime:
    return _tomorrow(there) + timedelta(days=6 - there.weekday())


LATER: Mapping[str, tuple[str, Callable[[datetime], datetime]]] = {
    # What the menu offers, and which moment it is, from a moment in the reader's zone.
    "1h": (N_("In 1 hour"), lambda there: there + timedelta(hours=1)),
    "tomorrow": (N_("Tomorrow at 9:00"), _tomorrow),
    "monday": (N_("On Monday at 9:00"), _monday),
}


@dataclass(frozen=True, slots=True)
class Composer:
    """A composer as it is to be shown. `other` is the draft of the other kind, `newer` a colleague's answer."""

    kind: Kind = "reply"
    text: str = ""
    other: str = ""
    files: tuple[StoredFile, ...] = ()
    problem: str = ""
    newer: str = ""
    saved_at: datetime | None = None


def from_drafts(drafts: Mapping[Kind, Draft]) -> Composer:
    """The newest draft in front."""
    if not drafts:
        return Composer()
    newest = max(drafts.values(), key=lambda draft: (draft.updated_at, draft.kind == "reply"))
    other = next((draft.text for draft in drafts.values() if draft is not newest), "")
    files = drafts["reply"].files if "reply" in drafts else ()
    return Composer(newest.kind, newest.text, other, files, saved_at=newest.updated_at)


def kind_of(form: Form) -> Kind:
    """What a form says that it is."""
    return "note" if form.get("kind") == "note" else "reply"


def kept_files(form: Form) -> frozenset[str]:
    """The ids of the draft's files that are still wanted."""
    return frozenset(name.removeprefix(KEPT) for name in form.fields if name.startswith(KEPT))


def send_at(form: Form, zone_name: str, undo_seconds: int, now: datetime) -> datetime:
    """When an answer is to leave: later, or once it can't be taken back any more.

    `zone_name` is the reader's own choice; else the browser's counts. Raises Invalid for what is no moment to come.
    """
    later = form.get("later")
    if not later:
        return now + timedelta(seconds=undo_seconds)
    zone = zone_of(zone_name) or zone_of(form.get("zone")) or UTC
    if later in LATER:
        return LATER[later][1](now.astimezone(zone)).astimezone(UTC)
    try:
        chosen = datetime.fromisoformat(form.get("send_at")).replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid("expected a moment", "send_at") from None
    if chosen <= now:
        raise Invalid("this moment has passed", "send_at")
    return chosen
