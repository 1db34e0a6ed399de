"""The page that teaches a channel how a platform's mails are read: example, marks, a trial, and keeping it."""

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from gateway.admin import note_teaching
from gateway.domain.emails import Email
from gateway.domain.note_mapping import FIELDS, NEEDED, mapping_json
from gateway.domain.note_reasons import WhyNot
from gateway.domain.notes import OrderNote
from gateway.errors import Invalid

from .forms import Form
from .i18n import N_
from .keys import FORM, gateway, visit
from .pages import locale_of, render, see_other

NAMES = {
    # What can be marked.
    "order_no": N_("Order number"),
    "note": N_("The buyer's words"),
    "buyer_name": N_("The buyer's name"),
    "buyer_email": N_("The buyer's address"),
}
MAX_TEXT = 200_000


async def page(request: web.Request) -> web.StreamResponse:
    """Ask for an example."""
    return await _page(request)


async def _page(request: web.Request, **values: Any) -> web.Response:
    channel = await note_teaching.channel(gateway(request), visit(request).actor, request.match_info["id"])
    nothing: dict[str, Any] = {"subject": "", "text": "", "marks": {}, "kept": "", "note": None, "tried": None}
    nothing |= {"why": "", "tried_why": "", "wrong": ""}
    words = {"fields": FIELDS, "needed": NEEDED, "names": NAMES, "channel": channel}
    return render(request, "mapping.html", **(nothing | words | values))


async def step(request: web.Request) -> web.StreamResponse:
    """One step: read the example, learn from the marks, try on another mail, or keep."""
    form = request[FORM]
    if form.get("step") == "keep":
        return await _keep(request, form)
    given: dict[str, Any] = {"subject": form.get("subject")[:2000], "text": form.get("text")[:MAX_TEXT]}
    given["marks"] = {name: form.get(f"mark:{name}") for name in FIELDS}
    try:
        if form.get("step") == "example":
            email = await note_teaching.example(_source(form))
            return await _page(request, subject=email.subject, text=email.text)
        given |= _learnt(request, given)
        if form.get("step") == "try" and given["kept"]:
            given |= _tried(request, given["kept"], await note_teaching.example(_source(form)))
    except Invalid as error:
        given["wrong"] = str(error)
    return await _page(request, **given)


def _source(form: Form) -> bytes:
    if form.files:
        return form.files[0].content
    if pasted := form.get("source").strip():
        return pasted.encode("utf-8", "replace")
    raise Invalid("choose a file, or paste the source of the mail", field="file")


def _learnt(request: web.Request, given: Mapping[str, Any]) -> dict[str, Any]:
    found = note_teaching.lesson(given["subject"], given["text"], given["marks"])
    if found.mapping is None or isinstance(found.found, WhyNot):
        return {"kept": "", "why": _sentence(request, found.found)}
    return {"kept": json.dumps(mapping_json(found.mapping), ensure_ascii=False), "note": found.found}


def _tried(request: web.Request, kept: str, email: Email) -> dict[str, Any]:
    found = note_teaching.trial(json.loads(kept), email)
    return {"tried": found} if isinstance(found, OrderNote) else {"tried_why": _sentence(request, found)}


def _sentence(request: web.Request, found: OrderNote | WhyNot) -> str:
    return found.sentence(locale_of(request)) if isinstance(found, WhyNot) else ""


async def _keep(request: web.Request, form: Form) -> web.StreamResponse:
    id_ = request.match_info["id"]
    try:
        kept = json.loads(form.get("kept"))
    except (ValueError, RecursionError):
        kept = {}
    await note_teaching.keep(gateway(request), visit(request).actor, id_, kept if isinstance(kept, dict) else {})
    return see_other(f"/channels/{id_}")
