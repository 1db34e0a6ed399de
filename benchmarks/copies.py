"""Makes a large shop larger on PostgreSQL: copies of all threads beside them, written by the database itself.

A copy says the same, to another buyer about another order, some seconds earlier. Its words in the search index are the
original's, its order number's too.
"""

import time

from sqlalchemy import Connection, text
from sqlmodel import SQLModel

from benchmarks.crowd import TABLES
from gateway.models import Buyer, BuyerAddress, Order, Thread
from gateway.models.columns import table_of
from gateway.store.db import Database
from gateway.store.search_index import SLOTS, TABLE

SECONDS_APART = 9
_OF_OTHERS = ("id", "buyer_id", "thread_id", "order_id", "message_id")
_MOMENTS = ("last_message_at", "received_at")
_OWN: dict[type[SQLModel], tuple[str, ...]] = {
    Buyer: (),
    BuyerAddress: ("address", "folded"),
    Order: ("order_no", "order_no_folded", "tracking_no"),
    Thread: (),
}
"""What of a copy must be another than the original's, beside ids and moments."""
_INDEXES = text(
    "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(:tables) AND indexname NOT IN "
    "(SELECT conname FROM pg_constraint) ORDER BY indexname"
)


def multiply(database: Database, times: int) -> None:
    """So many times the threads that there are; indexes are made anew at the end."""
    engine, begun = database.sync_engine(), time.perf_counter()
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text("SET session_replication_role = replica"))
        connection.execute(text("SET maintenance_work_mem = '1500MB'"))
        tables = [table_of(model).name for model in TABLES] + [TABLE]
        indexes = connection.execute(_INDEXES, {"tables": tables}).all()
        for name, _ in indexes:
            connection.execute(text(f'DROP INDEX "{name}"'))
        for statement in _copies(times):
            connection.execute(text(statement))
        print(f"  {times} times as many threads in {time.perf_counter() - begun:.0f} s", flush=True)
        _finish(connection, [definition for _, definition in indexes])
    engine.dispose()
    print(f"  with their indexes after {time.perf_counter() - begun:.0f} s", flush=True)


def _copies(times: int) -> list[str]:
    """An INSERT for each table; `copy` is the number of a copy."""
    made = []
    for model in TABLES:
        table, own = table_of(model), _OWN.get(model, ())
        names = [column.name for column in table.columns]
        values = [_of_copy(name) if name not in own else f"copy || '-' || {name}" for name in names]
        columns = ", ".join(f'"{name}"' for name in names)
        made.append(f'INSERT INTO "{table.name}" ({columns}) SELECT {", ".join(values)} {_from(table.name, times)}')
    earlier = f"no - copy::bigint * {SECONDS_APART * 1_000_000 * SLOTS}"
    values_of_words = f"{earlier}, {_of_copy('thread_id')}, words"
    return [*made, f"INSERT INTO {TABLE} (no, thread_id, words) SELECT {values_of_words} {_from(TABLE, times)}"]


def _from(table: str, times: int) -> str:
    return f'FROM "{table}", generate_series(1, {times - 1}) AS copies (copy)'


def _of_copy(column: str) -> str:
    if column in _OF_OTHERS:
        last = f"(('x' || right({column}, 2))::bit(8)::int + copy) % 256"
        return f"left({column}, -2) || lpad(to_hex({last}), 2, '0')"
    if column in _MOMENTS:
        return f"{column} - copy * interval '{SECONDS_APART} seconds'"
    return f'"{column}"'


def _finish(connection: Connection, definitions: list[str]) -> None:
    for definition in definitions:
        connection.execute(text(definition))
    connection.execute(text("VACUUM ANALYZE"))
