"""The page behind "turn off these notifications": looking changes nothing, a POST does, also a mail program's own.

RFC 8058: the mail program posts `List-Unsubscribe=One-Click` without any cookie, so the link itself is the right.
"""

from aiohttp import web

from gateway.errors import NotFound
from gateway.outbound import preferences
from gateway.outbound.preferences import Choice

from .i18n import N_
from .keys import FORM, gateway
from .pages import render

NOT_OURS = N_("This link is not complete. Copy the whole of it from the mail.")


async def choice_page(request: web.Request) -> web.StreamResponse:
    """What stands now, and a button."""
    try:
        choice = await preferences.look(gateway(request), request.match_info["id"], request.match_info["token"])
    except NotFound:
        return _page(request, None)
    return _page(request, choice)


async def choose(request: web.Request) -> web.StreamResponse:
    """Turn notifications off; on again only when the form says so."""
    change = preferences.turn_on if request[FORM].get("notifications") == "on" else preferences.turn_off
    try:
        choice = await change(gateway(request), request.match_info["id"], request.match_info["token"])
    except NotFound:
        return _page(request, None)
    return _page(request, choice)


def _page(request: web.Request, choice: Choice | None) -> web.Response:
    problem = "" if choice else NOT_OURS
    return render(request, "unsubscribe.html", 200 if choice else 404, choice=choice, problem=problem)
