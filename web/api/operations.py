"""What an operation of the API is: one row of the table that routes, rights, checks and documentation all come from."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from aiohttp import web
from pydantic import BaseModel

from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.rights import Right

Policy = Literal["public", "token", "admin"]
"""Who may call: anybody, any token whose role and scopes allow it (for the shops that it reaches), or an admin's."""

MAX_BODY = 1024 * 1024
Content = type[BaseModel] | str | tuple[str, ...]
"""What an answer holds: a JSON document of this shape, or bytes of this media type, or one of these."""
_M = TypeVar("_M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Call:
    """One request after all checks: who calls, and the query and the body as their models read them."""

    gw: Gateway
    actor: Actor
    request: web.Request
    query: BaseModel | None = None
    body: BaseModel | None = None

    def path(self, name: str) -> str:
        """A part of the address, decoded."""
        return self.request.match_info[name]

    def body_as(self, kind: type[_M]) -> _M:
        """The body; `kind` is the model that the operation's row names."""
        assert isinstance(self.body, kind)
        return self.body

    def query_as(self, kind: type[_M]) -> _M:
        """The query; `kind` is the model that the operation's row names."""
        assert isinstance(self.query, kind)
        return self.query


@dataclass(frozen=True, slots=True)
class Header:
    """A request header that an operation reads."""

    name: str
    description: str
    max_length: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One call of the API. `path` is below /api/v1; `answers` are its good ones, by status."""

    method: str
    path: str
    handler: Callable[[Call], Awaitable[web.StreamResponse]]
    summary: str
    policy: Policy
    answers: Mapping[int, Content]
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    max_body: int = MAX_BODY
    headers: tuple[Header, ...] = ()
    failures: Mapping[int, str] = field(default_factory=dict)
    right: Right | None = None

    @property
    def needs(self) -> Right | None:
        """The right that a token needs: the one that the row names, else what policy and method come to."""
        if self.right or self.policy == "public":
            return self.right
        if self.policy == "admin":
            return "manage"
        return "look" if self.method == "GET" else "work"

    @property
    def name(self) -> str:
        """A name that stays: the handler's."""
        return self.handler.__name__


def answer(document: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """A JSON answer. Nothing of the API may be kept by caches on the way."""
    # What UTF-8 can't hold (a lone surrogate) is written as the JSON escape of the same name.
    body = json.dumps(document, ensure_ascii=False).encode("utf-8", "backslashreplace")
    kept_out = {"Cache-Control": "no-store"}
    return web.Response(
        status=status, body=body, content_type="application/json", headers=kept_out | dict(headers or {})
    )
