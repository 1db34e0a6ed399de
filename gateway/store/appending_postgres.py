"""The journal's appender of a PostgreSQL: one prepared statement for a batch, its columns as binary arrays.

psycopg would write a list as text, a regular expression a value and two digits a byte of a mail, which cost more than
the rest of the statement on both sides; here each value is copied once.
"""

import contextlib
import select
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from struct import Struct
from typing import TYPE_CHECKING, Any

from gateway.store.appending import INBOUND, LEDGER_COLUMNS, RAW_COLUMNS, RECENT, Row

if TYPE_CHECKING:
    import psycopg
    from psycopg.abc import Buffer

_ARRAY_HEAD, _LENGTH, _INT, _BIGINT = Struct(">5i"), Struct(">i"), Struct(">i"), Struct(">q")
_NULL = _LENGTH.pack(-1)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TYPES: dict[str, tuple[int, Callable[[Any], bytes]]] = {
    "text": (25, str.encode),
    "jsonb": (25, str.encode),  # comes as text, and is cast
    "int": (23, _INT.pack),
    "bytea": (17, bytes),
    "timestamptz": (1184, lambda moment: _BIGINT.pack((moment - _EPOCH) // _MICROSECOND)),
}
"""Type to the number of it in PostgreSQL's catalog, and the bytes of a value as its `typsend` makes them."""
_RAW = dict(zip(RAW_COLUMNS, ("text", "int", "bytea", "text", "timestamptz"), strict=True))
_LEDGER = dict(
    zip(
        LEDGER_COLUMNS,
        (
            *("text", "timestamptz", "timestamptz", "text", "jsonb", "text", "text", "text", "int", "text"),
            *("text", "text", "jsonb", "text", "text", "int", "text"),
        ),
        strict=True,
    )
)
_STATEMENT = b"znx_append"


def _insert(table: str, columns: dict[str, str], first: int) -> str:
    arrays = (
        f"${number}::text[]::jsonb[]" if type_ == "jsonb" else f"${number}::{type_}[]"
        for number, type_ in enumerate(columns.values(), first)
    )
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT * FROM unnest({', '.join(arrays)})"


_ATTEMPTS = len(_RAW) + 1 + LEDGER_COLUMNS.index("attempts")
# One statement is one transaction and one round trip; workers hear of what is not claimed yet. The ledger's foreign key
# is looked at when all of it is done.
_APPEND = f"""\
WITH raw AS ({_insert("raw_emails", _RAW, 1)} ON CONFLICT (sha256) DO NOTHING),
ledger AS ({_insert("inbound_emails", _LEDGER, len(_RAW) + 1)})
SELECT pg_notify('{INBOUND}', '') WHERE 0 = ANY (${_ATTEMPTS}::int[])"""


def _arrays(columns: dict[str, str], rows: Sequence[Row]) -> "list[Buffer]":
    """Each column as one array in PostgreSQL's binary form (`array_send`)."""
    return [
        _array(*_TYPES[type_], values) for type_, values in zip(columns.values(), zip(*rows, strict=True), strict=True)
    ]


def _array(oid: int, encode: Callable[[Any], bytes], values: Sequence[Any]) -> bytes:
    parts = [_ARRAY_HEAD.pack(1, None in values, oid, len(values), 1)]
    for value in values:
        if value is None:
            parts.append(_NULL)
        else:
            encoded = encode(value)
            parts += (_LENGTH.pack(len(encoded)), encoded)
    return b"".join(parts)


class PostgresAppender:
    """See Appender. `insert` is the whole of a transaction's writing: it commits by itself."""

    def __init__(self, dsn: str) -> None:
        import psycopg

        self.unavailable: tuple[type[Exception], ...] = (psycopg.OperationalError, psycopg.InterfaceError)
        self._dsn = dsn
        self._open: psycopg.Connection[Any] | None = None

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """See Appender."""
        try:
            yield
        except BaseException:
            self.close()
            raise

    def recent(self, authors: Collection[str], since: datetime) -> dict[str, int]:
        """See Appender."""
        query = RECENT.format(authors=",".join(["%s"] * len(authors)), since="%s")
        return dict(self._connection().execute(query, (*authors, since)).fetchall())

    def insert(self, raws: Sequence[Row], ledger: Sequence[Row]) -> None:
        """See Appender."""
        values = _arrays(_RAW, raws) + _arrays(_LEDGER, ledger)
        wire = self._connection().pgconn
        self._check(wire.exec_prepared(_STATEMENT, values, [1] * len(values)))

    def _connection(self) -> "psycopg.Connection[Any]":
        if self._open is not None and _has_hung_up(self._open):
            self.close()
        if self._open is None:
            import psycopg

            self._open = psycopg.connect(self._dsn, autocommit=True, connect_timeout=5)
            self._check(self._open.pgconn.prepare(_STATEMENT, _APPEND.encode()))
        return self._open

    def _check(self, result: "psycopg.pq.abc.PGresult") -> None:
        """Raises what psycopg would raise."""
        from psycopg import OperationalError, errors, pq

        if result.status in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
            return
        if self._open is None or self._open.pgconn.status != pq.ConnStatus.OK:
            raise OperationalError("the connection was lost")
        raise errors.error_from_result(result)

    def close(self) -> None:
        """See Appender; what is not committed is rolled back."""
        opened, self._open = self._open, None
        if opened is not None:
            opened.close()


def _has_hung_up(connection: "psycopg.Connection[Any]") -> bool:
    """A server that was restarted meanwhile: noticed here, before anything is half done. A healthy one is silent."""
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
