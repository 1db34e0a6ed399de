"""The page of the API's tokens: make one (shown once), see which are in use, revoke."""

from datetime import UTC, datetime, time
from typing import Any

from aiohttp import web

from gateway.admin import shops as admin
from gateway.domain.rights import ROLES, SCOPE_NAMES, Role, Scope
from gateway.errors import Forbidden, Invalid
from gateway.people import tokens
from gateway.people.tokens import NewToken

from .forms import Form
from .i18n import N_
from .keys import FORM, gateway, visit
from .pages import render, see_other
from .people_views import ROLES as ROLE_WORDS

SCOPES: dict[Scope, tuple[str, str]] = {
    # Each scope: its name, and what it lets a token do.
    "read": (N_("Read"), N_("Threads, messages, files and orders.")),
    "orders": (N_("Orders"), N_("Write orders and order notes: for an order system.")),
    "write": (N_("Answer"), N_("Answer, note, assign, label and close.")),
    "admin": (N_("Set up"), N_("The shop's set-up, its ledger and its outgoing mail.")),
}
PROBLEMS = {
    # What may be wrong with the form, by field.
    "expires_at": N_("This day is no date, or has passed."),
    "shop": N_("Choose the shop: only an admin of all shops may leave it open."),
    "name": N_("The name is too long."),
}


async def tokens_page(request: web.Request) -> web.StreamResponse:
    """The living tokens, and the form that makes one."""
    return await _tokens(request)


async def _tokens(request: web.Request, status: int = 200, **values: Any) -> web.Response:
    gw, actor = gateway(request), visit(request).actor
    context = {"made": "", "problem": "", "form": Form()} | values
    listed, shops = await tokens.tokens(gw, actor), await admin.shops(gw, actor)
    words = {"roles": ROLE_WORDS, "scopes": SCOPES, "govern": actor.may("govern")}
    response = render(request, "tokens.html", status, tokens=listed, shops=shops, **words, **context)
    response.headers["Cache-Control"] = "no-store"
    return response


async def make(request: web.Request) -> web.StreamResponse:
    """Make a token and show it, this once."""
    form = request[FORM]
    try:
        token, _ = await tokens.make(gateway(request), visit(request).actor, _wish(form))
    except (Invalid, Forbidden) as error:
        field = error.field if isinstance(error, Invalid) else "shop"
        return await _tokens(request, 422, problem=PROBLEMS.get(field, PROBLEMS["shop"]), form=form)
    return await _tokens(request, made=token)


def _wish(form: Form) -> NewToken:
    role: Role = next((known for known in ROLES if known == form.get("role")), "readonly")
    scopes = tuple(known for known in SCOPE_NAMES if form.get(f"scope.{known}") == "yes")
    shop, name = form.get("shop") or None, form.get("name")
    return NewToken(role=role, shop=shop, scopes=scopes, name=name, expires_at=_day(form.get("expires")))


def _day(text: str) -> datetime | None:
    """The end of a day, in UTC. Raises Invalid."""
    if not text:
        return None
    try:
        return datetime.combine(datetime.strptime(text, "%Y-%m-%d"), time(23, 59, 59), UTC)
    except ValueError:
        raise Invalid("expected a day", field="expires_at") from None


async def revoke(request: web.Request) -> web.StreamResponse:
    """End a token."""
    await tokens.revoke(gateway(request), visit(request).actor, request.match_info["id"])
    return see_other("/tokens")
