"""Writes the search index: one document for each thread, in the transaction that changes what it is made of.

Plain functions on a connection, so that flows (by `indexed`), the migration and `znx reindex` share them. The words
come from `domain.searching`. A document's number grows with its thread's newest message: FTS5 hands documents out by
number, and so the newest hits come first without sorting. Tables differ by database, so SQLModel knows none of them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Concatenate, ParamSpec
from zlib import crc32

from sqlalchemy import Connection, Row, String, and_, bindparam, select, text
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.domain.searching import HEAD_FIELDS, Head, document, head_words, message_words
from gateway.models import Attachment, Buyer, BuyerAddress, Message, Order, Thread
from gateway.models.columns import table_of
from gateway.store.db import Database

_T, _B, _O = table_of(Thread), table_of(Buyer), table_of(Order)
_M, _A, _ADDRESSES = table_of(Message), table_of(Attachment), table_of(BuyerAddress)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SLOTS = 1024
NEWEST = 2**63 - 1
"""Above every document's number."""
REBUILD_BATCH = 200
TABLE, WORDS = "search_documents", "search_words"
P = ParamSpec("P")

_TABLES = {
    # The documents; in SQLite FTS5 reads the words of a document that goes from the table itself.
    "sqlite": (
        f"CREATE TABLE {TABLE} (no INTEGER PRIMARY KEY, thread_id VARCHAR NOT NULL UNIQUE, words TEXT NOT NULL)",
        f"CREATE VIRTUAL TABLE {WORDS} USING fts5(words, content='{TABLE}', content_rowid='no', detail='none', "
        "columnsize=0, prefix='2 3', tokenize='ascii tokenchars _')",
    ),
    # Words lie apart from the row (toast_tuple_target): thousands of hits are sorted without reading any.
    "postgresql": (
        f"CREATE TABLE {TABLE} (no BIGINT PRIMARY KEY, thread_id VARCHAR NOT NULL UNIQUE, words TSVECTOR NOT NULL) "
        "WITH (toast_tuple_target = 128)",
        f"CREATE INDEX ix_search_documents_words ON {TABLE} USING gin (words)",
    ),
}
_READ = {
    "sqlite": text(f"SELECT no, thread_id, words FROM {TABLE} WHERE thread_id IN :ids"),
    "postgresql": text(
        "SELECT no, thread_id, array_to_string(tsvector_to_array(words), ' ') AS words "
        f"FROM {TABLE} WHERE thread_id IN :ids"
    ),
}
_READ = {
    name: statement.bindparams(bindparam("ids", expanding=True, type_=String())) for name, statement in _READ.items()
}
_FORGET_WORDS = text(f"INSERT INTO {WORDS} ({WORDS}, rowid, words) VALUES ('delete', :no, :words)")
_FORGET = text(f"DELETE FROM {TABLE} WHERE thread_id IN :ids").bindparams(bindparam("ids", expanding=True))
_KEEP_WORDS = text(f"INSERT INTO {WORDS} (rowid, words) VALUES (:no, :words)")
_KEEP = {
    "sqlite": text(f"INSERT INTO {TABLE} (no, thread_id, words) VALUES (:no, :id, :words)"),
    "postgresql": text(
        f"INSERT INTO {TABLE} (no, thread_id, words) VALUES (:no, :id, array_to_tsvector(string_to_array(:words, ' ')))"
    ),
}
_TAKEN = text(f"SELECT no FROM {TABLE} WHERE no IN :numbers").bindparams(bindparam("numbers", expanding=True))

# Made once: making a statement costs several times as much as running it.
_HEADS = (
    select(
        *(_T.c[name] for name in ("id", "shop_id", "buyer_id", "subject", "labels", "last_message_at")),
        _B.c.name,
        _O.c.order_no,
        _O.c.tracking_no,
    )
    .join(_B, _B.c.id == _T.c.buyer_id)
    .outerjoin(_O, _O.c.id == _T.c.order_id)
    .where(_T.c.id.in_(bindparam("ids", expanding=True)), _T.c.merged_into_id.is_(None))
)
_HEAD_ADDRESSES = select(_ADDRESSES.c.buyer_id, _ADDRESSES.c.folded).where(
    _ADDRESSES.c.buyer_id.in_(bindparam("buyers", expanding=True))
)


@dataclass(frozen=True, slots=True)
class Said:
    """What one message adds to its thread's document: texts, names of files, channel, words found before."""

    thread_id: str
    texts: tuple[str, ...]
    files: tuple[str, ...]
    channel: str
    words: frozenset[str] = frozenset()


def create_tables(connection: Connection) -> None:
    """Make the empty index."""
    for statement in _TABLES[connection.dialect.name]:
        connection.execute(text(statement))


def drop_tables(connection: Connection) -> None:
    """Take the index away."""
    connection.execute(text(f"DROP TABLE IF EXISTS {WORDS}"))
    connection.execute(text(f"DROP TABLE IF EXISTS {TABLE}"))


async def indexed(
    session: AsyncSession,
    change: Callable[Concatenate[Connection, P], None],
    *arguments: P.args,
    **named: P.kwargs,
) -> None:
    """Carry out one of the changes below in the session's transaction."""
    await (await session.connection()).run_sync(lambda connection: change(connection, *arguments, **named))


def number(at: datetime, thread_id: str) -> int:
    """A document's number: microseconds, then some bits of the id for threads of the same moment; within 64 bits."""
    whole = (at - EPOCH) // timedelta(microseconds=1) * SLOTS + crc32(thread_id.encode("utf-8", "replace")) % SLOTS
    return max(-NEWEST, min(whole, NEWEST))


def add_messages(connection: Connection, said: Sequence[Said]) -> None:
    """Add the words of messages, one a thread, to the threads' documents, which move to the top."""
    ids = [one.thread_id for one in said]
    heads, old = _heads(connection, ids), _documents(connection, ids)
    made = {}
    for one in said:
        if one.thread_id in heads:
            head, at = heads[one.thread_id]
            new = head_words(head) | message_words(one.texts, one.files, one.channel) | one.words
            made[one.thread_id] = at, document(new, _words(old, one.thread_id))
    _replace(connection, old, made)


def refresh(connection: Connection, thread_ids: Iterable[str]) -> None:
    """Take over what changed of the threads' rows, buyers and orders.

    A name or number that was found before stays findable, as a plain word, until the document is written anew.
    """
    ids = list(thread_ids)
    if not ids:
        return
    heads, documents = _heads(connection, ids), _documents(connection, ids)
    made = {}
    for thread_id, (head, at) in heads.items():
        old, new = _words(documents, thread_id), head_words(head)
        kept = {word for word in old if not word.startswith(HEAD_FIELDS)}
        if not new <= old or kept | new != old:
            made[thread_id] = at, document(new, kept)
    _replace(connection, documents, made)


def refresh_buyer(connection: Connection, buyer_id: str) -> None:
    """Take over what changed of a buyer, their addresses or orders."""
    refresh(connection, connection.execute(select(_T.c.id).where(_T.c.buyer_id == buyer_id)).scalars().all())


def rewrite(connection: Connection, thread_ids: Iterable[str]) -> None:
    """Make the documents anew from the messages as they stand; merged threads have none."""
    ids = list(thread_ids)
    heads, said = _heads(connection, ids), _said(connection, ids)
    made = {id_: (at, document(head_words(head) | said.get(id_, set()), set())) for id_, (head, at) in heads.items()}
    _forget(connection, _documents(connection, ids))
    _keep(connection, made)


def rebuild(connection: Connection) -> None:
    """Make the whole index anew, in one transaction."""
    last = ""
    while ids := _next(connection, last):
        rewrite(connection, ids)
        last = ids[-1]


def _heads(connection: Connection, ids: list[str]) -> dict[str, tuple[Head, datetime]]:
    """What the rows of threads tell, of those that were not merged into others."""
    rows = connection.execute(_HEADS, {"ids": ids}).all()
    addresses: dict[str, list[str]] = {}
    buyers = {"buyers": sorted({row.buyer_id for row in rows})}
    for address in connection.execute(_HEAD_ADDRESSES, buyers):
        addresses.setdefault(address.buyer_id, []).append(address.folded)
    return {row.id: (_head(row, addresses.get(row.buyer_id, [])), row.last_message_at) for row in rows}


def _head(row: Any, addresses: list[str]) -> Head:
    number_, tracking = row.order_no or "", row.tracking_no or ""
    return Head(row.shop_id, row.subject, row.name, tuple(addresses), number_, tracking, tuple(row.labels))


def _said(connection: Connection, ids: list[str]) -> dict[str, set[str]]:
    """The words of all messages of threads."""
    columns = (_M.c.id, _M.c.thread_id, _M.c.channel, _M.c.subject, _M.c.text)
    messages = select(*columns).where(_M.c.thread_id.in_(ids), _M.c.direction != "system")
    names = select(_A.c.message_id, _A.c.filename).join(
        _M, and_(_M.c.id == _A.c.message_id, _M.c.thread_id.in_(ids), _A.c.inline.is_(False))
    )
    files: dict[str, list[str]] = {}
    for file in connection.execute(names):
        files.setdefault(file.message_id, []).append(file.filename)
    found: dict[str, set[str]] = {}
    for row in connection.execute(messages):
        said = message_words((row.subject, row.text), files.get(row.id, ()), row.channel)
        found.setdefault(row.thread_id, set()).update(said)
    return found


def _documents(connection: Connection, ids: list[str]) -> dict[str, Row[Any]]:
    """The documents of threads as they stand: their numbers and words."""
    return {row.thread_id: row for row in connection.execute(_READ[connection.dialect.name], {"ids": ids})}


def _words(documents: Mapping[str, Row[Any]], thread_id: str) -> set[str]:
    row = documents.get(thread_id)
    return set(row.words.split()) if row else set()


def _forget(connection: Connection, documents: Mapping[str, Row[Any]]) -> None:
    if not documents:
        return
    if connection.dialect.name == "sqlite":
        known = [{"no": row.no, "words": row.words} for row in documents.values()]
        connection.execute(_FORGET_WORDS, known)
    connection.execute(_FORGET, {"ids": list(documents)})


def _replace(
    connection: Connection, old: Mapping[str, Row[Any]], made: Mapping[str, tuple[datetime, list[str]]]
) -> None:
    _forget(connection, {id_: row for id_, row in old.items() if id_ in made})
    _keep(connection, made)


def _keep(connection: Connection, documents: Mapping[str, tuple[datetime, list[str]]]) -> None:
    """Write documents of threads that have none."""
    if not documents:
        return
    numbers = _numbers(connection, {id_: at for id_, (at, _) in documents.items()})
    rows = [{"no": numbers[id_], "id": id_, "words": " ".join(words)} for id_, (_, words) in documents.items()]
    connection.execute(_KEEP[connection.dialect.name], rows)
    if connection.dialect.name == "sqlite":
        connection.execute(_KEEP_WORDS, rows)


def _numbers(connection: Connection, moments: Mapping[str, datetime]) -> dict[str, int]:
    """A number for each thread that no other document has: the next free one after its own."""
    wanted = {id_: number(at, id_) for id_, at in moments.items()}
    given: dict[str, int] = {}
    while wanted:
        taken = set(connection.execute(_TAKEN, {"numbers": sorted(set(wanted.values()))}).scalars()) | {*given.values()}
        for id_, no in list(wanted.items()):
            if no in taken:
                wanted[id_] = no + 1
            else:
                given[id_] = wanted.pop(id_)
                taken.add(no)
    return given


async def rebuild_all(database: Database, tell: Callable[[int], None]) -> int:
    """Make the whole index anew, some threads a transaction, and tell how many are done. How many there were."""
    done, last = 0, ""
    while True:
        async with database.write() as session:
            ids = await (await session.connection()).run_sync(_next, last)
            await indexed(session, rewrite, ids)
        if not ids:
            return done
        done, last = done + len(ids), ids[-1]
        if done % (REBUILD_BATCH * 25) == 0:
            tell(done)


def _next(connection: Connection, after: str) -> list[str]:
    statement = select(_T.c.id).where(_T.c.id > after).order_by(_T.c.id).limit(REBUILD_BATCH)
    return list(connection.execute(statement).scalars())
