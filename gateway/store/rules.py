"""Reads and writes the routing rules in their order, within the shops that the actor reaches."""

from typing import Any

from sqlalchemy import ColumnElement, Row, Select, delete, func, insert, or_, select, true, update
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.domain.actors import Actor
from gateway.domain.routing.actions import Action
from gateway.domain.routing.conditions import Condition
from gateway.domain.routing.rules import Rule
from gateway.errors import NotFound
from gateway.models import RoutingRule, Shop
from gateway.models.columns import table_of
from gateway.store.threads import rows

_R, _S = table_of(RoutingRule), table_of(Shop)
_SAME = "id name position enabled stop created_at updated_at".split()
IN_ORDER = (_R.c.position, _R.c.id)


def _rules(condition: ColumnElement[bool]) -> Select[Any]:
    return select(_R, _S.c.slug).outerjoin(_S, _S.c.id == _R.c.shop_id).where(condition).order_by(*IN_ORDER)


_ENABLED = _rules(_R.c.enabled)


def _rule(row: Row[Any]) -> Rule:
    return Rule(
        shop=row.slug,
        conditions=tuple(Condition(one["field"], one["op"], _frozen(one["value"])) for one in row.conditions),
        actions=tuple(Action(one["do"], one["value"]) for one in row.actions),
        **{name: getattr(row, name) for name in _SAME},
    )


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


async def rules(session: AsyncSession, actor: Actor) -> tuple[Rule, ...]:
    """The rules of the actor's shops and those for all shops, in order."""
    reached = true() if actor.shop_ids is None else or_(_R.c.shop_id.is_(None), _R.c.shop_id.in_(actor.shop_ids))
    return tuple(_rule(row) for row in await rows(session, _rules(reached)))


async def enabled(session: AsyncSession) -> tuple[Rule, ...]:
    """All that are on, in order."""
    return tuple(_rule(row) for row in await rows(session, _ENABLED))


async def rule(session: AsyncSession, actor: Actor, id_: str) -> Rule:
    """One rule. Raises NotFound for what the actor does not reach."""
    found = next((each for each in await rules(session, actor) if each.id == id_), None)
    if found is None:
        raise NotFound("there is no such rule")
    return found


async def add(session: AsyncSession, values: dict[str, Any]) -> None:
    """Write a new one at the end of the table."""
    last = (await rows(session, select(func.coalesce(func.max(_R.c.position), 0))))[0][0]
    await (await session.connection()).execute(insert(_R), values | {"position": last + 1})


async def change(session: AsyncSession, id_: str, values: dict[str, Any]) -> None:
    """Set columns of one that is known to be the actor's."""
    await (await session.connection()).execute(update(_R).where(_R.c.id == id_).values(**values))


async def remove(session: AsyncSession, id_: str) -> None:
    """Forget one that is known to be the actor's."""
    await (await session.connection()).execute(delete(_R).where(_R.c.id == id_))


async def put_before(session: AsyncSession, id_: str, before: str | None) -> None:
    """Move a rule to stand right before another one, or at the end; the order of all others stays."""
    connection = await session.connection()
    order = [row.id for row in await rows(session, select(_R.c.id).order_by(*IN_ORDER).with_for_update())]
    order.remove(id_)
    order.insert(order.index(before) if before in order else len(order), id_)
    for position, each in enumerate(order, start=1):
        moved = update(_R).where(_R.c.id == each, _R.c.position != position).values(position=position)
        await connection.execute(moved)
