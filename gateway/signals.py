"""Wakes the workers of this process at once when there is work; other processes are reached by polling."""

import asyncio
import contextlib


class Signal:
    """Set from any thread, awaited by one loop. A wake-up may be spurious; it is never lost."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def attach(self) -> None:
        """Name the running loop as the one that waits."""
        self._loop = asyncio.get_running_loop()

    def wake(self) -> None:
        """Say that there is work. Does nothing when nobody waits in this process."""
        # Set already: whoever waits will look after this, and see it. Each call of the other kind wakes a loop.
        if self._loop is not None and not self._event.is_set() and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._event.set)

    async def wait(self, timeout: float) -> None:
        """Return after a wake-up, or after `timeout` seconds."""
        # wait_for would forget that it was cancelled where a wake-up comes at the same moment (Python 3.11).
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._event.wait()
        self._event.clear()
