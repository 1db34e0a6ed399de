"""What happens around an answer before and after it is sent: drafts, taking it back, sending it now."""

from aiohttp import web

from gateway.domain.writing import Draft
from gateway.inbox import canned, drafts, unsending
from gateway.outbound import letters

from . import security
from .composing import kept_files, kind_of
from .keys import FORM, gateway, visit
from .pages import back, render, see_other

SIGNED = "?signature=1"
FROM_SCRIPT = "application/json"
"""What the page's script accepts when it saves as somebody types: it stays where it is."""


async def save_draft(request: web.Request) -> web.StreamResponse:
    """Keep what is written so far, with a canned reply below it when the form names one."""
    form, id_ = request[FORM], request.match_info["id"]
    gw, actor = gateway(request), visit(request).actor
    written = form.get("text")
    if chosen := form.get("canned"):
        texts = (await canned.for_thread(gw, actor, id_)).texts
        written = "\n".join(filter(None, (written, *(text.text for text in texts if text.id == chosen))))
    draft = Draft(kind_of(form), written, gw.clock.now())
    await drafts.save(gw, actor, id_, draft, form.get("form_id"), kept_files(form))
    if form.get("preview"):
        return see_other(f"/threads/{id_}/preview{SIGNED if form.get('signature') else ''}")
    if request.headers.get("Accept") == FROM_SCRIPT:
        return web.Response(status=204)
    return back(request, f"/threads/{id_}#composer")


async def preview_page(request: web.Request) -> web.StreamResponse:
    """The mail that the draft would be, with whom it goes to."""
    query = SIGNED if request.query.get("signature") else ""
    found, id_ = await _preview(request), request.match_info["id"]
    return render(request, "preview.html", preview=found, thread_id=id_, query=query)


async def preview_mail(request: web.Request) -> web.StreamResponse:
    """The HTML of that mail, for its frame."""
    found = await _preview(request)
    headers = {"Content-Security-Policy": security.MAIL_POLICY, "X-Frame-Options": "SAMEORIGIN"}
    return web.Response(text=found.mail.page, content_type="text/html", headers=headers)


async def _preview(request: web.Request) -> letters.Preview:
    gw, actor, id_ = gateway(request), visit(request).actor, request.match_info["id"]
    draft = (await drafts.of_thread(gw, actor, id_)).get("reply")
    signature = (await canned.for_thread(gw, actor, id_)).signature if request.query.get("signature") else ""
    text = "\n\n".join(part for part in ((draft.text if draft else "").strip("\n"), signature) if part)
    return await letters.preview(gw, actor, id_, text)


async def canned_texts(request: web.Request) -> web.StreamResponse:
    """The shop's canned replies, filled in for this thread, for the page's script."""
    kit = await canned.for_thread(gateway(request), visit(request).actor, request.match_info["id"])
    return web.json_response([{"id": text.id, "name": text.name, "text": text.text} for text in kit.texts])


async def take_back(request: web.Request) -> web.StreamResponse:
    """Stop an answer that has not left; its words are in the composer again."""
    unsent = await unsending.take_back(gateway(request), visit(request).actor, request.match_info["id"])
    return back(request, f"/threads/{unsent.thread_id}#composer")


async def send_now(request: web.Request) -> web.StreamResponse:
    """Send an answer that waits."""
    message_id = await unsending.send_now(gateway(request), visit(request).actor, request.match_info["id"])
    here = back(request, "/inbox").headers["Location"].partition("#")[0]
    return see_other(f"{here}#m-{message_id}")
