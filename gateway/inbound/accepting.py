"""What happens before the 250: is the recipient ours, is there room, store it. Nothing is parsed here."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gateway import maillog
from gateway.clock import Clock
from gateway.domain.addresses import ForeignAddress, Recipient, fold, own_local, recipient_of
from gateway.domain.prescan import author, prescan
from gateway.domain.values import Arrival, Peer
from gateway.errors import Refused, StorageFull, Unavailable, UnknownRecipient
from gateway.inbound.knowing import Recipients
from gateway.settings import Settings
from gateway.signals import Signal
from gateway.store.journal import Entry, Journal

if TYPE_CHECKING:
    from gateway.store.db import Database

MIN_FREE_BYTES = 256 * 1024 * 1024
ANSWER_SECONDS = 9.0
"""How long a client waits for a disk or a database that does not answer; a little longer than a lock's own patience."""


class Inbound:
    """The edges' door: SMTP, LMTP and pipe all come through here."""

    def __init__(self, settings: Settings, db: "Database", clock: Clock, journal: Journal, accepted: Signal) -> None:
        self._settings, self._db, self._clock = settings, db, clock
        self._journal, self._accepted = journal, accepted
        self._recipients = Recipients(self._reaches, ANSWER_SECONDS)

    async def check_recipient(self, address: str, peer: Peer) -> None:
        """Early and not authoritative. Raises UnknownRecipient, Refused("relay"), TemporaryError.

        Says nothing about who is a customer or which orders there are: only shops, channels and tokens are looked up.
        """
        domain = self._settings.mail_domain
        recipient, local = recipient_of(address, domain), own_local(address, domain)
        if isinstance(recipient, ForeignAddress) and not local:
            raise Refused("relay")
        if not await self._recipients.reach(recipient, local):
            raise UnknownRecipient("no such address")

    async def _reaches(self, recipient: Recipient, local: str) -> bool:
        from gateway.store.facts import reach  # here, since `znx ingest` starts in half the time without SQLAlchemy

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


def _check_room(home: Path, size: int) -> None:
    try:
        free = shutil.disk_usage(home).free
    except OSError:
        return
    if free < max(size * 3 // 2, MIN_FREE_BYTES):
        raise StorageFull("too little free disk")
