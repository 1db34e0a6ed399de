"""What an outcome changes of a thread, and the difference that makes: one function for real mail and for dry runs."""

from dataclasses import dataclass, replace
from datetime import datetime

from gateway.domain.routing.actions import Outcome
from gateway.domain.routing.channels import Channel

MAX_LABELS = 20
SHOWN = ("assignee_id", "team_id", "labels", "priority", "status")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a thread stands: the part of it that channels and rules may set."""

    assignee_id: str | None = None
    team_id: str | None = None
    labels: tuple[str, ...] = ()
    priority: str = "normal"
    status: str = "open"
    due_at: datetime | None = None


def by_channel(outcome: Outcome, channel: Channel | None) -> Outcome:
    """The channel's own wishes below those of the rules."""
    if channel is None:
        return outcome
    return replace(
        outcome,
        assignee_id=outcome.assignee_id or channel.assignee_id,
        team_id=outcome.team_id or channel.team_id,
        labels=tuple(dict.fromkeys((*channel.labels, *outcome.labels))),
    )


def after(standing: Standing, outcome: Outcome, due_at: datetime | None = None) -> Standing:
    """Where the thread stands then. Whoever has a thread keeps it, and the first promise of an answer counts."""
    return Standing(
        assignee_id=standing.assignee_id or outcome.assignee_id,
        team_id=standing.team_id or outcome.team_id,
        labels=tuple(dict.fromkeys((*standing.labels, *outcome.labels)))[:MAX_LABELS],
        priority=outcome.priority or standing.priority,
        status=outcome.status or standing.status,
        due_at=standing.due_at or due_at,
    )


def differences(before: Standing, now: Standing) -> tuple[str, ...]:
    """The names of what differs."""
    return tuple(name for name in SHOWN if getattr(before, name) != getattr(now, name))
