"""Stores accepted mail durably: many sessions, one writer thread, one commit for all that wait (group commit).

Leaves to others what a mail means. The bytes stand once by their SHA-256: small ones in the row, so that one
fsync of the database's log covers them; large ones in a segment, or a bucket, synced before the row that names them.
"""

import asyncio
import contextlib
import hashlib
import queue
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from gateway.blobs import BlobStore, LocalBlobs, content_key, keep
from gateway.clock import new_id
from gateway.errors import RateLimited, StorageFull, TemporaryError, Unavailable
from gateway.segments import Segments
from gateway.store.appending import Appender
from gateway.store.desk import Desk
from gateway.store.entries import INLINE_BYTES, Entry, Waiting, handed, ledger_rows, raw_row

__all__ = ["INLINE_BYTES", "Entry", "Journal", "SenderLimits"]

MAX_BATCH = 500
MOST_WAITING = 256 * 1024 * 1024
"""Bytes that a database that hangs may pile up here: clients that were told to come again come again and again."""


class Appendable(Protocol):
    """A database that mail can be appended to."""

    def appender(self) -> Appender:
        """A connection of its own for the journal's thread."""
        ...


@dataclass(frozen=True, slots=True)
class SenderLimits:
    """How many mails one author may send in an hour and in a day; 0: no limit."""

    per_hour: int = 0
    per_day: int = 0

    def windows(self) -> tuple[tuple[timedelta, int], ...]:
        """The windows that have a limit."""
        both = ((timedelta(hours=1), self.per_hour), (timedelta(days=1), self.per_day))
        return tuple((span, limit) for span, limit in both if limit)


Answer = Sequence[str] | TemporaryError
"""The ids of a mail's ledger rows, or why there are none."""
_GIVEN_UP = Unavailable("its client was told to come again")


class Journal:
    """The writer of the mail that one loop accepts. `append` returns only after the commit."""

    def __init__(
        self,
        database: Appendable,
        blobs: BlobStore,
        limits: SenderLimits = SenderLimits(),
        room: int = MOST_WAITING,
        desk: Desk | None = None,
    ) -> None:
        self._database, self._blobs, self._limits, self._room = database, blobs, limits, room
        self._desk = desk or Desk()
        self._handed = self._settled = 0  # bytes; each is counted by one thread alone
        self._segments = Segments(blobs.root) if isinstance(blobs, LocalBlobs) else None
        self._gathered: list[Waiting] = []
        self._queue: queue.SimpleQueue[list[Waiting] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._starting = threading.Lock()
        self._putting: set[asyncio.Task[None]] = set()

    async def append(self, entry: Entry) -> Sequence[str]:
        """`begin`, and wait for it."""
        return await self.begin(entry)

    def begin(self, entry: Entry) -> "asyncio.Future[Sequence[str]]":
        """Keep a mail; the ids of its ledger rows, one a recipient, in order, once they are committed.

        Raises Unavailable; the future RateLimited, StorageFull, Unavailable. Cancelling it does not undo the write.
        """
        if self._closed:
            raise Unavailable("the journal is closed")
        if self._handed - self._settled > self._room:
            raise Unavailable("too much waits for the disk or the database already")
        loop = asyncio.get_running_loop()
        digest = hashlib.sha256(entry.arrival.raw).hexdigest()
        waiting = Waiting(entry, digest, loop.create_future())
        if waiting.large and self._segments is None:
            putting = loop.create_task(self._put_first(waiting))
            self._putting.add(putting)
            putting.add_done_callback(self._putting.discard)
        else:
            self._hand_over(waiting)
        return waiting.answer

    async def _put_first(self, waiting: Waiting) -> None:
        """Into the bucket, before the row that will name it."""
        key = content_key("raw", waiting.digest)
        try:
            await keep(self._blobs, key, waiting.entry.arrival.raw)
        except Exception as error:
            self._settle([(waiting, _failure(error))])
            return
        waiting.blob_key = key
        if not waiting.answer.done():
            self._hand_over(waiting)

    def _hand_over(self, waiting: Waiting) -> None:
        """Together with what else the loop has ready: to wake the writer for each would cost more than its row."""
        self._handed += len(waiting.entry.arrival.raw)
        waiting.handed = not waiting.large and self._desk.reserve(waiting.recipients)
        if not self._gathered:
            waiting.answer.get_loop().call_soon(self._pass_on)
        self._gathered.append(waiting)

    def _pass_on(self) -> None:
        gathered, self._gathered = self._gathered, []
        if gathered:
            self._queue.put(gathered)
            self._ensure_writer()

    def close(self) -> None:
        """Write what waits, then end the writer. Blocks until it has ended."""
        self._closed = True
        self._pass_on()
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
        with contextlib.ExitStack() as stack:
            appender = stack.enter_context(contextlib.closing(self._database.appender()))
            if self._segments is not None:
                stack.callback(self._segments.close)
            last = False
            while not last:
                taken, last = self._take()
                try:
                    if batch := self._keep_large(self._still_wanted(taken)):
                        self._write(appender, batch)
                finally:
                    self._settled += sum(len(waiting.entry.arrival.raw) for waiting in taken)

    def _take(self) -> tuple[list[Waiting], bool]:
        """Everything that waits, at least one, and whether the end was called."""
        batch: list[Waiting] = []
        some = self._queue.get()
        while some is not None:
            batch += some
            if len(batch) >= MAX_BATCH or self._queue.empty():
                return batch, False
            some = self._queue.get()
        return batch, True

    def _still_wanted(self, taken: list[Waiting]) -> list[Waiting]:
        """All but those whose clients were told to come again."""
        given_up = [waiting.given_up for waiting in taken]
        self._resolve((waiting, _GIVEN_UP) for waiting, gone in zip(taken, given_up, strict=True) if gone)
        return [waiting for waiting, gone in zip(taken, given_up, strict=True) if not gone]

    def _keep_large(self, batch: list[Waiting]) -> list[Waiting]:
        """Sync the large ones before the rows that will name them; what is left when there is no room for those."""
        large = [waiting for waiting in batch if waiting.large and waiting.blob_key is None]
        if not large or self._segments is None:
            return batch
        try:
            keys = self._segments.append([waiting.entry.arrival.raw for waiting in large])
        except TemporaryError as error:
            self._resolve([(waiting, error) for waiting in large])
            return [waiting for waiting in batch if not waiting.large]
        for waiting, key in zip(large, keys, strict=True):
            waiting.blob_key = key
        return batch

    def _write(self, appender: Appender, batch: list[Waiting]) -> None:
        """One transaction for the batch; if it fails for more than one, each again on its own."""
        try:
            with appender.transaction():
                answers = self._admit(appender, batch)
                _insert(
                    appender, [(one, ids) for one, ids in zip(batch, answers, strict=True) if isinstance(ids, list)]
                )
        except Exception as error:
            if len(batch) > 1 and not isinstance(error, appender.unavailable):
                for waiting in batch:
                    self._write(appender, [waiting])
            else:
                self._resolve((waiting, _failure(error)) for waiting in batch)
            return
        self._resolve(zip(batch, answers, strict=True))

    def _resolve(self, answers: Iterable[tuple[Waiting, Answer]]) -> None:
        """Hand the answers to their sessions' loop, woken once for all; a loop that is gone needs none."""
        if settled := list(answers):
            with contextlib.suppress(RuntimeError):
                settled[0][0].answer.get_loop().call_soon_threadsafe(self._settle, settled)

    def _settle(self, answers: Iterable[tuple[Waiting, Answer]]) -> None:
        for waiting, answer in answers:
            if isinstance(answer, BaseException):
                self._refuse(waiting, answer)
            else:
                self._confirm(waiting, answer)

    def _confirm(self, waiting: Waiting, ids: Sequence[str]) -> None:
        """What is stored goes on its way, whether its client still waits or not."""
        if waiting.handed:
            self._desk.settle(waiting.recipients, handed(waiting, ids))
        else:
            self._desk.call()
        if not waiting.answer.done():
            waiting.answer.set_result(ids)

    def _refuse(self, waiting: Waiting, why: TemporaryError) -> None:
        if waiting.handed:
            self._desk.settle(waiting.recipients)
        if not waiting.answer.done():
            waiting.answer.set_exception(why)

    def _admit(self, appender: Appender, batch: list[Waiting]) -> list[Answer]:
        """New ids for each mail, or why not; what this batch has admitted of an author already counts too."""
        authors = {waiting.entry.author for waiting in batch} - {""}
        now = max(waiting.entry.received_at for waiting in batch)
        windows = [(appender.recent(authors, now - span), limit) for span, limit in self._windows(authors)]
        taken: Counter[str] = Counter()
        answers: list[Answer] = []
        for entry in (waiting.entry for waiting in batch):
            if entry.author and any(
                sent.get(entry.author, 0) + taken[entry.author] >= limit for sent, limit in windows
            ):
                answers.append(RateLimited("too many mails from this sender; try again later"))
            else:
                taken[entry.author] += 1
                answers.append([new_id() for _ in entry.arrival.envelope.rcpt_tos])
        return answers

    def _windows(self, authors: set[str]) -> tuple[tuple[timedelta, int], ...]:
        return self._limits.windows() if authors else ()


def _insert(appender: Appender, admitted: Sequence[tuple[Waiting, Sequence[str]]]) -> None:
    if not admitted:
        return
    raws = {waiting.digest: raw_row(waiting) for waiting, _ in admitted}
    ledger = [row for waiting, ids in admitted for row in ledger_rows(waiting, ids)]
    # In order, so that two processes that keep the same mails wait for one another instead of blocking.
    appender.insert([raws[digest] for digest in sorted(raws)], ledger)


def _failure(error: Exception) -> TemporaryError:
    """What a session is told: always temporary, since the client still has the mail."""
    if isinstance(error, TemporaryError):
        return error
    text = str(error).lower()
    if "disk is full" in text or "no space left" in text or getattr(error, "errno", 0) == 28:
        return StorageFull("no room to store the mail")
    return Unavailable("the mail could not be stored")
