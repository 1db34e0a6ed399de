"""Calls programs of others over HTTP: only at addresses that may be called, without redirects, within limits.

A name is resolved once for each connection, and the connection goes to the addresses that were looked at: what DNS
says a moment later changes nothing.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from gateway.domain.webhooks.addresses import Network, may_call, wrong_with
from gateway.errors import Invalid, NotCallable

Lookup = Callable[[str], Awaitable[Sequence[str]]]
"""The IP addresses of a name; raises OSError when it has none."""
TIMEOUT = aiohttp.ClientTimeout(total=15, connect=6)
AT_ONCE = 40


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, the headers, and at most the bytes that were asked for."""

    status: int
    headers: Mapping[str, str]
    body: bytes


async def system_lookup(host: str) -> Sequence[str]:
    """The system's resolver."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except UnicodeError:
        # Empty labels and those of more than 63 characters never get as far as DNS.
        raise OSError("this can be no name") from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class _Checked(AbstractResolver):
    """Hands out only addresses that may be called."""

    def __init__(self, lookup: Lookup, allowed: Sequence[Network]) -> None:
        self._lookup, self._allowed = lookup, allowed

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Raises OSError when nothing is left."""
        good = [address for address in await self._lookup(host) if may_call(address, self._allowed)]
        if not good:
            raise OSError("no address that may be called")
        return [_result(host, address, port) for address in good]

    async def close(self) -> None:
        """Nothing is kept."""


def _result(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    flags = int(socket.AI_NUMERICHOST | socket.AI_NUMERICSERV)
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=flags)


class Caller:
    """An async context; one for a worker, its calls go on side by side."""

    def __init__(self, allowed: Sequence[Network] = (), lookup: Lookup = system_lookup) -> None:
        self._allowed, self._lookup = allowed, lookup
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Caller":
        connector = aiohttp.TCPConnector(
            resolver=_Checked(self._lookup, self._allowed), use_dns_cache=False, limit=AT_ONCE, force_close=True
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=TIMEOUT,
            auto_decompress=False,
            headers={"User-Agent": "znx"},
        )
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._session is not None:
            await self._session.close()

    async def check(self, url: str) -> None:
        """Raises Invalid(field="url") for an address that may not be called, with the reason."""
        if why := wrong_with(url, http_allowed=bool(self._allowed)):
            raise Invalid(why, field="url")
        host = urlsplit(url).hostname or ""
        try:
            found = [host] if _is_ip(host) else await self._lookup(host)
        except OSError:
            raise Invalid("there is no such name in DNS", field="url") from None
        if not found or not all(may_call(address, self._allowed) for address in found):
            raise Invalid("it leads into a private network; only public addresses are called", field="url")

    async def call(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"", most: int = 500
    ) -> Answer:
        """One request; at most `most` bytes of the answer are read. Raises NotCallable."""
        assert self._session is not None, "use it as an async context"
        host = urlsplit(url).hostname or ""
        if wrong_with(url, http_allowed=bool(self._allowed)) or (_is_ip(host) and not may_call(host, self._allowed)):
            raise NotCallable("this address may not be called")
        try:
            request = self._session.request(method, url, data=body or None, headers=headers, allow_redirects=False)
            async with request as response:
                return Answer(response.status, response.headers, await _read(response, most))
        except (aiohttp.ClientError, OSError, ValueError, TimeoutError) as error:
            raise NotCallable(_words(error)) from None


async def _read(response: aiohttp.ClientResponse, most: int) -> bytes:
    found = bytearray()
    while len(found) < most and (piece := await response.content.read(most - len(found))):
        found += piece
    return bytes(found)


def _words(error: Exception) -> str:
    """What a person can act on; never an address inside our network."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError):
        return "its certificate is not valid"
    if isinstance(error, aiohttp.ClientConnectorDNSError | aiohttp.ClientConnectorError):
        return "no connection: its name has no address that may be called, or nobody listens there"
    return "the connection broke off, or what came back is no HTTP"


def _is_ip(host: str) -> bool:
    try:
        socket.inet_pton(socket.AF_INET6 if ":" in host else socket.AF_INET, host.partition("%")[0])
    except (OSError, ValueError):
        return False
    return True
