"""What the journal has in hand: a mail, the rows that it becomes, and who waits for it."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache

from gateway.domain.addresses import lane_of
from gateway.domain.values import Arrival, Peer
from gateway.store.appending import Row
from gateway.store.desk import Handed
from gateway.store.leases import INCOMING

INLINE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """One mail to keep. `author` is the folded From address, empty when it has none that counts."""

    arrival: Arrival
    author: str
    received_at: datetime


@dataclass(slots=True)
class Waiting:
    """A mail whose client waits. `handed`: the worker of this process takes it over once it is stored."""

    entry: Entry
    digest: str
    answer: asyncio.Future[Sequence[str]]
    handed: bool = False
    blob_key: str | None = None

    @property
    def large(self) -> bool:
        """Whether its bytes do not lie in its row."""
        return len(self.entry.arrival.raw) > INLINE_BYTES

    @property
    def recipients(self) -> int:
        """How many rows it becomes."""
        return len(self.entry.arrival.envelope.rcpt_tos)

    @property
    def given_up(self) -> bool:
        """Whether its client was told to come again. One that went away without a word may have heard nothing yet."""
        return self.answer.done() and not self.answer.cancelled()


def raw_row(waiting: Waiting) -> Row:
    """Its bytes, in RAW_COLUMNS."""
    raw, key = waiting.entry.arrival.raw, waiting.blob_key
    return (waiting.digest, len(raw), None if key else raw, key, waiting.entry.received_at)


def ledger_rows(waiting: Waiting, ids: Sequence[str]) -> list[Row]:
    """A row for each recipient, in LEDGER_COLUMNS; claimed already where a worker takes it over."""
    entry, arrival = waiting.entry, waiting.entry.arrival
    at, size, envelope, peer = entry.received_at, len(arrival.raw), arrival.envelope, _peer_json(arrival.peer)
    due, attempts = (at + INCOMING, 1) if waiting.handed else (at, 0)
    return [
        (
            *(id_, at, due, arrival.ingress, peer, envelope.mail_from, rcpt, entry.author, size, waiting.digest),
            *("pending", "", "{}", "", "", attempts, lane_of(rcpt)),
        )
        for id_, rcpt in zip(ids, envelope.rcpt_tos, strict=True)
    ]


def handed(waiting: Waiting, ids: Sequence[str]) -> list[Handed]:
    """What the worker gets, one for each recipient."""
    entry, arrival = waiting.entry, waiting.entry.arrival
    return [
        Handed(id_, rcpt, arrival, entry.author, waiting.digest, entry.received_at)
        for id_, rcpt in zip(ids, arrival.envelope.rcpt_tos, strict=True)
    ]


@lru_cache(maxsize=1024)
def _peer_json(peer: Peer) -> str:
    return json.dumps(asdict(peer))
