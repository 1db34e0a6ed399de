"""Answers that wait to be sent, by the API: taken back, or sent at once."""

from aiohttp import web

from gateway.domain.shapes import message_json
from gateway.inbox import threads, unsending

from .operations import Call, Operation, answer
from .schemas import Message


async def take_back_reply(call: Call) -> web.Response:
    """Stop an answer that waits; it is told once more, and is gone."""
    message = await threads.message(call.gw, call.actor, call.path("id"))
    await unsending.take_back(call.gw, call.actor, message.id)
    return answer(message_json(message))


async def send_reply_now(call: Call) -> web.Response:
    """Send an answer that waits."""
    sent = await unsending.send_now(call.gw, call.actor, call.path("id"))
    return answer(message_json(await threads.message(call.gw, call.actor, sent)))


_CONFLICT = {409: "It is on its way or has left, or it never waited"}

OPERATIONS = (
    Operation(
        method="DELETE",
        path="/messages/{id}/sending",
        handler=take_back_reply,
        summary="Take back an answer that waits to be sent",
        policy="token",
        answers={200: Message},
        failures=_CONFLICT,
    ),
    Operation(
        method="POST",
        path="/messages/{id}/sending",
        handler=send_reply_now,
        summary="Send an answer that waits at once, under a new id",
        policy="token",
        answers={200: Message},
        failures=_CONFLICT,
    ),
)
