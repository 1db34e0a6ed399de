"""The queue of outgoing mail for its workers: add, claim what is due, record what the courier said or what came back.

How people look into it is `delivery_queue`'s part.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.clock import new_id
from gateway.domain.addresses import split
from gateway.domain.emails import Bounce
from gateway.domain.queueing import EVERYTHING
from gateway.domain.relay_ids import relay_message_id
from gateway.domain.retrying import classify
from gateway.models import Delivery, DeliveryAttempt, Pause, RawEmail, Thread
from gateway.models.columns import table_of
from gateway.store.filing import bump_change
from gateway.store.journal import INLINE_BYTES
from gateway.store.suppressions import suppress, suppression
from gateway.store.wakeups import OUTBOUND, notify

__all__ = ["INLINE_BYTES", "Due", "Recorded", "claim", "give_back", "queue", "record_attempt", "record_bounce"]

LEASE = timedelta(seconds=300)
"""Longer than one attempt can take, so that no second worker sends the same mail meanwhile."""
LONGEST_REPLY = 500
_DELIVERIES = table_of(Delivery)
_ATTEMPTS = table_of(DeliveryAttempt)
_PAUSES = table_of(Pause)
_RAW = table_of(RawEmail)
_THREADS = table_of(Thread)


@dataclass(frozen=True, slots=True)
class Due:
    """One delivery on its way through a worker. `attempts` is the fence for writing its outcome."""

    id: str
    shop_id: str | None
    thread_id: str | None
    kind: str
    mail_from: str
    rcpt_to: str
    sha256: str
    first_attempt_at: datetime
    attempts: int
    attempts_before: int
    late_told_at: datetime | None


@dataclass(frozen=True, slots=True)
class Recorded:
    """The outcome of one attempt; `next_attempt_at` only where there is another one.

    `alarm` when the sellers are told of it now.
    """

    state: str
    smtp_reply: str
    host: str
    at: datetime
    next_attempt_at: datetime | None = None
    refusal: str = ""
    dialogue: tuple[str, ...] = ()
    alarm: bool = False


async def queue(session: AsyncSession, delivery: Mapping[str, Any], raw: bytes, blob_key: str | None) -> None:
    """Add a mail to the queue, with its bytes unless they are in the blob store, in the caller's transaction."""
    connection = await session.connection()
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    kept = {"sha256": delivery["sha256"], "size": len(raw), "created_at": delivery["queued_at"]}
    kept |= {"blob_key": blob_key, "content": None if blob_key else raw}
    await connection.execute(dialect.insert(_RAW).on_conflict_do_nothing(index_elements=["sha256"]), kept)
    await connection.execute(insert(_DELIVERIES), dict(delivery) | {"domain": split(delivery["rcpt_to"])[1]})
    await notify(connection, OUTBOUND)


def is_paused() -> ColumnElement[bool]:
    """True for a delivery whose shop or domain an admin has paused."""
    shops = select(_PAUSES.c.value).where(_PAUSES.c.kind == "shop")
    domains = select(_PAUSES.c.value).where(_PAUSES.c.kind == "domain")
    of_shop = and_(_DELIVERIES.c.shop_id.is_not(None), _DELIVERIES.c.shop_id.in_(shops))
    return or_(of_shop, _DELIVERIES.c.domain.in_(domains))


async def claim(session: AsyncSession, now: datetime, limit: int) -> list[Due]:
    """Take up to `limit` due deliveries that nobody paused, oldest first, for LEASE."""
    due = (
        select(_DELIVERIES.c.id)
        .where(_DELIVERIES.c.state.in_(("queued", "deferred")), _DELIVERIES.c.next_attempt_at <= now, ~is_paused())
        .order_by(_DELIVERIES.c.next_attempt_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    began = literal(now, _DELIVERIES.c.first_attempt_at.type)
    taken = (
        update(_DELIVERIES)
        .where(_DELIVERIES.c.id.in_(due))
        .values(
            next_attempt_at=now + LEASE,
            lease_until=now + LEASE,
            attempts=_DELIVERIES.c.attempts + 1,
            first_attempt_at=func.coalesce(_DELIVERIES.c.first_attempt_at, began),
        )
        .returning(*(_DELIVERIES.c[name] for name in Due.__slots__))
    )
    rows = (await (await session.connection()).execute(taken)).mappings().all()
    return sorted((Due(**row) for row in rows), key=lambda row: row.id)


async def record_attempt(session: AsyncSession, due: Due, recorded: Recorded) -> bool:
    """Write how an attempt ended; false when another worker took the delivery over meanwhile.

    An address that does not exist gets nothing more. An alarm puts the thread back before the seller.
    """
    connection = await session.connection()
    values: dict[str, Any] = {name: getattr(recorded, name) for name in ("state", "refusal", "smtp_reply", "at")}
    values["lease_until"] = None
    if recorded.next_attempt_at is not None:
        values["next_attempt_at"] = recorded.next_attempt_at
    if recorded.state == "sent":
        values["relay_message_id"] = relay_message_id(recorded.smtp_reply)
    if recorded.alarm:
        values["late_told_at"] = recorded.at
    if (await connection.execute(update(_DELIVERIES).where(*_mine(due)).values(**values))).rowcount != 1:
        return False
    same = {name: getattr(recorded, name) for name in ("at", "refusal", "smtp_reply", "host")}
    attempt = {"id": new_id(), "delivery_id": due.id, "outcome": recorded.state, "dialogue": list(recorded.dialogue)}
    await connection.execute(insert(_ATTEMPTS), same | attempt)
    if recorded.refusal == "address" and due.shop_id:
        await _bury(session, due.shop_id, due.rcpt_to, due.id, recorded.smtp_reply, recorded.at)
    if due.shop_id and due.thread_id:
        await show_change(session, due.shop_id, due.thread_id, recorded.alarm)
    return True


async def give_back(session: AsyncSession, due: Due, now: datetime) -> None:
    """Let go of a delivery that was claimed and not sent after all: it is due at once, for whoever takes it."""
    values = {"next_attempt_at": now, "lease_until": None}
    await (await session.connection()).execute(update(_DELIVERIES).where(*_mine(due)).values(**values))


def _mine(due: Due) -> tuple[ColumnElement[bool], ...]:
    """As long as no other worker has claimed it since, and no admin has put an end to it."""
    waiting = _DELIVERIES.c.state.in_(("queued", "deferred"))
    return (_DELIVERIES.c.id == due.id, _DELIVERIES.c.attempts == due.attempts, waiting)


async def record_bounce(session: AsyncSession, delivery_id: str, bounce: Bounce, now: datetime) -> bool:
    """A report came back: true when it says that the mail failed; a delay or a success is only noted with its words."""
    connection = await session.connection()
    row = (await connection.execute(select(_DELIVERIES).where(_DELIVERIES.c.id == delivery_id))).one()
    words = next((r.diagnostic for r in bounce.recipients if r.diagnostic), "") or bounce.status
    failed = bounce.action == "failed"
    values: dict[str, Any] = {"smtp_reply": words[:LONGEST_REPLY] or row.smtp_reply, "at": now}
    if failed:
        kind = classify(550, bounce.status, words)
        values |= {"state": "bounced", "refusal": kind}
        if kind == "address" and bounce.kind == "hard" and row.shop_id:
            await _bury(session, row.shop_id, row.rcpt_to, row.id, words[:LONGEST_REPLY], now)
    await connection.execute(update(_DELIVERIES).where(_DELIVERIES.c.id == delivery_id).values(**values))
    if row.shop_id and row.thread_id:
        await show_change(session, row.shop_id, row.thread_id, failed and row.kind == "reply")
    return failed


async def _bury(session: AsyncSession, shop_id: str, address: str, delivery_id: str, words: str, now: datetime) -> None:
    row = suppression(shop_id, address, EVERYTHING, "address", now, detail=words, delivery_id=delivery_id)
    await suppress(session, row)


async def show_change(session: AsyncSession, shop_id: str, thread_id: str, alarm: bool) -> None:
    """Open pages of the shop refresh; a mail that never arrived puts its thread back before the seller."""
    change_no = await bump_change(session, shop_id)
    values: dict[str, Any] = {"change_no": change_no}
    if alarm:
        values |= {"unread": True, "needs_reply": True, "status": "open"}
    await (await session.connection()).execute(update(_THREADS).where(_THREADS.c.id == thread_id).values(**values))
