"""Enough of the database to take one mail for a shop, without SQLAlchemy: `znx ingest` is started for each mail.

Whatever is not plain (another address, an older schema, a database that is away) is left to the long way.
"""

import sqlite3
from contextlib import closing
from typing import Any

from gateway.resources import resource
from gateway.store.appending import BUSY_TIMEOUT_MS, Appender, SqliteAppender
from gateway.store.appending_postgres import PostgresAppender

_SQLITE = "sqlite:///"
_KNOWN = "SELECT 1 FROM shops, alembic_version WHERE shops.slug = {0} AND alembic_version.version_num = {0}"


def newest_revision() -> str:
    """Revisions are numbered, and each file's name begins with its own: no need to load them all to know the last."""
    return max(path.name.split("_")[0] for path in (resource("migrations") / "versions").glob("[0-9]*_*.py"))


class Doorstep:
    """The database behind a URL of ours, as far as a door needs it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._sqlite = url.startswith(_SQLITE) and "?" not in url

    def appender(self) -> Appender:
        """As Database.appender."""
        return SqliteAppender(self._url.removeprefix(_SQLITE)) if self._sqlite else PostgresAppender(self._url)

    def knows(self, slug: str) -> bool:
        """Whether there is a shop of that name in a database with the newest schema; False when that is not sure."""
        if not self._sqlite and not self._url.startswith("postgresql://"):
            return False
        try:
            with closing(self._connect()) as connection:
                statement = _KNOWN.format("?" if self._sqlite else "%s")
                return connection.execute(statement, (slug, newest_revision())).fetchone() is not None
        except Exception:
            return False

    def _connect(self) -> Any:
        if self._sqlite:
            path = self._url.removeprefix(_SQLITE)
            return sqlite3.connect(f"file:{path}?mode=rw", uri=True, timeout=BUSY_TIMEOUT_MS / 1000)
        import psycopg

        return psycopg.connect(self._url, connect_timeout=5)
