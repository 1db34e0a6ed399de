"""Webhooks by the API: who hears of what, what was sent and answered, tests and replays."""

from aiohttp import web

from gateway.domain.webhooks.setup import call_json, made_json, webhook_json
from gateway.webhooks import setup as flow

from . import webhook_schemas as schemas
from .delivery_schemas import Nothing
from .operations import Call, Operation, answer


async def list_webhooks(call: Call) -> web.Response:
    """All webhooks."""
    return answer({"items": [webhook_json(one) for one in await flow.webhooks(call.gw, call.actor)], "next": None})


async def add_webhook(call: Call) -> web.Response:
    """Make one."""
    given = call.body_as(schemas.WebhookBody).model_dump(exclude_none=True)
    return answer(made_json(await flow.add(call.gw, call.actor, flow.NewWebhook(**given))), 201)


async def get_webhook(call: Call) -> web.Response:
    """One webhook."""
    return answer(webhook_json(await flow.webhook(call.gw, call.actor, call.path("id"))))


async def change_webhook(call: Call) -> web.Response:
    """Change it."""
    given = call.body_as(schemas.WebhookChange).model_dump(exclude_unset=True)
    return answer(webhook_json(await flow.change(call.gw, call.actor, call.path("id"), given)))


async def remove_webhook(call: Call) -> web.Response:
    """Take it away."""
    await flow.remove(call.gw, call.actor, call.path("id"))
    return answer({})


async def rotate_webhook(call: Call) -> web.Response:
    """Another secret."""
    secret = call.body_as(schemas.WebhookSecretBody).secret or ""
    return answer(made_json(await flow.rotate(call.gw, call.actor, call.path("id"), secret)))


async def list_webhook_deliveries(call: Call) -> web.Response:
    """What was sent."""
    query = call.query_as(schemas.WebhookCallsQuery)
    page = await flow.calls(call.gw, call.actor, call.path("id"), query.cursor, query.limit)
    return answer({"items": [call_json(one) for one in page.items], "next": page.next})


async def test_webhook(call: Call) -> web.Response:
    """Queue a test."""
    return answer(call_json(await flow.test(call.gw, call.actor, call.path("id"))), 201)


async def replay_webhook(call: Call) -> web.Response:
    """Send again."""
    delivery_id = call.body_as(schemas.ReplayBody).delivery_id or ""
    return answer({"count": await flow.replay(call.gw, call.actor, call.path("id"), delivery_id)})


OPERATIONS = (
    Operation(
        method="GET",
        path="/webhooks",
        handler=list_webhooks,
        summary="The programs that hear of events",
        policy="admin",
        answers={200: schemas.WebhookList},
    ),
    Operation(
        method="POST",
        path="/webhooks",
        handler=add_webhook,
        summary="Let a program hear of events; its secret is shown in this answer alone",
        policy="admin",
        body=schemas.WebhookBody,
        answers={201: schemas.WebhookWithSecret},
        failures={404: "There is no such shop"},
    ),
    Operation(
        method="GET",
        path="/webhooks/{id}",
        handler=get_webhook,
        summary="One webhook with its counts",
        policy="admin",
        answers={200: schemas.Webhook},
    ),
    Operation(
        method="PATCH",
        path="/webhooks/{id}",
        handler=change_webhook,
        summary="Change where a webhook goes, what it hears of, or switch it on or off",
        policy="admin",
        body=schemas.WebhookChange,
        answers={200: schemas.Webhook},
    ),
    Operation(
        method="DELETE",
        path="/webhooks/{id}",
        handler=remove_webhook,
        summary="Remove a webhook with its deliveries",
        policy="admin",
        answers={200: Nothing},
    ),
    Operation(
        method="POST",
        path="/webhooks/{id}/secret",
        handler=rotate_webhook,
        summary="Give a webhook another secret; for a day both sign",
        policy="admin",
        body=schemas.WebhookSecretBody,
        answers={200: schemas.WebhookWithSecret},
    ),
    Operation(
        method="GET",
        path="/webhooks/{id}/deliveries",
        handler=list_webhook_deliveries,
        summary="What was sent to a webhook, newest first, and what it answered",
        policy="admin",
        query=schemas.WebhookCallsQuery,
        answers={200: schemas.WebhookDeliveryPage},
    ),
    Operation(
        method="POST",
        path="/webhooks/{id}/test",
        handler=test_webhook,
        summary="Queue a test event for a webhook",
        policy="admin",
        answers={201: schemas.WebhookDelivery},
    ),
    Operation(
        method="POST",
        path="/webhooks/{id}/replay",
        handler=replay_webhook,
        summary="Send one delivery again, or all that failed",
        policy="admin",
        body=schemas.ReplayBody,
        answers={200: schemas.Replayed},
    ),
)
