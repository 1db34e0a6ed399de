"""Channels by the API, and the answer to "where would this mail go?"."""

from typing import Any

from aiohttp import web

from gateway.admin import channels as flow
from gateway.admin import tracing
from gateway.domain.routing.changes import Standing
from gateway.domain.routing.documents import ChannelDocument, TestDocument
from gateway.domain.routing.shapes import channel_json
from gateway.domain.routing.tracing import words
from gateway.domain.shapes import moment

from . import routing_schemas as schemas
from .delivery_schemas import Nothing
from .operations import Call, Operation, answer


async def list_channels(call: Call) -> web.Response:
    """The channels that the token reaches."""
    found = await flow.channels(call.gw, call.actor)
    return answer({"items": [channel_json(channel) for channel in found], "next": None})


async def add_channel(call: Call) -> web.Response:
    """Make one."""
    made = await flow.add(call.gw, call.actor, call.body_as(ChannelDocument))
    return answer(channel_json(made), 201, {"Location": f"/api/v1/channels/{made.id}"})


async def get_channel(call: Call) -> web.Response:
    """One channel."""
    return answer(channel_json(await flow.channel(call.gw, call.actor, call.path("id"))))


async def put_channel(call: Call) -> web.Response:
    """Write one anew."""
    document = call.body_as(ChannelDocument)
    return answer(channel_json(await flow.put(call.gw, call.actor, call.path("id"), document)))


async def remove_channel(call: Call) -> web.Response:
    """Forget one."""
    await flow.remove(call.gw, call.actor, call.path("id"))
    return answer({})


async def test_channels(call: Call) -> web.Response:
    """Where a mail would go."""
    body = call.body_as(TestDocument)
    return answer(trace_json(await tracing.trace(call.gw, call.actor, body.address, body.mail, body.verified)))


def trace_json(trace: tracing.Trace) -> dict[str, Any]:
    """A Trace."""
    routing, channel = trace.routing, trace.channel
    now = routing.now if routing else Standing()
    return {
        "address": trace.address,
        "state": trace.state,
        "why": trace.why,
        "shop": trace.shop,
        "channel": {"id": channel.id, "name": channel.name, "kind": channel.kind} if channel else None,
        "thread_id": trace.thread_id,
        "team": trace.names.get(now.team_id or ""),
        "assignee": trace.names.get(now.assignee_id or ""),
        "labels": list(now.labels),
        "priority": now.priority,
        "status": now.status,
        "due_at": moment(now.due_at),
        "acknowledged": trace.acknowledged,
        "templates": trace.templates,
        "rules": [acted.as_json() for acted in routing.outcome.acted] if routing else [],
        "steps": [{"step": step.step, "text": words(step)} for step in trace.steps],
    }


OPERATIONS = (
    Operation(
        method="GET",
        path="/channels",
        handler=list_channels,
        summary="The channels that admins made, by shop and name",
        policy="admin",
        answers={200: schemas.ChannelList},
    ),
    Operation(
        method="POST",
        path="/channels",
        handler=add_channel,
        summary="Make a channel: an address or pattern, the shop it leads to, and what is done there",
        policy="admin",
        body=ChannelDocument,
        answers={201: schemas.Channel},
        failures={409: "Another channel has this address"},
    ),
    Operation(
        method="GET",
        path="/channels/{id}",
        handler=get_channel,
        summary="One channel",
        policy="admin",
        answers={200: schemas.Channel},
    ),
    Operation(
        method="PUT",
        path="/channels/{id}",
        handler=put_channel,
        summary="Write a channel anew, whole",
        policy="admin",
        body=ChannelDocument,
        answers={200: schemas.Channel},
        failures={409: "Another channel has this address"},
    ),
    Operation(
        method="DELETE",
        path="/channels/{id}",
        handler=remove_channel,
        summary="Remove a channel; what came by it stays",
        policy="admin",
        answers={200: Nothing},
    ),
    Operation(
        method="POST",
        path="/channels/test",
        handler=test_channels,
        summary="Where a mail to an address would go, each step in words; nothing changes",
        policy="admin",
        body=TestDocument,
        answers={200: schemas.Trace},
    ),
)
