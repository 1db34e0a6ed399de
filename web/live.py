"""Tells an open page that something changed, by server-sent events; the page then asks for itself again."""

import asyncio
from contextlib import suppress

from aiohttp import web

from .keys import PULSE, visit

BEAT_SECONDS = 15.0
STREAM_BEATS = 40
"""A stream ends after ten minutes: the browser comes again by itself, and its session is looked at anew."""


async def live(request: web.Request) -> web.StreamResponse:
    """Events `change` whose id is a version. `since` or Last-Event-ID say what the page shows already."""
    pulse, actor = request.config_dict[PULSE], visit(request).actor
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
    if request.method == "HEAD":
        return web.Response(headers=response.headers)
    known = _number(request.headers.get("Last-Event-ID") or request.query.get("since", ""))
    with suppress(ConnectionError, asyncio.CancelledError):
        async with pulse.listening():
            await response.prepare(request)
            await response.write(b"retry: 1000\n\n")
            for _ in range(STREAM_BEATS):
                version = await pulse.wait_beyond(actor, known, BEAT_SECONDS)
                if request.transport is None or request.transport.is_closing():
                    break
                await response.write(_event(version) if version != known else b": still here\n\n")
                known = version
    return response


def _event(version: int) -> bytes:
    return f"event: change\nid: {version}\ndata: {version}\n\n".encode()


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1
