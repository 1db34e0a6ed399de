"""The ledger by the API: every mail that got a 250, its state and why; what is held is let in or put away."""

from aiohttp import web

from gateway.admin import ledger
from gateway.domain.ledger import InboundQuery, inbound_json

from .operations import Call, Operation, answer
from .requests import InboundListQuery
from .schemas import Inbound, InboundPage


async def list_inbound(call: Call) -> web.Response:
    """A page of the ledger."""
    query = InboundQuery(**call.query_as(InboundListQuery).model_dump())
    page = await ledger.inbound_list(call.gw, call.actor, query)
    return answer({"items": [inbound_json(row) for row in page.items], "next": page.next})


async def get_inbound(call: Call) -> web.Response:
    """One row of the ledger."""
    return answer(inbound_json(await ledger.inbound(call.gw, call.actor, call.path("id"))))


async def release_inbound(call: Call) -> web.Response:
    """Let a held mail in."""
    return answer(inbound_json(await ledger.release(call.gw, call.actor, call.path("id"))))


async def discard_inbound(call: Call) -> web.Response:
    """Put a held mail away."""
    return answer(inbound_json(await ledger.discard(call.gw, call.actor, call.path("id"))))


OPERATIONS = (
    Operation(
        method="GET",
        path="/inbound",
        handler=list_inbound,
        summary="The ledger, newest first",
        policy="admin",
        query=InboundListQuery,
        answers={200: InboundPage},
    ),
    Operation(
        method="GET",
        path="/inbound/{id}",
        handler=get_inbound,
        summary="One recipient of one accepted mail",
        policy="admin",
        answers={200: Inbound},
    ),
    Operation(
        method="POST",
        path="/inbound/{id}/release",
        handler=release_inbound,
        summary="Let a held mail in, whoever wrote it; the worker files it",
        policy="admin",
        answers={200: Inbound},
        failures={409: "It is not held"},
    ),
    Operation(
        method="POST",
        path="/inbound/{id}/discard",
        handler=discard_inbound,
        summary="Put a held mail away; its bytes and its row stay",
        policy="admin",
        answers={200: Inbound},
        failures={409: "It is not held"},
    ),
)
