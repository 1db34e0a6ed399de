"""The background loops: process what came in, send what goes out, wake what was snoozed. Any number on one database."""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta

from gateway import maillog
from gateway.context import Gateway
from gateway.domain.couriers import Courier, Deferred, Outcome, Refused, Sent
from gateway.domain.retrying import next_attempt, seller_should_know
from gateway.errors import Conflict, TemporaryError
from gateway.inbound.processing import Processor
from gateway.store import deliveries
from gateway.store.deliveries import Due, Recorded
from gateway.store.inbound import raw_of
from gateway.store.upkeep import forget_expired, wake_snoozed
from gateway.store.wakeups import INBOUND, OUTBOUND, listen

POLL_SECONDS = 0.5
UPKEEP_SECONDS = 20.0
PAUSE_AFTER_ERROR = 2.0
SEND_BATCH = 20
REPLY_CHARS = 500
FAILURES_COUNT_FOR = timedelta(days=1)


class Worker:
    """Runs until it is cancelled; a loop that fails pauses and goes on."""

    def __init__(self, gw: Gateway, processor: Processor, courier: Courier) -> None:
        self._gw, self._processor, self._courier = gw, processor, courier

    async def run(self) -> None:
        """All loops at once. Cancelling lets nothing half done behind: leases run out, transactions roll back."""
        gw = self._gw
        gw.inbound_signal.attach()
        gw.outbound_signal.attach()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._loop(self._processor.run_once, gw.inbound_signal.wait, POLL_SECONDS))
            group.create_task(self._loop(self.send_once, gw.outbound_signal.wait, POLL_SECONDS))
            group.create_task(self._loop(self.upkeep_once, asyncio.sleep, UPKEEP_SECONDS))
            group.create_task(listen(gw.db, {INBOUND: gw.inbound_signal.wake, OUTBOUND: gw.outbound_signal.wake}))

    async def _loop(
        self, once: Callable[[], Awaitable[int]], wait: Callable[[float], Awaitable[None]], seconds: float
    ) -> None:
        while True:
            try:
                if await once() == 0:
                    await wait(seconds)
            except Exception as error:
                maillog.event("worker.error", error=type(error).__name__)
                await asyncio.sleep(PAUSE_AFTER_ERROR)

    async def send_once(self) -> int:
        """Hand what is due to the courier, a batch at a time; how many were taken."""
        async with self._gw.db.write() as session:
            batch = await deliveries.claim(session, self._gw.clock.now(), SEND_BATCH)
        await asyncio.gather(*(self._send(due) for due in batch))
        return len(batch)

    async def _send(self, due: Due) -> None:
        try:
            async with self._gw.db.read() as session:
                raw = await raw_of(session, due.sha256, self._gw.blobs)
            outcome = await self._courier.send(raw, due.mail_from, due.rcpt_to)
        except TemporaryError as error:
            outcome = Deferred(str(error), "")
        with contextlib.suppress(Conflict):
            await self._record(due, outcome)

    async def _record(self, due: Due, outcome: Outcome) -> None:
        now = self._gw.clock.now()
        recorded = self._recorded(due, outcome)
        alarm = recorded.state == "failed" or (recorded.state == "deferred" and seller_should_know(due.queued_at, now))
        async with self._gw.db.write() as session:
            await deliveries.record_attempt(session, due, recorded, alarm)
        maillog.event(f"outbound.{recorded.state}", id=due.id, attempts=due.attempts, host=recorded.host)

    def _recorded(self, due: Due, outcome: Outcome) -> Recorded:
        now, words = self._gw.clock.now(), outcome.reply[:REPLY_CHARS]
        match outcome:
            case Sent():
                return Recorded("sent", words, outcome.host, now)
            case Refused():
                return Recorded("failed", words, outcome.host, now)
            case Deferred():
                again = next_attempt(due.attempts, due.queued_at, now, random.random())
                return Recorded("deferred" if again else "failed", words, outcome.host, now, again)

    async def upkeep_once(self) -> int:
        """What time alone brings about. Always 0, so that the loop waits for its next turn."""
        async with self._gw.db.write() as session:
            now = self._gw.clock.now()
            await wake_snoozed(session, now)
            await forget_expired(session, now, now - FAILURES_COUNT_FOR)
        return 0
