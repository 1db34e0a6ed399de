"""Fixtures that every test may use: a fresh database of each kind, a clock that stands still, an event loop."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as search

from gateway.blobs import LocalBlobs
from gateway.context import Gateway
from gateway.inbound.accepting import Inbound
from gateway.inbound.processing import Processor
from gateway.inbound.processing import Reader as Reads
from gateway.rendering import Renderer
from gateway.settings import Settings
from gateway.store import migrate
from gateway.store.db import Database
from gateway.store.journal import Journal
from tests import postgres
from tests.house import House, ReadsHere, Says, add_order

# A run tries what the last one tried, however slow the machine is; `--hypothesis-profile=default` looks for more.
search.register_profile("steady", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
search.load_profile("steady")

IN_CI = os.environ.get("CI", "") not in ("", "false", "0")


DATABASES = ("sqlite", "postgresql")
"""What tests run on. A module about what no database changes says `DATABASES = ("sqlite",)`."""


EDGES = ("tests.web.", "tests.e2e.test_pages", "tests.inbound.test_dry_run")
"""What stands on flows that are tested on both kinds: on PostgreSQL it is looked at in the long run."""


class StillClock:
    """A clock that moves only when it is told to."""

    def __init__(self, at: datetime = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)) -> None:
        self.at = at

    def now(self) -> datetime:
        """The moment it was set to."""
        return self.at

    def forward(self, **units: float) -> None:
        """Move on by a timedelta's keyword arguments."""
        self.at += timedelta(**units)


@pytest.fixture
def clock() -> StillClock:
    """A clock that stands at 2026-11-23 08:00 UTC."""
    return StillClock()


def lacking(reason: str) -> None:
    """Leave a test out because a program is missing: said in one line here, a failure in CI."""
    if IN_CI:
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """One PostgreSQL for the whole run."""
    if reason := postgres.available():
        lacking(reason)
    with postgres.running() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "znx.db"
    migrate.upgrade(Database(f"sqlite:///{path}"))
    return path


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test that asks for a database runs on each kind."""
    if "database_url" in metafunc.fixturenames:
        marks = {"postgresql": [pytest.mark.postgres]}
        journey = metafunc.definition.get_closest_marker("journey") is not None
        if journey or metafunc.module.__name__.startswith(EDGES):
            marks["postgresql"].append(pytest.mark.slow)
        wanted = DATABASES if journey else getattr(metafunc.module, "DATABASES", DATABASES)
        kinds = [pytest.param(kind, marks=marks.get(kind, [])) for kind in wanted]
        metafunc.parametrize("database_url", kinds, indirect=True)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh, migrated database: each test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        template = request.getfixturevalue("sqlite_template")
        yield f"sqlite:///{shutil.copy(template, tmp_path / 'znx.db')}"
        return
    with request.getfixturevalue("postgres_server").database() as url:
        yield url


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """A Database on a fresh schema."""
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
def blobs(tmp_path: Path) -> LocalBlobs:
    """A blob store in the test's own folder."""
    return LocalBlobs(tmp_path / "blobs")


@pytest.fixture
def reader() -> Reads:
    """A reader without children; `test_reading` and the tests of whole processes use the real one."""
    return ReadsHere()


@pytest.fixture
async def house(
    db: Database, blobs: LocalBlobs, clock: StillClock, reader: Reads, tmp_path: Path
) -> AsyncIterator[House]:
    """A gateway for inbox.example in which Wang has order A-1001 at the shop "lotus"."""
    settings = Settings(home=tmp_path, mail_domain="inbox.example")
    gw = Gateway(settings, db, blobs, clock, b"secret", Renderer())
    journal = Journal(db, blobs)
    inbound = Inbound(settings, db, clock, journal)
    await add_order(db, clock.now())
    yield House(gw, inbound, Processor(gw, reader, Says()), reader)
    await asyncio.to_thread(journal.close)
