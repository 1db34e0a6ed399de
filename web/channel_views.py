"""Pages of channels: the doors that admins make, their editor, and "where would this mail go?"."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from gateway.admin import channels, shops, teams, template_editing, tracing
from gateway.domain.locales import LOCALES
from gateway.domain.note_readers import READERS
from gateway.domain.routing.channels import BY_MAIL, Channel
from gateway.domain.routing.documents import ChannelDocument
from gateway.domain.routing.tracing import words
from gateway.domain.template_sets import called
from gateway.errors import Conflict, Forbidden, Invalid

from .delivery_views import KINDS as KINDS_OF_MAIL
from .forms import Form
from .i18n import N_
from .keys import FORM, gateway, visit
from .pages import locale_of, render, see_other
from .routing_forms import number_of, problem_of, read, words_of

KINDS = {
    # What comes by a channel, and its icon.
    "email": (N_("Email"), "mail"),
    "order_note": (N_("Order notes"), "clipboard-list"),
    "site": (N_("Site messages"), "globe"),
    "chat": (N_("Chat"), "message-circle"),
}
WHO = {
    # Who must have ordered.
    "always": N_("Whoever has ordered from the shop"),
    "days": N_("Whoever has ordered within the last … days"),
    "paid": N_("Whoever has a paid order"),
    "never": N_("Anybody, also without an order"),
}
READER_NAMES = {
    # How an order note is read out of a mail.
    "": N_("JSON-LD, or lines of key and value"),
    "jsonld": N_("JSON-LD alone"),
    "key_value": N_("Lines of key and value alone"),
    "mapping": N_("As taught from an example mail"),
}
STATES = {
    # What would become of a mail, and its icon.
    "refused": (N_("It would be refused"), "ban"),
    "accepted": (N_("It would be accepted"), "circle-check"),
    "filed": (N_("It would be filed"), "circle-check"),
    "held": (N_("It would be held"), "shield-alert"),
    "discarded": (N_("It would be put aside"), "archive"),
    "failed": (N_("It could not be read"), "circle-alert"),
}
ACKNOWLEDGE = {"": None, "yes": True, "no": False}
TAKEN = N_("Another channel has this address.")


def may_change(request: web.Request) -> bool:
    """Managers look at channels; admins make them."""
    try:
        channels.admins_only(visit(request).actor)
    except Forbidden:
        return False
    return True


async def channels_page(request: web.Request) -> web.StreamResponse:
    """All channels."""
    gw, actor = gateway(request), visit(request).actor
    found, known = await channels.channels(gw, actor), await teams.choices(gw, actor)
    values: dict[str, Any] = {"kinds": KINDS, "who": WHO, "names": known.names, "domain": gw.settings.mail_domain}
    return render(request, "channels.html", channels=found, shops=known.shops, may_change=may_change(request), **values)


async def new_page(request: web.Request) -> web.StreamResponse:
    """The editor of a channel that there is not yet."""
    return await _editor(request, None)


async def channel_page(request: web.Request) -> web.StreamResponse:
    """The editor of a channel."""
    return await _editor(request, await _found(request))


async def _found(request: web.Request) -> Channel:
    return await channels.channel(gateway(request), visit(request).actor, request.match_info["id"])


async def _editor(
    request: web.Request, known: Channel | None, status: int = 200, problem: str = "", wrong: str = ""
) -> web.Response:
    gw, actor = gateway(request), visit(request).actor
    form = request[FORM] if FORM in request else _form(known)
    values: dict[str, Any] = {"kinds": KINDS, "who": WHO, "languages": LOCALES, "domain": gw.settings.mail_domain}
    values |= {"template_sets": (await template_editing.overview(gw, actor)).sets, "used": await _used(request, known)}
    values |= {"readers": {name: READER_NAMES.get(name, name) for name in READERS}, "by_mail": BY_MAIL}
    return render(
        request,
        "channel.html",
        status,
        channel=known,
        form=form,
        choices=await teams.choices(gw, actor),
        may_change=may_change(request),
        public_url=gw.settings.public_url,
        problem=problem,
        wrong=wrong,
        done=N_("Saved.") if request.query.get("done") else "",
        **values,
    )


async def _used(request: web.Request, known: Channel | None) -> dict[str, str]:
    """The mails of the channel's conversations, by their names, and where the words of each come from."""
    if known is None:
        return {}
    gw, actor = gateway(request), visit(request).actor
    own = next((one.locale for one in await shops.shops(gw, actor) if one.slug == known.shop), "")
    used = await template_editing.used(gw, actor, known.shop, known.template_set, known.language or own)
    language = locale_of(request).startswith("zh")
    return {KINDS_OF_MAIL[name]: called(origin, known.template_set)[language] for name, origin in used.items()}


def _form(known: Channel | None) -> Form:
    """A channel as the fields of its form."""
    if known is None:
        return Form({"kind": "email", "entitlement": "always", "enabled": "yes"})
    same = "kind shop name address language entitlement reader template_set".split()
    fields = {name: getattr(known, name) for name in same}
    fields |= {"labels": ", ".join(known.labels), "team": known.team_id or "", "assignee": known.assignee_id or ""}
    for name in ("response_minutes", "entitlement_days"):
        fields[name] = str(getattr(known, name) or "")
    fields["acknowledge"] = {None: "", True: "yes", False: "no"}[known.acknowledge]
    fields |= {"enabled": "yes"} if known.enabled else {}
    return Form(fields | ({"open_to_anyone": "yes"} if known.entitlement == "never" else {}))


async def save(request: web.Request) -> web.StreamResponse:
    """Make a channel, or change one."""
    gw, actor, form = gateway(request), visit(request).actor, request[FORM]
    known = await _found(request) if "id" in request.match_info else None
    try:
        document = read(ChannelDocument, _values(form, known))
        if known is None:
            kept = await channels.add(gw, actor, document)
        else:
            kept = await channels.put(gw, actor, known.id, document)
    except Conflict:
        return await _editor(request, known, 409, TAKEN, "address")
    except (Invalid, ValidationError) as error:
        wrong, problem = problem_of(error)
        return await _editor(request, known, 422, problem, wrong)
    return see_other(f"/channels/{kept.id}?done=1")


def _values(form: Form, known: Channel | None) -> Mapping[str, Any]:
    same = "kind shop name address language entitlement reader".split()
    values: dict[str, Any] = {name: form.get(name).strip() for name in same}
    values["template_set"] = form.get("template_set").strip().lower()
    values |= {name: form.get(name) or None for name in ("team", "assignee")}
    values |= {name: number_of(form.get(name)) for name in ("response_minutes", "entitlement_days")}
    values |= {name: form.get(name) == "yes" for name in ("enabled", "open_to_anyone")}
    # What a reader was taught is not in this form: it stays as it is.
    taught = dict(known.reader_config) if known and known.reader == values["reader"] else {}
    more = {"labels": words_of(form.get("labels")), "acknowledge": ACKNOWLEDGE.get(form.get("acknowledge"))}
    return values | more | {"reader_config": taught}


async def switch(request: web.Request) -> web.StreamResponse:
    """Open or close a channel."""
    on = request[FORM].get("enabled") == "yes"
    await channels.enable(gateway(request), visit(request).actor, request.match_info["id"], on)
    return see_other("/channels")


async def remove(request: web.Request) -> web.StreamResponse:
    """Forget a channel."""
    await channels.remove(gateway(request), visit(request).actor, request.match_info["id"])
    return see_other("/channels")


async def test_page(request: web.Request) -> web.StreamResponse:
    """Where would this mail go?"""
    address = request.query.get("address", "")[:320]
    return _test(request, Form({"address": address, "verified": "yes"}), None)


async def test(request: web.Request) -> web.StreamResponse:
    """The answer, step by step."""
    form = request[FORM]
    try:
        found = await tracing.trace(
            gateway(request),
            visit(request).actor,
            form.get("address").replace("\0", ""),
            form.get("mail").replace("\0", "")[: tracing.MAX_MAIL],
            form.get("verified") == "yes",
        )
    except Invalid:
        return _test(request, form, None, 422)
    return _test(request, form, found)


def _test(request: web.Request, form: Form, found: tracing.Trace | None, status: int = 200) -> web.Response:
    language = "zh" if locale_of(request).startswith("zh") else "en"
    said = [words(step)[language] for step in found.steps] if found else []
    state = STATES[found.state] if found else None
    domain = gateway(request).settings.mail_domain
    return render(request, "channel_test.html", status, form=form, found=found, said=said, state=state, domain=domain)
