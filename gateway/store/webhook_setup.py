"""Reads and writes webhooks for those who set them up, always within the shops that the actor reaches."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, delete, func, insert, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.domain.actors import Actor
from gateway.domain.webhooks.setup import CallView, WebhookView
from gateway.errors import NotFound
from gateway.models import Shop, Webhook, WebhookDelivery, WebhookEvent
from gateway.models.columns import table_of

_HOOKS, _EVENTS, _DELIVERIES = table_of(Webhook), table_of(WebhookEvent), table_of(WebhookDelivery)
_SHOPS = table_of(Shop)
_SAME = "id shop_id url description enabled disabled_why failing_since last_success_at created_at".split()


def _counted(state: str) -> Any:
    mine = (_DELIVERIES.c.webhook_id == _HOOKS.c.id, _DELIVERIES.c.state == state)
    return select(func.count()).select_from(_DELIVERIES).where(*mine).scalar_subquery().label(f"{state}_count")


def _reached(actor: Actor) -> Select[Any]:
    """Those of all shops are only for whoever reaches all shops."""
    columns = (*(_HOOKS.c[name] for name in _SAME), _HOOKS.c.events, _SHOPS.c.slug)
    statement = select(*columns, _counted("waiting"), _counted("failed"))
    statement = statement.outerjoin(_SHOPS, _SHOPS.c.id == _HOOKS.c.shop_id)
    return statement if actor.shop_ids is None else statement.where(_HOOKS.c.shop_id.in_(actor.shop_ids))


def _view(row: Row[Any]) -> WebhookView:
    counts = {"waiting": row.waiting_count, "failed": row.failed_count}
    same = {name: getattr(row, name) for name in _SAME}
    return WebhookView(shop=row.slug, events=tuple(row.events), **counts, **same)


async def webhooks(session: AsyncSession, actor: Actor) -> list[WebhookView]:
    """Those that the actor reaches, oldest first."""
    return [_view(row) for row in await (await session.connection()).execute(_reached(actor).order_by(_HOOKS.c.id))]


async def webhook(session: AsyncSession, actor: Actor, id_: str) -> WebhookView:
    """One. Raises NotFound for any that the actor does not reach."""
    row = (await (await session.connection()).execute(_reached(actor).where(_HOOKS.c.id == id_))).first()
    if row is None:
        raise NotFound("there is no such webhook")
    return _view(row)


async def sealed(session: AsyncSession, id_: str) -> bytes:
    """The sealed secret of a webhook that is known to exist."""
    return bytes(
        (await (await session.connection()).execute(select(_HOOKS.c.sealed).where(_HOOKS.c.id == id_))).scalar_one()
    )


async def add(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Make a webhook."""
    await (await session.connection()).execute(insert(_HOOKS), {"enabled": True, "disabled_why": ""} | dict(values))


async def change(session: AsyncSession, id_: str, values: Mapping[str, Any]) -> None:
    """Set columns of a webhook that is known to exist."""
    await (await session.connection()).execute(update(_HOOKS).where(_HOOKS.c.id == id_).values(**values))


async def remove(session: AsyncSession, id_: str) -> None:
    """Take a webhook away with its deliveries."""
    connection = await session.connection()
    await connection.execute(delete(_DELIVERIES).where(_DELIVERIES.c.webhook_id == id_))
    await connection.execute(delete(_HOOKS).where(_HOOKS.c.id == id_))


def _calls(*conditions: ColumnElement[bool]) -> Select[Any]:
    own = "id event_id state attempts status answer next_attempt_at at".split()
    columns = (*(_DELIVERIES.c[name] for name in own), _EVENTS.c.kind, _EVENTS.c.data)
    return select(*columns).join(_EVENTS, _EVENTS.c.id == _DELIVERIES.c.event_id).where(*conditions)


async def calls(session: AsyncSession, webhook_id: str, cursor: str | None, limit: int) -> list[CallView]:
    """What was sent to a webhook, newest first; one more than `limit` when there is more."""
    statement = _calls(_DELIVERIES.c.webhook_id == webhook_id)
    if cursor is not None:
        statement = statement.where(_DELIVERIES.c.id < cursor)
    rows = await (await session.connection()).execute(statement.order_by(_DELIVERIES.c.id.desc()).limit(limit + 1))
    return [CallView(**row._mapping) for row in rows]


async def call_of(session: AsyncSession, webhook_id: str, event_id: str) -> CallView:
    """The delivery of an event to a webhook, which is known to exist."""
    statement = _calls(_DELIVERIES.c.webhook_id == webhook_id, _DELIVERIES.c.event_id == event_id)
    return CallView(**(await (await session.connection()).execute(statement)).one()._mapping)


async def replay(session: AsyncSession, webhook_id: str, delivery_id: str, now: datetime) -> int:
    """Put a delivery back to the queue, or, without an id, all that failed; how many. What waits is left alone."""
    mine = [_DELIVERIES.c.webhook_id == webhook_id, _DELIVERIES.c.state != "waiting"]
    mine.append(_DELIVERIES.c.id == delivery_id if delivery_id else _DELIVERIES.c.state == "failed")
    again = {"state": "waiting", "attempts": 0, "first_attempt_at": None, "next_attempt_at": now}
    return int((await (await session.connection()).execute(update(_DELIVERIES).where(*mine).values(**again))).rowcount)
