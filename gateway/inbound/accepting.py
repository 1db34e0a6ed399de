"""What happens before the 250: is the recipient ours, is there room, store it. Nothing is parsed here."""

import asyncio
import shutil
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar

from gateway import maillog
from gateway.clock import Clock
from gateway.domain.addresses import ForeignAddress, Recipient, TokenAddress, fold, own_local, recipient_of
from gateway.domain.prescan import author, prescan
from gateway.domain.values import Arrival, Peer
from gateway.errors import Refused, StorageFull, Unavailable, UnknownRecipient
from gateway.settings import Settings
from gateway.signals import Signal
from gateway.store.db import Database
from gateway.store.facts import reach
from gateway.store.journal import Entry, Journal

T = TypeVar("T")
MIN_FREE_BYTES = 256 * 1024 * 1024
ANSWER_SECONDS = 9.0
"""How long a client waits for a disk or a database that does not answer; a little longer than a lock's own patience."""
KNOWN_SECONDS = 1.0
"""How long an address of a shop is taken without another look: the look costs more than all else before the 250."""
MOST_KNOWN = 10_000


class Inbound:
    """The edges' door: SMTP, LMTP and pipe all come through here."""

    def __init__(self, settings: Settings, db: Database, clock: Clock, journal: Journal, accepted: Signal) -> None:
        self._settings, self._db, self._clock = settings, db, clock
        self._journal, self._accepted = journal, accepted
        self._known: dict[tuple[Recipient, str], float] = {}

    async def check_recipient(self, address: str, peer: Peer) -> None:
        """Early and not authoritative. Raises UnknownRecipient, Refused("relay"), TemporaryError.

        Says nothing about who is a customer or which orders there are: only shops, channels and tokens are looked up.
        """
        domain = self._settings.mail_domain
        recipient, local = recipient_of(address, domain), own_local(address, domain)
        if isinstance(recipient, ForeignAddress) and not local:
            raise Refused("relay")
        now = asyncio.get_running_loop().time()
        if self._known.get((recipient, local), 0.0) > now:
            return
        if not await _in_time(self._reaches(recipient, local)):
            raise UnknownRecipient("no such address")
        if not isinstance(recipient, TokenAddress):  # each is asked for once, and may be revoked
            self._remember((recipient, local), now)

    def _remember(self, known: tuple[Recipient, str], now: float) -> None:
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[known] = now + KNOWN_SECONDS

    async def _reaches(self, recipient: Recipient, local: str) -> bool:
        async with self._db.read() as session:
            return await reach(session, recipient, local, self._clock.now()) is not None

    async def accept(self, arrival: Arrival) -> Sequence[str]:
        """Keep a mail durably; the id of each recipient's ledger row, in order. Then, and only then, say 250.

        Raises Refused with a reason code, RateLimited, StorageFull, TemporaryError. A caller that goes away
        does not undo it.
        """
        if reason := prescan(arrival.raw, null_sender=not arrival.envelope.mail_from):
            raise Refused(reason)
        _check_room(self._settings.home, len(arrival.raw))
        writer = author(arrival.raw)
        entry = Entry(arrival, fold(writer.address) if writer else "", self._clock.now())
        ids = await self._kept(entry)
        self._accepted.wake()
        for id_, rcpt in zip(ids, arrival.envelope.rcpt_tos, strict=True):
            maillog.event("inbound.accepted", id=id_, rcpt=maillog.masked(rcpt), size=len(arrival.raw))
        return ids

    async def _kept(self, entry: Entry) -> Sequence[str]:
        try:
            # Needs no task of its own: once the writer has it, nothing that happens to us undoes it.
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self._journal.append(entry)
        except TimeoutError:
            raise Unavailable("disk or database do not answer in time") from None


async def _in_time(work: Coroutine[Any, Any, T]) -> T:
    """The outcome, or Unavailable when it takes too long. A caller that goes away does not stop it."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.wait_for(asyncio.shield(task), ANSWER_SECONDS)
    except TimeoutError:
        # Not waited for: a connection that hangs hangs in its clean-up too.
        task.cancel()
        raise Unavailable("disk or database do not answer in time") from None


def _check_room(home: Path, size: int) -> None:
    try:
        free = shutil.disk_usage(home).free
    except OSError:
        return
    if free < max(size * 3 // 2, MIN_FREE_BYTES):
        raise StorageFull("too little free disk")
