"""Brings the schema up or down with alembic; the steps themselves stand in `migrations/versions`."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from gateway.resources import resource
from gateway.store.db import Database


def _config(connection: Connection | None) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(resource("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the schema to a revision. Safe when several processes start at once on PostgreSQL."""
    _run(database, "upgrade", revision)


def downgrade(database: Database, revision: str) -> None:
    """Take the schema back to an older revision (`base` for none at all)."""
    _run(database, "downgrade", revision)


def _run(database: Database, command: str, revision: str) -> None:
    from alembic import command as alembic

    _make_folder(database)
    engine = database.sync_engine()
    try:
        with engine.begin() as connection:
            if not database.sqlite:
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(5417731)")
            getattr(alembic, command)(_config(connection), revision)
    finally:
        engine.dispose()


def _make_folder(database: Database) -> None:
    if database.sqlite and database.url.database:
        Path(database.url.database).parent.mkdir(parents=True, exist_ok=True)


def revisions(database: Database) -> tuple[str | None, str | None]:
    """The revision that the database has, and the newest one that we know."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    _make_folder(database)
    engine = database.sync_engine()
    try:
        with engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
    return current, ScriptDirectory.from_config(_config(None)).get_current_head()
