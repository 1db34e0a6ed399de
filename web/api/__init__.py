"""The REST API and the addresses for machines that watch. It translates; what happens is decided by the flows."""

import functools
import json

from aiohttp import web

from gateway.context import Gateway

from . import health
from .dispatch import handler_of
from .events import EVENT_STREAM
from .openapi import document
from .problems import problems
from .table import OPERATIONS, PREFIX


def setup(app: web.Application, gw: Gateway) -> None:
    """Hang the API below /api/v1, its description, and the health addresses on an app."""
    api = web.Application(middlewares=[problems])
    for operation in OPERATIONS:
        api.router.add_route(operation.method, operation.path, handler_of(operation, gw))
        if operation.method == "GET" and EVENT_STREAM not in operation.answers.values():
            api.router.add_route("HEAD", operation.path, handler_of(operation, gw))
    api.router.add_get("/openapi.json", _openapi)
    app.router.add_get("/openapi.json", _openapi)
    app.router.add_routes(health.routes(gw))
    app.add_subapp(PREFIX, api)


async def _openapi(_request: web.Request) -> web.Response:
    return web.Response(text=_described(), content_type="application/json")


@functools.cache
def _described() -> str:
    """Made when it is first asked for: starting need not wait for it."""
    return json.dumps(document(), ensure_ascii=False)
