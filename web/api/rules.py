"""Routing rules by the API: the table, its order, and dry runs."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from gateway.admin import rules as flow
from gateway.domain.routing.changes import Standing, differences
from gateway.domain.routing.documents import DryRunDocument, PlacedRuleDocument
from gateway.domain.routing.shapes import rule_json
from gateway.domain.shapes import moment
from gateway.inbound import routing

from . import routing_schemas as schemas
from .delivery_schemas import Nothing
from .operations import Call, Operation, answer

MAX_BODY = 4 * 1024 * 1024
_TOLD = {"assignee_id": "assignee", "team_id": "team"}


async def list_rules(call: Call) -> web.Response:
    """The table."""
    return answer({"items": [rule_json(rule) for rule in await flow.rules(call.gw, call.actor)], "next": None})


async def add_rule(call: Call) -> web.Response:
    """Make one."""
    made = await flow.add(call.gw, call.actor, call.body_as(PlacedRuleDocument))
    return answer(rule_json(made), 201, {"Location": f"/api/v1/rules/{made.id}"})


async def get_rule(call: Call) -> web.Response:
    """One rule."""
    return answer(rule_json(await flow.rule(call.gw, call.actor, call.path("id"))))


async def put_rule(call: Call) -> web.Response:
    """Write one anew, and move it where `position` says."""
    document = call.body_as(PlacedRuleDocument)
    return answer(rule_json(await flow.put(call.gw, call.actor, call.path("id"), document)))


async def remove_rule(call: Call) -> web.Response:
    """Forget one."""
    await flow.remove(call.gw, call.actor, call.path("id"))
    return answer({})


async def dry_run_rules(call: Call) -> web.Response:
    """What rules would do with the last mails."""
    body = call.body_as(DryRunDocument)
    drafts = await flow.drafts(call.gw, call.actor, body.rules) if body.rules is not None else None
    return answer(dry_run_json(await routing.dry_run(call.gw, call.actor, drafts, body.last)))


def dry_run_json(compared: routing.Compared) -> dict[str, Any]:
    """A DryRun."""
    return {
        "looked_at": compared.looked_at,
        "acted_on": compared.acted_on,
        "would_change": len(compared.changed),
        "items": [_difference(each, compared.names) for each in compared.changed],
    }


def _difference(each: routing.Routing, names: Mapping[str, str]) -> dict[str, Any]:
    routed = each.routed
    return {
        "message_id": routed.message_id,
        "thread_id": routed.thread_id,
        "shop": routed.facts.shop,
        "subject": routed.subject,
        "received_at": moment(routed.received_at),
        "before": _stand(each.before, names),
        "after": _stand(each.now, names),
        "changed": [_TOLD.get(name, name) for name in differences(each.before, each.now)],
        "rules": [acted.as_json() for acted in each.outcome.acted],
    }


def _stand(standing: Standing, names: Mapping[str, str]) -> dict[str, Any]:
    team = standing.team_id
    return {
        "assignee": names.get(standing.assignee_id or ""),
        "team": {"id": team, "name": names.get(team, "")} if team else None,
        "labels": list(standing.labels),
        "priority": standing.priority,
        "status": standing.status,
    }


OPERATIONS = (
    Operation(
        method="GET",
        path="/rules",
        handler=list_rules,
        summary="The routing rules in their order",
        policy="admin",
        answers={200: schemas.RuleList},
    ),
    Operation(
        method="POST",
        path="/rules",
        handler=add_rule,
        summary="Make a rule, at the end of the table or where `position` says",
        policy="admin",
        body=PlacedRuleDocument,
        answers={201: schemas.Rule},
    ),
    Operation(
        method="GET",
        path="/rules/{id}",
        handler=get_rule,
        summary="One rule",
        policy="admin",
        answers={200: schemas.Rule},
    ),
    Operation(
        method="PUT",
        path="/rules/{id}",
        handler=put_rule,
        summary="Write a rule anew, whole, and move it where `position` says",
        policy="admin",
        body=PlacedRuleDocument,
        answers={200: schemas.Rule},
    ),
    Operation(
        method="DELETE",
        path="/rules/{id}",
        handler=remove_rule,
        summary="Remove a rule; messages keep what it did",
        policy="admin",
        answers={200: Nothing},
    ),
    Operation(
        method="POST",
        path="/rules/dry-run",
        handler=dry_run_rules,
        summary="What rules would do with the last mails, before and after; nothing changes",
        policy="admin",
        body=DryRunDocument,
        max_body=MAX_BODY,
        answers={200: schemas.DryRun},
    ),
)
