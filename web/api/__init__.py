"""The REST API and the addresses for machines that watch. It translates; what happens is decided by the flows."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress

from aiohttp import web

from gateway.context import Gateway
from web.keys import PULSE
from web.pulse import Pulse

from . import health
from .dispatch import handler_of
from .events import STREAMS, end_streams
from .openapi import document
from .problems import problems
from .table import OPERATIONS, PREFIX


def setup(app: web.Application, gw: Gateway) -> None:
    """Hang the API below /api/v1, its description, and the health addresses on an app."""
    described = json.dumps(document(), ensure_ascii=False)

    async def openapi(_request: web.Request) -> web.Response:
        return web.Response(text=described, content_type="application/json")

    api = web.Application(middlewares=[problems])
    for operation in OPERATIONS:
        api.router.add_route(operation.method, operation.path, handler_of(operation, gw))
    api.router.add_get("/openapi.json", openapi)
    app[STREAMS] = set()
    app.on_shutdown.append(end_streams)
    if PULSE not in app:
        app[PULSE] = Pulse(gw)
        app.cleanup_ctx.append(_beating)
    app.router.add_get("/openapi.json", openapi)
    app.router.add_routes(health.routes(gw))
    app.add_subapp(PREFIX, api)


async def _beating(app: web.Application) -> AsyncIterator[None]:
    task = asyncio.create_task(app[PULSE].run())
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
