"""Outgoing mail by the API: the queue with every dialogue, the suppression list, and pauses."""

from aiohttp import web

from gateway.admin import deliveries as flow
from gateway.domain.queueing import (
    DeliveryQuery,
    SuppressionQuery,
    delivery_json,
    detail_json,
    pause_json,
    suppression_json,
)

from . import delivery_schemas as schemas
from .operations import Call, Operation, answer


async def list_deliveries(call: Call) -> web.Response:
    """A page of the queue."""
    query = DeliveryQuery(**call.query_as(schemas.DeliveryListQuery).model_dump())
    page = await flow.deliveries(call.gw, call.actor, query)
    return answer({"items": [delivery_json(mail) for mail in page.items], "next": page.next})


async def get_delivery(call: Call) -> web.Response:
    """One mail with its attempts."""
    return answer(detail_json(await flow.delivery(call.gw, call.actor, call.path("id"))))


async def retry_delivery(call: Call) -> web.Response:
    """Send it again at once."""
    return answer(detail_json(await flow.retry(call.gw, call.actor, call.path("id"))))


async def cancel_delivery(call: Call) -> web.Response:
    """Stop it."""
    return answer(detail_json(await flow.cancel(call.gw, call.actor, call.path("id"))))


async def list_suppressions(call: Call) -> web.Response:
    """A page of the suppression list."""
    query = SuppressionQuery(**call.query_as(schemas.SuppressionListQuery).model_dump())
    page = await flow.suppressions(call.gw, call.actor, query)
    return answer({"items": [suppression_json(row) for row in page.items], "next": page.next})


async def release_suppression(call: Call) -> web.Response:
    """Take an address off the list."""
    await flow.release(call.gw, call.actor, call.path("id"))
    return answer({})


async def list_pauses(call: Call) -> web.Response:
    """What is paused."""
    return answer({"items": [pause_json(pause) for pause in await flow.pauses(call.gw, call.actor)], "next": None})


async def add_pause(call: Call) -> web.Response:
    """Pause a shop or a domain."""
    body = call.body_as(schemas.PauseBody)
    return answer(pause_json(await flow.pause(call.gw, call.actor, body.kind, body.value, body.reason)), 201)


async def end_pause(call: Call) -> web.Response:
    """Let paused mail go on."""
    await flow.resume(call.gw, call.actor, call.path("id"))
    return answer({})


OPERATIONS = (
    Operation(
        method="GET",
        path="/deliveries",
        handler=list_deliveries,
        summary="The queue of outgoing mail, newest first",
        policy="admin",
        query=schemas.DeliveryListQuery,
        answers={200: schemas.DeliveryPage},
    ),
    Operation(
        method="GET",
        path="/deliveries/{id}",
        handler=get_delivery,
        summary="One outgoing mail with every attempt and its whole dialogue",
        policy="admin",
        answers={200: schemas.DeliveryDetail},
    ),
    Operation(
        method="POST",
        path="/deliveries/{id}/retry",
        handler=retry_delivery,
        summary="Send again at once what failed, bounced or waits; the Message-ID stays",
        policy="admin",
        answers={200: schemas.DeliveryDetail},
        failures={409: "It is sent, waits already, or is being sent at this moment"},
    ),
    Operation(
        method="POST",
        path="/deliveries/{id}/cancel",
        handler=cancel_delivery,
        summary="Stop a mail that has not left",
        policy="admin",
        answers={200: schemas.DeliveryDetail},
        failures={409: "It has left or failed, or is being sent at this moment"},
    ),
    Operation(
        method="GET",
        path="/suppressions",
        handler=list_suppressions,
        summary="Addresses that get no mail, or no notifications, of a shop, newest first",
        policy="admin",
        query=schemas.SuppressionListQuery,
        answers={200: schemas.SuppressionPage},
    ),
    Operation(
        method="POST",
        path="/suppressions/{id}/release",
        handler=release_suppression,
        summary="Take an address off the list: mail goes to it again",
        policy="admin",
        answers={200: schemas.Nothing},
    ),
    Operation(
        method="GET",
        path="/pauses",
        handler=list_pauses,
        summary="The shops and domains whose mail waits",
        policy="admin",
        answers={200: schemas.PauseList},
    ),
    Operation(
        method="POST",
        path="/pauses",
        handler=add_pause,
        summary="Let all mail of a shop, or to a domain, wait",
        policy="admin",
        body=schemas.PauseBody,
        answers={201: schemas.Pause},
        failures={404: "There is no such shop", 409: "It is paused already"},
    ),
    Operation(
        method="DELETE",
        path="/pauses/{id}",
        handler=end_pause,
        summary="Let paused mail go on at once",
        policy="admin",
        answers={200: schemas.Nothing},
    ),
)
