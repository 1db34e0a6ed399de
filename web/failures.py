"""Which page, status and words each failure gets. An unexpected one gets a number, which the log has too."""

import secrets
from dataclasses import dataclass

from aiohttp import web

from gateway import maillog
from gateway.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    RateLimited,
    TemporaryError,
    ZnxError,
)

from .i18n import N_

RETRY_SECONDS = 5


class SignInNeeded(Exception):
    """Nobody is signed in, and the page needs somebody."""


class ForeignForm(Exception):
    """A form that no page of ours sent."""


class WrongHost(Exception):
    """A Host header that is not ours."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What a reader is told. `incident` is set for a fault of ours, `retry_after` where coming back helps."""

    status: int
    title: str
    advice: str
    incident: str = ""
    retry_after: int = 0


_GONE = (
    404,
    N_("There is nothing here"),
    N_("It may have been moved, or the address has a typing mistake."),
)
_TOO_LARGE = (413, N_("That is too large"), N_("Send smaller files, or fewer at once."))
_AWAY = (
    503,
    N_("Back in a moment"),
    N_("A part that this page needs does not answer. Mail is still accepted and nothing is lost."),
)

TABLE: tuple[tuple[type[Exception], tuple[int, str, str]], ...] = (
    # The first row that fits is taken: subclasses stand before their parents.
    (WrongHost, (400, N_("Wrong address"), N_("This server does not answer to that name: see ZNX_PUBLIC_URL."))),
    (
        ForeignForm,
        (403, N_("This form is out of date"), N_("Nothing was changed. Go back, load the page again and repeat it.")),
    ),
    (Forbidden, (403, N_("You may not do this"), N_("Ask an admin when you think that you should."))),
    (NotFound, _GONE),
    (web.HTTPNotFound, _GONE),
    (
        web.HTTPMethodNotAllowed,
        (405, N_("That can't be done here"), N_("This address does not take such a request.")),
    ),
    (web.HTTPRequestEntityTooLarge, _TOO_LARGE),
    (Conflict, (409, N_("Somebody was quicker"), N_("This has changed meanwhile. Load the page again and look."))),
    (
        Invalid,
        (422, N_("That did not pass our checks"), N_("Something that was sent breaks a rule. Go back and change it.")),
    ),
    (RateLimited, (429, N_("Too many tries"), N_("Wait a while, then try again."))),
    (TemporaryError, _AWAY),
    (ZnxError, (400, N_("That did not work"), N_("Go back and try again."))),
)
_OURS = (500, N_("Something went wrong"), N_("It is our fault, and it is written down. Tell us this number:"))


def failure_of(error: Exception) -> Failure:
    """The row for an exception. One that is in no row is logged and gets a number."""
    for kind, (status, title, advice) in TABLE:
        if isinstance(error, kind):
            return Failure(status, title, advice, retry_after=_retry_after(error))
    if isinstance(error, web.HTTPException) and error.status < 500:
        return Failure(error.status, N_("That did not work"), N_("Go back and try again."))
    incident = secrets.token_hex(4).upper()
    maillog.event("web.error", id=incident, error=type(error).__name__, where=_where(error))
    return Failure(_OURS[0], _OURS[1], _OURS[2], incident)


def _retry_after(error: Exception) -> int:
    if isinstance(error, RateLimited):
        return error.retry_after or RETRY_SECONDS
    return RETRY_SECONDS if isinstance(error, TemporaryError) else 0


def _where(error: Exception) -> str:
    """File and line of the innermost frame: enough to find it, and no value of anybody's."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
