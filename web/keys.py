"""What the pages hang on the app and on a request, typed."""

from aiohttp import web

from gateway.context import Gateway
from gateway.inbox.desks import Shelf
from gateway.people.accounts import Visit

from .assets import Assets
from .forms import Form
from .i18n import Catalogs
from .pulse import Pulse
from .rows import Rows
from .templating import Templates

GATEWAY: web.AppKey[Gateway] = web.AppKey("gateway", Gateway)
ASSETS: web.AppKey[Assets] = web.AppKey("assets", Assets)
CATALOGS: web.AppKey[Catalogs] = web.AppKey("catalogs", Catalogs)
TEMPLATES: web.AppKey[Templates] = web.AppKey("templates", Templates)
ROWS: web.AppKey[Rows] = web.AppKey("rows", Rows)
SHELF: web.AppKey[Shelf] = web.AppKey("shelf", Shelf)
PULSE: web.AppKey[Pulse] = web.AppKey("pulse", Pulse)

VISIT: web.RequestKey[Visit] = web.RequestKey("visit", Visit)
FORM: web.RequestKey[Form] = web.RequestKey("form", Form)
LOCALE: web.RequestKey[str] = web.RequestKey("locale", str)
CSRF_COOKIE: web.RequestKey[str] = web.RequestKey("csrf_cookie", str)


def gateway(request: web.Request) -> Gateway:
    """The running gateway."""
    return request.config_dict[GATEWAY]


def visit(request: web.Request) -> Visit:
    """Who is signed in; a route's policy has made sure that somebody is."""
    return request[VISIT]
