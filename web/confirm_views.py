"""The page behind the link that a buyer gets when nothing proves that a mail is theirs. It acts only on POST."""

from urllib.parse import quote

from aiohttp import web

from gateway.buyers import confirming
from gateway.errors import NotFound

from .i18n import N_
from .keys import gateway
from .pages import render

OVER = N_("This link does not work any more. Write to the shop again, and you get a new one.")
DONE = N_("Thank you. Your message is with the shop now.")


async def confirm_page(request: web.Request) -> web.StreamResponse:
    """What will happen, and a button: programs that look at mails follow links too."""
    token = request.match_info["token"]
    try:
        link = await confirming.look(gateway(request), token)
    except NotFound:
        return render(request, "confirm.html", 403, token="", shop="", problem=OVER, done="")
    return render(request, "confirm.html", token=quote(token), shop=link.shop.name, problem="", done="")


async def confirm(request: web.Request) -> web.StreamResponse:
    """Let in what is held."""
    try:
        await confirming.confirm(gateway(request), request.match_info["token"])
    except NotFound:
        return render(request, "confirm.html", 403, token="", shop="", problem=OVER, done="")
    return render(request, "confirm.html", token="", shop="", problem="", done=DONE)
