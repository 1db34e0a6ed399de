"""Pages on which people sign in and out and set what is theirs."""

from urllib.parse import quote
from zoneinfo import available_timezones

from aiohttp import web

from gateway.domain.conversations import clean_text
from gateway.errors import Expired, Forbidden, Invalid, RateLimited
from gateway.people import accounts

from . import security
from .i18n import LOCALES, N_
from .keys import FORM, VISIT, gateway, visit
from .pages import render, see_other

WRONG = N_("This address and password don't fit together.")
TOO_MANY = N_("Too many failed tries. Wait a quarter of an hour, or use a sign-in link.")
LINK_IS_OLD = N_("This link has been used, or is older than ten minutes. Ask for another one.")
SAVED = N_("Saved.")
PASSWORD_CHANGED = N_("The password is changed. All other browsers are signed out.")
GUESSED = N_("This password is among the first that are guessed. Take a longer one, such as a few words.")
RESET_DONE = N_("The password is changed. Sign in with it.")
EVERYWHERE = N_("You are signed out of every browser.")
CODE_WRONG = N_("This code is not right, or was used before. Wait for the next one.")
TOO_MANY_CODES = N_("Too many wrong codes. Wait a quarter of an hour.")
TOO_LATE = N_("That took too long. Sign in again.")
OLD_PASSWORD_WRONG = N_("The old password is not right.")
PASSWORD_TOO_SHORT = N_("A password has from 8 to 200 characters.")
PASSWORDS_DIFFER = N_("The two new passwords are not the same.")


async def home(request: web.Request) -> web.StreamResponse:
    """The inbox, or the sign-in page."""
    return see_other("/inbox" if request.get(VISIT) else "/login")


async def login_page(request: web.Request) -> web.StreamResponse:
    """The sign-in form."""
    after = security.local_path(request.query.get("next", ""), "/inbox")
    if request.get(VISIT):
        return see_other(after)
    done = {"password": RESET_DONE, "everywhere": EVERYWHERE}.get(request.query.get("done", ""), "")
    return render(request, "login.html", after=after, email="", problem="", done=done)


async def login(request: web.Request) -> web.StreamResponse:
    """Sign in with a password; the session is always a new one."""
    gw, form = gateway(request), request[FORM]
    after = security.local_path(form.get("next"), "/inbox")
    email = clean_text(form.get("email")).strip()
    ip, agent = security.client_ip(request, gw.settings), clean_text(request.headers.get("User-Agent", ""))
    try:
        signed_in = await accounts.sign_in(gw, email, form.get("password"), ip, agent)
    except Forbidden:
        return render(request, "login.html", 403, after=after, email=email, problem=WRONG, done="")
    except RateLimited as error:
        page = render(request, "login.html", 429, after=after, email=email, problem=TOO_MANY, done="")
        page.headers["Retry-After"] = str(error.retry_after)
        return page
    return _welcome(request, signed_in, after)


def _welcome(request: web.Request, signed_in: accounts.SignedIn, after: str) -> web.Response:
    """The session's cookie, and on; whoever has a second factor is asked for it first."""
    if signed_in.halfway:
        return render(request, "second_step.html", step=signed_in.token, after=after, problem="")
    response = see_other(after)
    security.set_session_cookie(response, gateway(request).settings, signed_in.token)
    return response


async def second_step(request: web.Request) -> web.StreamResponse:
    """Finish a sign-in with a code."""
    gw, form = gateway(request), request[FORM]
    after, step = security.local_path(form.get("next"), "/inbox"), form.get("step")
    agent = clean_text(request.headers.get("User-Agent", ""))
    try:
        signed_in = await accounts.finish(gw, step, form.get("code"), agent)
    except Expired:
        return render(request, "login.html", 403, after=after, email="", problem=TOO_LATE, done="")
    except Forbidden:
        return render(request, "second_step.html", 403, step=step, after=after, problem=CODE_WRONG)
    except RateLimited as error:
        page = render(request, "second_step.html", 429, step=step, after=after, problem=TOO_MANY_CODES)
        page.headers["Retry-After"] = str(error.retry_after)
        return page
    return _welcome(request, signed_in, after)


def refused_password(error: Invalid) -> str:
    """Why a password can't be one, in words."""
    return GUESSED if error.field.endswith(":guessed") else PASSWORD_TOO_SHORT


async def link_page(request: web.Request) -> web.StreamResponse:
    """What a sign-in link opens: only a button, since programs that look at mails follow links too."""
    token = request.match_info["token"]
    if not await accounts.link_is_good(gateway(request), token):
        return render(request, "link.html", 403, token="", problem=LINK_IS_OLD)
    return render(request, "link.html", token=quote(token), problem="")


async def use_link(request: web.Request) -> web.StreamResponse:
    """Sign in with a link, once."""
    agent = clean_text(request.headers.get("User-Agent", ""))
    try:
        signed_in = await accounts.use_sign_in_link(gateway(request), request.match_info["token"], agent)
    except Forbidden:
        return render(request, "link.html", 403, token="", problem=LINK_IS_OLD)
    return _welcome(request, signed_in, "/inbox")


async def logout(request: web.Request) -> web.StreamResponse:
    """Sign out of this browser."""
    gw = gateway(request)
    await accounts.sign_out(gw, security.session_token(request, gw.settings))
    response = see_other("/login")
    security.drop_session_cookie(response, gw.settings)
    return response


async def settings_page(request: web.Request) -> web.StreamResponse:
    """Language, time zone, password."""
    done = {"saved": SAVED, "password": PASSWORD_CHANGED}.get(request.query.get("done", ""), "")
    return _settings(request, done=done)


def _settings(request: web.Request, status: int = 200, done: str = "", problem: str = "") -> web.Response:
    zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/")))
    return render(
        request,
        "settings.html",
        status,
        account=visit(request).account,
        zones=["UTC", *zones],
        done=done,
        problem=problem,
    )


async def change_settings(request: web.Request) -> web.StreamResponse:
    """Set language and time zone; an empty one means the browser's."""
    form = request[FORM]
    locale, zone = form.get("locale"), form.get("time_zone")
    if locale not in ("", *LOCALES) or zone not in ("", *available_timezones()):
        raise Invalid("unknown language or time zone")
    await accounts.set_preferences(gateway(request), visit(request).account.id, locale, zone)
    return see_other("/settings?done=saved")


async def change_password(request: web.Request) -> web.StreamResponse:
    """Set another password."""
    form = request[FORM]
    if form.get("new") != form.get("again"):
        return _settings(request, 422, problem=PASSWORDS_DIFFER)
    try:
        await accounts.change_password(gateway(request), visit(request), form.get("old"), form.get("new"))
    except Forbidden:
        return _settings(request, 403, problem=OLD_PASSWORD_WRONG)
    except Invalid as error:
        return _settings(request, 422, problem=refused_password(error))
    return see_other("/settings?done=password")
