"""Reads and writes channels, within the shops that the actor reaches. What one does to a mail is decided elsewhere."""

from typing import Any

from sqlalchemy import ColumnElement, Result, Row, Select, bindparam, delete, func, insert, or_, select, true, update
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.domain.actors import SYSTEM, Actor
from gateway.domain.routing.channels import Channel
from gateway.errors import NotFound
from gateway.models import Channel as ChannelRow
from gateway.models import Shop, User
from gateway.models.columns import table_of
from gateway.store.threads import rows

_C, _S, _U = table_of(ChannelRow), table_of(Shop), table_of(User)
_SAME = (
    "id name kind shop_id address pattern webhook_key team_id assignee_id template_set language acknowledge "
    "response_minutes entitlement entitlement_days reader reader_config enabled created_at updated_at"
).split()


def _channels(actor: Actor) -> Select[Any]:
    reached = true() if actor.shop_ids is None else _C.c.shop_id.in_(actor.shop_ids)
    columns = select(_C, _S.c.slug, _U.c.email).join(_S, _S.c.id == _C.c.shop_id)
    return columns.outerjoin(_U, _U.c.id == _C.c.assignee_id).where(reached)


# Made once: each mail asks, and making a statement costs several times as much as running it.
_FOR_ADDRESS = _channels(SYSTEM).where(or_(_C.c.pattern == bindparam("local"), _C.c.wildcard))


def _channel(row: Row[Any]) -> Channel:
    same = {name: getattr(row, name) for name in _SAME}
    return Channel(shop=row.slug, assignee=row.email, labels=tuple(row.labels), **same)


async def channels(session: AsyncSession, actor: Actor) -> tuple[Channel, ...]:
    """All channels that the actor reaches, by shop and name."""
    statement = _channels(actor).order_by(_S.c.slug, _C.c.name, _C.c.id)
    return tuple(_channel(row) for row in await rows(session, statement))


async def channel(session: AsyncSession, actor: Actor, id_: str) -> Channel:
    """One channel. Raises NotFound for what the actor does not reach."""
    found = await rows(session, _channels(actor).where(_C.c.id == id_))
    if not found:
        raise NotFound("there is no such channel")
    return _channel(found[0])


async def maybe_channel(session: AsyncSession, id_: str | None) -> Channel | None:
    """The channel that a message or a thread names, while it is there and enabled."""
    found = await rows(session, _channels(SYSTEM).where(_C.c.id == id_, _C.c.enabled)) if id_ else ()
    return _channel(found[0]) if found else None


async def for_address(session: AsyncSession, local: str) -> tuple[Channel, ...]:
    """The channels, enabled or not, that a folded local part could come by: its own, and all with a wildcard."""
    found: Result[Any] = await (await session.connection()).execute(_FOR_ADDRESS, {"local": local})
    return tuple(_channel(row) for row in found)


async def add(session: AsyncSession, values: dict[str, Any]) -> None:
    """Write a new one. Raises Duplicate for a pattern that another has."""
    await (await session.connection()).execute(insert(_C), values)


async def change(session: AsyncSession, id_: str, values: dict[str, Any]) -> None:
    """Set columns of one that is known to be the actor's. Raises Duplicate as `add` does."""
    await (await session.connection()).execute(update(_C).where(_C.c.id == id_).values(**values))


async def remove(session: AsyncSession, id_: str) -> None:
    """Forget one that is known to be the actor's; threads keep its id, which then leads nowhere."""
    await (await session.connection()).execute(delete(_C).where(_C.c.id == id_))


async def pattern_taken(session: AsyncSession, pattern: str, but: str) -> bool:
    """Whether another channel has this pattern; of whichever shop, since addresses are everybody's."""
    others: ColumnElement[bool] = _C.c.id != but
    count = select(func.count()).where(_C.c.pattern == pattern, others).select_from(_C)
    return bool((await rows(session, count))[0][0])


async def slug_taken(session: AsyncSession, slug: str) -> bool:
    """Whether there is a shop of this name, whoever reaches it."""
    return bool(await rows(session, select(_S.c.id).where(_S.c.slug == slug)))
