"""The addresses that shops' systems call: the body within its limit to the flow, what became of it back as HTTP."""

from aiohttp import web

from gateway import source_calls
from gateway.context import Gateway
from gateway.errors import Invalid

from .api.dispatch import read_body
from .api.operations import answer
from .api.problems import Problem, problems

PREFIX = "/hooks"
MAX_BODY = 1024 * 1024


def setup(app: web.Application, gw: Gateway) -> None:
    """Hang the addresses below /hooks on an app."""

    async def call(request: web.Request) -> web.Response:
        return await _called(gw, request)

    hooks = web.Application(middlewares=[problems])
    hooks.router.add_post("/{kind}/{key}", call)
    app.add_subapp(PREFIX, hooks)


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
