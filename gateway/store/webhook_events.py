"""Writes events for other programs, in the transaction of what they tell; nothing where nobody wants to hear."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Result, Row, bindparam, delete, insert, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.clock import new_id
from gateway.domain.messages import NewMessage
from gateway.domain.webhooks.events import EventKind
from gateway.models import Shop, Thread, Webhook, WebhookCursor, WebhookDelivery, WebhookEvent
from gateway.models.columns import table_of

_HOOKS, _EVENTS, _DELIVERIES = table_of(Webhook), table_of(WebhookEvent), table_of(WebhookDelivery)
_SHOPS, _THREADS, _CURSORS = table_of(Shop), table_of(Thread), table_of(WebhookCursor)
_OF_A_MESSAGE: Mapping[str, EventKind] = {"inbound": "message.received", "outbound": "message.replied"}


_LISTENING = (
    select(_HOOKS.c.id, _HOOKS.c.events, _SHOPS.c.slug, _SHOPS.c.id.label("shop_id"))
    .join(_SHOPS, or_(_HOOKS.c.shop_id == _SHOPS.c.id, _HOOKS.c.shop_id.is_(None)))
    .where(_HOOKS.c.enabled.is_(True), _SHOPS.c.id.in_(bindparam("shops", expanding=True)))
)
Filed = tuple[str, str, NewMessage]
"""A message with its shop and its thread."""


async def emit(session: AsyncSession, shop_id: str, kind: EventKind, data: Mapping[str, Any], now: datetime) -> None:
    """Queue an event for everybody who wants to hear it; `data` holds ids and masked addresses, never words."""
    await _emit(session, await _listening(session, [shop_id]), shop_id, kind, data, now)


async def _listening(session: AsyncSession, shop_ids: Collection[str]) -> Sequence[Row[Any]]:
    """The webhooks that may hear of these shops, a row a shop and webhook."""
    found: Result[Any] = await (await session.connection()).execute(_LISTENING, {"shops": sorted(shop_ids)})
    return found.all()


async def _emit(
    session: AsyncSession,
    hooks: Sequence[Row[Any]],
    shop_id: str,
    kind: EventKind,
    data: Mapping[str, Any],
    now: datetime,
) -> None:
    rows = [row for row in hooks if row.shop_id == shop_id and kind in row.events]
    if rows:
        told = {"shop": rows[0].slug, **data}
        await queue(session, [row.id for row in rows], {"shop_id": shop_id, "kind": kind, "data": told, "at": now})


async def queue(session: AsyncSession, webhook_ids: list[str], event: Mapping[str, Any]) -> str:
    """Keep one event (its columns without the id) and a delivery to each webhook; the event's id."""
    connection, event_id = await session.connection(), new_id()
    await connection.execute(insert(_EVENTS), {"id": event_id} | dict(event))
    waiting = {"event_id": event_id, "state": "waiting", "attempts": 0, "status": 0, "answer": ""}
    waiting |= {"at": event["at"], "next_attempt_at": event["at"]}
    rows = [{"id": new_id(), "webhook_id": id_} | waiting for id_ in webhook_ids]
    await connection.execute(insert(_DELIVERIES), rows)
    return event_id


async def emit_filed(session: AsyncSession, filed: Sequence[Filed]) -> None:
    """Tell of messages that were filed; notes among colleagues are nobody else's business."""
    told = [(shop, thread, message) for shop, thread, message in filed if message.direction in _OF_A_MESSAGE]
    hooks = await _listening(session, {shop for shop, _, _ in told}) if told else ()
    for shop_id, thread_id, message in told if hooks else ():
        data: dict[str, Any] = {"thread_id": thread_id, "message_id": message.id, "channel": message.channel}
        data |= {"automatic": message.automatic or False}
        await _emit(session, hooks, shop_id, _OF_A_MESSAGE[message.direction], data, message.received_at)


async def emit_changes(session: AsyncSession, now: datetime, limit: int) -> int:
    """Tell of the threads that changed since last time, by the shops' change numbers; how many were told.

    A change number is taken under the lock of its shop's row, so none below a committed one can still come.
    """
    told = 0
    for shop_id, change_no in await _followed(session):
        if told >= limit:
            break
        told += await _emit_shop(session, shop_id, change_no, now, limit - told)
    return told


async def _followed(session: AsyncSession) -> list[tuple[str, int]]:
    """The shops that somebody follows and that have changed; a shop that is new here begins at its present number."""
    connection = await session.connection()
    hooks = (
        await connection.execute(select(_HOOKS.c.shop_id, _HOOKS.c.events).where(_HOOKS.c.enabled.is_(True)))
    ).all()
    shop_ids = {row.shop_id for row in hooks if "thread.changed" in row.events}
    if not shop_ids:
        await connection.execute(delete(_CURSORS))
        return []
    followed = select(_SHOPS.c.id, _SHOPS.c.change_no, _CURSORS.c.change_no.label("told")).outerjoin(
        _CURSORS, _CURSORS.c.shop_id == _SHOPS.c.id
    )
    if None not in shop_ids:
        followed = followed.where(_SHOPS.c.id.in_(shop_ids))
        await connection.execute(delete(_CURSORS).where(_CURSORS.c.shop_id.not_in(shop_ids)))
    rows = (await connection.execute(followed.order_by(_SHOPS.c.id))).all()
    new = [{"shop_id": row.id, "change_no": row.change_no} for row in rows if row.told is None]
    if new:
        await connection.execute(insert(_CURSORS), new)
    return [(row.id, row.told) for row in rows if row.told is not None and row.told < row.change_no]


async def _emit_shop(session: AsyncSession, shop_id: str, after: int, now: datetime, limit: int) -> int:
    connection = await session.connection()
    changed = (
        select(_THREADS.c.id, _THREADS.c.change_no, _THREADS.c.status)
        .where(_THREADS.c.shop_id == shop_id, _THREADS.c.change_no > after)
        .order_by(_THREADS.c.change_no)
        .limit(limit)
    )
    rows = (await connection.execute(changed)).all()
    newest = select(_SHOPS.c.change_no).where(_SHOPS.c.id == shop_id).scalar_subquery()
    reached = rows[-1].change_no if len(rows) == limit else newest
    mine = (_CURSORS.c.shop_id == shop_id, _CURSORS.c.change_no == after)
    moved = await connection.execute(update(_CURSORS).where(*mine).values(change_no=reached))
    if not moved.rowcount:
        return 0  # another worker told of them
    for row in rows:
        told = {"thread_id": row.id, "status": row.status, "change_no": row.change_no}
        await emit(session, shop_id, "thread.changed", told, now)
    return len(rows)
