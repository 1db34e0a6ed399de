"""The addresses that shops' systems, sites and chats call: the body within its limit to the flow, the outcome back."""

from aiohttp import web

from gateway.context import Gateway
from gateway.domain.site_messages import MAX_BODY_BYTES
from gateway.errors import Forbidden, Invalid
from gateway.inbound import site_calls
from gateway.orders import source_calls

from . import security
from .api.dispatch import read_body
from .api.operations import answer
from .api.problems import Problem, problems

PREFIX = "/hooks"
MAX_BODY = 1024 * 1024


def setup(app: web.Application, gw: Gateway) -> None:
    """Hang the addresses below /hooks on an app."""

    async def call(request: web.Request) -> web.Response:
        return await _called(gw, request)

    async def message(request: web.Request) -> web.Response:
        return await _posted(gw, request)

    hooks = web.Application(middlewares=[problems])
    hooks.router.add_post("/channels/{id}", message)
    hooks.router.add_post("/{kind}/{key}", call)
    app.add_subapp(PREFIX, hooks)


async def _posted(gw: Gateway, request: web.Request) -> web.Response:
    """202 for what is kept, 200 for what was kept before; the ledger's row says what becomes of it."""
    if request.content_type != "application/json":
        raise Problem(415, "send application/json", {"Accept-Post": "application/json"})
    body = await read_body(request, MAX_BODY_BYTES)
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    shown = key.strip() if scheme.lower() == "bearer" else ""
    ip = security.client_ip(request, gw.settings)
    try:
        taken = await site_calls.take(gw, site_calls.SiteCall(request.match_info["id"], shown, body, ip))
    except Forbidden as error:
        raise Problem(401, str(error), {"WWW-Authenticate": 'Bearer realm="znx"'}) from None
    return answer({"id": taken.inbound_id}, 202 if taken.new else 200)


async def _called(gw: Gateway, request: web.Request) -> web.Response:
    """200 for all that is genuine, also for what is of no use: both systems give up on addresses that refuse them."""
    body = await read_body(request, MAX_BODY)
    incoming = source_calls.Incoming(request.headers, body)
    try:
        became = await source_calls.take(gw, request.match_info["kind"], request.match_info["key"], incoming)
    except Invalid as error:
        raise Problem(400, str(error)) from None
    if became == "unsigned":
        raise Problem(401, "the signature is not one of this source's secret: compare the secret here and in the shop")
    return answer({"outcome": became})
