"""Pages on which admins and managers invite people, give them roles by shop and shut them out; and the invitation."""

from typing import Any
from urllib.parse import quote

from aiohttp import web

from gateway.admin import shops as admin
from gateway.domain.rights import Role
from gateway.domain.staff import SHOP_ROLES, Wish
from gateway.errors import Conflict, Forbidden, Invalid
from gateway.people import accounts, staff

from . import security
from .forms import Form
from .i18n import N_, known
from .keys import FORM, gateway, visit
from .pages import locale_of, render, see_other

ROLES: dict[Role, tuple[str, str]] = {
    # Each role: its name, and what it may do.
    "admin": (N_("Admin"), N_("Everything, in every shop.")),
    "manager": (N_("Manager"), N_("Sets the shop up: people, channels, rules, templates, held and outgoing mail.")),
    "seller": (N_("Seller"), N_("Reads and answers the shop's mail.")),
    "readonly": (N_("Read only"), N_("Reads the shop's mail and changes nothing.")),
}
STATES = {"active": N_("Active"), "invited": N_("Invited"), "deactivated": N_("Shut out")}
PROBLEMS = {
    # What may be wrong with the form about a person, by field.
    "email": N_("This is no email address."),
    "roles": N_("Choose at least one shop, or make the person an admin."),
    "name": N_("The name is too long."),
}
TAKEN = N_("Somebody with this address works here already.")
PASSWORD_TOO_SHORT = N_("A password has from 8 to 200 characters.")
PASSWORDS_DIFFER = N_("The two passwords are not the same.")
INVITATION_IS_OLD = N_("This invitation has been used or has run out. Ask for another one.")


async def people_page(request: web.Request) -> web.StreamResponse:
    """Who works here, and the form that invites."""
    return await _people(request)


async def _people(request: web.Request, status: int = 200, **values: Any) -> web.Response:
    gw, actor = gateway(request), visit(request).actor
    listed = await staff.colleagues(gw, actor)
    shops = await admin.shops(gw, actor)
    context = {"problem": "", "form": Form(), "sent": None} | values
    return render(request, "people.html", status, people=listed, shops=shops, **_words(request), **context)


def _words(request: web.Request) -> dict[str, Any]:
    govern = visit(request).actor.may("govern")
    return {"roles": ROLES, "shop_roles": SHOP_ROLES, "states": STATES, "govern": govern}


def _wish(form: Form) -> Wish:
    roles: dict[str, Role] = {}
    for name, value in form.fields.items():
        role = next((known_role for known_role in SHOP_ROLES if known_role == value), None)
        if name.startswith("role.") and role is not None:
            roles[name.removeprefix("role.")] = role
    return Wish(form.get("name"), form.get("admin") == "yes", roles)


async def invite(request: web.Request) -> web.StreamResponse:
    """Invite somebody; the link is shown when no mail could carry it."""
    form = request[FORM]
    try:
        locale = known(form.get("locale")) or locale_of(request)
        sent = await staff.invite(gateway(request), visit(request).actor, form.get("email"), _wish(form), locale)
    except Conflict:
        return await _people(request, 409, problem=TAKEN, form=form)
    except Invalid as error:
        return await _people(request, 422, problem=PROBLEMS.get(error.field, PROBLEMS["email"]), form=form)
    return await _people(request, sent=sent)


async def person_page(request: web.Request) -> web.StreamResponse:
    """One person: roles, state."""
    return await _person(request)


async def _person(request: web.Request, status: int = 200, problem: str = "", sent: object = None) -> web.Response:
    gw, actor = gateway(request), visit(request).actor
    person = await staff.colleague(gw, actor, request.match_info["id"])
    words = _words(request)
    editable = person.id != actor.user_id and (words["govern"] or not person.admin)
    values: dict[str, Any] = {"person": person, "shops": await admin.shops(gw, actor), "editable": editable}
    done = N_("Saved.") if request.query.get("done") else ""
    return render(request, "person.html", status, problem=problem, sent=sent, done=done, **values, **words)


async def change(request: web.Request) -> web.StreamResponse:
    """Give somebody another name or other roles."""
    id_ = request.match_info["id"]
    try:
        await staff.change(gateway(request), visit(request).actor, id_, _wish(request[FORM]))
    except Invalid as error:
        return await _person(request, 422, PROBLEMS.get(error.field, PROBLEMS["roles"]))
    return see_other(f"/people/{id_}?done=1")


async def invite_again(request: web.Request) -> web.StreamResponse:
    """Send a fresh link to somebody who has not come yet."""
    sent = await staff.invite_again(gateway(request), visit(request).actor, request.match_info["id"])
    return await _person(request, sent=sent)


async def deactivate(request: web.Request) -> web.StreamResponse:
    """Shut somebody out."""
    id_ = request.match_info["id"]
    await staff.deactivate(gateway(request), visit(request).actor, id_)
    return see_other(f"/people/{id_}?done=1")


async def reactivate(request: web.Request) -> web.StreamResponse:
    """Let somebody in again."""
    id_ = request.match_info["id"]
    await staff.reactivate(gateway(request), visit(request).actor, id_)
    return see_other(f"/people/{id_}?done=1")


async def invitation_page(request: web.Request) -> web.StreamResponse:
    """What an invitation opens: a form, since programs that look at mails follow links too."""
    return await _invitation(request)


async def _invitation(request: web.Request, status: int = 200, problem: str = "") -> web.Response:
    token = request.match_info["token"]
    guest = await staff.guest(gateway(request), token)
    if guest is None:
        return render(request, "invitation.html", 403, guest=None, token="", problem=INVITATION_IS_OLD)
    return render(request, "invitation.html", status, guest=guest, token=quote(token), problem=problem)


async def join(request: web.Request) -> web.StreamResponse:
    """Take the invitation: choose a password, and come in."""
    gw, form = gateway(request), request[FORM]
    if form.get("new") != form.get("again"):
        return await _invitation(request, 422, PASSWORDS_DIFFER)
    try:
        user_id = await staff.join(gw, request.match_info["token"], form.get("name"), form.get("new"))
    except Forbidden:
        return await _invitation(request, 403)
    except Invalid as error:
        return await _invitation(request, 422, PROBLEMS["name"] if error.field == "name" else PASSWORD_TOO_SHORT)
    link = await accounts.make_sign_in_link(gw, user_id)
    agent = request.headers.get("User-Agent", "").replace("\0", "")
    signed_in = await accounts.use_sign_in_link(gw, link.rpartition("/")[2], agent)
    response = see_other("/inbox")
    security.set_session_cookie(response, gw.settings, signed_in.token)
    return response
