"""Failures as RFC 9457 problem documents: one table from our errors to statuses, and the middleware that applies it."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from gateway import maillog
from gateway.clock import new_id
from gateway.domain.imports import wrong_fields
from gateway.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PermanentError,
    RateLimited,
    TemporaryError,
    UnknownRecipient,
    ZnxError,
)

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 5

STATUSES: tuple[tuple[type[ZnxError], int], ...] = (
    # The first row that the error is an instance of.
    (NotFound, 404),
    (Conflict, 409),
    (Invalid, 422),
    (UnknownRecipient, 422),
    (Forbidden, 403),
    (RateLimited, 429),
    (TemporaryError, 503),  # the database, the disk or the blob store is away
    (PermanentError, 500),  # a setting is wrong: nothing that the caller could mend
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Problem(Exception):
    """An answer that ends the call; what the table of our errors does not know, because HTTP alone speaks of it."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, dict(headers or {})


def problem(
    status: int,
    detail: str,
    errors: Sequence[tuple[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """A problem document; `errors` are the wrong fields and what is wrong with each."""
    document: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    document["detail"] = detail
    if errors:
        document["errors"] = [{"field": field, "message": message} for field, message in errors]
    body = json.dumps(document, ensure_ascii=False).encode("utf-8", "backslashreplace")
    return web.Response(status=status, body=body, content_type=MEDIA_TYPE, headers=headers)


def of_error(error: ZnxError) -> web.Response:
    """What a caller is told of a failure of ours."""
    status = next(status for kind, status in STATUSES if isinstance(error, kind))
    if status == 500:
        return _unexpected(error)
    headers = {"Retry-After": str(_wait(error))} if isinstance(error, TemporaryError) else {}
    field = error.field if isinstance(error, Invalid) else ""
    return problem(status, str(error), [(field, str(error))] if field else (), headers)


def _wait(error: TemporaryError) -> int:
    return (error.retry_after if isinstance(error, RateLimited) else 0) or RETRY_AFTER_SECONDS


def of_validation(error: ValidationError) -> web.Response:
    """Broken JSON is 400; whole JSON of the wrong shape is 422 and names each field."""
    first = error.errors(include_url=False)[0]
    if first["type"] == "json_invalid":
        return problem(400, first["msg"])
    return problem(422, "the request breaks the rules named in errors", wrong_fields(error))


def of_http(error: web.HTTPException) -> web.Response:
    """What the router and aiohttp itself refuse."""
    kept = {name: error.headers[name] for name in ("Allow", "Location") if name in error.headers}
    details = {404: "there is nothing at this address", 405: "this address does not know that method"}
    return problem(error.status, details.get(error.status, error.reason), headers=kept)


def _unexpected(error: BaseException) -> web.Response:
    """The caller gets a number to ask about, never the failure's own text."""
    number = new_id()
    maillog.event("web.error", id=number, error=type(error).__name__)
    return problem(500, f"an unexpected failure; its number is {number}")


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every failure below becomes a problem document."""
    try:
        return await handler(request)
    except Problem as ended:
        return problem(ended.status, ended.detail, headers=ended.headers)
    except ValidationError as error:
        return of_validation(error)
    except ZnxError as error:
        return of_error(error)
    except web.HTTPException as error:
        return of_http(error)
    except ConnectionResetError:
        raise
    except Exception as error:
        return _unexpected(error)
