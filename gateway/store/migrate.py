"""Brings the schema up or down with alembic; the steps themselves stand in `migrations/versions`."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text

from gateway.resources import resource
from gateway.settings import PRIVATE
from gateway.store.db import Database, failures
from gateway.store.doorstep import newest_revision

__all__ = ["downgrade", "newest_revision", "revisions", "upgrade"]


def _config(connection: Connection | None) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(resource("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the schema to a revision. Safe when several processes start at once on PostgreSQL. Raises Unavailable."""
    _run(database, "upgrade", revision)


def downgrade(database: Database, revision: str) -> None:
    """Take the schema back to an older revision (`base` for none at all)."""
    _run(database, "downgrade", revision)


def _run(database: Database, command: str, revision: str) -> None:
    from alembic import command as alembic

    _make_folder(database)
    engine = database.sync_engine()
    try:
        with failures(), engine.begin() as connection:
            if not database.sqlite:
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(5417731)")
            getattr(alembic, command)(_config(connection), revision)
    finally:
        engine.dispose()


def _make_folder(database: Database) -> None:
    if database.sqlite and database.url.database:
        Path(database.url.database).parent.mkdir(PRIVATE, parents=True, exist_ok=True)


def revisions(database: Database) -> tuple[str | None, str]:
    """The revision that the database has (None: no schema yet), and the newest one that we know.

    Raises Unavailable.
    """
    _make_folder(database)
    engine = database.sync_engine()
    try:
        with failures(), engine.connect() as connection:
            known = inspect(connection).has_table("alembic_version")
            current = connection.execute(text("SELECT version_num FROM alembic_version")).scalar() if known else None
    finally:
        engine.dispose()
    return current, newest_revision()
