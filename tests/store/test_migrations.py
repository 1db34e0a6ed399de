"""The migrations lead to exactly the tables that the models describe, and back to nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlmodel import SQLModel

from gateway.store import migrate
from gateway.store.db import Database


@contextmanager
def connected(database: Database) -> Iterator[Connection]:
    """A blocking connection, and nothing left open."""
    engine = database.sync_engine()
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def differences(connection: Connection) -> list[object]:
    """What autogenerate would still have to change. The search index has tables of its own on each database."""
    known = {"compare_type": True, "include_name": lambda name, *_: not str(name).startswith("search_")}
    context = MigrationContext.configure(connection, opts=known)
    return list(compare_metadata(context, SQLModel.metadata))


def test_the_migrations_and_the_models_agree(database_url: str) -> None:
    database = Database(database_url)
    assert migrate.revisions(database) == (migrate.newest_revision(), migrate.newest_revision())
    with connected(database) as connection:
        assert differences(connection) == []


def test_down_to_nothing_and_up_again(database_url: str) -> None:
    database = Database(database_url)
    migrate.downgrade(database, "base")
    with connected(database) as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    assert migrate.revisions(database) == (None, migrate.newest_revision())
    migrate.upgrade(database)
    migrate.upgrade(database)
    with connected(database) as connection:
        assert differences(connection) == []
        assert connection.execute(text("SELECT count(*) FROM shops WHERE system")).scalar() == 1
