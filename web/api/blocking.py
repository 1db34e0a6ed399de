"""Blocking a thread's buyer by the API, and taking their mail again."""

from datetime import datetime
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, ConfigDict, StringConstraints

from gateway.domain.orders import NO_NUL, Document
from gateway.domain.shapes import moment
from gateway.inbox import blocking
from gateway.inbox.blocking import MAX_REASON_CHARS

from .operations import Call, Operation, answer


class BlockBody(Document):
    """Why: colleagues read it in the thread."""

    reason: Annotated[str, StringConstraints(max_length=MAX_REASON_CHARS, pattern=NO_NUL)] = ""


class Block(BaseModel):
    """Whether the buyer is blocked."""

    model_config = ConfigDict(extra="forbid")

    blocked: bool
    since: datetime | None


async def get_block(call: Call) -> web.Response:
    """Whether mail of the thread's buyer is taken."""
    return await _standing(call)


async def block_buyer(call: Call) -> web.Response:
    """Take no more mail of the thread's buyer."""
    await blocking.block(call.gw, call.actor, call.path("id"), call.body_as(BlockBody).reason)
    return await _standing(call)


async def unblock_buyer(call: Call) -> web.Response:
    """Take it again."""
    await blocking.unblock(call.gw, call.actor, call.path("id"))
    return await _standing(call)


async def _standing(call: Call) -> web.Response:
    since = await blocking.blocked_since(call.gw, call.actor, call.path("id"))
    return answer({"blocked": since is not None, "since": moment(since)})


OPERATIONS = (
    Operation(
        method="GET",
        path="/threads/{id}/block",
        handler=get_block,
        summary="Whether the thread's buyer is blocked",
        policy="token",
        answers={200: Block},
    ),
    Operation(
        method="PUT",
        path="/threads/{id}/block",
        handler=block_buyer,
        summary="Take no more mail of the thread's buyer; doing it again changes nothing",
        policy="token",
        body=BlockBody,
        answers={200: Block},
    ),
    Operation(
        method="DELETE",
        path="/threads/{id}/block",
        handler=unblock_buyer,
        summary="Take the buyer's mail again",
        policy="token",
        answers={200: Block},
    ),
)
