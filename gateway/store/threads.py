"""Reads threads for sellers, always within the shops that the actor reaches. Lists never touch a body."""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, cast

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Executable,
    Result,
    Row,
    Select,
    and_,
    bindparam,
    func,
    select,
    true,
    update,
)
from sqlalchemy.sql.selectable import Subquery
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.domain.actors import Actor
from gateway.domain.addresses import mask
from gateway.domain.conversations import (
    BuyerView,
    OrderView,
    Person,
    ShopView,
    TeamRef,
    ThreadSummary,
)
from gateway.models import Attachment, Buyer, BuyerAddress, Message, Order, Shop, Team, Thread, User
from gateway.models.columns import table_of
from gateway.store.search_index import indexed, refresh
from gateway.store.thread_search import COUNTED, owned

_T, _S, _B, _O = table_of(Thread), table_of(Shop), table_of(Buyer), table_of(Order)
_U, _M, _A = table_of(User), table_of(Message), table_of(Attachment)
_ADDRESSES, _TEAMS = table_of(BuyerAddress), table_of(Team)
NEWEST_FIRST = (_T.c.last_message_at.desc(), _T.c.id.desc())
COUNT_CAP = 1000
"""Counting stops here: a page says 999+ and the cost of a count stays bounded."""
READERS = 256
"""So many people's statements are kept."""

Rows = Sequence[Row[Any]]


async def rows(session: AsyncSession, statement: Executable) -> Rows:
    """All rows of a Core statement."""
    result: Result[Any] = await (await session.connection()).execute(statement)
    return result.all()


def _address() -> ColumnElement[str]:
    """The buyer's first confirmed address, else the first one."""
    return (
        select(_ADDRESSES.c.address)
        .where(_ADDRESSES.c.buyer_id == _B.c.id)
        .order_by(_ADDRESSES.c.confirmed_at.is_(None), _ADDRESSES.c.created_at, _ADDRESSES.c.id)
        .limit(1)
        .scalar_subquery()
    )


def _file() -> ColumnElement[str | None]:
    """Any file of the thread's messages. With a limit, for else PostgreSQL reads all files to join them."""
    return (
        select(_A.c.id)
        .join(_M, _M.c.id == _A.c.message_id)
        .where(_M.c.thread_id == _T.c.id, _A.c.inline.is_(False))
        .limit(1)
        .scalar_subquery()
    )


@cache
def _summaries() -> Select[Any]:
    """Made once, as `_counting` for each reader: making a statement costs as much as running it."""
    return (
        select(
            *_T.c,
            _S.c.slug,
            _S.c.name.label("shop_name"),
            _S.c.locale.label("shop_locale"),
            _S.c.system,
            _B.c.name.label("buyer_name"),
            _B.c.locale.label("buyer_locale"),
            _address().label("address"),
            _O.c.order_no,
            _O.c.status.label("order_status"),
            _U.c.email.label("assignee_email"),
            _U.c.name.label("assignee_name"),
            _TEAMS.c.name.label("team_name"),
            _file().label("file_id"),
        )
        .join(_S, _S.c.id == _T.c.shop_id)
        .join(_B, _B.c.id == _T.c.buyer_id)
        .outerjoin(_O, _O.c.id == _T.c.order_id)
        .outerjoin(_U, _U.c.id == _T.c.assignee_id)
        .outerjoin(_TEAMS, _TEAMS.c.id == _T.c.team_id)
    )


async def shop_ids(session: AsyncSession, actor: Actor, slug: str | None) -> list[str]:
    """The shops that the actor reaches; of these only the one named `slug`, if any is."""
    statement = select(_S.c.id).where(true() if actor.shop_ids is None else _S.c.id.in_(actor.shop_ids))
    if slug is not None:
        statement = statement.where(_S.c.slug == slug)
    return [row.id for row in await rows(session, statement)]


@cache
def _of_some() -> Select[Any]:
    return _summaries().where(_T.c.id.in_(bindparam("ids", expanding=True)))


async def summaries(session: AsyncSession, ids: Sequence[str]) -> list[ThreadSummary]:
    """The rows of these threads, in this order; those that are gone are left out. The caller knows whose they are."""
    found = await (await session.connection()).execute(_of_some(), {"ids": list(ids)}) if ids else ()
    by_id = {row.id: _summary(row) for row in found}
    return [by_id[id_] for id_ in ids if id_ in by_id]


def _summary(row: Row[Any]) -> ThreadSummary:
    same = (
        "id order_id order_no subject status unread needs_reply has_note automatic snippet message_count "
        "last_message_at created_at snoozed_until due_at change_no priority"
    ).split()
    assignee = Person(row.assignee_id, row.assignee_email, row.assignee_name) if row.assignee_id else None
    return ThreadSummary(
        shop=ShopView(row.shop_id, row.slug, row.shop_name, row.shop_locale, row.system),
        buyer=BuyerView(row.buyer_id, row.buyer_name, mask(row.address or ""), row.buyer_locale),
        assignee=assignee,
        team=TeamRef(row.team_id, row.team_name) if row.team_name else None,
        labels=tuple(row.labels),
        has_files=row.file_id is not None,
        order_status=row.order_status or "",
        **{name: getattr(row, name) for name in same},
    )


async def thread(session: AsyncSession, actor: Actor, thread_id: str) -> ThreadSummary | None:
    """One thread's row, or None for what the actor does not reach."""
    found = await rows(session, _summaries().where(owned(actor), _T.c.id == thread_id))
    return _summary(found[0]) if found else None


async def other_threads(session: AsyncSession, of: ThreadSummary, limit: int) -> tuple[ThreadSummary, ...]:
    """The same buyer's other threads with the same shop, newest first."""
    statement = (
        _summaries()
        .where(_T.c.buyer_id == of.buyer.id, _shopped(_T.c.shop_id) == of.shop.id, _T.c.id != of.id)
        .order_by(*NEWEST_FIRST)
        .limit(limit)
    )
    return tuple(_summary(row) for row in await rows(session, statement))


async def orders_of(session: AsyncSession, of: ThreadSummary, limit: int) -> tuple[OrderView, ...]:
    """The buyer's newest orders with the shop, the thread's own among them."""
    own_first = (_O.c.id != (of.order_id or "")), _O.c.placed_at.desc(), _O.c.id.desc()
    statement = select(_O).where(_O.c.buyer_id == of.buyer.id, _shopped(_O.c.shop_id) == of.shop.id)
    return tuple(order_view(row) for row in await rows(session, statement.order_by(*own_first).limit(limit)))


def order_view(row: Row[Any]) -> OrderView:
    """An order's row as pages know it."""
    same = "id order_no status placed_at paid_at currency total tracking_no".split()
    return OrderView(items=tuple(row.items), **{name: getattr(row, name) for name in same})


async def shops(session: AsyncSession, actor: Actor) -> tuple[ShopView, ...]:
    """The shops that the actor reaches, by name; the admins' own inbox last."""
    return (await reach(session, actor))[0]


async def reach(session: AsyncSession, actor: Actor) -> tuple[tuple[ShopView, ...], tuple[int, ...]]:
    """The same, and the change number of each."""
    columns = (_S.c.id, _S.c.slug, _S.c.name, _S.c.locale, _S.c.system, _S.c.change_no)
    statement = select(*columns).order_by(_S.c.system, _S.c.name)
    if actor.shop_ids is not None:
        statement = statement.where(_S.c.id.in_(actor.shop_ids))
    found = await rows(session, statement)
    views = tuple(ShopView(row.id, row.slug, row.name, row.locale, row.system) for row in found)
    return views, tuple(row.change_no for row in found)


async def counts(
    session: AsyncSession, actor: Actor, shop: str | None, known: Sequence[str] | None = None
) -> dict[str, int]:
    """How many threads each counted view holds, up to COUNT_CAP, in one statement. `known`: the shops' ids."""
    ids = await shop_ids(session, actor, shop) if known is None else known
    if not ids:
        return dict.fromkeys(COUNTED, 0)
    found = await (await session.connection()).execute(_counting(actor), {"shops": list(ids)})
    return dict(found.one()._mapping)


@lru_cache(maxsize=READERS)
def _counting(actor: Actor) -> Select[Any]:
    columns = [_count(and_(_within(view), condition(actor))).label(view) for view, condition in COUNTED.items()]
    return cast(Select[Any], select(*columns))


def _shopped(column: ColumnElement[str]) -> ColumnElement[str]:
    """A shop as no index knows it: SQLite would look through all of the shop, where a buyer or an id names a few."""
    return func.coalesce(column, "")


def _within(view: str) -> ColumnElement[bool]:
    """Mentions name their threads: looking through all of a shop for them takes an index on shops away."""
    shops: BindParameter[Any] = bindparam("shops", expanding=True)
    return _shopped(_T.c.shop_id).in_(shops) if view == "mentions" else _T.c.shop_id.in_(shops)


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    capped: Subquery = select(_T.c.id).where(condition).limit(COUNT_CAP).subquery()
    return select(func.count()).select_from(capped).scalar_subquery()


async def change_version(session: AsyncSession, actor: Actor) -> int:
    """A number that grows with every change in any shop that the actor reaches."""
    total = select(func.coalesce(func.sum(_S.c.change_no), 0))
    if actor.shop_ids is not None:
        total = total.where(_S.c.id.in_(actor.shop_ids))
    return int((await rows(session, total))[0][0])


async def change_numbers(session: AsyncSession) -> dict[str, int]:
    """The change number of every shop by id."""
    return {row.id: row.change_no for row in await rows(session, select(_S.c.id, _S.c.change_no))}


async def update_thread(session: AsyncSession, actor: Actor, thread_id: str, values: Mapping[str, Any]) -> bool:
    """Set columns of a thread; False when the actor does not reach it."""
    statement = update(_T).where(owned(actor), _T.c.id == thread_id).values(**values)
    changed = (await (await session.connection()).execute(statement)).rowcount == 1
    if changed and "labels" in values:
        await indexed(session, refresh, [thread_id])
    return changed
