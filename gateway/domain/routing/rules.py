"""The rules, from the top: which apply to a message, and what they want together. A later rule has the last word."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.domain.routing.actions import Acted, Action, Outcome, act
from gateway.domain.routing.conditions import Condition, holds
from gateway.domain.routing.facts import RoutingFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row: when all conditions hold, all actions are done; `stop` ends the table there.

    `shop` None: for every shop. `position` counts from 1.
    """

    id: str
    name: str
    shop: str | None = None
    position: int = 0
    enabled: bool = True
    stop: bool = False
    conditions: tuple[Condition, ...] = ()
    actions: tuple[Action, ...] = ()
    created_at: datetime | None = None
    updated_at: datetime | None = None


def decide(rules: Iterable[Rule], facts: RoutingFacts) -> Outcome:
    """What the rules want for one message, and which of them acted. The same for a real message and a dry run."""
    outcome = Outcome()
    for rule in rules:
        if applies(rule, facts):
            outcome = _with(rule, outcome, facts)
            if rule.stop:
                break
    return outcome


def applies(rule: Rule, facts: RoutingFacts) -> bool:
    """Whether a rule is on, for this shop, and all it asks is so."""
    if not rule.enabled or rule.shop not in (None, facts.shop):
        return False
    return all(holds(condition, facts) for condition in rule.conditions)


def _with(rule: Rule, outcome: Outcome, facts: RoutingFacts) -> Outcome:
    for action in rule.actions:
        outcome = act(action, outcome, facts)
    because = tuple(condition.as_json() for condition in rule.conditions)
    acted = Acted(rule.id, rule.name, because, tuple(action.as_json() for action in rule.actions))
    return replace(outcome, acted=(*outcome.acted, acted))
