"""Turns a row of the table into a handler: who calls, may they, is the request well formed; then the row's function."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from pydantic import BaseModel

from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.addresses import SLUG
from gateway.domain.ids import is_id
from gateway.errors import Invalid, NotFound
from gateway.people import tokens

from .operations import Call, Operation
from .problems import Problem

CHUNK = 64 * 1024
PARSED_IN_PLACE = 256 * 1024
"""Larger bodies are parsed in a thread: the loop has other callers."""
NOBODY = Actor(kind="token", id="", name="", role="seller", shop_ids=())
_CHALLENGE = 'Bearer realm="znx"'


def handler_of(operation: Operation, gw: Gateway) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The aiohttp handler of an operation."""

    async def handle(request: web.Request) -> web.StreamResponse:
        actor = NOBODY if operation.policy == "public" else await _actor(gw, request)
        actor = actor.acting(operation.needs) if operation.needs else actor
        _check_path(request)
        _check_headers(operation, request)
        query = operation.query.model_validate(dict(request.query)) if operation.query else None
        body = await _body(operation.body, operation.max_body, request) if operation.body else None
        return await operation.handler(Call(gw, actor, request, query, body))

    return handle


async def _actor(gw: Gateway, request: web.Request) -> Actor:
    """RFC 6750: the token comes in the Authorization header, and only there."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Problem(401, "send `Authorization: Bearer TOKEN`", {"WWW-Authenticate": _CHALLENGE})
    actor = await tokens.actor_of(gw, token.strip()) if token.isascii() else None
    if actor is None:
        raise Problem(401, "this token is not valid", {"WWW-Authenticate": f'{_CHALLENGE}, error="invalid_token"'})
    return actor


def _check_path(request: web.Request) -> None:
    """What can be no id or no shop's name is not there; it never reaches the database."""
    for name, known in (("id", is_id), ("slug", SLUG.fullmatch)):
        if name in request.match_info and not known(request.match_info[name]):
            raise NotFound("there is nothing at this address")


def _check_headers(operation: Operation, request: web.Request) -> None:
    for header in operation.headers:
        value = request.headers.get(header.name, "")
        if len(value) > header.max_length or not value.isascii() or not value.isprintable():
            raise Invalid(f"expected at most {header.max_length} visible ASCII characters", field=header.name)


async def _body(model: type[BaseModel], limit: int, request: web.Request) -> BaseModel:
    if request.headers.get("Content-Type") and request.content_type != "application/json":
        raise Problem(415, "send application/json", {"Accept-Post": "application/json"})
    content = await read_body(request, limit)
    if len(content) > PARSED_IN_PLACE:
        return await asyncio.to_thread(model.model_validate_json, content, strict=True)
    return model.model_validate_json(content, strict=True)


async def read_body(request: web.Request, limit: int) -> bytes:
    """The body, counted as it comes and after unpacking: what a header claims of its size is only a claim.

    Raises Problem: 413 above `limit` bytes, 400 for what breaks off.
    """
    too_large = Problem(413, f"the body is larger than {limit} bytes")
    if (request.content_length or 0) > limit:
        raise too_large
    content = bytearray()
    try:
        async for chunk in request.content.iter_chunked(CHUNK):
            content += chunk
            if len(content) > limit:
                raise too_large
    except (HttpProcessingError, ValueError, web.RequestPayloadError):
        raise Problem(400, "the body breaks off or can't be unpacked") from None
    return bytes(content)
