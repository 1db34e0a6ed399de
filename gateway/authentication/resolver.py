"""The one resolver: asks the configured DNS servers without blocking, remembers answers for their time to live.

A name that does not exist and a server that does not answer are told apart. What the records mean is left to others.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import dns.asyncresolver
import dns.exception
import dns.message
import dns.name
import dns.nameserver
import dns.rdatatype
import dns.resolver

Status = Literal["found", "empty", "missing", "failed"]

CACHE_SIZE = 4096
LONGEST_MEMORY = 3600.0
"""Seconds, however long a record's time to live is."""
MEMORY_OF_NOTHING = 60.0
MEMORY_OF_FAILURE = 5.0
"""Seconds: one dead name server must not be waited for by every mail in the queue."""
MOST_RECORDS = 100
DEEPEST_ALIAS = 8


@dataclass(frozen=True, slots=True)
class Answer:
    """What DNS says: `missing` is NXDOMAIN, `empty` a name without such records, `failed` no answer for now.

    `values` are texts: addresses, host names without a dot at the end, `PREFERENCE HOST`, or joined TXT strings
    with one character a byte (latin-1).
    """

    status: Status
    values: tuple[str, ...] = ()


FAILED = Answer("failed")
MISSING = Answer("missing")
EMPTY = Answer("empty")


class Resolver:
    """Asks each question once at a time, whoever wants the answer. `clock` gives seconds that never go back."""

    def __init__(
        self,
        servers: Sequence[tuple[str, int]] = (),
        *,
        timeout: float = 2.0,
        lifetime: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`servers` are addresses and ports, the system's when empty; `timeout` is for one try, `lifetime` for all."""
        self._servers, self._timeout, self._lifetime, self._clock = servers, timeout, lifetime, clock
        self._cache: OrderedDict[tuple[str, str], tuple[float, Answer]] = OrderedDict()
        self._asked: dict[tuple[str, str], asyncio.Task[Answer]] = {}
        self._resolver: dns.asyncresolver.Resolver | None = None

    async def ask(self, name: str, kind: str) -> Answer:
        """The records of a type ("TXT", "A", "AAAA", "MX", "PTR"); never raises for any name or any failure of DNS."""
        key = (name.lower().rstrip("."), kind)
        known = self._cache.get(key)
        if known and known[0] > self._clock():
            self._cache.move_to_end(key)
            return known[1]
        task = self._asked.get(key)
        if task is None:
            task = self._asked[key] = asyncio.create_task(self._look_up(*key))
            task.add_done_callback(lambda _: self._asked.pop(key, None))
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Give up whatever is still being asked."""
        for task in list(self._asked.values()):
            task.cancel()
        await asyncio.gather(*self._asked.values(), return_exceptions=True)

    async def _look_up(self, name: str, kind: str) -> Answer:
        try:
            absolute = dns.name.from_text(name)
        except (dns.exception.DNSException, UnicodeError, ValueError):
            return MISSING
        answer, seconds = await self._follow(absolute, kind)
        self._remember((name, kind), answer, seconds)
        return answer

    async def _follow(self, name: dns.name.Name, kind: str) -> tuple[Answer, float]:
        """Ask, and ask again for the target where a server names only an alias (RFC 1034 section 3.6.2)."""
        for _ in range(DEEPEST_ALIAS):
            try:
                found = await self._configured().resolve(name, kind, raise_on_no_answer=False, search=False)
            except dns.resolver.NXDOMAIN:
                return MISSING, MEMORY_OF_NOTHING
            except dns.resolver.NoNameservers as error:
                return (EMPTY, MEMORY_OF_NOTHING) if _is_alias_loop(error) else (FAILED, MEMORY_OF_FAILURE)
            except (dns.exception.DNSException, OSError):
                return FAILED, MEMORY_OF_FAILURE
            if found.rrset is not None:
                values = tuple(_text(rdata) for rdata in list(found.rrset)[:MOST_RECORDS])
                return Answer("found", values), min(float(found.rrset.ttl), LONGEST_MEMORY)
            if found.canonical_name == name:
                return EMPTY, MEMORY_OF_NOTHING
            name = found.canonical_name
        return EMPTY, MEMORY_OF_NOTHING

    def _remember(self, key: tuple[str, str], answer: Answer, seconds: float) -> None:
        self._cache[key] = (self._clock() + seconds, answer)
        self._cache.move_to_end(key)
        while len(self._cache) > CACHE_SIZE:
            self._cache.popitem(last=False)

    def _configured(self) -> dns.asyncresolver.Resolver:
        """Made on the first question: a machine without any DNS can still start, and is told `failed`."""
        if self._resolver is None:
            resolver = dns.asyncresolver.Resolver(configure=not self._servers)
            if self._servers:
                resolver.nameservers = [dns.nameserver.Do53Nameserver(host, port) for host, port in self._servers]
            resolver.timeout, resolver.lifetime = self._timeout, self._lifetime
            self._resolver = resolver
        return self._resolver


def _is_alias_loop(error: dns.resolver.NoNameservers) -> bool:
    """A name that is its own alias has no records; asking again doesn't help."""
    return any(isinstance(attempt[3], dns.message.ChainTooLong) for attempt in error.kwargs["errors"])


def _text(rdata: Any) -> str:
    """One record as `Answer` promises it."""
    kind = rdata.rdtype
    if kind == dns.rdatatype.TXT:
        return b"".join(rdata.strings).decode("latin-1")
    if kind == dns.rdatatype.MX:
        return f"{rdata.preference} {rdata.exchange.to_text(omit_final_dot=True)}"
    if kind == dns.rdatatype.PTR:
        return str(rdata.target.to_text(omit_final_dot=True))
    return str(rdata.to_text())
