"""Puts the parts together: the only place that knows which implementation stands behind which seam."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gateway.blobs import blob_store
from gateway.clock import SystemClock
from gateway.errors import ConfigError
from gateway.settings import PRIVATE, Settings, load_settings, secret_key
from gateway.store import migrate
from gateway.store.db import Database
from gateway.store.journal import SenderLimits

if TYPE_CHECKING:
    from gateway.context import Gateway
    from gateway.domain.checkup import Finding
    from gateway.domain.composing.signing import DkimKey


@asynccontextmanager
async def open_database(settings: Settings, check_schema: bool = True) -> AsyncIterator[Database]:
    """The database, closed at the end. SQLite is migrated; on PostgreSQL an old schema is an error.

    Raises ConfigError, Unavailable.
    """
    _make_home(settings.home)
    database = Database(settings.database)
    try:
        if check_schema:
            await asyncio.to_thread(ensure_schema, database)
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def open_gateway(settings: Settings | None = None, check_schema: bool = True) -> AsyncIterator["Gateway"]:
    """The whole gateway on the environment's settings (or the given ones). Raises ConfigError, Unavailable."""
    from gateway.context import Gateway
    from gateway.rendering import Renderer

    settings = settings or load_settings()
    async with open_database(settings, check_schema) as database:
        yield Gateway(
            settings=settings,
            db=database,
            blobs=blob_store(settings.blobs),
            clock=SystemClock(),
            secret=secret_key(settings),
            renderer=Renderer(),
            dkim_keys=_dkim_keys(settings),
            probe_relay=_probe(settings),
        )


def _probe(settings: Settings) -> "Callable[[], Awaitable[Finding]]":
    async def probe() -> "Finding":
        from smtp.probing import probe_relay

        return await probe_relay(settings)

    return probe


def ensure_schema(database: Database) -> None:
    """Migrate SQLite; on PostgreSQL raise ConfigError when the schema is not the newest."""
    current, newest = migrate.revisions(database)
    if current == newest:
        return
    if not database.sqlite:
        raise ConfigError(
            f"the database is at schema {current or 'none'}, this program needs {newest}: run `znx db upgrade`"
        )
    migrate.upgrade(database)


def _make_home(home: Path) -> None:
    try:
        home.mkdir(PRIVATE, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"ZNX_HOME: can't make {home}: {error.strerror}") from None


def _dkim_keys(settings: Settings) -> "tuple[tuple[str, DkimKey], ...]":
    paths, selectors = _listed(settings.dkim_key), _listed(settings.dkim_selector)
    if len(paths) > len(selectors):
        raise ConfigError("ZNX_DKIM_SELECTOR: one is needed for each of ZNX_DKIM_KEY, in the same order")
    return tuple((selector, _dkim_key(Path(path))) for selector, path in zip(selectors, paths, strict=False))


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _dkim_key(path: Path) -> "DkimKey":
    from gateway.domain.composing.signing import load_key

    try:
        return load_key(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"ZNX_DKIM_KEY: can't read {path}: {error.strerror}") from None


def sender_limits(settings: Settings) -> SenderLimits:
    """How much one author may send."""
    return SenderLimits(settings.sender_per_hour, settings.sender_per_day)


def run(main: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine to its end on the fastest loop there is."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(main)


def _loop_factory() -> Any:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
