"""Order sources by the API: connect a shop's system, look at what it told, change its secret."""

from aiohttp import web

from gateway.domain.sources.setup import NewSource, call_json, connected_json, source_json
from gateway.orders import sources as flow

from . import source_schemas as schemas
from .delivery_schemas import Nothing
from .operations import Call, Operation, answer


async def list_sources(call: Call) -> web.Response:
    """All sources."""
    found = await flow.sources(call.gw, call.actor, call.query_as(schemas.SourceListQuery).shop or "")
    return answer({"items": [source_json(one) for one in found], "next": None})


async def add_source(call: Call) -> web.Response:
    """Connect a shop's system."""
    body = call.body_as(schemas.SourceBody)
    new = NewSource(**{name: value for name, value in body.model_dump().items() if value is not None})
    return answer(connected_json(await flow.connect(call.gw, call.actor, new)), 201)


async def get_source(call: Call) -> web.Response:
    """One source."""
    return answer(source_json(await flow.source(call.gw, call.actor, call.path("id"))))


async def change_source(call: Call) -> web.Response:
    """Rename it, switch it on or off."""
    given = call.body_as(schemas.SourceChange).model_dump(exclude_unset=True)
    return answer(source_json(await flow.change(call.gw, call.actor, call.path("id"), **given)))


async def rotate_source(call: Call) -> web.Response:
    """Another secret."""
    secret = call.body_as(schemas.SecretBody).secret or ""
    return answer(connected_json(await flow.rotate(call.gw, call.actor, call.path("id"), secret)))


async def remove_source(call: Call) -> web.Response:
    """Take it away."""
    await flow.remove(call.gw, call.actor, call.path("id"))
    return answer({})


async def list_source_calls(call: Call) -> web.Response:
    """The log."""
    query = call.query_as(schemas.SourceCallsQuery)
    page = await flow.calls(call.gw, call.actor, call.path("id"), query.cursor, query.limit)
    return answer({"items": [call_json(one) for one in page.items], "next": page.next})


OPERATIONS = (
    Operation(
        method="GET",
        path="/sources",
        handler=list_sources,
        summary="The shops' systems that tell of orders",
        policy="admin",
        query=schemas.SourceListQuery,
        answers={200: schemas.SourceList},
    ),
    Operation(
        method="POST",
        path="/sources",
        handler=add_source,
        summary="Connect a shop's system; a secret that we make is shown in this answer alone",
        policy="admin",
        body=schemas.SourceBody,
        answers={201: schemas.SourceWithSecret},
        failures={404: "There is no such shop"},
    ),
    Operation(
        method="GET",
        path="/sources/{id}",
        handler=get_source,
        summary="One order source with its counts and its last error",
        policy="admin",
        answers={200: schemas.Source},
    ),
    Operation(
        method="PATCH",
        path="/sources/{id}",
        handler=change_source,
        summary="Rename an order source, switch it on or off",
        policy="admin",
        body=schemas.SourceChange,
        answers={200: schemas.Source},
    ),
    Operation(
        method="DELETE",
        path="/sources/{id}",
        handler=remove_source,
        summary="Remove an order source and its log; its orders stay",
        policy="admin",
        answers={200: Nothing},
    ),
    Operation(
        method="POST",
        path="/sources/{id}/secret",
        handler=rotate_source,
        summary="Give an order source another secret; the one before works for a day more",
        policy="admin",
        body=schemas.SecretBody,
        answers={200: schemas.SourceWithSecret},
    ),
    Operation(
        method="GET",
        path="/sources/{id}/deliveries",
        handler=list_source_calls,
        summary="What an order source told, newest first, and what became of it",
        policy="admin",
        query=schemas.SourceCallsQuery,
        answers={200: schemas.SourceCallPage},
    ),
)
