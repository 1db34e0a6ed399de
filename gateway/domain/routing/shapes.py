"""The JSON of channels, rules and teams, as programs outside rely on it. The only place that spells it."""

from typing import Any

from gateway.domain.routing.channels import Channel
from gateway.domain.routing.rules import Rule
from gateway.domain.routing.teams import Team
from gateway.domain.shapes import moment


def channel_json(channel: Channel) -> dict[str, Any]:
    """A Channel. `webhook_key` is there for channels of sites and chats."""
    same = (
        "id kind shop name address assignee template_set language acknowledge response_minutes entitlement "
        "entitlement_days reader enabled webhook_key"
    ).split()
    return {name: getattr(channel, name) for name in same} | {
        "team": channel.team_id,
        "labels": list(channel.labels),
        "open_to_anyone": channel.entitlement == "never",
        "reader_config": dict(channel.reader_config),
        "created_at": moment(channel.created_at),
        "updated_at": moment(channel.updated_at),
    }


def rule_json(rule: Rule) -> dict[str, Any]:
    """A Rule."""
    return {name: getattr(rule, name) for name in ("id", "name", "shop", "position", "enabled", "stop")} | {
        "conditions": [condition.as_json() for condition in rule.conditions],
        "actions": [action.as_json() for action in rule.actions],
        "created_at": moment(rule.created_at),
        "updated_at": moment(rule.updated_at),
    }


def team_json(team: Team) -> dict[str, Any]:
    """A Team; its members by address."""
    return {name: getattr(team, name) for name in ("id", "name", "shop", "zone")} | {
        "hours": {day: list(span) for day, span in team.hours.items()},
        "members": [member.email for member in team.members],
        "created_at": moment(team.created_at),
    }
