"""Puts the web application together: pages, API, headers, the pulse of live pages. How each works is elsewhere."""

import asyncio
import functools
from collections.abc import AsyncIterator
from contextlib import suppress

from aiohttp import web

from gateway.context import Gateway
from gateway.inbox.desks import Shelf

from . import hooks, security
from .api import setup
from .assets import Assets
from .forms import MIB
from .guarding import failures_to_pages
from .i18n import Catalogs
from .keys import ASSETS, CATALOGS, GATEWAY, PULSE, ROWS, SHELF, TEMPLATES
from .pulse import Pulse
from .routes import add_routes, check_routes
from .rows import Rows
from .templating import Templates


def make_app(gw: Gateway) -> web.Application:
    """The whole web side over a running gateway. Raises ConfigError for a route without a policy."""
    app = web.Application(middlewares=[failures_to_pages], client_max_size=MIB)
    app[GATEWAY], app[PULSE] = gw, Pulse(gw)
    app[ASSETS], app[CATALOGS], app[TEMPLATES] = _looks()
    app[ROWS], app[SHELF] = Rows(app[TEMPLATES]), Shelf()
    app.on_response_prepare.append(security.set_headers)
    app.cleanup_ctx.append(_pulse)
    app.on_shutdown.append(_end_streams)
    add_routes(app)
    setup(app, gw)
    hooks.setup(app, gw)
    check_routes(app)
    return app


@functools.cache
def _looks() -> tuple[Assets, Catalogs, Templates]:
    """What does not change while a process runs, and takes a while to load."""
    assets, catalogs = Assets(), Catalogs()
    return assets, catalogs, Templates(assets, catalogs)


async def _pulse(app: web.Application) -> AsyncIterator[None]:
    task = asyncio.create_task(app[PULSE].run())
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _end_streams(app: web.Application) -> None:
    app[PULSE].end()
