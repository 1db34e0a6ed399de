"""What a rule does: the table of actions, and what each adds to the outcome. Carrying it out is the flow's part."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from gateway.domain.routing.facts import RoutingFacts
from gateway.domain.routing.teams import next_member
from gateway.errors import Invalid

PRIORITIES = ("low", "normal", "high", "urgent")
STATUSES = ("open", "waiting", "closed")
MAX_SNOOZE = 60 * 24 * 90
MAX_TEXT = 254


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do with one value: a text, or minutes."""

    do: str
    value: Any = ""

    def as_json(self) -> dict[str, Any]:
        """As it is kept and served."""
        return {"do": self.do, "value": self.value}


@dataclass(frozen=True, slots=True)
class Acted:
    """That a rule applied: which one, what it found to be so, and what it did."""

    rule_id: str
    name: str
    because: tuple[Mapping[str, Any], ...] = ()
    did: tuple[Mapping[str, Any], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As it is kept with the message and served."""
        return {"id": self.rule_id, "name": self.name, "because": list(self.because), "did": list(self.did)}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What all rules together want. None: nothing about this. `acknowledge` names a canned reply, "" the usual mail."""

    assignee_id: str | None = None
    team_id: str | None = None
    labels: tuple[str, ...] = ()
    priority: str | None = None
    status: str | None = None
    snooze_minutes: int | None = None
    acknowledge: str | None = None
    notify: tuple[str, ...] = ()
    webhooks: tuple[str, ...] = ()
    acted: tuple[Acted, ...] = ()


def read_action(document: Mapping[str, Any], where: str) -> Action:
    """An action of what came from outside. Raises Invalid, naming the part below `where`."""
    do, value = str(document.get("do", "")), document.get("value", "")
    check = _CHECKS.get(do)
    if check is None:
        raise Invalid(f"expected one of {', '.join(ACTIONS)}", field=f"{where}.do")
    try:
        return Action(do, check(value))
    except Invalid as error:
        raise Invalid(str(error), field=f"{where}.value") from None


def _text(value: object) -> str:
    tidy = " ".join(value.replace("\0", "").split()) if isinstance(value, str) else ""
    if not 1 <= len(tidy) <= MAX_TEXT:
        raise Invalid(f"expected a text of 1 to {MAX_TEXT} characters")
    return tidy


def _label(value: object) -> str:
    label = _text(value)
    if len(label) > 40:
        raise Invalid("a label has at most 40 characters")
    return label


def _maybe_text(value: object) -> str:
    return "" if value in ("", None) else _text(value)


def _one_of(known: tuple[str, ...]) -> Callable[[object], str]:
    def check(value: object) -> str:
        if isinstance(value, str) and value in known:
            return value
        raise Invalid(f"expected one of {', '.join(known)}")

    return check


def _minutes(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_SNOOZE:
        return value
    raise Invalid(f"expected 1 to {MAX_SNOOZE} minutes")


Act = Callable[[Outcome, Any, RoutingFacts], Outcome]


def _assign(outcome: Outcome, value: str, facts: RoutingFacts) -> Outcome:
    """Nobody gets what they can't see: whoever no longer works for the shop is passed over."""
    return replace(outcome, assignee_id=facts.people.get(value.lower(), outcome.assignee_id))


def _team(outcome: Outcome, value: str, facts: RoutingFacts) -> Outcome:
    return replace(outcome, team_id=value) if value in facts.teams else outcome


def _round_robin(outcome: Outcome, value: str, facts: RoutingFacts) -> Outcome:
    """Outside working hours the team has it, and nobody in particular."""
    team = facts.teams.get(value)
    if team is None:
        return outcome
    chosen = next_member(team, facts.loads, facts.at)
    return replace(outcome, team_id=value, assignee_id=chosen.user_id if chosen else outcome.assignee_id)


def _add_label(outcome: Outcome, value: str, _facts: RoutingFacts) -> Outcome:
    return replace(outcome, labels=tuple(dict.fromkeys((*outcome.labels, value))))


def _status(outcome: Outcome, value: str, _facts: RoutingFacts) -> Outcome:
    return replace(outcome, status=value, snooze_minutes=None)


def _snooze(outcome: Outcome, value: int, _facts: RoutingFacts) -> Outcome:
    return replace(outcome, status="snoozed", snooze_minutes=value)


ACTIONS: Mapping[str, tuple[Callable[[object], Any], Act]] = {
    # Each action: how its value is read, and what it adds to the outcome.
    "assign": (_text, _assign),
    "team": (_text, _team),
    "round_robin": (_text, _round_robin),
    "label": (_label, _add_label),
    "priority": (_one_of(PRIORITIES), lambda outcome, value, _: replace(outcome, priority=value)),
    "status": (_one_of(STATUSES), _status),
    "snooze": (_minutes, _snooze),
    "acknowledge": (_maybe_text, lambda outcome, value, _: replace(outcome, acknowledge=value)),
    "notify": (_text, lambda outcome, value, _: replace(outcome, notify=(*outcome.notify, value))),
    "webhook": (_maybe_text, lambda outcome, value, _: replace(outcome, webhooks=(*outcome.webhooks, value))),
}
_CHECKS = {name: check for name, (check, _) in ACTIONS.items()}


def act(action: Action, outcome: Outcome, facts: RoutingFacts) -> Outcome:
    """The outcome with one more thing to do."""
    return ACTIONS[action.do][1](outcome, action.value, facts)
