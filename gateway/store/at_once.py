"""A session for work of many small statements: a blocking connection in a thread, behind the words of AsyncSession.

Each statement of an AsyncSession changes threads several times, which costs more than the statement. Whoever writes
for fifty mails in one transaction does it here; the functions of the store can't tell the difference.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from threading import Lock
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine
from sqlmodel.ext.asyncio.session import AsyncSession

T = TypeVar("T")


class BlockingConnection:
    """What the store uses of an AsyncConnection; nothing here ever waits for a loop."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.dialect = connection.dialect

    async def execute(self, statement: Any, parameters: Any = None) -> Any:
        """The result, all there."""
        return self._connection.execute(statement, parameters)

    async def exec_driver_sql(self, statement: str, parameters: Any = None) -> Any:
        """The same for a driver's own words."""
        return self._connection.exec_driver_sql(statement, parameters)

    async def run_sync(self, work: Callable[..., T], *arguments: Any) -> T:
        """What a function does with the connection below."""
        return work(self._connection, *arguments)


class BlockingSession:
    """What the store uses of an AsyncSession: its connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = BlockingConnection(connection)

    async def connection(self) -> BlockingConnection:
        """The transaction's connection."""
        return self._connection


class Hands:
    """The threads that work at once, each with a connection of its own; `turn` is what each transaction waits for."""

    def __init__(
        self, engine: Callable[[], Engine], threads: int, turn: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._make, self._engine, self._turn = engine, cast(Engine | None, None), turn
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="at-once")

    async def work(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """One transaction around `work`. A caller that goes away does not stop it: it commits, or it does not."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._transaction, work)

    def _transaction(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        if self._engine is None:
            self._engine = self._make()
        with self._turn(), self._engine.begin() as connection:
            return _finished(work(cast(AsyncSession, BlockingSession(connection))))

    def close(self) -> None:
        """Wait for what is under way and give the connections back."""
        self._threads.shutdown()
        if self._engine is not None:
            self._engine.dispose()


class Eyes:
    """The threads that read at once: what a page shows is many small reads of one moment."""

    def __init__(self, engine: Callable[[], Engine], threads: int) -> None:
        self._make, self._engine = engine, cast(Engine | None, None)
        self._threads, self._making = ThreadPoolExecutor(threads, thread_name_prefix="look"), Lock()

    async def look(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """What `work` reads, in one transaction."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._transaction, work)

    def _transaction(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        with self._making:
            if self._engine is None:
                self._engine = self._make()
        with self._engine.connect() as connection:
            return _finished(work(cast(AsyncSession, BlockingSession(connection))))

    def close(self) -> None:
        """Wait for what is under way and give the connections back."""
        self._threads.shutdown()
        if self._engine is not None:
            self._engine.dispose()


async def to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """Whoever is cancelled while it works waits for its end first: what it claimed must not be forgotten."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.gather(task, return_exceptions=True)
        raise


def _finished(work: Awaitable[T]) -> T:
    """What a coroutine returns that never has to wait: a loop for each would cost more than some statements."""
    try:
        next(work.__await__())
    except StopIteration as done:
        return cast(T, done.value)
    raise RuntimeError("work at once awaited something beside its session")
