"""Tells open pages that something changed: one look at the database for all of a process's open streams."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

from gateway import maillog
from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.inbox import threads

SECONDS = 0.4
PAUSE_AFTER_ERROR = 2.0


class Pulse:
    """Knows each shop's change number while somebody listens, and rings when one grows."""

    def __init__(self, gw: Gateway, seconds: float = SECONDS) -> None:
        self._gw, self._seconds = gw, seconds
        self._numbers: Mapping[str, int] = {}
        self._listeners: set[asyncio.Task[object]] = set()
        self._wanted, self._changed = asyncio.Event(), asyncio.Condition()

    async def run(self) -> None:
        """Look for ever; rest while nobody listens. A database that is away is tried again."""
        while True:
            await self._wanted.wait()
            try:
                await self.look()
                await asyncio.sleep(self._seconds)
            except asyncio.CancelledError:
                raise
            except Exception as error:
                maillog.event("worker.error", error=type(error).__name__)
                await asyncio.sleep(PAUSE_AFTER_ERROR)

    async def look(self) -> None:
        """Read the numbers once, and ring when they are others than before."""
        numbers = await threads.change_numbers(self._gw)
        if numbers != self._numbers:
            async with self._changed:
                self._numbers = numbers
                self._changed.notify_all()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """While somebody is inside, the numbers are read."""
        task = asyncio.current_task()
        assert task is not None
        if not self._listeners:
            await self.look()
        self._listeners.add(task)
        self._wanted.set()
        try:
            yield
        finally:
            self._listeners.discard(task)
            if not self._listeners:
                self._wanted.clear()

    def end(self) -> None:
        """Cancel whoever listens: an open stream would hold the server's end up."""
        for task in tuple(self._listeners):
            task.cancel()

    def version(self, actor: Actor) -> int:
        """A number that grows with each change in any shop that the actor reaches."""
        mine = self._numbers if actor.shop_ids is None else {key: self._numbers.get(key, 0) for key in actor.shop_ids}
        return sum(mine.values())

    async def wait_beyond(self, actor: Actor, version: int, timeout: float) -> int:
        """The actor's version as soon as it is another one than `version`, or after `timeout` seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout), self._changed:
                await self._changed.wait_for(lambda: self.version(actor) != version)
        return self.version(actor)
