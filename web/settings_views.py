"""What is one's own beside language and password: notifications by mail, the second factor, signed-in browsers."""

from collections.abc import Mapping

from aiohttp import web

from gateway.domain.notifying import CHANNELS, MODES, Choice
from gateway.errors import Conflict, Forbidden, Invalid
from gateway.inbox import threads
from gateway.outbound import seller_notices
from gateway.people import browsers, second_factors

from . import security
from .bubbles import CHANNELS as CHANNEL_NAMES
from .forms import Form
from .i18n import N_
from .keys import FORM, gateway, visit
from .pages import render, see_other

SAVED = N_("Saved.")
ENDED = N_("That browser is signed out.")
FACTOR_OFF = N_("Signing in asks for the password alone again.")
CODE_WRONG = N_("This code is not right. Look whether the clock of the phone is, and take the next one.")
PASSWORD_WRONG = N_("The password is not right.")
TIMES_WRONG = N_("A time of the day is written as 22:00.")
MODE_NAMES = {
    "off": (N_("Don't tell me"), N_("The inbox still counts and the browser may still show them.")),
    "immediately": (N_("At once"), N_("At most one mail in 10 minutes for a conversation, and 20 in an hour.")),
    "hourly": (N_("Once an hour"), N_("What waits, in one mail at the full hour.")),
    "daily": (N_("Once a day"), N_("What waits, in one mail.")),
}


PROGRAMS = (
    # What names a program in a User-Agent; those that also name others stand first.
    ("MicroMessenger", "微信 WeChat"),
    ("QQBrowser", "QQ Browser"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    # And what names the system.
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def agent_name(user_agent: str) -> str:
    """`Chrome · Windows`; what the browser says of itself when it is none that we know."""
    program = next((name for mark, name in PROGRAMS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return " · ".join(part for part in (program, system) if part) or user_agent[:60]


async def notifications_page(request: web.Request) -> web.StreamResponse:
    """What one is told by mail."""
    return await _notifications(request, done=SAVED if request.query.get("done") == "saved" else "")


async def _notifications(request: web.Request, status: int = 200, done: str = "", problem: str = "") -> web.Response:
    gw, actor = gateway(request), visit(request).actor
    choice = await seller_notices.choice(gw, actor)
    shops = await threads.shops(gw, actor)
    times = {name: _clock(getattr(choice, name)) for name in ("quiet_from", "quiet_until")}
    names = {name: CHANNEL_NAMES[name] for name in CHANNELS if name != "chat"}
    return render(
        request,
        "settings_notifications.html",
        status,
        choice=choice,
        shops=shops,
        modes=MODE_NAMES,
        times=times,
        channels=names,
        done=done,
        problem=problem,
    )


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


async def choose_notifications(request: web.Request) -> web.StreamResponse:
    """Choose it."""
    gw, who = gateway(request), visit(request)
    shops = tuple(shop.id for shop in await threads.shops(gw, who.actor))
    try:
        await seller_notices.choose(gw, who.actor, who.account.email, _choice(request[FORM], shops))
    except Invalid:
        return await _notifications(request, 422, problem=TIMES_WRONG)
    return see_other("/settings/notifications?done=saved")


def _choice(form: Form, shops: tuple[str, ...]) -> Choice:
    """Raises Invalid. A shop or channel that the form does not name is not told of."""
    fields: Mapping[str, str] = form.fields
    mode = next((one for one in MODES if one == fields.get("mode")), None)
    if mode is None:
        raise Invalid("unknown mode", "mode")
    quiet = "quiet" in fields
    return Choice(
        mode=mode,
        daily_hour=_minute(fields.get("daily_at") or "09:00") // 60,
        quiet_from=_minute(fields.get("quiet_from", "")) if quiet else 0,
        quiet_until=_minute(fields.get("quiet_until", "")) if quiet else 0,
        only_mine="only_mine" in fields,
        channels=tuple(one for one in CHANNELS if f"channel-{one}" in fields or one == "chat"),
        muted_shops=tuple(id_ for id_ in shops if f"shop-{id_}" not in fields),
    )


def _minute(text: str) -> int:
    """The minute of the day of `22:30`. Raises Invalid."""
    hour, _, minute = text.partition(":")
    if not (hour.isascii() and minute[:2].isascii() and hour.isdigit() and minute[:2].isdigit()):
        raise Invalid("expected a time of the day", "quiet")
    return int(hour) * 60 + int(minute[:2])


async def security_page(request: web.Request) -> web.StreamResponse:
    """The second factor, and where one is signed in."""
    done = {"ended": ENDED, "off": FACTOR_OFF}.get(request.query.get("done", ""), "")
    return await _security(request, done=done)


async def _security(
    request: web.Request, status: int = 200, done: str = "", problem: str = "", codes: tuple[str, ...] = ()
) -> web.Response:
    gw, who = gateway(request), visit(request)
    return render(
        request,
        "settings_security.html",
        status,
        factor=await second_factors.standing(gw, who),
        enrolment=await second_factors.enrolling(gw, who),
        browsers=await browsers.browsers(gw, who),
        codes=codes,
        agent_name=agent_name,
        done=done,
        problem=problem,
    )


async def begin_factor(request: web.Request) -> web.StreamResponse:
    """Make a secret and show it."""
    try:
        await second_factors.enrol(gateway(request), visit(request))
    except Conflict:
        return see_other("/settings/security")
    return see_other("/settings/security#factor")


async def confirm_factor(request: web.Request) -> web.StreamResponse:
    """Switch it on with a first code; the page shows the recovery codes, this once."""
    try:
        codes = await second_factors.confirm(gateway(request), visit(request), request[FORM].get("code"))
    except Forbidden:
        return await _security(request, 422, problem=CODE_WRONG)
    return await _security(request, codes=tuple(codes))


async def renew_codes(request: web.Request) -> web.StreamResponse:
    """Other recovery codes, for the password."""
    try:
        codes = await second_factors.renew_codes(gateway(request), visit(request), request[FORM].get("password"))
    except Forbidden:
        return await _security(request, 422, problem=PASSWORD_WRONG)
    return await _security(request, codes=tuple(codes))


async def drop_factor(request: web.Request) -> web.StreamResponse:
    """Switch it off, for the password."""
    try:
        await second_factors.take_away(gateway(request), visit(request), request[FORM].get("password"))
    except Forbidden:
        return await _security(request, 422, problem=PASSWORD_WRONG)
    return see_other("/settings/security?done=off")


async def end_browsers(request: web.Request) -> web.StreamResponse:
    """Sign one browser out, or all of them."""
    gw, who, handle = gateway(request), visit(request), request[FORM].get("handle")
    if handle != "all":
        await browsers.end(gw, who, handle)
        return see_other("/settings/security?done=ended")
    await browsers.end_all(gw, who)
    response = see_other("/login?done=everywhere")
    security.drop_session_cookie(response, gw.settings)
    return response
