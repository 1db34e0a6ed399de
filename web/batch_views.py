"""Many conversations at once: change them, answer them after a look at the first answer, take it back."""

from typing import Any

from aiohttp import web

from gateway.clock import new_id
from gateway.domain.canned import VARIABLES
from gateway.domain.conversations import clean_text
from gateway.errors import Invalid
from gateway.inbox import batch, handed_in
from gateway.inbox.handed_in import HandedIn
from gateway.outbound import answers

from . import security
from .forms import Form
from .i18n import N_
from .inbox_views import SNOOZES
from .keys import FORM, gateway, visit
from .pages import render, see_other

VARIABLE_NAMES = {
    # What each variable stands for.
    "buyer_name": N_("the buyer's name"),
    "order_no": N_("the order number"),
    "tracking_no": N_("the tracking number"),
    "shop_name": N_("the shop's name"),
    "seller_name": N_("your name"),
}
LEFT_OUT = {
    # Why a conversation gets no answer.
    "missing": N_("not there any more"),
    "thread": N_("no email address"),
    "buyer_name": N_("no name"),
    "order_no": N_("no order"),
    "tracking_no": N_("no tracking number"),
    "seller_name": N_("no name"),
    "assignee": N_("this colleague does not work for the shop"),
}
PROBLEM = N_("Write a text; only the variables below are known.")
TOO_MUCH = N_("These files are too many or too large: see the rule beside them.")
PROBLEMS = {"attachments": TOO_MUCH}
"""What is wrong with an answer, where it is not the text."""


async def change(request: web.Request) -> web.StreamResponse:
    """Change all the chosen ones: the button that was pressed says how."""
    form, gw, actor = request[FORM], gateway(request), visit(request).actor
    ids = form.values.get("id", ())
    if not ids:
        return _back(request)
    outcome = await batch.change(gw, actor, ids, _changes(request, form))
    return _back(request, outcome.act.id)


def _changes(request: web.Request, form: Form) -> dict[str, Any]:
    fields = form.fields
    changes: dict[str, Any] = {name: fields[name] for name in ("status", "assignee") if name in fields}
    if changes.get("assignee") == "me":
        changes["assignee"] = visit(request).actor.user_id
    if "snooze" in fields:
        if fields["snooze"] not in SNOOZES:
            raise Invalid("unknown snooze", field="snoozed_until")
        changes["snoozed_until"] = gateway(request).clock.now() + SNOOZES[fields["snooze"]][1]
    if fields.get("do") == "label" and fields.get("add_label", "").strip():
        changes["add_labels"] = [fields["add_label"]]
    if "seen" in fields:
        changes["seen"] = True
    return changes


def _back(request: web.Request, act_id: str = "") -> web.Response:
    """To the list, which then offers to take the act back."""
    path = security.local_path(request[FORM].get("next"), "/inbox")
    if not act_id:
        return see_other(path)
    return see_other(f"{path}{'&' if '?' in path else '?'}act={act_id}")


async def answer(request: web.Request) -> web.StreamResponse:
    """Write one answer for all the chosen ones, look at the first, and send them."""
    form, gw, actor = request[FORM], gateway(request), visit(request).actor
    if not form.values.get("id"):
        return _back(request)
    files = handed_in.known(gw, actor, form.values.get("kept", ()))
    try:
        sizes = [*(file.size for file in files), *(len(file.content) for file in form.files)]
        batch.check_files(gw, len(form.values["id"]), sizes)
        files += await handed_in.keep_all(gw, actor, _new(form))
        if form.get("after"):
            return await _send(request, files)
    except Invalid as error:
        return await _form(request, files, PROBLEMS.get(error.field, PROBLEM))
    return await _form(request, files)


def _new(form: Form) -> tuple[answers.NewAttachment, ...]:
    return tuple(answers.NewAttachment(file.filename, file.content_type, file.content) for file in form.files)


async def _send(request: web.Request, files: tuple[HandedIn, ...]) -> web.Response:
    form, gw, actor = request[FORM], gateway(request), visit(request).actor
    draft = answers.ReplyDraft(
        form.get("text"),
        await handed_in.contents(gw, actor, files),
        idempotency_key=form.get("form_id")[:64],
        status_after="closed" if form.get("after") == "closed" else "waiting",
    )
    outcome = await batch.answer(gw, actor, form.values["id"], draft)
    return _back(request, outcome.act.id)


async def _form(request: web.Request, files: tuple[HandedIn, ...], problem: str = "") -> web.Response:
    """What was written and handed in so far, with the first answer as it would read."""
    form, gw, actor = request[FORM], gateway(request), visit(request).actor
    ids, text, preview = form.values["id"], clean_text(form.get("text")), None
    if text.strip() or form.get("step"):
        try:
            preview = await batch.preview(gw, actor, ids, text)
        except Invalid:
            problem = problem or PROBLEM
    return render(
        request,
        "batch_answer.html",
        422 if problem else 200,
        ids=ids,
        text=text,
        files=files,
        preview=preview,
        problem=problem,
        variables=[(name, VARIABLE_NAMES[name]) for name in VARIABLES],
        left_out=LEFT_OUT,
        too_much=TOO_MUCH,
        limit={"files": answers.MAX_FILES, "bytes": batch.room(gw, len(ids))},
        form_id=form.get("form_id") or new_id(),
        next=security.local_path(form.get("next"), "/inbox"),
    )


async def undo(request: web.Request) -> web.StreamResponse:
    """Take an act back. Raises NotFound for one that is too old, or another's."""
    await batch.undo(gateway(request), visit(request).actor, request.match_info["id"])
    return _back(request)
