"""The background loops: process what came in, send what goes out, wake what was snoozed. Any number on one database."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from gateway import maillog
from gateway.admin import dashboard
from gateway.context import Gateway
from gateway.domain.couriers import Courier
from gateway.domain.destinations import Destinations
from gateway.inbound.processing import Processor
from gateway.orders.pulling import Puller
from gateway.orders.source_calls import forget_old_calls
from gateway.outbound.seller_notices import tell_once
from gateway.outbound.sending import AHEAD, Sender
from gateway.outcalls import Caller
from gateway.people.account_mails import send_once as send_asked_once
from gateway.store.upkeep import forget_expired, wake_snoozed
from gateway.store.wakeups import INBOUND, OUTBOUND, listen
from gateway.webhooks.dispatching import Dispatcher, forget_old_events

UPKEEP_SECONDS = 20.0
NOTIFY_SECONDS = 1.0
TELL_SECONDS = 1.0
ASK_SECONDS = 5.0
KEEP_CALLS = timedelta(days=30)
PAUSE_AFTER_ERROR = 2.0
FAILURES_COUNT_FOR = timedelta(days=1)


class Worker:
    """Runs until it is cancelled; a loop that fails pauses and goes on."""

    def __init__(self, gw: Gateway, processor: Processor, courier: Courier) -> None:
        self._gw, self._processor = gw, processor
        settings = gw.settings
        destinations = Destinations(settings.relay_connections + AHEAD, settings.domain_connections)
        self._sender = Sender(gw, courier, destinations)

    async def run(self) -> None:
        """All loops at once. Cancelling leaves nothing half done behind: transactions roll back, mails land first."""
        gw = self._gw
        gw.inbound_signal.attach()
        gw.outbound_signal.attach()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._processor.run())
            group.create_task(self._sender.run())
            group.create_task(self._loop(self.upkeep_once, asyncio.sleep, UPKEEP_SECONDS))
            group.create_task(self._loop(self.add_up_once, asyncio.sleep, UPKEEP_SECONDS))
            group.create_task(self._loop(self.notify_once, asyncio.sleep, NOTIFY_SECONDS))
            group.create_task(self._tell_programs())
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

    async def _tell_programs(self) -> None:
        async with Caller(self._gw.settings.webhook_networks) as caller, asyncio.TaskGroup() as group:
            group.create_task(self._loop(Dispatcher(self._gw, caller).run_once, asyncio.sleep, TELL_SECONDS))
            group.create_task(self._loop(Puller(self._gw, caller).run_once, asyncio.sleep, ASK_SECONDS))

    async def send_once(self) -> int:
        """Hand what is due to the courier and see it to its end; how many were taken."""
        return await self._sender.send_once()

    async def notify_once(self) -> int:
        """Mail the people who work here what they chose to be told, and the links that they asked for."""
        return await tell_once(self._gw) + await send_asked_once(self._gw)

    async def add_up_once(self) -> int:
        """Keep the dashboard's sums up to date."""
        return await dashboard.refresh(self._gw) + await dashboard.sweep(self._gw)

    async def upkeep_once(self) -> int:
        """What time alone brings about. Always 0, so that the loop waits for its next turn."""
        async with self._gw.db.write() as session:
            now = self._gw.clock.now()
            await wake_snoozed(session, now)
            await forget_expired(session, now, now - FAILURES_COUNT_FOR)
        await forget_old_events(self._gw)
        await forget_old_calls(self._gw, now - KEEP_CALLS)
        return 0
