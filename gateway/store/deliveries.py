"""The queue of outgoing mail: add, claim what is due, record what the courier said or what came back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.clock import new_id
from gateway.domain.emails import Bounce
from gateway.domain.relay_ids import relay_message_id
from gateway.errors import Conflict
from gateway.models import BuyerAddress, Delivery, DeliveryAttempt, RawEmail, Thread
from gateway.models.columns import table_of
from gateway.store.filing import bump_change
from gateway.store.journal import INLINE_BYTES
from gateway.store.wakeups import OUTBOUND, notify

__all__ = ["INLINE_BYTES", "Due", "Recorded", "claim", "queue", "record_attempt", "record_bounce"]

LEASE = timedelta(seconds=300)
"""Longer than one attempt can take, so that no second worker sends the same mail meanwhile."""
_DELIVERIES = table_of(Delivery)
_ATTEMPTS = table_of(DeliveryAttempt)
_RAW = table_of(RawEmail)
_THREADS = table_of(Thread)
_ADDRESSES = table_of(BuyerAddress)


@dataclass(frozen=True, slots=True)
class Due:
    """One delivery on its way through a worker. `attempts` is the fence for writing its outcome."""

    id: str
    shop_id: str | None
    thread_id: str | None
    mail_from: str
    rcpt_to: str
    sha256: str
    queued_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """The outcome of one attempt; `next_attempt_at` only where there is another one."""

    state: str
    smtp_reply: str
    host: str
    at: datetime
    next_attempt_at: datetime | None = None


async def queue(session: AsyncSession, delivery: Mapping[str, Any], raw: bytes, blob_key: str | None) -> None:
    """Add a mail to the queue, with its bytes unless they are in the blob store, in the caller's transaction."""
    connection = await session.connection()
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    kept = {"sha256": delivery["sha256"], "size": len(raw), "created_at": delivery["queued_at"]}
    kept |= {"blob_key": blob_key, "content": None if blob_key else raw}
    await connection.execute(dialect.insert(_RAW).on_conflict_do_nothing(index_elements=["sha256"]), kept)
    await connection.execute(insert(_DELIVERIES), dict(delivery))
    await notify(connection, OUTBOUND)


async def claim(session: AsyncSession, now: datetime, limit: int) -> list[Due]:
    """Take up to `limit` due deliveries, oldest first, for LEASE."""
    due = (
        select(_DELIVERIES.c.id)
        .where(_DELIVERIES.c.state.in_(("queued", "deferred")), _DELIVERIES.c.next_attempt_at <= now)
        .order_by(_DELIVERIES.c.next_attempt_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = (
        update(_DELIVERIES)
        .where(_DELIVERIES.c.id.in_(due))
        .values(next_attempt_at=now + LEASE, attempts=_DELIVERIES.c.attempts + 1)
        .returning(*(_DELIVERIES.c[name] for name in Due.__slots__))
    )
    rows = (await (await session.connection()).execute(taken)).mappings().all()
    return sorted((Due(**row) for row in rows), key=lambda row: row.id)


async def record_attempt(session: AsyncSession, due: Due, recorded: Recorded, alarm: bool) -> None:
    """Write how an attempt ended. Raises Conflict when another worker took the delivery over meanwhile.

    `alarm` puts the thread back before the seller.
    """
    connection = await session.connection()
    values: dict[str, Any] = {"state": recorded.state, "smtp_reply": recorded.smtp_reply, "at": recorded.at}
    if recorded.next_attempt_at is not None:
        values["next_attempt_at"] = recorded.next_attempt_at
    if recorded.state == "sent":
        values["relay_message_id"] = relay_message_id(recorded.smtp_reply)
    mine = (_DELIVERIES.c.id == due.id, _DELIVERIES.c.attempts == due.attempts)
    result = await connection.execute(update(_DELIVERIES).where(*mine).values(**values))
    if result.rowcount != 1:
        raise Conflict("another worker has taken this delivery over")
    attempt = {"id": new_id(), "delivery_id": due.id, "at": recorded.at, "outcome": recorded.state}
    await connection.execute(insert(_ATTEMPTS), attempt | {"smtp_reply": recorded.smtp_reply, "host": recorded.host})
    if due.shop_id and due.thread_id:
        await _show_change(session, due.shop_id, due.thread_id, alarm)


async def record_bounce(session: AsyncSession, delivery_id: str, bounce: Bounce, now: datetime) -> None:
    """A report came back. A failure marks the delivery; a delay or a success is only noted with its words."""
    connection = await session.connection()
    row = (await connection.execute(select(_DELIVERIES).where(_DELIVERIES.c.id == delivery_id))).one()
    words = next((r.diagnostic for r in bounce.recipients if r.diagnostic), "") or bounce.status
    failed = bounce.action == "failed"
    values: dict[str, Any] = {"smtp_reply": words[:500] or row.smtp_reply, "at": now}
    if failed:
        values["state"] = "bounced"
    await connection.execute(update(_DELIVERIES).where(_DELIVERIES.c.id == delivery_id).values(**values))
    if failed and bounce.kind == "hard":
        await _mark_undeliverable(session, row.shop_id, row.rcpt_to, now)
    if row.shop_id and row.thread_id:
        await _show_change(session, row.shop_id, row.thread_id, failed)


async def _mark_undeliverable(session: AsyncSession, shop_id: str, address: str, now: datetime) -> None:
    await (await session.connection()).execute(
        update(_ADDRESSES)
        .where(_ADDRESSES.c.shop_id == shop_id, _ADDRESSES.c.address == address)
        .values(undeliverable_since=now)
    )


async def _show_change(session: AsyncSession, shop_id: str, thread_id: str, alarm: bool) -> None:
    """Open pages of the shop refresh; a mail that never arrived puts its thread back before the seller."""
    change_no = await bump_change(session, shop_id)
    values: dict[str, Any] = {"change_no": change_no}
    if alarm:
        values |= {"unread": True, "needs_reply": True, "status": "open"}
    await (await session.connection()).execute(update(_THREADS).where(_THREADS.c.id == thread_id).values(**values))
