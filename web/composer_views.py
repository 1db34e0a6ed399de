"""What happens around an answer before and after it is sent: drafts, taking it back, sending it now."""

from aiohttp import web

from gateway import drafts, unsending
from gateway.domain.writing import Draft

from .composing import kept_files, kind_of
from .keys import FORM, gateway, visit
from .pages import back, see_other

FROM_SCRIPT = "application/json"
"""What the page's script accepts when it saves as somebody types: it stays where it is."""


async def save_draft(request: web.Request) -> web.StreamResponse:
    """Keep what is written so far."""
    form, id_ = request[FORM], request.match_info["id"]
    gw, actor = gateway(request), visit(request).actor
    draft = Draft(kind_of(form), form.get("text"), gw.clock.now())
    await drafts.save(gw, actor, id_, draft, form.get("form_id"), kept_files(form))
    if request.headers.get("Accept") == FROM_SCRIPT:
        return web.Response(status=204)
    return back(request, f"/threads/{id_}#composer")


async def take_back(request: web.Request) -> web.StreamResponse:
    """Stop an answer that has not left; its words are in the composer again."""
    unsent = await unsending.take_back(gateway(request), visit(request).actor, request.match_info["id"])
    return back(request, f"/threads/{unsent.thread_id}#composer")


async def send_now(request: web.Request) -> web.StreamResponse:
    """Send an answer that waits."""
    message_id = await unsending.send_now(gateway(request), visit(request).actor, request.match_info["id"])
    here = back(request, "/inbox").headers["Location"].partition("#")[0]
    return see_other(f"{here}#m-{message_id}")
