"""Merging, splitting and moving threads by the API, and undoing it."""

from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, Field, StringConstraints

from gateway.domain.orders import NO_NUL, Document
from gateway.inbox import restructuring

from .operations import Call, Operation, answer
from .schemas import Id


class MergeBody(Document):
    """The thread that takes the messages; both are of the same buyer."""

    into: Id


class SplitBody(Document):
    """The messages that leave for a thread of their own."""

    message_ids: Annotated[list[Id], Field(min_length=1, max_length=1000)]


class MoveBody(Document):
    """The order, of the same buyer, that the thread is about."""

    order_no: Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=NO_NUL)]


class Restructured(BaseModel):
    """Where the messages stand now, and the event that undoes it."""

    thread_id: Id
    event_id: Id


async def merge_thread(call: Call) -> web.Response:
    """Put all messages into another thread."""
    into = call.body_as(MergeBody).into
    event = await restructuring.merge(call.gw, call.actor, call.path("id"), into)
    return answer({"thread_id": into, "event_id": event})


async def split_thread(call: Call) -> web.Response:
    """Put some messages into a new thread."""
    ids = call.body_as(SplitBody).message_ids
    fresh, event = await restructuring.split(call.gw, call.actor, call.path("id"), ids)
    return answer({"thread_id": fresh, "event_id": event}, 201, {"Location": f"/api/v1/threads/{fresh}"})


async def move_thread(call: Call) -> web.Response:
    """Make it another order's thread."""
    order_no = call.body_as(MoveBody).order_no
    thread_id, event = await restructuring.move(call.gw, call.actor, call.path("id"), order_no)
    return answer({"thread_id": thread_id, "event_id": event})


async def undo_thread_event(call: Call) -> web.Response:
    """Take a merge, a split or a move back."""
    thread_id = await restructuring.undo(call.gw, call.actor, call.path("id"))
    return answer({"thread_id": thread_id, "event_id": call.path("id")})


_CONFLICT = {409: "Merged or undone already, or something later must be undone first"}

OPERATIONS = (
    Operation(
        method="POST",
        path="/threads/{id}/merge",
        handler=merge_thread,
        summary="Put all messages into another thread of the same buyer",
        policy="token",
        body=MergeBody,
        answers={200: Restructured},
        failures=_CONFLICT,
    ),
    Operation(
        method="POST",
        path="/threads/{id}/split",
        handler=split_thread,
        summary="Put some messages into a new thread",
        policy="token",
        body=SplitBody,
        answers={201: Restructured},
        failures=_CONFLICT,
    ),
    Operation(
        method="POST",
        path="/threads/{id}/move",
        handler=move_thread,
        summary="Make it the thread of another order of the same buyer",
        policy="token",
        body=MoveBody,
        answers={200: Restructured},
        failures=_CONFLICT,
    ),
    Operation(
        method="POST",
        path="/thread-events/{id}/undo",
        handler=undo_thread_event,
        summary="Take a merge, a split or a move back",
        policy="token",
        answers={200: Restructured},
        failures=_CONFLICT,
    ),
)
