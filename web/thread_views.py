"""An open thread: read it, answer it, note on it, change where it stands."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aiohttp import web

from gateway.domain.canned import unfilled
from gateway.domain.conversations import clean_text
from gateway.domain.editing import MAX_LABEL_CHARS
from gateway.domain.mentions import handle
from gateway.errors import AnsweredMeanwhile, Invalid
from gateway.inbox import canned, drafts, surroundings, threads
from gateway.outbound import answers

from .bubbles import PRIORITIES, STATUSES, bubbles
from .composing import LATER, Composer, from_drafts, kept_files, kind_of, send_at
from .delivery_views import REFUSALS
from .forms import Form
from .i18n import N_
from .inbox_views import SNOOZES, desk_of, show
from .keys import FORM, gateway, visit
from .pages import back, locale_of, see_other
from .rows import ORDER_STATES
from .thread_lines import event_ids

PROBLEMS = {
    # Which sentence a refused answer gets, by the field that Invalid names.
    "text": N_("Write something first (at most 100,000 characters)."),
    "attachments": N_("At most 20 files and 25 MiB together."),
    "thread": N_("We know no email address of this buyer, so an answer can't be sent. Leave a note instead."),
    "template": N_("This reply template can't be used."),
    "variables": N_("Fill in what still stands in double braces."),
    "send_at": N_("Choose a moment to come, at most a year ahead."),
}
OTHER_PROBLEM = N_("This could not be sent.")


ANSWERED = N_("A colleague has answered meanwhile. Read it above; your text is still here.")


async def thread_page(request: web.Request) -> web.StreamResponse:
    """The inbox with this thread open. Looking changes nothing; the page's script says that it was seen."""
    return await _page(request)


async def _page(request: web.Request, status: int = 200, composer: Composer | None = None) -> web.Response:
    gw, actor, id_ = gateway(request), visit(request).actor, request.match_info["id"]
    detail = await threads.thread(gw, actor, id_, with_html=False)
    if not detail.messages and (there := await surroundings.leads_to(gw, actor, id_)):
        return see_other(f"/threads/{there}")
    around = await surroundings.of_thread(gw, actor, detail.thread, event_ids(detail.messages))
    return await show(
        request,
        await desk_of(request),
        detail,
        status,
        conversation=bubbles(detail, locale_of(request), around.events, {team.id: team.name for team in around.teams}),
        teams=around.teams,
        priorities=PRIORITIES,
        around=around,
        splitting=request.query.get("split") == "1" and len(detail.messages) > 1,
        colleagues=around.colleagues,
        statuses=STATUSES,
        max_label=MAX_LABEL_CHARS,
        kit=around.kit,
        handles={person.id: handle(person) for person in around.colleagues},
        composer=composer or from_drafts(around.drafts),
        later=LATER,
        refusals=REFUSALS,
        order_states=ORDER_STATES,
        seen=detail.messages[-1].id if detail.messages else "",
    )


async def write(request: web.Request) -> web.StreamResponse:
    """Send an answer, or keep a note: the form says which."""
    form, id_ = request[FORM], request.match_info["id"]
    try:
        message_id = await (_note if kind_of(form) == "note" else _reply)(request, form, id_)
    except Invalid as error:
        return await _again(request, 422, Composer(problem=PROBLEMS.get(error.field, OTHER_PROBLEM)))
    except AnsweredMeanwhile as error:
        return await _again(request, 409, Composer(problem=ANSWERED, newer=error.message_id))
    return see_other(f"{_here(request, id_)}#m-{message_id}")


async def _again(request: web.Request, status: int, composer: Composer) -> web.Response:
    """The page with what was written; it is kept as a draft by the page's script, not here."""
    form, id_ = request[FORM], request.match_info["id"]
    kept, own = kept_files(form), await drafts.of_thread(gateway(request), visit(request).actor, id_)
    files = tuple(file for file in (own["reply"].files if "reply" in own else ()) if file.id in kept)
    shown = replace(composer, kind=kind_of(form), text=form.get("text"), files=files)
    return await _page(request, status, shown)


async def _note(request: web.Request, form: Form, id_: str) -> str:
    key = drafts.form_key("note", id_, form.get("form_id"))
    return await threads.add_note(gateway(request), visit(request).actor, id_, form.get("text"), key)


async def _reply(request: web.Request, form: Form, id_: str) -> str:
    gw, here = gateway(request), visit(request)
    returned = await drafts.files_of(gw, here.actor, id_, kept_files(form))
    new = tuple(answers.NewAttachment(file.filename, file.content_type, file.content) for file in form.files)
    text = clean_text(form.get("text"))
    if names := unfilled(text):
        raise Invalid(f"fill in {', '.join(names)}", "variables")
    signed = form.get("signature") == "1"
    draft = answers.ReplyDraft(
        text=text,
        signature=(await canned.for_thread(gw, here.actor, id_)).signature if signed else "",
        attachments=returned + new,
        idempotency_key=f"page:{form.get('form_id')[:64]}" if form.get("form_id") else "",
        status_after="closed" if form.get("after") == "closed" else "waiting",
        send_at=send_at(form, here.account.time_zone, here.account.undo_seconds, gw.clock.now()),
        seen=form.get("seen") if form.get("seen") and not form.get("anyway") else None,
        from_draft=True,
    )
    return await answers.reply(gw, here.actor, id_, draft)


def _here(request: web.Request, id_: str) -> str:
    query = f"?{request.query_string}" if request.query_string else ""
    return f"/threads/{id_}{query}"


async def change(request: web.Request) -> web.StreamResponse:
    """Set status, assignee, labels or snooze: whatever the form names."""
    gw, actor, id_ = gateway(request), visit(request).actor, request.match_info["id"]
    current = await threads.summary(gw, actor, id_)
    changes = _changes(request[FORM], current.labels)
    if changes.get("assignee") == "me":
        changes["assignee"] = actor.user_id
    if "snoozed_until" in changes:
        changes["snoozed_until"] = gw.clock.now() + changes["snoozed_until"]
    await threads.change_thread(gw, actor, id_, changes)
    return back(request, f"/threads/{id_}")


def _changes(form: Form, labels: tuple[str, ...]) -> dict[str, Any]:
    fields: Mapping[str, str] = form.fields
    plain = ("status", "assignee", "team", "priority")
    changes: dict[str, Any] = {name: fields[name] for name in plain if name in fields}
    if "snooze" in fields:
        if fields["snooze"] not in SNOOZES:
            raise Invalid("unknown snooze", field="snoozed_until")
        changes["snoozed_until"] = SNOOZES[fields["snooze"]][1]
    if "add_label" in fields:
        changes["labels"] = [*labels, fields["add_label"]]
    if "remove_label" in fields:
        changes["labels"] = [label for label in labels if label != fields["remove_label"]]
    return changes


async def seen(request: web.Request) -> web.StreamResponse:
    """Take the unread mark off."""
    await threads.mark_seen(gateway(request), visit(request).actor, request.match_info["id"])
    return web.Response(status=204)
