"""What happens before the 250: is the recipient ours, is there room, store it. Nothing is parsed here."""

import time
from collections.abc import Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from gateway import maillog
from gateway.clock import Clock
from gateway.domain.addresses import ForeignAddress, Recipient, fold, own_local, recipient_of
from gateway.domain.authenticity.author import author_in
from gateway.domain.authenticity.fields import Header
from gateway.domain.prescan import has_bare_newline, header_flaw
from gateway.domain.values import Arrival, Peer
from gateway.errors import Refused, UnknownRecipient
from gateway.inbound.knowing import Recipients
from gateway.inbound.patience import Patience
from gateway.inbound.room import Room, free_bytes
from gateway.settings import Settings
from gateway.store.journal import Entry, Journal

if TYPE_CHECKING:
    from gateway.store.db import Database

READ_LINE_ENDS = frozenset({"smtp", "lmtp"})
"""Ways in whose reader refuses bare line ends itself (`smtp.data`): a large mail is not searched for them twice."""
ANSWER_SECONDS = 9.0
"""How long a client waits for a disk or a database that does not answer; a little longer than a lock's own patience."""


class Inbound:
    """The edges' door: SMTP, LMTP and pipe all come through here."""

    def __init__(self, settings: Settings, db: "Database", clock: Clock, journal: Journal) -> None:
        self._settings, self._db, self._clock, self._journal = settings, db, clock, journal
        self._recipients = Recipients(self._reaches, ANSWER_SECONDS)
        self._patience = Patience(ANSWER_SECONDS)
        self._room = Room(partial(free_bytes, settings.home), time.monotonic)

    async def check_recipient(self, address: str, peer: Peer) -> None:
        """Early and not authoritative. Raises UnknownRecipient, Refused("relay"), TemporaryError.

        Says nothing about who is a customer or which orders there are: only shops, channels and tokens are looked up.
        """
        recipient, local = _read(address, self._settings.mail_domain)
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
        header = Header(arrival.raw)
        if reason := _flaw(arrival, header):
            raise Refused(reason)
        self._room.take(len(arrival.raw))
        writer = author_in(header)
        entry = Entry(arrival, fold(writer.address) if writer else "", self._clock.now())
        # Needs no task of its own: once the journal has it, nothing that happens to us undoes it.
        answer = self._journal.begin(entry)
        self._patience.watch(answer)
        ids = await answer
        for id_, rcpt in zip(ids, arrival.envelope.rcpt_tos, strict=True):
            maillog.event("inbound.accepted", id=id_, rcpt=maillog.masked(rcpt), size=len(arrival.raw))
        return ids


@lru_cache(maxsize=4096)
def _read(address: str, mail_domain: str) -> tuple[Recipient, str]:
    """What an address says; most mails go to a few."""
    return recipient_of(address, mail_domain), own_local(address, mail_domain)


def _flaw(arrival: Arrival, header: Header) -> str | None:
    if arrival.ingress not in READ_LINE_ENDS and has_bare_newline(arrival.raw):
        return "bare-newline"
    return header_flaw(header, null_sender=not arrival.envelope.mail_from)
