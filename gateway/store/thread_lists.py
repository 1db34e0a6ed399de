"""Pages of threads: by an index of the threads' table, or by the search index when words are asked.

Keyset paging: a page begins below the place where the one before ended, however many threads lie above it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, case, literal, select, tuple_, union_all
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.domain.actors import Actor
from gateway.domain.conversations import (
    Hit,
    Page,
    Position,
    ThreadQuery,
    ThreadSummary,
    clean_text,
    read_cursor,
    write_cursor,
)
from gateway.domain.orders import fold_order_no
from gateway.domain.searching_hits import all_stand, excerpt, marked
from gateway.domain.searching_queries import Search, read_search, span
from gateway.errors import Invalid
from gateway.models import Order, Thread
from gateway.models.columns import table_of
from gateway.store import searching
from gateway.store.search_index import EPOCH, NEWEST, SLOTS, number
from gateway.store.searching import by_index
from gateway.store.thread_search import VIEW_CONDITIONS, conditions_of, is_narrow, owned
from gateway.store.threads import rows, shop_ids, summaries

_T, _O = table_of(Thread), table_of(Order)
MANY_SHOPS = 30
MOST_LOOKED_AT = 20_000
"""Hits that the filters of a search may leave out before a page ends early."""
READ_AT_ONCE = 100
FEW = 3000
"""So many threads are looked at one by one: the words of each are read in 3 µs."""
Conditions = Sequence[ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of a list that one index has in order: which threads it holds, by what, in which direction."""

    holds: Conditions
    by: tuple[ColumnElement[Any], ColumnElement[Any]]
    newest_first: bool = True

    @property
    def order(self) -> tuple[ColumnElement[Any], ...]:
        return self.ordered(*self.by)

    def ordered(self, *columns: ColumnElement[Any]) -> tuple[ColumnElement[Any], ...]:
        return tuple(column.desc() if self.newest_first else column for column in columns)

    def after(self, position: Position) -> ColumnElement[bool]:
        moment, id_ = self.by
        place = tuple_(literal(position.at, moment.type), literal(position.id))
        return tuple_(moment, id_) < place if self.newest_first else tuple_(moment, id_) > place


_BY_MESSAGE = (_T.c.last_message_at, _T.c.id)
_PARTS = {
    "newest": _Part((), _BY_MESSAGE),
    "due": _Part((_T.c.due_at.is_not(None),), (_T.c.due_at, _T.c.id), newest_first=False),
    "rest": _Part((_T.c.due_at.is_(None),), _BY_MESSAGE),
}
_LISTS = {"newest": ("newest",), "due": ("due", "rest")}
"""Which parts make a list, by its order."""


async def page(session: AsyncSession, actor: Actor, query: ThreadQuery, known: Sequence[str] | None = None) -> Page:
    """A page of the threads that the query asks for. Raises Invalid for a cursor that is not one of ours.

    `known`: the ids of the shops that the query is about and the actor reaches, if the caller has them.
    """
    search, after = read_search(query.q), read_cursor(query.cursor)
    shops = await shop_ids(session, actor, query.shop) if known is None else known
    if search.hopeless or not shops:
        return Page((), None, search)
    if search.keys and after and after.part != "newest":
        raise Invalid("this cursor is of another list", field="cursor")
    async with by_index(session) as documents:
        order = await _about_order(session, shops, query.order_no) if query.order_no else None
        if search.keys:
            conditions = (_T.c.shop_id.in_(shops), *_filters(actor, query, order))
            narrow = bool(query.order_no) or is_narrow(search, query.view)
            scope = await _scope(session, shops, conditions, documents, narrow)
            return await _found(session, search, conditions, scope, query.limit, after)
        found, names = await _listed(session, _List(actor, query, tuple(shops)), order, after)
    items = tuple(found[: query.limit])
    more = len(found) > query.limit
    return Page(items, write_cursor(_position(items[-1], names)) if more else None, search)


@dataclass(frozen=True, slots=True)
class _List:
    """What somebody asks for, of which shops."""

    actor: Actor
    query: ThreadQuery
    shops: tuple[str, ...]


def _filters(actor: Actor, query: ThreadQuery, order: ColumnElement[bool] | None) -> Conditions:
    """What a thread of the page fulfils, beside being of one of the shops."""
    conditions = [owned(actor), VIEW_CONDITIONS[query.view](actor), *conditions_of(read_search(query.q), actor)]
    if query.team:
        conditions.append(_T.c.team_id == query.team)
    if order is not None:
        conditions.append(order)
    return conditions


async def _listed(
    session: AsyncSession, of: _List, order: ColumnElement[bool] | None, after: Position | None
) -> tuple[list[ThreadSummary], Sequence[str]]:
    """Part after part until there is one more than a page, and the parts of the list.

    A cursor goes on with the list that it is of, whatever the query says.
    """
    names = next(names for names in _LISTS.values() if after.part in names) if after else _LISTS[of.query.sort]
    found: list[ThreadSummary] = []
    for name in names[names.index(after.part) :] if after else names:
        wanted = of.query.limit + 1 - len(found)
        if after is None and order is None:
            found += await _read(session, _beginning(of, name), wanted) if wanted else []
            continue
        part = _PARTS[name]
        begin = (part.after(after),) if after and after.part == name else ()
        conditions = (*part.holds, *_filters(of.actor, of.query, order), *begin)
        found += await _read(session, _stretch(of.shops, part, conditions), wanted) if wanted else []
    return found, names


@lru_cache(maxsize=64)
def _beginning(of: _List, name: str) -> Select[Any]:
    """The first page of a list, which is asked for again and again: making its statement costs more than running it."""
    part = _PARTS[name]
    return _stretch(of.shops, part, (*part.holds, *_filters(of.actor, of.query, None)))


async def _read(session: AsyncSession, statement: Select[Any], limit: int) -> list[ThreadSummary]:
    """First which threads, out of an index alone; then what rows show of these few."""
    found = await (await session.connection()).execute(statement, {"most": limit})
    return await summaries(session, [row.id for row in found])


def _position(item: ThreadSummary, names: Sequence[str]) -> Position:
    if item.due_at is not None and "due" in names:
        return Position(item.due_at, item.id, "due")
    return Position(item.last_message_at, item.id, "rest" if "rest" in names else "newest")


def _stretch(shops: Sequence[str], part: _Part, conditions: Conditions) -> Select[Any]:
    """The ids of the first `most` threads of a part."""
    moment, id_ = part.by
    most = bindparam("most", type_=Integer())

    def of_some(place: ColumnElement[bool]) -> Any:
        columns = select(id_, moment.label("moment")).where(place, *conditions)
        return columns.order_by(*part.order).limit(most).subquery()

    some = union_all(*(select(found.c.id, found.c.moment) for found in map(of_some, _places(shops)))).subquery()
    return select(some.c.id).order_by(*part.ordered(some.c.moment, some.c.id)).limit(most)


def _places(shops: Sequence[str]) -> list[ColumnElement[bool]]:
    """One condition a shop, so that each part of the list comes ready sorted out of an index.

    Databases can't merge the sorted parts of an `IN` by themselves: they would sort every thread of all the shops.
    """
    if len(shops) > MANY_SHOPS:
        return [_T.c.shop_id.in_(shops)]
    return [_T.c.shop_id == shop_id for shop_id in shops]


async def _about_order(session: AsyncSession, shops: Sequence[str], order_no: str) -> ColumnElement[bool]:
    """Threads are found by their buyer, for whom there is an index."""
    same = _O.c.order_no_folded == fold_order_no(clean_text(order_no))
    named = select(_O.c.id, _O.c.buyer_id).where(_O.c.shop_id.in_(shops), same)
    orders = await rows(session, named)
    buyers, ids = [row.buyer_id for row in orders], [row.id for row in orders]
    return and_(_T.c.buyer_id.in_(buyers), _T.c.order_id.in_(ids))


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where hits are looked for: in the shops (none named: everywhere), or in these few threads."""

    shops: Sequence[str]
    documents: float
    threads: Sequence[str] | None = None

    async def hits(self, session: AsyncSession, keys: Sequence[str], below: int, limit: int) -> searching.Hits:
        if self.threads is None:
            return await searching.hits(session, keys, self.shops, below, limit, self.documents)
        return await searching.hits_among(session, keys, self.threads, below, limit)


async def _scope(
    session: AsyncSession, shops: Sequence[str], conditions: Conditions, documents: float, narrow: bool
) -> _Scope:
    """The threads that the filters leave, where an index tells them and they are few: most hits are none of them."""
    if narrow:
        mine = select(_T.c.id).where(_T.c.shop_id.in_(shops), *conditions).limit(FEW + 1)
        left = await rows(session, mine)
        if len(left) <= FEW:
            return _Scope((), documents, [row.id for row in left])
    return _Scope(shops if len(shops) <= MANY_SHOPS else (), documents)


async def _found(
    session: AsyncSession,
    search: Search,
    conditions: Conditions,
    scope: _Scope,
    limit: int,
    after: Position | None,
) -> Page:
    """Look through the hits, newest first, until a page is full; in growing steps, since filters may leave out many."""
    below, step, looked_at = number(after.at, after.id) if after else NEWEST, limit + 24, 0
    if (until := span(search)[1]) is not None:
        below = min(below, number(until, ""))
    found: list[str] = []
    while len(found) <= limit and looked_at < MOST_LOOKED_AT:
        hits = await scope.hits(session, search.keys, below, step)
        found += await _standing(session, search, await _allowed(session, hits, conditions), limit + 1 - len(found))
        looked_at, below = looked_at + len(hits), hits[-1][0] if hits else 0
        if len(hits) < step:
            return await _shown(session, search, found, limit, None)
        step = min(step * 8, 4096)
    rest = Position(EPOCH + timedelta(microseconds=below // SLOTS), hits[-1][1]) if hits else None
    return await _shown(session, search, found, limit, rest)


async def _allowed(session: AsyncSession, hits: list[tuple[int, str]], conditions: Conditions) -> list[str]:
    """Those that the conditions let through, which are hidden in a CASE: no index but the one of ids can help."""
    ids = [id_ for _, id_ in hits]
    let_through = case((and_(*conditions), 1), else_=0) == 1
    allowed = {row.id for row in await rows(session, select(_T.c.id).where(_T.c.id.in_(ids), let_through))}
    return [id_ for id_ in ids if id_ in allowed]


async def _standing(session: AsyncSession, search: Search, ids: list[str], wanted: int) -> list[str]:
    """The first `wanted` of the threads in which all exact words stand as they were asked."""
    if not any(word.exact for word in search.words):
        return ids[:wanted]
    standing: list[str] = []
    for start in range(0, len(ids), READ_AT_ONCE):
        some = ids[start : start + READ_AT_ONCE]
        said = await searching.texts(session, some, whole=True)
        standing += [id_ for id_ in some if id_ in said and all_stand(search, said[id_])]
        if len(standing) >= wanted:
            break
    return standing[:wanted]


async def _shown(session: AsyncSession, search: Search, ids: list[str], limit: int, rest: Position | None) -> Page:
    """The page of these threads, with their hits marked; `rest` is where to look on when it ended early."""
    items = await summaries(session, ids)
    said = await searching.texts(session, [item.id for item in items[:limit]], whole=False) if search.words else {}
    marks = {
        item.id: Hit(marked(item.subject, search), excerpt(said[item.id], search)) for item in items if item.id in said
    }
    shown = tuple(items[:limit])
    end = _position(shown[-1], ("newest",)) if len(items) > limit else rest
    return Page(shown, write_cursor(end) if end else None, search, marks)
