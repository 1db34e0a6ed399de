"""Pages in front of the door: ask for a link by mail, choose a new password by one."""

from urllib.parse import quote

from aiohttp import web

from gateway.domain.conversations import clean_text
from gateway.errors import Forbidden, Invalid, RateLimited
from gateway.people import account_mails

from . import security
from .account_views import PASSWORDS_DIFFER, refused_password
from .i18n import N_
from .keys import FORM, gateway
from .pages import locale_of, render, see_other

ASKED = N_("If we know this address, a mail is on its way. Its link works for a short while, and once.")
TOO_OFTEN = N_("Enough mails have been asked for. Wait a quarter of an hour, and look into the spam folder meanwhile.")
OVER = N_("This link has been used, or is too old. Ask for another one.")


async def mail_page(request: web.Request) -> web.StreamResponse:
    """The form that asks for a link."""
    return render(request, "login_mail.html", kind=_kind(request.query.get("kind", "")), done="", problem="")


def _kind(text: str) -> str:
    return text if text in account_mails.KINDS else "sign-in"


async def ask_for_mail(request: web.Request) -> web.StreamResponse:
    """Ask for one. The answer is the same for every address."""
    gw, form = gateway(request), request[FORM]
    kind, email = _kind(form.get("kind")), clean_text(form.get("email")).strip()
    try:
        await account_mails.ask(gw, kind, email, locale_of(request), security.client_ip(request, gw.settings))
    except RateLimited as error:
        page = render(request, "login_mail.html", 429, kind=kind, done="", problem=TOO_OFTEN)
        page.headers["Retry-After"] = str(error.retry_after)
        return page
    return render(request, "login_mail.html", kind=kind, done=ASKED, problem="")


async def password_page(request: web.Request) -> web.StreamResponse:
    """The form for a new password. Looking does not use the link up: programs that look at mails follow it too."""
    return await _password(request)


async def _password(request: web.Request, status: int = 200, problem: str = "") -> web.Response:
    token = request.match_info["token"]
    account = await account_mails.reset_is_good(gateway(request), token)
    if account is None:
        return render(request, "password.html", 403, token="", email="", problem=OVER)
    return render(request, "password.html", status, token=quote(token), email=account.email, problem=problem)


async def set_password(request: web.Request) -> web.StreamResponse:
    """Set it, once."""
    form = request[FORM]
    if form.get("new") != form.get("again"):
        return await _password(request, 422, PASSWORDS_DIFFER)
    try:
        await account_mails.reset_password(gateway(request), request.match_info["token"], form.get("new"))
    except Forbidden:
        return render(request, "password.html", 403, token="", email="", problem=OVER)
    except Invalid as error:
        return await _password(request, 422, refused_password(error))
    return see_other("/login?done=password")
