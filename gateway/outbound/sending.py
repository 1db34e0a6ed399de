"""Sends what is due: keeps many mails on their way at once, and writes how each ended. Connections are the courier's.

A slow mail holds up nobody: as soon as others have ended, as many new ones are claimed, and while these fly the
outcomes are written, all in one transaction. What ends meanwhile shares the next one. A slow domain holds up no other:
`destinations` says how many mails it may have on their way. One that is down is left alone until one mail has passed.
"""

import asyncio
import random
from collections.abc import Callable

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway import maillog
from gateway.blobs import fetch
from gateway.context import Gateway
from gateway.domain.couriers import Courier, Deferred, Outcome, Refused, Sent
from gateway.domain.destinations import RELAY, Allowance, Destinations, Rest
from gateway.domain.retrying import next_attempt, seller_should_know
from gateway.errors import TemporaryError
from gateway.outbound.alarms import tell_sellers
from gateway.store import deliveries, delivery_claims
from gateway.store.at_once import to_its_end
from gateway.store.contents import Content, contents_of
from gateway.store.deliveries import LONGEST_REPLY, Recorded
from gateway.store.delivery_claims import Due
from gateway.store.leases import keep_renewed

AT_ONCE = 20
"""Connections of the courier, unless set."""
AHEAD = 100
"""Mails beyond that in the courier's line or about to be recorded: no connection waits for the queue or its disk."""
AT_ONCE_TO_ONE_DOMAIN = 10
LINGER_SECONDS = 0.005
"""How long an outcome waits for others, so that half of what flies shares its transaction and the rest flies on."""
POLL_SECONDS = 0.5
PAUSE_AFTER_ERROR = 2.0
STOP_SECONDS = 8.0
"""How long a stop waits for the mails that are on their way."""

Taken = tuple[Due, Content | None]
"""A delivery that was claimed, and its bytes where they are still there."""
Landed = tuple[Due, Outcome, Rest | None]
"""How it ended; with a rest, that was no try of its own."""


class Sender:
    """One worker's hands, and what they know of each destination.

    `jitter` gives numbers in [0, 1); `patience` is how long a stop waits, in seconds.
    """

    def __init__(
        self,
        gw: Gateway,
        courier: Courier,
        destinations: Destinations | None = None,
        jitter: Callable[[], float] = random.random,
        patience: float = STOP_SECONDS,
    ) -> None:
        self._gw, self._courier, self._jitter, self._patience = gw, courier, jitter, patience
        self._destinations = destinations or Destinations(AT_ONCE + AHEAD, AT_ONCE_TO_ONE_DOMAIN)
        self._flying: dict[asyncio.Task[Outcome], Due] = {}
        self._landed: list[Landed] = []

    async def run(self) -> None:
        """Until it is cancelled: then what is on its way may still land, and the rest is given back to the queue."""
        keeping = asyncio.create_task(keep_renewed(self.renew))
        try:
            while True:
                try:
                    await to_its_end(self._turn())
                    await self._gw.outbound_signal.wait(POLL_SECONDS)
                except Exception as error:
                    maillog.event("worker.error", error=type(error).__name__)
                    await asyncio.sleep(PAUSE_AFTER_ERROR)
        finally:
            await self._stop()
            keeping.cancel()

    async def renew(self) -> None:
        """Keep what is still on its way. Raises TemporaryError."""
        if flying := list(self._flying.values()):
            now = self._gw.clock.now()
            await self._gw.db.at_once(lambda session: delivery_claims.renew(session, flying, now))

    async def send_once(self) -> int:
        """Claim what is due, as much as fits at once, and see it to its end; how many were taken."""
        taken = await self._turn()
        if self._flying:
            await asyncio.wait(self._flying)
        await self._settle()
        return taken

    async def _turn(self) -> int:
        """Take what is due, write what has ended; how many were taken.

        What has ended takes up room until it is written: a worker that dies doubles no more than it had in hand.
        """
        taken: list[Taken] = []
        allowance = self._destinations.allowance(self._gw.clock.now())
        allowance.total -= len(self._landed)
        if self._landed and allowance.total <= 0:
            self._gw.outbound_signal.wake()  # there is room as soon as these are written
        try:
            taken = await self._take(allowance)
            for due, content in taken:
                self._start(due, content)
        finally:
            await self._settle()
        return len(taken)

    def _start(self, due: Due, content: Content | None) -> None:
        if rest := self._destinations.rest_of(due.domain, self._gw.clock.now()):
            self._landed.append((due, Deferred(rest.reply, rest.host), None))  # taken only so that sellers are told
            self._gw.outbound_signal.wake()
            return
        self._destinations.left(due.domain)
        task = asyncio.create_task(self._send(due, content))
        self._flying[task] = due
        task.add_done_callback(self._land)

    def _land(self, task: "asyncio.Task[Outcome]") -> None:
        due = self._flying.pop(task)
        self._destinations.landed(due.domain)
        if not task.cancelled():
            self._landed.append((due, task.result(), self._learned(due.domain, task.result())))
        if len(self._landed) >= len(self._flying):
            self._gw.outbound_signal.wake()
        elif len(self._landed) == 1:
            task.get_loop().call_later(LINGER_SECONDS, self._gw.outbound_signal.wake)

    def _learned(self, domain: str, outcome: Outcome) -> Rest | None:
        """What an outcome tells of its destinations: a rest where it found out only what another mail had already."""
        about = outcome.about if isinstance(outcome, Deferred) else "mail"
        known = {"mail": (RELAY, domain), "domain": (RELAY,), "relay": ()}[about]
        for destination in known:
            self._destinations.answered(destination)
        if about == "mail":
            return None
        down, now = RELAY if about == "relay" else domain, self._gw.clock.now()
        return self._destinations.failed(down, now, outcome.reply[:LONGEST_REPLY], outcome.host, self._jitter())

    async def _send(self, due: Due, content: Content | None) -> Outcome:
        """One attempt. Whatever goes wrong is an outcome: one mail never stops the others."""
        try:
            if content is None:
                return Refused("the mail's bytes are missing", "", "other")
            raw = await fetch(self._gw.blobs, content) if isinstance(content, str) else content
            return await self._courier.send(raw, due.mail_from, due.rcpt_to)
        except TemporaryError as error:
            return Deferred(str(error), "")
        except Exception as error:
            maillog.event("worker.error", id=due.id, error=type(error).__name__)
            return Deferred("an unexpected failure of ours", "")

    async def _take(self, allowance: Allowance) -> list[Taken]:
        """On SQLite a claim waits for no disk: without power it is lost, and the mail goes out as if never claimed."""
        if allowance.total <= 0:
            return []
        db = self._gw.db
        in_hand = {due.id for due in self._flying.values()} | {due.id for due, _, _ in self._landed}
        batch, contents = await db.at_once(
            lambda session: self._claim(session, allowance, in_hand), promised=not db.sqlite
        )
        return [(due, contents.get(due.sha256)) for due in batch]

    async def _claim(
        self, session: AsyncSession, allowance: Allowance, in_hand: set[str]
    ) -> tuple[list[Due], dict[str, Content]]:
        now = self._gw.clock.now()
        await delivery_claims.put_off(session, now, allowance.rests)
        batch = await delivery_claims.claim(session, now, allowance, in_hand)
        return batch, await contents_of(session, (due.sha256 for due in batch))

    async def _settle(self) -> None:
        """Raises TemporaryError when the database is away; nothing is forgotten then."""
        landed = list(self._landed)
        if not landed:
            return
        try:
            await self._write(landed)
        except TemporaryError:
            raise
        except Exception:
            await self._write_singly(landed)
        del self._landed[: len(landed)]

    async def _write(self, landed: list[Landed]) -> None:
        await self._gw.db.at_once(lambda session: self._record(session, landed))
        for due, outcome, _ in landed:
            maillog.event(_EVENTS[type(outcome)], id=due.id, attempts=due.attempts, host=outcome.host)

    async def _write_singly(self, landed: list[Landed]) -> None:
        """One outcome that can't be written must not take the others along; its lease runs out, it is tried again."""
        for one in landed:
            try:
                await self._write([one])
            except TemporaryError:
                raise
            except Exception as error:
                maillog.event("worker.error", id=one[0].id, error=type(error).__name__)

    async def _record(self, session: AsyncSession, landed: list[Landed]) -> None:
        for due, _, rest in landed:
            if rest is not None:
                await delivery_claims.hold(session, due, rest)
        ended = [(due, self._recorded(due, outcome)) for due, outcome, rest in landed if rest is None]
        for due, recorded in await deliveries.record_attempts(session, ended):
            if recorded.alarm:
                await tell_sellers(session, self._gw, due.id, failed=recorded.state == "failed")

    def _recorded(self, due: Due, outcome: Outcome) -> Recorded:
        now, words = self._gw.clock.now(), outcome.reply[:LONGEST_REPLY]
        is_reply = due.kind == "reply"
        match outcome:
            case Sent():
                return Recorded("sent", words, outcome.host, now, dialogue=outcome.dialogue)
            case Refused(kind=kind):
                said = outcome.dialogue
                return Recorded("failed", words, outcome.host, now, refusal=kind, dialogue=said, alarm=is_reply)
            case Deferred():
                tries = due.attempts - due.attempts_before
                again = next_attempt(tries, due.first_attempt_at, now, self._jitter())
                late = due.late_told_at is None and seller_should_know(due.first_attempt_at, now)
                alarm = is_reply and (again is None or late)
                state = "deferred" if again else "failed"
                return Recorded(state, words, outcome.host, now, again, dialogue=outcome.dialogue, alarm=alarm)

    async def _stop(self) -> None:
        """Ends soon after its patience, and leaves no lease behind that somebody would have to wait for."""
        if self._flying:
            await asyncio.wait(self._flying, timeout=self._patience)
        left = dict(self._flying)
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left)
        try:
            await self._settle()
            async with self._gw.db.write() as session:
                for task, due in left.items():
                    if task.cancelled():
                        await delivery_claims.give_back(session, due, self._gw.clock.now())
        except TemporaryError as error:  # leases run out by themselves
            maillog.event("worker.error", error=type(error).__name__)


_EVENTS = {Sent: "outbound.sent", Deferred: "outbound.deferred", Refused: "outbound.failed"}
