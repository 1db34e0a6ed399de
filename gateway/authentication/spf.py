"""SPF (RFC 7208) by pyspf, in a thread, with every question put to our own resolver; its limits are kept."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor
from dataclasses import dataclass

import spf

from gateway.authentication.resolver import Answer, Resolver
from gateway.domain.authenticity.author import fold_domain
from gateway.domain.authenticity.findings import SpfFinding

LONGEST_CHECK = 20.0
"""Seconds for all lookups of one check (RFC 7208 section 4.6.4)."""
LONGEST_RECORD = 4096
LONGEST_TERM = 512
"""Characters. pyspf's expressions take quadratic time in a term, and whoever sends us mail writes the record."""

Ask = Callable[[str, str], Answer]


@dataclass(frozen=True, slots=True)
class Client:
    """Who handed the mail in: `ip` empty when unknown, `mail_from` empty for the null sender."""

    ip: str
    helo: str
    mail_from: str


async def check_spf(resolver: Resolver, threads: Executor, client: Client) -> SpfFinding:
    """Whether the client may send for the envelope's sender, or for its HELO name when that is empty."""
    sender = client.mail_from or f"postmaster@{client.helo}"
    local, _, domain = sender.rpartition("@")
    folded = fold_domain(domain)
    if folded is None:
        return SpfFinding("none", "", "spf-no-domain")
    if not client.ip:
        return SpfFinding("none", folded, "spf-no-client")
    loop = asyncio.get_running_loop()

    def ask(name: str, kind: str) -> Answer:
        return asyncio.run_coroutine_threadsafe(resolver.ask(name, kind), loop).result(LONGEST_CHECK)

    sender = f"{local or 'postmaster'}@{folded}"
    result = await loop.run_in_executor(threads, _evaluate, client.ip, sender, client.helo, ask)
    return SpfFinding(result, folded, f"spf-{result}")


def _evaluate(ip: str, sender: str, helo: str, ask: Ask) -> str:
    try:
        query = _Query(ip, sender, helo, ask)
        return str(query.check()[0])
    except (spf.TempError, TimeoutError, CancelledError):  # the last two: the loop is ending
        return "temperror"
    except Exception:  # pyspf on records that nobody foresaw
        return "permerror"


class _Query(spf.query):  # type: ignore[misc]
    """pyspf's evaluation of one sender; only where its answers come from is ours."""

    def __init__(self, ip: str, sender: str, helo: str, ask: Ask) -> None:
        super().__init__(i=ip, s=sender, h=helo)
        self.l, _, self.o = sender.rpartition("@")  # pyspf cuts at the first @, a quoted local part may hold one
        self.d = self.o
        self._ask = ask
        self._ends = time.monotonic() + LONGEST_CHECK

    def dns(self, name: str, qtype: str, cnames: object = None, ignore_void: bool = False) -> list[object]:
        """The records as pyspf wants them: addresses, (preference, host), host names, lists of byte strings."""
        if time.monotonic() > self._ends:
            raise spf.TempError("time is up")
        answer = self._ask(name, qtype)
        if answer.status == "failed":
            raise spf.TempError("no answer")
        if not answer.values and not ignore_void:
            self.void_lookups += 1
            if self.void_lookups > spf.MAX_VOID_LOOKUPS:
                raise spf.PermError("too many void lookups")
        return [_as_pyspf_wants(value, qtype) for value in answer.values]

    def get_explanation(self, spec: str) -> None:
        """The sender's own words for a refusal are not asked for: nobody is shown them."""


def _as_pyspf_wants(value: str, qtype: str) -> object:
    if qtype == "MX":
        preference, _, host = value.partition(" ")
        return int(preference), host
    if qtype != "TXT":
        return value
    if value[:6].lower() == "v=spf1" and not _is_reasonable(value):
        raise spf.PermError("the record is too long")
    return [value.encode("latin-1")]


def _is_reasonable(record: str) -> bool:
    return len(record) <= LONGEST_RECORD and all(len(term) <= LONGEST_TERM for term in record.split(" "))
