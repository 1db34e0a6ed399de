"""Turns of those who write to one SQLite file in one process: first come, first served, threads and tasks alike.

SQLite itself has no line: whoever finds its lock taken sleeps, up to a tenth of a second at a time, and may find it
taken again. Between processes that is all there is.
"""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager


class Turns:
    """A lock with a line before it."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._taken = False
        self._line: deque[Callable[[], None]] = deque()

    @contextmanager
    def thread(self, patience: float) -> Iterator[None]:
        """A turn of this thread. Raises TimeoutError when it did not come within so many seconds."""
        called = threading.Event()
        if not self._ask(called.set) and not called.wait(patience):
            self._leave(called.set)
            raise TimeoutError("the database is locked")
        try:
            yield
        finally:
            self._next()

    @asynccontextmanager
    async def task(self) -> AsyncIterator[None]:
        """A turn of this task, which does not hold up its loop."""
        loop = asyncio.get_running_loop()
        called = asyncio.Event()

        def call() -> None:
            loop.call_soon_threadsafe(called.set)

        if not self._ask(call):
            try:
                await called.wait()
            except BaseException:
                self._leave(call)
                raise
        try:
            yield
        finally:
            self._next()

    def _ask(self, call: Callable[[], None]) -> bool:
        """True when it is one's turn at once; `call` tells otherwise."""
        with self._mutex:
            if self._taken:
                self._line.append(call)
                return False
            self._taken = True
            return True

    def _leave(self, call: Callable[[], None]) -> None:
        """Who was called meanwhile calls the next one."""
        with self._mutex:
            if call in self._line:
                self._line.remove(call)
                return
        self._next()

    def _next(self) -> None:
        """A turn is over. A loop that was closed has nobody left who waits."""
        while True:
            with self._mutex:
                if not self._line:
                    self._taken = False
                    return None
                call = self._line.popleft()
            try:
                return call()
            except RuntimeError:
                continue
