"""Reads the search index: which threads hold all the words of a search, newest first, and what their texts say.

P11: each document carries its shop as a word, so a search never leaves the reader's shops; the list that is made of
its hits asks for ownership once more.
"""

import math
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import BindParameter, String, and_, bindparam, func, select, text
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.domain.searching import shop_word
from gateway.domain.searching_hits import Texts
from gateway.models import Attachment, Buyer, Message, Order, Thread
from gateway.models.columns import table_of
from gateway.store.search_index import TABLE, WORDS

_T, _B, _O = table_of(Thread), table_of(Buyer), table_of(Order)
_M, _A = table_of(Message), table_of(Attachment)
SHOWN_CHARS = 20_000
"""An excerpt is looked for in so much of a message; whether a phrase stands in it, in all of it."""

_HITS = {
    # FTS5 hands documents out by number: the newest hits come first, and no more are looked at than wanted. The + keeps
    # SQLite from beginning at the other end.
    "sqlite": text(
        f"SELECT {WORDS}.rowid AS no, thread_id FROM {WORDS} CROSS JOIN {TABLE} ON no = +{WORDS}.rowid "
        f"WHERE {WORDS} MATCH :asked AND {WORDS}.rowid < :before ORDER BY {WORDS}.rowid DESC LIMIT :limit"
    ),
    # All hits, by the GIN index, and then the newest of them: its time does not depend on where they lie.
    "postgresql": text(
        f"WITH hits AS MATERIALIZED (SELECT no, thread_id FROM {TABLE} "
        f"WHERE words @@ CAST(:asked AS tsquery) AND no < :before) "
        "SELECT no, thread_id FROM hits ORDER BY no DESC LIMIT :limit"
    ),
}
_NEWEST = text(
    f"SELECT no, thread_id FROM (SELECT no, thread_id, words FROM {TABLE} WHERE no < :before ORDER BY no DESC "
    "LIMIT :walked) AS newest WHERE words @@ CAST(:asked AS tsquery) ORDER BY no DESC LIMIT :limit"
)
WALKED = 1024
"""PostgreSQL gathers all hits of a word before it knows the newest: 400,000 take half a second and more. The newest
documents themselves tell how many have the word, which costs 3 ms; where it is common, some more of them are a page."""
MARGIN = 1.25
_AMONG = {
    # A document is its words with spaces between, which is read faster than the index for each of them.
    "sqlite": f"SELECT no, thread_id FROM {TABLE} WHERE thread_id IN :ids AND no < :before AND {{stand}} "
    "ORDER BY no DESC LIMIT :limit",
    "postgresql": f"WITH own AS MATERIALIZED (SELECT no, thread_id, words FROM {TABLE} WHERE thread_id IN :ids "
    "AND no < :before) SELECT no, thread_id FROM own WHERE {stand} ORDER BY no DESC LIMIT :limit",
}
_BY_INDEX = text(
    "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_sort', 'off', true), "
    "set_config('jit', 'off', true), set_config('plan_cache_mode', 'force_custom_plan', true), "
    f"(SELECT reltuples FROM pg_class WHERE oid = CAST('{TABLE}' AS regclass)) AS documents"
)
_AS_EVER = text(
    "SELECT set_config('enable_seqscan', NULL, true), set_config('enable_sort', NULL, true), "
    "set_config('jit', NULL, true), set_config('plan_cache_mode', NULL, true)"
)
_IDS: BindParameter[Any] = bindparam("ids", expanding=True, type_=String())
Hits = list[tuple[int, str]]


@asynccontextmanager
async def by_index(session: AsyncSession) -> AsyncIterator[float]:
    """Let PostgreSQL read lists in the order of their indexes; how many documents it thinks that there are.

    By itself it takes reading every document for cheap, since it does not count the words that lie apart, and gathers
    and sorts what it takes for little, since it does not know that open threads are those that need a reply.
    """
    connection = await session.connection()
    if connection.dialect.name == "sqlite":
        yield 0
        return
    documents = (await connection.execute(_BY_INDEX)).one().documents
    yield documents
    await connection.execute(_AS_EVER)


async def hits(
    session: AsyncSession, keys: Sequence[str], shop_ids: Sequence[str], before: int, limit: int, documents: float = 0
) -> Hits:
    """Number and thread of the newest documents below the number `before` that hold all keys.

    `documents`: how many there are, if it is known. To be asked within `by_index`.
    """
    connection = await session.connection()
    asked = _asked(connection.dialect.name, keys, shop_ids)
    values = {"asked": asked, "before": before, "limit": limit}
    if connection.dialect.name == "sqlite":
        return _numbered(await connection.execute(_HITS["sqlite"], values))
    found = _numbered(await connection.execute(_NEWEST, values | {"walked": WALKED}))
    if len(found) < limit and (further := _further(len(found), limit, documents)):
        found = _numbered(await connection.execute(_NEWEST, values | {"walked": further}))
    if len(found) < limit:
        found = _numbered(await connection.execute(_HITS["postgresql"], values))
    return found


def _further(found: int, limit: int, documents: float) -> int:
    """How many of the newest documents hold `limit` hits, if WALKED hold so many; 0 where gathering all costs less.

    To look at a document costs about as much as to gather a hit.
    """
    if not found:
        return 0
    needed, hits_of_all = WALKED * limit / found * MARGIN, documents * found / WALKED
    return math.ceil(needed) if needed < hits_of_all else 0


async def hits_among(
    session: AsyncSession, keys: Sequence[str], thread_ids: Sequence[str], before: int, limit: int
) -> Hits:
    """The same, of these threads alone; where they are few, it does not matter how common the words are."""
    connection = await session.connection()
    if connection.dialect.name == "sqlite":
        values = {f"word_{n}": f" {key[:-1]}" if key.endswith("*") else f" {key} " for n, key in enumerate(keys)}
        stand = " AND ".join(f"instr(' ' || words || ' ', :{name}) > 0" for name in values)
    else:
        values, stand = {"asked": _tsquery(keys, ())}, "words @@ CAST(:asked AS tsquery)"
    statement = text(_AMONG[connection.dialect.name].format(stand=stand)).bindparams(_IDS)
    place = {"before": before, "limit": limit, "ids": list(thread_ids)}
    return _numbered(await connection.execute(statement, values | place))


def _numbered(rows: Iterable[Any]) -> Hits:
    return [(row.no, row.thread_id) for row in rows]


def _asked(dialect: str, keys: Sequence[str], shop_ids: Sequence[str]) -> str:
    ask = _fts5 if dialect == "sqlite" else _tsquery
    return ask(keys, [shop_word(id_) for id_ in shop_ids])


def _fts5(keys: Sequence[str], shops: Sequence[str]) -> str:
    wanted = [f'"{key.rstrip("*")}"' + ("*" if key.endswith("*") else "") for key in keys]
    own = " OR ".join(f'"{shop}"' for shop in shops)
    return " AND ".join([*wanted, f"({own})"] if own else wanted)


def _tsquery(keys: Sequence[str], shops: Sequence[str]) -> str:
    wanted = [f"'{key.rstrip('*')}'" + (":*" if key.endswith("*") else "") for key in keys]
    own = " | ".join(f"'{shop}'" for shop in shops)
    return " & ".join([*wanted, f"({own})"] if own else wanted)


async def texts(session: AsyncSession, thread_ids: Sequence[str], whole: bool) -> dict[str, Texts]:
    """What the threads say; the beginnings of long messages unless `whole`. They are the caller's to have settled."""
    connection = await session.connection()
    heads = (
        select(_T.c.id, _T.c.subject, _B.c.name, _O.c.order_no, _O.c.tracking_no)
        .join(_B, _B.c.id == _T.c.buyer_id)
        .outerjoin(_O, _O.c.id == _T.c.order_id)
        .where(_T.c.id.in_(thread_ids))
    )
    body = _M.c.text if whole else func.substr(_M.c.text, 1, SHOWN_CHARS).label("text")
    said = (
        select(_M.c.thread_id, body, _M.c.subject)
        .where(_M.c.thread_id.in_(thread_ids), _M.c.direction != "system")
        .order_by(_M.c.thread_id, _M.c.id.desc())
    )
    bodies: dict[str, list[str]] = {id_: [] for id_ in thread_ids}
    subjects: dict[str, list[str]] = {id_: [] for id_ in thread_ids}
    for row in await connection.execute(said):
        bodies[row.thread_id].append(row.text)
        subjects[row.thread_id].append(row.subject)
    for id_, name in await _file_names(session, thread_ids):
        bodies[id_].append(name)
    return {
        row.id: Texts(
            tuple(
                filter(None, (row.subject, row.name, row.order_no, row.tracking_no, *dict.fromkeys(subjects[row.id])))
            ),
            tuple(bodies[row.id]),
        )
        for row in await connection.execute(heads)
    }


async def _file_names(session: AsyncSession, thread_ids: Sequence[str]) -> list[Any]:
    statement = select(_M.c.thread_id, _A.c.filename).join(_A, and_(_A.c.message_id == _M.c.id, _A.c.inline.is_(False)))
    found = await (await session.connection()).execute(statement.where(_M.c.thread_id.in_(thread_ids)))
    return list(found.all())
