"""A program of somebody else on a real port: keeps what it is sent and answers as a test wants."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass(frozen=True)
class Got:
    """One call."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Program:
    """`answers` makes an answer of each call; 204 unless a test says otherwise."""

    calls: list[Got] = field(default_factory=list)
    answers: Callable[[Got], web.Response] = lambda _: web.Response(status=204)
    port: int = 0

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}/hook"

    async def take(self, request: web.Request) -> web.Response:
        """One call."""
        got = Got(request.path_qs, dict(request.headers), await request.read())
        self.calls.append(got)
        return self.answers(got)


@asynccontextmanager
async def listening() -> AsyncIterator[Program]:
    """The program, while it runs."""
    program, app = Program(), web.Application()
    app.router.add_route("*", "/{path:.*}", program.take)
    async with TestServer(app) as server:
        program.port = server.port or 0
        yield program
