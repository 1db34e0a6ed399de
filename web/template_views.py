"""Pages on which admins change the words of mails: the list, the editor with its preview, versions, a trial."""

from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from markupsafe import escape

from gateway.admin import shops, template_editing
from gateway.admin.template_editing import Place
from gateway.domain.locales import LOCALES
from gateway.domain.template_sets import called
from gateway.errors import Invalid
from gateway.rendering import Rendered

from . import security
from .delivery_views import KINDS
from .forms import Form
from .i18n import N_
from .keys import FORM, gateway, visit
from .pages import locale_of, render, see_other
from .shop_views import languages

PARTS = {
    # Each file of a mail by the field of the form, and its name.
    "subject": ("subject.txt", N_("Subject")),
    "text": ("body.txt", N_("Plain text")),
    "html": ("body.html", N_("HTML")),
}
SENT = N_("The trial is on its way to you.")
DONE = {"1": N_("Saved. The next mail uses these words."), "2": N_("The older words are back.")}
NAMES = KINDS | {
    "seller-notification": N_("Notification to sellers"),
    "seller-digest": N_("Summary for sellers"),
    "sign-in": N_("Sign-in link"),
    "invitation": N_("Invitation"),
    "password-reset": N_("New password"),
    "webhook-off": N_("Webhook switched off"),
}


def _place(request: web.Request, form: Form | None = None) -> Place:
    shop = form.get("shop") if form else request.query.get("shop", "")
    chosen = form.get("set") if form else request.query.get("set", "")
    return Place(request.match_info["name"], request.match_info["locale"], shop, chosen)


def _way(place: Place, done: int) -> str:
    chosen = urlencode({"shop": place.shop, "set": place.template_set, "done": done})
    return f"/templates/{place.name}/{place.locale}?{chosen}"


async def templates_page(request: web.Request) -> web.StreamResponse:
    """All mails in all languages, and which have words of their own."""
    gw, actor = gateway(request), visit(request).actor
    shop, chosen = request.query.get("shop", ""), request.query.get("set", "").strip().lower()
    known = await template_editing.overview(gw, actor, shop, chosen)
    names = [name for name in known.names if not chosen or name in template_editing.IN_SETS]
    values: dict[str, Any] = {"names": names, "changed": known.changed, "shop": shop, "words": NAMES}
    values |= {"chosen": chosen, "sets": known.sets}
    values |= {"languages": languages(), "shops": await shops.shops(gw, actor), "all_locales": LOCALES}
    return render(request, "templates.html", **values)


async def editor(request: web.Request) -> web.StreamResponse:
    """One mail's words."""
    return await _editor(request, _place(request))


async def _editor(
    request: web.Request, place: Place, status: int = 200, form: Form | None = None, **told: Any
) -> web.Response:
    gw, actor = gateway(request), visit(request).actor
    known = await template_editing.words(gw, actor, place)
    sources = {field: form.get(field) if form else known.parts[file] for field, (file, _) in PARTS.items()}
    may_save = bool(place.shop) or actor.may("govern")
    values: dict[str, Any] = {"place": place, "known": known, "sources": sources, "parts": PARTS, "words": NAMES}
    values["origin"] = called(known.origin, place.template_set)[locale_of(request).startswith("zh")]
    values |= {"languages": languages(), "may_save": may_save, "thread": form.get("thread") if form else ""}
    context = {"problem": "", "wrong": "", "done": DONE.get(request.query.get("done", ""), "")} | told
    return render(request, "template.html", status, **values, **context)


def _sources(form: Form) -> dict[str, str]:
    """Browsers send CRLF for line ends in a form."""
    return {file: form.get(field).replace("\r\n", "\n").replace("\0", "") for field, (file, _) in PARTS.items()}


async def save(request: web.Request) -> web.StreamResponse:
    """Use these words, or send them to oneself."""
    form = request[FORM]
    place, gw, actor = _place(request, form), gateway(request), visit(request).actor
    try:
        if form.get("act") == "try":
            await template_editing.send_to_oneself(gw, actor, place, _sources(form))
            return await _editor(request, place, form=form, done=SENT)
        await template_editing.save(gw, actor, place, _sources(form))
    except Invalid as error:
        return await _editor(request, place, 422, form, problem=str(error), wrong=error.field)
    return see_other(_way(place, 1))


async def restore(request: web.Request) -> web.StreamResponse:
    """Bring older words back."""
    form = request[FORM]
    place = _place(request, form)
    number = int(form.get("version")) if form.get("version").isdecimal() else -1
    await template_editing.restore(gateway(request), visit(request).actor, place, number)
    return see_other(_way(place, 2))


async def preview(request: web.Request) -> web.StreamResponse:
    """The mail as it would be, for a sandboxed frame; or the line that is wrong."""
    form = request[FORM]
    thread = form.get("thread").strip().rpartition("/")[2]
    try:
        shown = await template_editing.preview(
            gateway(request), visit(request).actor, _place(request, form), _sources(form), thread
        )
    except Invalid as error:
        return framed(f"<p><b>{escape(error.field)}</b>: {escape(error)}</p>", 422)
    return framed(mail(shown))


def mail(shown: Rendered) -> str:
    """A mail for a frame: its subject, its HTML with the pictures, its plain text."""
    subject = f'<p style="font:600 15px system-ui">{escape(shown.subject)}</p>'
    return f"{subject}{shown.page}<hr><pre>{escape(shown.text)}</pre>"


def framed(body: str, status: int = 200) -> web.Response:
    """A page for a sandboxed frame, by the policy of mails."""
    page = f'<!doctype html><html><head><meta charset="utf-8"><title>mail</title></head><body>{body}</body></html>'
    policy = {"Content-Security-Policy": security.MAIL_POLICY, "X-Frame-Options": "SAMEORIGIN"}
    return web.Response(text=page, status=status, content_type="text/html", headers=policy)
