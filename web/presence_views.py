"""What open pages tell by themselves: that their reader is there, writes, or has gone."""

from aiohttp import web

from gateway.inbox import presence

from .keys import FORM, gateway, visit


async def tell(request: web.Request) -> web.StreamResponse:
    """The reader looks at the thread, writes in it, or leaves it: the form's `state` is here, typing or gone."""
    gw, actor, id_, state = gateway(request), visit(request).actor, request.match_info["id"], request[FORM].get("state")
    if state == "gone":
        await presence.gone(gw, actor, id_)
    else:
        await presence.here(gw, actor, id_, typing=state == "typing")
    return web.Response(status=204)
