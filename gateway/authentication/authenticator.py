"""Finds out who wrote a mail, by DNS or by the results of the mail server in front of us; acts on nothing."""

import asyncio
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from gateway.authentication.evidence import Evidence
from gateway.authentication.policies import governing
from gateway.authentication.resolver import Resolver
from gateway.authentication.signed import check_signed, read_signed
from gateway.authentication.spf import Client, check_spf
from gateway.clock import Clock, SystemClock
from gateway.domain.addresses import ascii_domain
from gateway.domain.authenticity.alignment import align
from gateway.domain.authenticity.author import Mailbox, author
from gateway.domain.authenticity.fields import Field, fields
from gateway.domain.authenticity.findings import DmarcFinding, Findings
from gateway.domain.authenticity.received import Origin, origin
from gateway.domain.authenticity.upstream import upstream_findings
from gateway.domain.authenticity.verdict import Circumstances, judge
from gateway.domain.prescan import prescan
from gateway.domain.values import Peer
from gateway.settings import Settings

THREADS = 8
"""For hashing and for SPF, which waits in its thread for DNS; apart from the process's other threads."""
HIDES_AUTHOR = frozenset({"bare-newline", "malformed-from"})
NOT_WORTH_CHECKING = "headers-too-large"


@dataclass(frozen=True, slots=True)
class _Letter:
    """One mail on its way through the checks."""

    raw: bytes
    fields: Sequence[Field]
    mail_from: str
    came: Origin
    author: Mailbox | None


class Authenticator:
    """Authenticates mails as `ZNX_SENDER_AUTH` says; one for a process, it keeps the DNS cache."""

    def __init__(
        self,
        settings: Settings,
        *,
        resolver: Resolver | None = None,
        clock: Clock | None = None,
        trusted_sealers: Collection[str] = (),
    ) -> None:
        """`trusted_sealers` are the signing domains of forwarders whose ARC seals are believed."""
        self._mode, _, self._authserv_id = settings.sender_auth.partition(":")
        self._upstreams = settings.upstream_networks
        self._circumstances = Circumstances(ascii_domain(settings.mail_domain), frozenset(trusted_sealers))
        self._resolver = resolver or Resolver(settings.dns_server_list)
        self._clock = clock or SystemClock()
        self._threads = ThreadPoolExecutor(THREADS, "authentication")

    async def authenticate(self, raw: bytes, envelope_from: str, peer: Peer) -> Evidence:
        """Who wrote this mail, whose line ends are CRLF. Never raises for anything in the mail or in DNS."""
        findings = await self._find(raw, envelope_from, peer)
        return Evidence(findings, judge(findings, self._circumstances))

    async def close(self) -> None:
        """Stop asking DNS; a thread that still waits for it ends by itself."""
        await self._resolver.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _find(self, raw: bytes, envelope_from: str, peer: Peer) -> Findings:
        flaw = prescan(raw, null_sender=False)
        if flaw == NOT_WORTH_CHECKING:
            return Findings(None)
        writer = None if flaw in HIDES_AUTHOR else author(raw)
        if self._mode == "off":
            return Findings(writer, missing="auth-off")
        lines = fields(raw)
        came = Origin(peer.ip, peer.helo, 0)
        if peer.upstream:
            came = origin(lines, peer.ip, peer.helo, self._upstreams)
        if self._mode == "dns":
            return await self._ask_dns(_Letter(raw, lines, envelope_from, came, writer))
        if writer is None:
            return Findings(None)
        if not peer.upstream:
            return Findings(writer, missing="results-foreign")
        return upstream_findings(writer, lines[: came.above], self._authserv_id)

    async def _ask_dns(self, letter: _Letter) -> Findings:
        domain = letter.author.domain if letter.author else ""
        signed = read_signed(letter.raw, letter.fields, domain)
        now = self._clock.now().timestamp()
        spf, (dkim, arc), _ = await asyncio.gather(
            check_spf(self._resolver, self._threads, Client(letter.came.ip, letter.came.helo, letter.mail_from)),
            check_signed(self._resolver, self._threads, signed, now),
            governing(self._resolver, domain, ()),  # asked for again below, and then known
        )
        if letter.author is None:
            return Findings(None, spf, dkim, arc, DmarcFinding(why="dmarc-no-author"))
        governed = await governing(self._resolver, domain, [spf.domain, *(one.domain for one in dkim)])
        findings = align(letter.author, spf, dkim, arc, governed.found, governed.records)
        if not governed.failed:
            return findings
        return replace(findings, dmarc=DmarcFinding("temperror", "", domain, "dmarc-temperror"))
