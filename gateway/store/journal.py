"""Stores accepted mail durably: many sessions, one writer thread, one commit for all that wait (group commit).

Leaves to others what a mail means. The bytes stand once by their SHA-256: small ones in the row, so that one
fsync of the database's log covers them; large ones in the blob store, synced before the row that names them.
"""

import asyncio
import contextlib
import hashlib
import queue
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from gateway.blobs import BlobStore, content_key
from gateway.clock import new_id
from gateway.domain.values import Arrival
from gateway.errors import RateLimited, StorageFull, TemporaryError, Unavailable
from gateway.models import InboundEmail, RawEmail
from gateway.models.columns import table_of
from gateway.store.db import Database, is_unavailable
from gateway.store.wakeups import INBOUND, notify_blocking

INLINE_BYTES = 64 * 1024
MAX_BATCH = 500
_RAW = table_of(RawEmail)
_INBOUND = table_of(InboundEmail)


@dataclass(frozen=True, slots=True)
class Entry:
    """One mail to keep. `author` is the folded From address, empty when it has none that counts."""

    arrival: Arrival
    author: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class SenderLimits:
    """How many mails one author may send in an hour and in a day; 0: no limit."""

    per_hour: int = 0
    per_day: int = 0

    def windows(self) -> tuple[tuple[timedelta, int], ...]:
        """The windows that have a limit."""
        both = ((timedelta(hours=1), self.per_hour), (timedelta(days=1), self.per_day))
        return tuple((span, limit) for span, limit in both if limit)


@dataclass(slots=True)
class _Waiting:
    entry: Entry
    digest: str
    answer: asyncio.Future[Sequence[str]]
    loop: asyncio.AbstractEventLoop
    blob_key: str | None = None

    def resolve(self, result: Sequence[str] | BaseException) -> None:
        """Hand the answer to the session's loop; a session that is gone needs none."""
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(_settle, self.answer, result)


def _settle(answer: "asyncio.Future[Sequence[str]]", result: Sequence[str] | BaseException) -> None:
    if answer.done():
        return
    if isinstance(result, BaseException):
        answer.set_exception(result)
    else:
        answer.set_result(result)


class Journal:
    """The writer of accepted mail. `append` returns only after the commit."""

    def __init__(self, database: Database, blobs: BlobStore, limits: SenderLimits = SenderLimits()) -> None:
        self._database, self._blobs, self._limits = database, blobs, limits
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._starting = threading.Lock()

    async def append(self, entry: Entry) -> Sequence[str]:
        """Keep a mail; the ids of its ledger rows, one a recipient, in order.

        Raises RateLimited, StorageFull, Unavailable. Cancelling the caller does not undo the write.
        """
        if self._closed:
            raise Unavailable("the journal is closed")
        loop = asyncio.get_running_loop()
        digest = hashlib.sha256(entry.arrival.raw).hexdigest()
        waiting = _Waiting(entry, digest, loop.create_future(), loop)
        if len(entry.arrival.raw) > INLINE_BYTES:
            waiting.blob_key = content_key("raw", digest)
            await asyncio.to_thread(self._blobs.put, waiting.blob_key, entry.arrival.raw)
        self._queue.put(waiting)
        self._ensure_writer()
        return await waiting.answer

    def close(self) -> None:
        """Write what waits, then end the writer. Blocks until it has ended."""
        self._closed = True
        self._queue.put(None)
        if self._thread is not None:
            self._thread.join()

    def _ensure_writer(self) -> None:
        """The writer is looked after: one that died would leave every client hanging."""
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._write_for_ever, name="journal", daemon=True)
                self._thread.start()

    def _write_for_ever(self) -> None:
        engine = self._database.sync_engine()
        try:
            while True:
                batch, last = self._take()
                if batch:
                    self._write(engine, batch)
                if last:
                    return
        finally:
            engine.dispose()

    def _take(self) -> tuple[list[_Waiting], bool]:
        """Everything that waits, at least one, and whether the end was called."""
        batch: list[_Waiting] = []
        item = self._queue.get()
        while item is not None:
            batch.append(item)
            if len(batch) >= MAX_BATCH:
                return batch, False
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return batch, False
        return batch, True

    def _write(self, engine: Engine, batch: list[_Waiting]) -> None:
        """One transaction for the batch; if it fails for more than one, each again on its own."""
        try:
            with engine.begin() as connection:
                taken: Counter[str] = Counter()
                answers = [self._admit(connection, waiting, taken) for waiting in batch]
                admitted = [
                    (waiting, ids) for waiting, ids in zip(batch, answers, strict=True) if isinstance(ids, list)
                ]
                _insert(connection, admitted)
        except Exception as error:
            if len(batch) > 1 and not is_unavailable(error):
                for waiting in batch:
                    self._write(engine, [waiting])
                return
            for waiting in batch:
                waiting.resolve(_failure(error))
            return
        for waiting, answer in zip(batch, answers, strict=True):
            waiting.resolve(answer)

    def _admit(self, connection: Connection, waiting: _Waiting, taken: Counter[str]) -> list[str] | TemporaryError:
        """New ids, or why not; `taken` counts what this batch has admitted of each author already."""
        entry = waiting.entry
        for span, limit in self._limits.windows() if entry.author else ():
            if _recent(connection, entry.author, entry.received_at - span) + taken[entry.author] >= limit:
                return RateLimited("too many mails from this sender; try again later")
        taken[entry.author] += 1
        return [new_id() for _ in entry.arrival.envelope.rcpt_tos]


def _recent(connection: Connection, author: str, since: datetime) -> int:
    """How many different mails of an author count: held and refused ones don't, or a forger could use up the quota."""
    counted = _INBOUND.c.state.in_(("pending", "filed"))
    statement = select(func.count(func.distinct(_INBOUND.c.sha256))).where(
        _INBOUND.c.author == author, _INBOUND.c.received_at > since, counted
    )
    return int(connection.execute(statement).scalar_one())


def _insert(connection: Connection, admitted: list[tuple[_Waiting, list[str]]]) -> None:
    if not admitted:
        return
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    raws = {waiting.digest: _raw_row(waiting) for waiting, _ in admitted}
    keep_once = dialect.insert(_RAW).on_conflict_do_nothing(index_elements=["sha256"])
    connection.execute(keep_once, [raws[digest] for digest in sorted(raws)])
    notify_blocking(connection, INBOUND)
    connection.execute(insert(_INBOUND), [row for waiting, ids in admitted for row in _ledger_rows(waiting, ids)])


def _raw_row(waiting: _Waiting) -> dict[str, Any]:
    raw = waiting.entry.arrival.raw
    return {
        "sha256": waiting.digest,
        "size": len(raw),
        "content": None if waiting.blob_key else raw,
        "blob_key": waiting.blob_key,
        "created_at": waiting.entry.received_at,
    }


def _ledger_rows(waiting: _Waiting, ids: list[str]) -> list[dict[str, Any]]:
    entry, arrival = waiting.entry, waiting.entry.arrival
    shared: dict[str, Any] = {
        "received_at": entry.received_at,
        "next_attempt_at": entry.received_at,
        "ingress": arrival.ingress,
        "peer": asdict(arrival.peer),
        "mail_from": arrival.envelope.mail_from,
        "author": entry.author,
        "size": len(arrival.raw),
        "sha256": waiting.digest,
        "details": {},
    }
    return [shared | {"id": id_, "rcpt_to": rcpt} for id_, rcpt in zip(ids, arrival.envelope.rcpt_tos, strict=True)]


def _failure(error: Exception) -> TemporaryError:
    """What a session is told: always temporary, since the client still has the mail."""
    if isinstance(error, TemporaryError):
        return error
    text = str(getattr(error, "orig", error)).lower()
    if "disk is full" in text or "no space left" in text or getattr(error, "errno", 0) == 28:
        return StorageFull("no room to store the mail")
    return Unavailable("the mail could not be stored")
