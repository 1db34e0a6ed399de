"""Server-sent events: each thread that changed, resumable from any event's id; ends when the server does."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress

from aiohttp import web

from gateway.domain.following import Change, write_marks
from gateway.errors import TemporaryError
from gateway.inbox import changes
from web.keys import PULSE

from .operations import Call, Header, Operation
from .requests import EventsQuery

EVENT_STREAM = "text/event-stream"
HEARTBEAT_SECONDS = 15.0
STREAM_SECONDS = 3600.0
LAST_EVENT_ID = Header("Last-Event-ID", "The id of the last event seen; it wins over `since`", max_length=2000)
_HEADERS = {
    "Content-Type": EVENT_STREAM,
    "Cache-Control": "no-store",
    # nginx holds answers back until a buffer is full, unless told otherwise.
    "X-Accel-Buffering": "no",
}


async def follow_events(call: Call) -> web.StreamResponse:
    """Tell what changes until the caller leaves or the server stops."""
    since = call.request.headers.get(LAST_EVENT_ID.name) or call.query_as(EventsQuery).since
    marks: Mapping[str, int] = await changes.start(call.gw, call.actor, since)
    response = web.StreamResponse(headers=_HEADERS)
    await response.prepare(call.request)
    with suppress(ConnectionResetError, TemporaryError, TimeoutError):
        # Whatever ends it, the caller comes back and goes on from its last event; its token is looked at again then.
        async with asyncio.timeout(STREAM_SECONDS):
            await response.write(f"retry: 1000\nid: {write_marks(marks)}\n\n".encode())
            await _tell(call, response, marks)
    return response


async def _tell(call: Call, response: web.StreamResponse, marks: Mapping[str, int]) -> None:
    pulse = call.request.config_dict[PULSE]
    async with pulse.listening():
        while True:
            version = pulse.version(call.actor)
            news = await changes.news(call.gw, call.actor, marks)
            for change in news.changes:
                marks = {**marks, change.shop: change.change_no}
                await response.write(_event(change, marks))
            if not news.changes and await pulse.wait_beyond(call.actor, version, HEARTBEAT_SECONDS) == version:
                await response.write(b": still here\n\n")


def _event(change: Change, marks: Mapping[str, int]) -> bytes:
    data = {"shop": change.shop, "thread_id": change.thread_id, "change_no": change.change_no}
    return f"event: thread\nid: {write_marks(marks)}\ndata: {json.dumps(data)}\n\n".encode()


OPERATIONS = (
    Operation(
        method="GET",
        path="/events",
        handler=follow_events,
        summary="Server-sent events: the threads that change, from `since` (an event's id, or one number) or from now",
        policy="token",
        query=EventsQuery,
        headers=(LAST_EVENT_ID,),
        answers={200: EVENT_STREAM},
    ),
)
