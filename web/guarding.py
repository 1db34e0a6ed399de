"""Stands before every page: host, session, role, form token; and behind it: failures become pages."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from enum import Enum
from urllib.parse import quote

from aiohttp import web

from gateway.domain.rights import Right
from gateway.people import accounts

from . import security
from .failures import ForeignForm, SignInNeeded, WrongHost
from .forms import MIB, Form, read_form
from .keys import FORM, GATEWAY, VISIT, gateway
from .pages import failure_page, see_other

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Middleware = Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]
BACKGROUND = "X-Background"
"""What the page's script sends with requests that no person caused."""
API = "/api/"
HOOKS = "/hooks/"
PROBES = frozenset({"/healthz", "/readyz", "/metrics", "/openapi.json"})
"""Paths that programs use: they have a guard of their own."""


class Policy(Enum):
    """Who may use a route."""

    FILES = "anybody, without a look at who it is"
    PUBLIC = "anybody"
    SIGNED_IN = "users, each within the own shops; whoever may only read sends no forms"
    OWN = "users, for what is their own: their settings and sessions"
    LINK = "whoever has the link: it holds a token, and mail programs post to it without a form of ours"
    ADMIN = "admins, and managers within the shops that they manage"
    GOVERN = "admins of all shops"


@dataclass(frozen=True, slots=True)
class Route:
    """One row of the route table. `body_limit` is in bytes; a handler that `streams` reads its form by itself."""

    method: str
    path: str
    handler: Handler
    policy: Policy
    body_limit: int = MIB
    streams: bool = False

    @property
    def right(self) -> Right | None:
        """What a signed-in user needs; None for pages that need no right."""
        if self.policy is Policy.SIGNED_IN:
            return "look" if self.method in security.SAFE_METHODS else "work"
        return _RIGHTS.get(self.policy)


_RIGHTS: dict[Policy, Right] = {Policy.ADMIN: "manage", Policy.GOVERN: "govern"}
_NOBODY_NEEDED = (Policy.FILES, Policy.PUBLIC, Policy.LINK)


def guarded(route: Route) -> Handler:
    """The route's handler behind its policy."""

    async def handler(request: web.Request) -> web.StreamResponse:
        if route.policy is not Policy.FILES:
            await _admit(request, route)
        if route.streams or request.method in security.SAFE_METHODS:
            return await route.handler(request)
        if route.policy is not Policy.LINK and security.comes_from_elsewhere(request):
            raise ForeignForm
        form = await read_form(request, route.body_limit)
        try:
            if route.policy is not Policy.LINK:
                _check_own(request, form)
            request[FORM] = form
            return await route.handler(request)
        finally:
            form.close()

    handler.__name__ = f"guarded_{getattr(route.handler, '__name__', 'route')}"
    return handler


async def _admit(request: web.Request, route: Route) -> None:
    """Raises SignInNeeded, and Forbidden for a right that the user has in no shop.

    The handler sees an actor who reaches only the shops in which the right holds.
    """
    gw = gateway(request)
    token = security.session_token(request, gw.settings)
    visit = await accounts.visit(gw, token, active=_by_a_person(request)) if token else None
    if visit is None and route.policy not in _NOBODY_NEEDED:
        raise SignInNeeded
    if visit is not None:
        request[VISIT] = visit
        if route.right is not None:
            request[VISIT] = replace(visit, actor=visit.actor.acting(route.right))


def _by_a_person(request: web.Request) -> bool:
    """False for a page's stream, which can send no header, and for what its script asks for by itself."""
    return BACKGROUND not in request.headers and request.headers.get("Accept") != "text/event-stream"


def _check_own(request: web.Request, form: Form) -> None:
    """Raises ForeignForm for a form that no page of ours gave to this browser."""
    gw, visit = gateway(request), request.get(VISIT)
    bound_to = visit.fingerprint if visit else request.cookies.get(_visitor_name(request), "")
    token = request.headers.get("X-CSRF-Token") or form.get("csrf")
    if not bound_to or not security.csrf_matches(gw.secret, bound_to, token):
        raise ForeignForm


def _visitor_name(request: web.Request) -> str:
    return security.cookie_name(gateway(request).settings, "znx-visitor")


def is_outside(path: str) -> bool:
    """True for the API, what shops' systems call, and the probes."""
    return path.startswith((API, HOOKS)) or path in PROBES


@web.middleware
async def failures_to_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every failure of a page becomes a page; programs' paths answer for themselves."""
    if is_outside(request.path):
        return await handler(request)
    try:
        if not security.host_is_ours(request, security.allowed_hosts(request.config_dict[GATEWAY].settings)):
            raise WrongHost
        return await handler(request)
    except SignInNeeded:
        return _to_sign_in(request)
    except web.HTTPException as answer:
        if answer.status < 400:
            raise
        return failure_page(request, answer)
    except Exception as error:
        return failure_page(request, error)


def _to_sign_in(request: web.Request) -> web.Response:
    """A reader goes to the sign-in page and comes back; a script is told so (401)."""
    if not _by_a_person(request) or request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
        return web.Response(status=401)
    if request.method == "GET" and request.path != "/":
        return see_other(f"/login?next={quote(request.path_qs, safe='')}")
    return see_other("/login")
