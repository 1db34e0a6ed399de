"""Ends waits that last too long, by one timer for all of them; what is waited for goes on."""

import asyncio
from collections import deque
from typing import Any

from gateway.errors import Unavailable


class Patience:
    """The waits of one loop, each `seconds` long. A timer a mail would cost more than all else about its wait."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._waits: deque[tuple[float, asyncio.Future[Any]]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, future: "asyncio.Future[Any]") -> None:
        """Fail it with Unavailable unless it is done in time."""
        loop, waits = future.get_loop(), self._waits
        while waits and waits[0][1].done():
            waits.popleft()
        waits.append((loop.time() + self._seconds, future))
        if self._timer is None:
            self._timer = loop.call_at(waits[0][0], self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        waits, now = self._waits, loop.time()
        while waits and (waits[0][0] <= now or waits[0][1].done()):
            _, future = waits.popleft()
            if not future.done():
                future.set_exception(Unavailable("disk or database do not answer in time"))
        self._timer = loop.call_at(waits[0][0], self._look, loop) if waits else None
