"""Putting right what the clues got wrong: merge, split, move, undo; one buyer of two; and blocking a buyer."""

from aiohttp import web

from gateway.buyers import merging
from gateway.domain.ids import checked_id
from gateway.errors import Invalid
from gateway.inbox import blocking, restructuring

from .keys import FORM, gateway, visit
from .pages import back, see_other

CHOSEN = "m-"
"""How the checkbox of a message is called."""


async def merge(request: web.Request) -> web.StreamResponse:
    """Put this thread's messages into another one of the same buyer."""
    into = _id(request[FORM].get("into"))
    await restructuring.merge(gateway(request), visit(request).actor, request.match_info["id"], into)
    return see_other(f"/threads/{into}")


async def split(request: web.Request) -> web.StreamResponse:
    """Put the chosen messages into a thread of their own."""
    chosen = [name.removeprefix(CHOSEN) for name in request[FORM].fields if name.startswith(CHOSEN)]
    gw, actor = gateway(request), visit(request).actor
    fresh, _ = await restructuring.split(gw, actor, request.match_info["id"], chosen)
    return see_other(f"/threads/{fresh}")


async def move(request: web.Request) -> web.StreamResponse:
    """Make it the thread of another order."""
    gw, actor = gateway(request), visit(request).actor
    there, _ = await restructuring.move(gw, actor, request.match_info["id"], request[FORM].get("order_no"))
    return see_other(f"/threads/{there}")


async def undo(request: web.Request) -> web.StreamResponse:
    """Take what was done to a thread back."""
    event_id = _id(request.match_info["id"])
    thread_id = await restructuring.undo(gateway(request), visit(request).actor, event_id)
    return see_other(f"/threads/{thread_id}")


async def block(request: web.Request) -> web.StreamResponse:
    """Take no more mail of the thread's buyer."""
    gw, actor, id_ = gateway(request), visit(request).actor, request.match_info["id"]
    await blocking.block(gw, actor, id_, request[FORM].get("reason"))
    return back(request, f"/threads/{id_}")


async def unblock(request: web.Request) -> web.StreamResponse:
    """Take the buyer's mail again."""
    id_ = request.match_info["id"]
    await blocking.unblock(gateway(request), visit(request).actor, id_)
    return back(request, f"/threads/{id_}")


async def merge_buyer(request: web.Request) -> web.StreamResponse:
    """Say that somebody else of the shop is the same person."""
    id_, words = request.match_info["id"], request[FORM].get("buyer")
    if not words.strip():
        raise Invalid("name an address or an order", "buyer")
    await merging.merge_found(gateway(request), visit(request).actor, id_, words)
    return back(request, f"/threads/{id_}")


def _id(text: str) -> str:
    return checked_id(text, "there is no such thing")
