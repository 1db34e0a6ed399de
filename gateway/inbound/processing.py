"""The worker's side of a mail: claim it, read it, learn who wrote it, see it to its end, or put it off.

What happens in the transaction that ends it is `concluding`'s part.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway import maillog
from gateway.blobs import keep
from gateway.context import Gateway
from gateway.domain.emails import Email
from gateway.domain.site_messages import email_of
from gateway.domain.values import BY_KEY, Peer, Trust
from gateway.errors import Conflict, Duplicate, PermanentError, TemporaryError, Unreadable
from gateway.inbound.answering import Answering, Reply, nobody
from gateway.inbound.concluding import BySeller, FilesMissing, Outcome, Read, TakenOver, conclude
from gateway.inbound.gathering import Evidence
from gateway.inbound.messages import files_of
from gateway.inbound.order_mails import learn_order
from gateway.inbound.together import Together
from gateway.store.at_once import to_its_end
from gateway.store.contents import Content, contents_of
from gateway.store.desk import Handed
from gateway.store.inbound import (
    Claimed,
    Ending,
    claim,
    finish,
    give_back,
    handed_over,
    loaded,
    postpone,
    renew,
)
from gateway.store.leases import keep_renewed

RETRY_AFTER = (1, 5, 15, 60, 300, 900, 3600)
"""Seconds until a mail that could not be processed for now is tried again; the last one repeats."""
AT_ONCE = 50
"""Mails that are claimed together; those that are read at the same time are written together."""
POLL_SECONDS = 0.5
PAUSE_AFTER_ERROR = 2.0
MAX_ATTEMPTS = 60
MOST_TURNS = 4
"""How often the end of a mail is tried: after its files, or after another copy of it, were stored."""
MAX_DNS_ATTEMPTS = 7
"""After about an hour without DNS a mail is decided as it is: unverified, so held."""


class Reader(Protocol):
    """Reads a mail in a process that may be killed."""

    async def read(self, raw: bytes) -> Email:
        """Raises PermanentError for a mail that can't be read, TemporaryError when the reader failed."""


class Attestation(Protocol):
    """What was found out about the author; `temporary` when DNS did not answer for now."""

    @property
    def trust(self) -> Trust:
        """The verdict and why."""

    @property
    def temporary(self) -> bool:
        """Asking again later may tell more."""


class Witness(Protocol):
    """Tells who wrote a mail."""

    async def authenticate(self, raw: bytes, envelope_from: str, peer: Peer) -> Attestation:
        """Never raises for anything that stands in the mail."""


class Processor:
    """Turns pending ledger rows into their final state."""

    def __init__(
        self, gw: Gateway, reader: Reader, witness: Witness, parallel: int = AT_ONCE, reply: Reply = nobody
    ) -> None:
        self._gw, self._reader, self._witness, self._parallel = gw, reader, witness, parallel
        self._answering = Answering(gw, reply)
        self._running: dict[asyncio.Task[None], Claimed] = {}
        self._stranded: list[Claimed] = []
        self._served = ""
        self._conclusions: Together[Read, Outcome] = Together(
            gw.db, lambda session, batch: conclude(session, gw, batch)
        )

    async def run(self) -> None:
        """Process what is due, as it comes, until it is cancelled: then what is not finished is given back.

        What comes through the door of this process is handed over the desk, and waits for nothing.
        """
        signal, desk = self._gw.inbound_signal, self._gw.desk
        desk.open(self._take_over, self._room, signal.wake)
        keeping = asyncio.create_task(keep_renewed(self.renew))
        try:
            while True:
                try:
                    while await self._claim_more():
                        pass
                    await signal.wait(POLL_SECONDS)
                except Exception as error:
                    maillog.event("worker.error", error=type(error).__name__)
                    await asyncio.sleep(PAUSE_AFTER_ERROR)
        finally:
            keeping.cancel()
            desk.close()
            await self._stop()

    async def renew(self) -> None:
        """Keep what is still being worked on. Raises TemporaryError."""
        if busy := list(self._running.values()):
            now = self._gw.clock.now()
            await self._gw.db.at_once(lambda session: renew(session, busy, now), promised=False)

    async def run_once(self) -> int:
        """Process all that is due; how many were taken. Cancelling gives back what is not finished.

        While some are being written the next ones are claimed and read.
        """
        taken = 0
        try:
            while count := await to_its_end(self._claim(self._parallel)):
                taken += count
                await self._finished(self._parallel // 2 if count == self._parallel else 0)
            await self._finished(0)
        except BaseException:
            await self._stop()
            raise
        return taken

    def _room(self) -> int:
        """A backlog keeps its place: while half of the hands are busy, what is new waits its turn in the table."""
        return self._parallel // 2 - len(self._running)

    def _take_over(self, mails: Sequence[Handed]) -> None:
        self._begin([(handed_over(mail), mail.arrival.raw) for mail in mails])

    def _begin(self, batch: Sequence[tuple[Claimed, Content | None]]) -> None:
        for claimed, content in batch:
            task = asyncio.create_task(self._process(claimed, content))
            self._running[task] = claimed
            task.add_done_callback(self._end)

    def _end(self, task: "asyncio.Task[None]") -> None:
        claimed = self._running.pop(task)
        if task.cancelled():
            self._stranded.append(claimed)
        elif (error := task.exception()) is not None:  # its lease will end
            maillog.event("worker.error", id=claimed.id, error=type(error).__name__)

    async def _claim_more(self) -> bool:
        """Begin with what is due, once half of the hands are free; whether more may wait than those could take."""
        await self._finished(self._parallel // 2)
        most = self._parallel - len(self._running)
        return await to_its_end(self._claim(most)) == most

    async def _claim(self, most: int) -> int:
        """Claim what is due and begin with it; how many were taken."""
        back = list(self._stranded)
        batch, contents = await self._gw.db.at_once(lambda session: self._take(session, back, most), promised=False)
        del self._stranded[: len(back)]
        self._served = batch[-1].lane if batch else ""
        self._begin([(claimed, contents.get(claimed.sha256)) for claimed in batch])
        return len(batch)

    async def _take(
        self, session: AsyncSession, back: Sequence[Claimed], most: int
    ) -> tuple[list[Claimed], dict[str, Content]]:
        await give_back(session, back, self._gw.clock.now())
        batch = await claim(session, self._gw.clock.now(), most, self._served)
        return batch, await contents_of(session, (claimed.sha256 for claimed in batch))

    async def _stop(self) -> None:
        """Give back what is not finished."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self._conclusions.rest()
        left, self._stranded = self._stranded, []
        if left:
            with contextlib.suppress(TemporaryError):  # leases run out by themselves
                async with self._gw.db.write() as session:
                    await give_back(session, left, self._gw.clock.now())

    async def _finished(self, most: int) -> None:
        """Wait until no more than so many are left."""
        while len(self._running) > most:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)

    async def _process(self, claimed: Claimed, content: Content | None) -> None:
        """Bring one claimed row to its final state; on a temporary failure leave it pending for later."""
        try:
            await self._attempt(claimed, content)
        except Conflict:
            maillog.event("inbound.retry", id=claimed.id, why="another worker has taken it over")
        except TemporaryError as error:
            # Not even that could be written: it is given back with the next claim, or when its lease ends.
            self._stranded.append(claimed)
            maillog.event("inbound.retry", id=claimed.id, why=str(error))

    async def _attempt(self, claimed: Claimed, content: Content | None) -> None:
        if claimed.attempts > MAX_ATTEMPTS:
            # Each time the worker itself has died of it, or it would have been put off until later.
            return await self._failed(claimed, "tried-too-often")
        try:
            await self._read_and_conclude(claimed, content)
        except Conflict:
            raise
        except TemporaryError as error:
            await self._later(claimed, str(error))
        except Unreadable as error:
            await self._failed(claimed, "unreadable", str(error))
        except PermanentError as error:
            await self._failed(claimed, "unprocessable", str(error))
        except Exception as error:
            maillog.event("worker.error", id=claimed.id, error=type(error).__name__)
            await self._failed(claimed, "internal-error")

    async def _read_and_conclude(self, claimed: Claimed, content: Content | None) -> None:
        raw = await loaded(content, self._gw.blobs)
        if claimed.by_call:
            evidence = Evidence(claimed, email_of(raw, claimed.mail_from), BY_KEY, raw)
        else:
            evidence = Evidence(claimed, await self._reader.read(raw), await self._trust(raw, claimed), raw)
            await learn_order(self._gw, evidence)
        ending = await self._ended(evidence)
        maillog.event(f"inbound.{ending.state}", id=claimed.id, why=ending.why, thread=ending.thread_id)

    async def _ended(self, evidence: Evidence) -> Ending:
        """Written; what has to be done before that is done, and it is tried again."""
        stored = not evidence.email.attachments
        for _ in range(MOST_TURNS):
            try:
                outcome = await self._conclusions.do(Read(evidence, stored))
            except Duplicate:
                continue
            match outcome:
                case Ending():
                    return outcome
                case FilesMissing():
                    stored = await self._store_files(evidence.email)
                case BySeller(facts, answer):
                    return await self._answering.send(evidence, facts, answer)
                case TakenOver():
                    raise Conflict("another worker has taken this mail over")
        raise TemporaryError("too many copies at once")

    async def _trust(self, raw: bytes, claimed: Claimed) -> Trust:
        attestation = await self._witness.authenticate(raw, claimed.mail_from, claimed.peer)
        if attestation.temporary and claimed.attempts < MAX_DNS_ATTEMPTS:
            raise TemporaryError("DNS did not answer")
        return attestation.trust

    async def _store_files(self, email: Email) -> bool:
        """Files go to the blob store before the transaction that names them, and only for a mail that is shown."""
        for key, content in files_of(email).items():
            await keep(self._gw.blobs, key, content)
        return True

    async def _later(self, claimed: Claimed, why: str) -> None:
        if claimed.attempts >= MAX_ATTEMPTS:
            await self._failed(claimed, "tried-too-often")
            return
        wait = RETRY_AFTER[min(claimed.attempts, len(RETRY_AFTER)) - 1]
        maillog.event("inbound.retry", id=claimed.id, why=why, seconds=wait)
        async with self._gw.db.write() as session:
            await postpone(session, claimed, self._gw.clock.now() + timedelta(seconds=wait), why)

    async def _failed(self, claimed: Claimed, why: str, because: str = "") -> None:
        ending = Ending(state="failed", why=why, details={"because": because})
        async with self._gw.db.write() as session:
            await finish(session, claimed, ending, self._gw.clock.now())
        maillog.event("inbound.failed", id=claimed.id, why=why)
