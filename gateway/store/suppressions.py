"""The addresses that get no more mail of a shop, or no notifications: put on the list, look up, list, take off."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.clock import new_id
from gateway.domain.actors import Actor
from gateway.domain.addresses import fold
from gateway.domain.queueing import EVERYTHING, NOTIFICATIONS, SuppressionQuery, SuppressionView
from gateway.errors import NotFound
from gateway.models import Shop, Suppression
from gateway.models.columns import table_of

_SUPPRESSIONS, _SHOPS = table_of(Suppression), table_of(Shop)
_VIEW = "id address scope reason detail delivery_id at".split()


def is_dead(shop_id: Any, folded: Any) -> ColumnElement[bool]:
    """True where the shop sends nothing to this (folded) address any more."""
    return exists().where(
        _SUPPRESSIONS.c.shop_id == shop_id, _SUPPRESSIONS.c.folded == folded, _SUPPRESSIONS.c.scope == EVERYTHING
    )


async def suppressed(session: AsyncSession, shop_id: str, address: str, notification: bool) -> bool:
    """Whether a mail to this address stays unsent; a `notification` is also stopped by the buyer's own choice."""
    scopes = (EVERYTHING, NOTIFICATIONS) if notification else (EVERYTHING,)
    statement = select(_SUPPRESSIONS.c.id).where(
        _SUPPRESSIONS.c.shop_id == shop_id,
        _SUPPRESSIONS.c.folded == fold(address),
        _SUPPRESSIONS.c.scope.in_(scopes),
    )
    return (await (await session.connection()).execute(statement.limit(1))).first() is not None


async def suppress(session: AsyncSession, row: Suppression) -> None:
    """Put an address on the list; one that stands there already stays as it is."""
    connection = await session.connection()
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    values = {column.name: getattr(row, column.name) for column in _SUPPRESSIONS.columns}
    await connection.execute(dialect.insert(_SUPPRESSIONS).values(**values).on_conflict_do_nothing())


def suppression(shop_id: str, address: str, scope: str, reason: str, at: datetime, **more: Any) -> Suppression:
    """A new row; `more` are its `detail` and `delivery_id`."""
    identity = {"id": new_id(), "shop_id": shop_id, "address": address, "folded": fold(address)}
    return Suppression(**identity, scope=scope, reason=reason, at=at, **more)


async def suppressions(session: AsyncSession, actor: Actor, query: SuppressionQuery) -> list[SuppressionView]:
    """Up to `limit + 1` rows of the actor's shops, newest first: the one over tells that there are more."""
    statement = (
        select(*(_SUPPRESSIONS.c[name] for name in _VIEW), _SHOPS.c.slug.label("shop"))
        .join(_SHOPS, _SHOPS.c.id == _SUPPRESSIONS.c.shop_id)
        .where(_owned(actor))
    )
    if query.shop is not None:
        statement = statement.where(_SHOPS.c.slug == query.shop)
    if query.cursor is not None:
        statement = statement.where(_SUPPRESSIONS.c.id < query.cursor)
    statement = statement.order_by(_SUPPRESSIONS.c.id.desc()).limit(query.limit + 1)
    return [SuppressionView(**row._mapping) for row in await (await session.connection()).execute(statement)]


async def release(session: AsyncSession, actor: Actor, id_: str) -> str:
    """Take an address off the list; the id of the shop whose list it was. Raises NotFound."""
    statement = delete(_SUPPRESSIONS).where(_SUPPRESSIONS.c.id == id_, _owned(actor)).returning(_SUPPRESSIONS.c.shop_id)
    shop_id: str | None = (await (await session.connection()).execute(statement)).scalar_one_or_none()
    if shop_id is None:
        raise NotFound("there is no such suppression")
    return shop_id


async def forgive(session: AsyncSession, shop_id: str, folded: str) -> None:
    """Mail goes to this address again: somebody has shown that it is read. The buyer's own choice stays."""
    mine = (_SUPPRESSIONS.c.shop_id == shop_id, _SUPPRESSIONS.c.folded == folded, _SUPPRESSIONS.c.scope == EVERYTHING)
    await (await session.connection()).execute(delete(_SUPPRESSIONS).where(*mine))


def _owned(actor: Actor) -> ColumnElement[bool]:
    return _SUPPRESSIONS.c.id.is_not(None) if actor.shop_ids is None else _SUPPRESSIONS.c.shop_id.in_(actor.shop_ids)
