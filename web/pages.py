"""Turns values into a page for the reader of a request: language, zone, form token, compression."""

from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from aiohttp import web

from gateway.people.accounts import Visit

from . import security
from .failures import Failure, failure_of
from .i18n import known, negotiate
from .keys import CATALOGS, FORM, LOCALE, TEMPLATES, VISIT, gateway
from .sections import sections_for
from .times import zone_of


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a page is for. `zone` is None when we don't know it: times are then UTC until the page's script runs."""

    locale: str
    zone: tzinfo | None
    zone_name: str
    visit: Visit | None
    csrf: str
    path: str

    @property
    def language(self) -> str:
        """The BCP 47 tag of the page."""
        return self.locale.replace("_", "-")


def locale_of(request: web.Request) -> str:
    """What the page itself says, else the user's, else the one asked for on a public page, else the browser's."""
    if LOCALE in request:
        return request[LOCALE]
    visit = request.get(VISIT)
    chosen = known(visit.account.locale) if visit and visit.account.locale else known(request.query.get("lang", ""))
    return chosen or negotiate(request.headers.get("Accept-Language", ""))


def render(request: web.Request, template: str, status: int = 200, **values: Any) -> web.Response:
    """The page that a template makes of the values."""
    gw, visit = gateway(request), request.get(VISIT)
    visitor = "" if visit else security.visitor_cookie(request, gw.settings)
    zone_name = visit.account.time_zone if visit else ""
    reader = Reader(
        locale=locale_of(request),
        zone=zone_of(zone_name),
        zone_name=zone_name,
        visit=visit,
        csrf=security.csrf_token(gw.secret, visit.fingerprint if visit else visitor),
        path=request.path_qs,
    )
    sections = sections_for(visit.actor) if visit else ()
    context = {"reader": reader, "now": gw.clock.now(), "sections": sections} | values
    text = request.config_dict[TEMPLATES].render(template, reader.locale, context)
    response = web.Response(text=text, status=status, content_type="text/html")
    response.enable_compression()
    if visitor:
        security.set_visitor_cookie(response, gw.settings, visitor)
    return response


def translate(request: web.Request, message: str) -> str:
    """A marked message in the reader's language."""
    return request.config_dict[CATALOGS].of(locale_of(request)).gettext(message) if message else ""


def failure_page(request: web.Request, error: Exception) -> web.Response:
    """The page for an exception."""
    failure: Failure = failure_of(error)
    response = render(request, "failure.html", failure.status, failure=failure)
    if failure.retry_after:
        response.headers["Retry-After"] = str(failure.retry_after)
    return response


def see_other(location: str) -> web.Response:
    """After a POST: look there (a redirect that is no exception rolls no transaction back)."""
    return web.Response(status=303, headers={"Location": location})


def back(request: web.Request, otherwise: str) -> web.Response:
    """To where the form says that its reader was."""
    return see_other(security.local_path(request[FORM].get("next"), otherwise))
