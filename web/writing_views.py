"""Pages where people set what they write with: signatures, the time to undo, and their shops' canned replies."""

from aiohttp import web
from babel import Locale

from gateway.domain.canned import MAX_NAME_CHARS, MAX_TEXT_CHARS, VARIABLES, Canned
from gateway.domain.locales import LOCALES
from gateway.domain.writing import UNDO_CHOICES
from gateway.errors import Conflict, Invalid
from gateway.inbox import canned, threads

from .i18n import N_
from .keys import FORM, gateway, visit
from .pages import locale_of, render, see_other

PROBLEMS = {
    # Which sentence a refused text gets, by the field that Invalid names.
    "name": N_("A name has from 1 to 60 characters."),
    "locale": N_("There is no such language."),
    "text": N_("Write a text, not too long a one."),
    "variable": N_("There is no such variable. Use one of those below."),
}
TAKEN = N_("There is a text of this name in this language already.")
DONE = {"saved": N_("Saved."), "removed": N_("Removed.")}


def _languages(request: web.Request) -> dict[str, str]:
    """The languages of mails, as the reader calls them."""
    reader = locale_of(request)
    return {code: str(Locale.parse(code).get_display_name(reader)) for code in LOCALES}


async def writing_page(request: web.Request) -> web.StreamResponse:
    """Signatures and the time to undo."""
    return await _writing(request)


async def _writing(request: web.Request, status: int = 200, problem: str = "") -> web.Response:
    account = visit(request).account
    return render(
        request,
        "writing.html",
        status,
        signatures=await canned.signatures(gateway(request), account.id),
        languages=_languages(request),
        choices=UNDO_CHOICES,
        chosen=account.undo_seconds,
        variables=VARIABLES,
        done=DONE.get(request.query.get("done", ""), ""),
        problem=problem,
    )


async def set_undo(request: web.Request) -> web.StreamResponse:
    """For how long an answer may be taken back."""
    seconds = request[FORM].get("seconds")
    await canned.set_undo(gateway(request), visit(request).account.id, int(seconds) if seconds.isdecimal() else -1)
    return see_other("/settings/writing?done=saved")


async def set_signature(request: web.Request) -> web.StreamResponse:
    """Keep the signature of a language; an empty one is forgotten."""
    form = request[FORM]
    try:
        await canned.set_signature(gateway(request), visit(request).account.id, form.get("locale"), form.get("text"))
    except Invalid as error:
        return await _writing(request, 422, PROBLEMS.get(error.field, PROBLEMS["text"]))
    return see_other("/settings/writing?done=saved")


async def canned_page(request: web.Request) -> web.StreamResponse:
    """The canned replies of one of the reader's shops."""
    return await _canned(request, request.query.get("shop", ""))


async def _canned(
    request: web.Request, slug: str, status: int = 200, problem: str = "", edited: Canned | None = None
) -> web.Response:
    gw, actor = gateway(request), visit(request).actor
    shops = [shop for shop in await threads.shops(gw, actor) if not shop.system]
    slug = slug or (shops[0].slug if shops else "")
    texts = await canned.of_shop(gw, actor, slug) if slug else ()
    wanted = request.query.get("edit", "")
    return render(
        request,
        "canned.html",
        status,
        shops=shops,
        slug=slug,
        texts=texts,
        edited=edited or next((text for text in texts if text.id == wanted), None) or Canned("", "", "", ""),
        languages=_languages(request),
        variables=VARIABLES,
        max_name=MAX_NAME_CHARS,
        max_text=MAX_TEXT_CHARS,
        done=DONE.get(request.query.get("done", ""), ""),
        problem=problem,
    )


async def save_canned(request: web.Request) -> web.StreamResponse:
    """Keep a canned reply, a new one or a changed one."""
    form = request[FORM]
    text, slug = Canned(form.get("id"), form.get("name"), form.get("locale"), form.get("text")), form.get("shop")
    try:
        await canned.save(gateway(request), visit(request).actor, slug, text)
    except Invalid as error:
        return await _canned(request, slug, 422, PROBLEMS.get(error.field, PROBLEMS["text"]), text)
    except Conflict:
        return await _canned(request, slug, 409, TAKEN, text)
    return see_other(f"/canned?shop={slug}&done=saved")


async def remove_canned(request: web.Request) -> web.StreamResponse:
    """Forget a canned reply."""
    await canned.remove(gateway(request), visit(request).actor, request.match_info["id"])
    return see_other("/canned?done=removed")
