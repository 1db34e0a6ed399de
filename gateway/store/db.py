"""Engines and transactions over SQLite or PostgreSQL. What is read and written stands in the modules beside it.

SQLite: WAL, `synchronous=FULL`, and `BEGIN IMMEDIATE` for writers, since pysqlite would otherwise begin no
transaction for a SELECT and lose updates. Readers have connections of their own and never wait for a writer.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
    nullcontext,
)
from typing import Any, TypeVar

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.errors import Duplicate, Overtaken, Unavailable
from gateway.store.appending import BUSY_TIMEOUT_MS, SQLITE_PRAGMAS, Appender, SqliteAppender
from gateway.store.appending_postgres import PostgresAppender
from gateway.store.at_once import Eyes, Hands
from gateway.store.turns import Turns
from gateway.store.urls import database_url

T = TypeVar("T")
LOOKING = 4
"""Threads that read for pages, each with a connection of its own."""
_OVERTAKEN = frozenset({"40P01", "40001"})  # deadlock_detected, serialization_failure


class Database:
    """One database and its connections. `read()` and `write()` are the only ways to a session."""

    def __init__(self, url: str, pool_size: int = 8) -> None:
        self.url = database_url(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self._writers = self._engine("BEGIN IMMEDIATE", 1 if self.sqlite else pool_size)
        self._readers = self._engine("BEGIN", pool_size) if self.sqlite else self._writers
        self._turns = Turns()
        threads = 1 if self.sqlite else 2
        self._hands = Hands(self.sync_engine, threads, self._thread_turn)
        self._light_hands = Hands(self._light_engine, threads, self._thread_turn)
        self._eyes = Eyes(lambda: self.sync_engine("BEGIN", LOOKING), LOOKING)

    def _engine(self, begin: str, pool_size: int) -> AsyncEngine:
        driver = "sqlite+aiosqlite" if self.sqlite else "postgresql+psycopg"
        engine = create_async_engine(
            self.url.set(drivername=driver),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            hide_parameters=True,
            **_dialect(self.sqlite),
        )
        if self.sqlite:
            _prepare_sqlite(engine.sync_engine, begin)
        return engine

    def sync_engine(self, begin: str = "BEGIN IMMEDIATE", pool_size: int = 2) -> Engine:
        """A blocking engine of few connections, for migrations and for the threads of `at_once`."""
        driver = "sqlite+pysqlite" if self.sqlite else "postgresql+psycopg"
        engine = create_engine(
            self.url.set(drivername=driver),
            pool_size=pool_size,
            max_overflow=1,
            hide_parameters=True,
            **_dialect(self.sqlite),
        )
        if self.sqlite:
            _prepare_sqlite(engine, begin)
        return engine

    def _light_engine(self) -> Engine:
        """Commits without waiting for the disk (or a standby): the log's order holds, its end may be lost."""
        engine = self.sync_engine()
        if self.sqlite:
            event.listen(engine, "connect", lambda connection, _record: connection.execute("PRAGMA synchronous=NORMAL"))
        else:
            event.listen(engine, "begin", lambda begun: begun.exec_driver_sql("SET LOCAL synchronous_commit TO off"))
        return engine

    def appender(self) -> Appender:
        """A blocking connection of its own for the thread that writes accepted mail."""
        if self.sqlite:
            return SqliteAppender(self.url.database or ":memory:", self._turns)
        return PostgresAppender(self.url.set(drivername="postgresql").render_as_string(hide_password=False))

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session that changes nothing. Raises Unavailable when the database is away."""
        with failures():
            async with AsyncSession(self._readers, expire_on_commit=False, autoflush=False) as session:
                yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed at the end, rolled back by any exception.

        Raises Unavailable, and Duplicate when a unique key was taken first by somebody else.

        Within a process SQLite's writers queue here, in order, instead of polling for the file's lock.
        """
        with failures():
            writer = AsyncSession(self._writers, expire_on_commit=False)
            async with self._one_at_a_time(), writer as session, session.begin():
                yield session

    async def look(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """`read` for pages, whose many statements then cost a fraction; `work` may await nothing but its session.

        Raises Unavailable when the database is away.
        """
        with failures():
            return await self._eyes.look(work)

    async def at_once(self, work: Callable[[AsyncSession], Awaitable[T]], promised: bool = True) -> T:
        """`write` for work of many statements, which then cost a fraction; `work` may await nothing but its session.

        What is not `promised` waits for no disk: it is seen at once and outlives this process, and whatever is
        promised later holds it too, but a machine that loses its power may have to do it again. Raises as `write`
        does. A caller that goes away does not stop it.
        """
        with failures():
            return await (self._hands if promised else self._light_hands).work(work)

    def _one_at_a_time(self) -> AbstractAsyncContextManager[None]:
        return self._turns.task() if self.sqlite else nullcontext()

    def _thread_turn(self) -> AbstractContextManager[None]:
        return self._turns.thread(BUSY_TIMEOUT_MS / 1000) if self.sqlite else nullcontext()

    async def ping(self) -> None:
        """Raises Unavailable when the database does not answer."""
        async with self.read() as session:
            await (await session.connection()).execute(text("SELECT 1"))

    async def close(self) -> None:
        """Give all connections back."""
        for hands in (self._hands, self._light_hands):
            await asyncio.to_thread(hands.close)
        await asyncio.to_thread(self._eyes.close)
        await self._writers.dispose()
        await self._readers.dispose()


def _dialect(sqlite: bool) -> dict[str, Any]:
    if sqlite:
        return {"connect_args": {"isolation_level": None, "timeout": BUSY_TIMEOUT_MS / 1000}}
    return {"pool_pre_ping": True}


def _prepare_sqlite(engine: Engine, begin: str) -> None:
    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        for pragma in SQLITE_PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)


@contextmanager
def failures() -> Iterator[None]:
    """Translates the driver's words for "away" and "key taken"; leaves mistakes of ours alone."""
    try:
        yield
    except IntegrityError as error:
        if _is_unique_violation(error):
            raise Duplicate("the key is taken already") from error
        raise
    except Exception as error:
        if _state(error) in _OVERTAKEN:
            raise Overtaken("other work was in the way") from error
        if is_unavailable(error):
            raise Unavailable("the database is not available") from error
        raise


def _state(error: Exception) -> str:
    """PostgreSQL's SQLSTATE of a failure."""
    return getattr(getattr(error, "orig", None), "sqlstate", None) or ""


def _is_unique_violation(error: IntegrityError) -> bool:
    return _state(error) == "23505" or "UNIQUE constraint failed" in str(error.orig)


def is_unavailable(error: BaseException | None) -> bool:
    """True for failures of the connection, the lock or the disk, which may pass by themselves."""
    if isinstance(error, OperationalError | InterfaceError | PoolTimeout | TimeoutError):
        return True
    return (isinstance(error, DBAPIError) and error.connection_invalidated) or isinstance(error, ConnectionError)
