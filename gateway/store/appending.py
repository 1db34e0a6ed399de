"""The journal's transactions through the driver itself: one statement a table for all rows; here SQLite's.

Leaves waiting and answering to `journal`, PostgreSQL to `appending_postgres`. Neither loads SQLAlchemy nor the models,
which cost a mail more than its fsync, and `znx ingest`, started for each mail, most of its start. A test holds the
columns against the models.
"""

import contextlib
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Protocol

from gateway.store.turns import Turns

INBOUND = "znx_inbound"
"""PostgreSQL's channel that tells workers of accepted mail."""
BUSY_TIMEOUT_MS = 8_000
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",
    "PRAGMA cache_size=-16000",
    "PRAGMA temp_store=MEMORY",
    # 16 MB: at 4 MB a mail of 2 KB, whose hash falls on a cold page of two indexes, paid for a checkpoint's two syncs
    # every few batches, and each of those pages was written more often.
    "PRAGMA wal_autocheckpoint=4000",
)
RAW_COLUMNS = ("sha256", "size", "content", "blob_key", "created_at")
LEDGER_COLUMNS = (
    *("id", "received_at", "next_attempt_at", "ingress", "peer", "mail_from", "rcpt_to", "author", "size", "sha256"),
    *("state", "why", "details", "order_no", "released_by", "attempts", "lane"),
)
_ROWS_A_STATEMENT = 64
"""SQLite's statement grows with its rows: few enough that each size is compiled once and kept."""
RECENT = """\
SELECT author, count(DISTINCT sha256) FROM inbound_emails
WHERE author IN ({authors}) AND received_at > {since} AND state IN ('pending', 'filed') GROUP BY author"""
"""How many different mails of an author count: held and refused ones don't, or a forger could use up the quota."""

Row = tuple[Any, ...]


class Appender(Protocol):
    """One connection of the journal's thread, opened at the first transaction and again after a failure."""

    unavailable: tuple[type[Exception], ...]
    """Failures of the connection, the lock or the disk, which would meet every mail of a batch alike."""

    def transaction(self) -> contextlib.AbstractContextManager[None]:
        """Committed at the end; rolled back by any exception, which goes on. Raises what the driver raises."""

    def recent(self, authors: Collection[str], since: datetime) -> dict[str, int]:
        """How many mails of these authors count since then; an author without any is left out."""
        ...

    def insert(self, raws: Sequence[Row], ledger: Sequence[Row]) -> None:
        """Add rows of RAW_COLUMNS, unless their hash is there, and of LEDGER_COLUMNS; JSON comes as text."""

    def close(self) -> None:
        """Give the connection back."""


class SqliteAppender:
    """The appender of a SQLite file. A statement for many rows, since each step of one gives the GIL away."""

    unavailable: tuple[type[Exception], ...] = (sqlite3.OperationalError, TimeoutError)

    def __init__(self, path: str, turns: Turns | None = None) -> None:
        self._path, self._turns = path, turns or Turns()
        self._open: sqlite3.Connection | None = None

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """See Appender. IMMEDIATE: waits for other processes here, where nothing is half done."""
        with self._turns.thread(BUSY_TIMEOUT_MS / 1000):
            connection = self._connection()
            try:
                connection.execute("BEGIN IMMEDIATE")
                yield
                connection.execute("COMMIT")
            except BaseException:
                self.close()
                raise

    def _connection(self) -> sqlite3.Connection:
        if self._open is None:
            opened = sqlite3.connect(
                self._path, timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None, cached_statements=256
            )
            try:
                for pragma in SQLITE_PRAGMAS:
                    opened.execute(pragma)
            except BaseException:
                opened.close()
                raise
            self._open = opened
        return self._open

    def recent(self, authors: Collection[str], since: datetime) -> dict[str, int]:
        """See Appender."""
        query = RECENT.format(authors=",".join("?" * len(authors)), since="?")
        return dict(self._connection().execute(query, (*authors, _sqlite_time(since))))

    def insert(self, raws: Sequence[Row], ledger: Sequence[Row]) -> None:
        """See Appender."""
        self._insert("raw_emails", RAW_COLUMNS, raws, " ON CONFLICT (sha256) DO NOTHING")
        self._insert("inbound_emails", LEDGER_COLUMNS, ledger)

    def _insert(self, table: str, columns: Sequence[str], rows: Sequence[Row], end: str = "") -> None:
        one = f"({','.join('?' * len(columns))})"
        for start in range(0, len(rows), _ROWS_A_STATEMENT):
            some = rows[start : start + _ROWS_A_STATEMENT]
            statement = f"INSERT INTO {table} ({','.join(columns)}) VALUES {','.join([one] * len(some))}{end}"
            values = [_sqlite_time(value) if type(value) is datetime else value for row in some for value in row]
            self._connection().execute(statement, values)

    def close(self) -> None:
        """See Appender; what is not committed is rolled back."""
        opened, self._open = self._open, None
        if opened is not None:
            opened.close()


@lru_cache(maxsize=256)
def _sqlite_time(moment: datetime) -> str:
    """As SQLAlchemy writes it: UTC, without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
