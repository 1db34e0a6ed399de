"""Reads and writes order sources for admins, always within the shops that the actor reaches."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, Select, delete, insert, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.domain.actors import Actor
from gateway.domain.sources.setup import CallView, SourceView
from gateway.errors import NotFound
from gateway.models import OrderSource, Shop, SourceDelivery, SourceOrder
from gateway.models.columns import table_of

_SOURCES, _CALLS, _KNOWN = table_of(OrderSource), table_of(SourceDelivery), table_of(SourceOrder)
_SHOPS = table_of(Shop)
_SAME = (
    "id shop_id kind name url enabled received refused last_at last_error last_error_at next_pull_at created_at"
).split()


def _reached(actor: Actor) -> Select[Any]:
    columns = [_SOURCES.c[name] for name in (*_SAME, "key")]
    statement = select(*columns, _SHOPS.c.slug).join(_SHOPS, _SHOPS.c.id == _SOURCES.c.shop_id)
    return statement if actor.shop_ids is None else statement.where(_SOURCES.c.shop_id.in_(actor.shop_ids))


def _view(row: Row[Any], hooks: str) -> SourceView:
    hook_url = "" if row.url else f"{hooks}/{row.kind}/{row.key}"
    return SourceView(shop=row.slug, hook_url=hook_url, **{name: getattr(row, name) for name in _SAME})


async def sources(session: AsyncSession, actor: Actor, slug: str, hooks: str) -> list[SourceView]:
    """The sources of a shop, or of all that the actor reaches; `hooks` is what the addresses they call begin with."""
    statement = _reached(actor).order_by(_SOURCES.c.id)
    rows = await (await session.connection()).execute(statement.where(_SHOPS.c.slug == slug) if slug else statement)
    return [_view(row, hooks) for row in rows]


async def source(session: AsyncSession, actor: Actor, id_: str, hooks: str) -> SourceView:
    """One source. Raises NotFound for any that the actor does not reach."""
    row = (await (await session.connection()).execute(_reached(actor).where(_SOURCES.c.id == id_))).first()
    if row is None:
        raise NotFound("there is no such order source")
    return _view(row, hooks)


async def sealed(session: AsyncSession, id_: str) -> bytes:
    """The sealed secret of a source that is known to exist."""
    statement = select(_SOURCES.c.sealed).where(_SOURCES.c.id == id_)
    return bytes((await (await session.connection()).execute(statement)).scalar_one())


async def add(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Make a source."""
    nothing: dict[str, Any] = {"enabled": True, "cursor": {}, "failures": 0, "received": 0, "refused": 0}
    nothing |= {"url": "", "last_error": ""}
    await (await session.connection()).execute(insert(_SOURCES), nothing | dict(values))


async def change(session: AsyncSession, id_: str, values: Mapping[str, Any]) -> None:
    """Set columns of a source that is known to exist."""
    await (await session.connection()).execute(update(_SOURCES).where(_SOURCES.c.id == id_).values(**values))


async def remove(session: AsyncSession, id_: str) -> None:
    """Take a source away with its log; the orders that it told of stay."""
    connection = await session.connection()
    for table in (_CALLS, _KNOWN):
        await connection.execute(delete(table).where(table.c.source_id == id_))
    await connection.execute(delete(_SOURCES).where(_SOURCES.c.id == id_))


async def calls(session: AsyncSession, source_id: str, cursor: str | None, limit: int) -> list[CallView]:
    """The log of a source, newest first; one more than `limit` when there is more."""
    statement = select(*(_CALLS.c[name] for name in CallView.__slots__)).where(_CALLS.c.source_id == source_id)
    if cursor is not None:
        statement = statement.where(_CALLS.c.id < cursor)
    rows = await (await session.connection()).execute(statement.order_by(_CALLS.c.id.desc()).limit(limit + 1))
    return [CallView(**row._mapping) for row in rows]
