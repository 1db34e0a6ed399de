"""The queue of outgoing mail: add to it, record what the courier said or what came back.

How workers take from it is `delivery_claims`' part, how people look into it `delivery_queue`'s.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Update, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.clock import new_id
from gateway.domain.addresses import mask, split
from gateway.domain.emails import Bounce
from gateway.domain.queueing import EVERYTHING
from gateway.domain.relay_ids import relay_message_id
from gateway.domain.retrying import classify
from gateway.models import Delivery, DeliveryAttempt, RawEmail, Thread
from gateway.models.columns import table_of
from gateway.store.delivery_claims import Due
from gateway.store.filing import bump_change
from gateway.store.journal import INLINE_BYTES
from gateway.store.suppressions import suppress, suppression
from gateway.store.wakeups import OUTBOUND, notify
from gateway.store.webhook_events import emit

__all__ = ["INLINE_BYTES", "Recorded", "queue", "record_attempts", "record_bounce"]

LONGEST_REPLY = 500
_DELIVERIES = table_of(Delivery)
_ATTEMPTS = table_of(DeliveryAttempt)
_RAW = table_of(RawEmail)
_THREADS = table_of(Thread)
_CHANGED = update(_THREADS).where(_THREADS.c.id == bindparam("which")).values(change_no=bindparam("number"))
_KEEP_BYTES = {
    "sqlite": sqlite.insert(_RAW).on_conflict_do_nothing(index_elements=["sha256"]),
    "postgresql": postgresql.insert(_RAW).on_conflict_do_nothing(index_elements=["sha256"]),
}
_ALARMED = _CHANGED.values(unread=True, needs_reply=True, status="open")


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
    kept = {"sha256": delivery["sha256"], "size": len(raw), "created_at": delivery["queued_at"]}
    kept |= {"blob_key": blob_key, "content": None if blob_key else raw}
    await connection.execute(_KEEP_BYTES[connection.dialect.name], kept)
    await connection.execute(insert(_DELIVERIES), dict(delivery) | {"domain": split(delivery["rcpt_to"])[1]})
    await notify(connection, OUTBOUND)


async def record_attempts(session: AsyncSession, ended: Sequence[tuple[Due, Recorded]]) -> list[tuple[Due, Recorded]]:
    """Write how attempts ended; those that are still the caller's: the others were taken over by another worker.

    An address that does not exist gets nothing more. An alarm puts the thread back before the seller.
    """
    kept = await _still_ours(session, ended)
    if not kept:
        return []
    connection = await session.connection()
    for columns, statement in _WRITE.items():
        rows = [row for row in map(_written, kept) if tuple(row["values"]) == columns]
        if rows:
            given = [{"which": row["id"]} | {f"to_{k}": v for k, v in row["values"].items()} for row in rows]
            await connection.execute(statement, given)
    await connection.execute(insert(_ATTEMPTS), [_attempt(due, recorded) for due, recorded in kept])
    for due, recorded in kept:
        if recorded.refusal == "address" and due.shop_id:
            await _bury(session, due.shop_id, due.rcpt_to, due.id, recorded.smtp_reply, recorded.at)
    await _show_changes(session, kept)
    return kept


_ALWAYS = ("state", "refusal", "smtp_reply", "at", "lease_until", "late_told_at")


def _writing(columns: tuple[str, ...]) -> Update:
    named: dict[str, Any] = {column: bindparam(f"to_{column}") for column in columns}
    return update(_DELIVERIES).where(_DELIVERIES.c.id == bindparam("which")).values(**named)


# Made once: making a statement costs several times as much as running it.
_WRITE = {
    columns: _writing(columns) for columns in (_ALWAYS, (*_ALWAYS, "next_attempt_at"), (*_ALWAYS, "relay_message_id"))
}
_FENCES = (
    select(_DELIVERIES.c.id, _DELIVERIES.c.attempts, _DELIVERIES.c.state)
    .where(_DELIVERIES.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(_DELIVERIES.c.id)
    .with_for_update()
)


async def _still_ours(session: AsyncSession, ended: Sequence[tuple[Due, Recorded]]) -> list[tuple[Due, Recorded]]:
    given = {"ids": [due.id for due, _ in ended]}
    rows = (await (await session.connection()).execute(_FENCES, given)).all()
    fences = {row.id: row.attempts for row in rows if row.state in ("queued", "deferred")}
    return [(due, recorded) for due, recorded in ended if fences.get(due.id) == due.attempts]


def _written(ended: tuple[Due, Recorded]) -> dict[str, Any]:
    due, recorded = ended
    values: dict[str, Any] = {name: getattr(recorded, name) for name in ("state", "refusal", "smtp_reply", "at")}
    values |= {"lease_until": None, "late_told_at": recorded.at if recorded.alarm else due.late_told_at}
    if recorded.next_attempt_at is not None:
        values["next_attempt_at"] = recorded.next_attempt_at
    if recorded.state == "sent":
        values["relay_message_id"] = relay_message_id(recorded.smtp_reply)
    return {"id": due.id, "values": values}


def _attempt(due: Due, recorded: Recorded) -> dict[str, Any]:
    same = {name: getattr(recorded, name) for name in ("at", "refusal", "smtp_reply", "host")}
    return (
        {"id": new_id(), "delivery_id": due.id, "outcome": recorded.state}
        | same
        | {"dialogue": list(recorded.dialogue)}
    )


async def _show_changes(session: AsyncSession, kept: Sequence[tuple[Due, Recorded]]) -> None:
    """One change of each thread, however many of its mails ended at once."""
    alarms: dict[tuple[str, str], bool] = {}
    for due, recorded in kept:
        if due.shop_id and due.thread_id:
            key = (due.shop_id, due.thread_id)
            alarms[key] = alarms.get(key, False) or recorded.alarm
    connection = await session.connection()
    for shop_id in sorted({shop_id for shop_id, _ in alarms}):
        threads = sorted(thread_id for shop, thread_id in alarms if shop == shop_id)
        first = await bump_change(session, shop_id, len(threads)) - len(threads) + 1
        rows = [
            {"which": thread_id, "number": number, "alarm": alarms[shop_id, thread_id]}
            for number, thread_id in enumerate(threads, first)
        ]
        for statement, alarmed in ((_CHANGED, False), (_ALARMED, True)):
            given = [{k: row[k] for k in ("which", "number")} for row in rows if row["alarm"] == alarmed]
            if given:
                await connection.execute(statement, given)


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
    if failed and row.shop_id:
        told = {"delivery_id": row.id, "thread_id": row.thread_id, "message_id": row.message_id, "mail": row.kind}
        told |= {"to_masked": mask(row.rcpt_to), "bounce": bounce.kind, "refusal": values["refusal"]}
        await emit(session, row.shop_id, "delivery.bounced", told, now)
    return failed


async def _bury(session: AsyncSession, shop_id: str, address: str, delivery_id: str, words: str, now: datetime) -> None:
    row = suppression(shop_id, address, EVERYTHING, "address", now, detail=words, delivery_id=delivery_id)
    await suppress(session, row)


async def show_change(session: AsyncSession, shop_id: str, thread_id: str, alarm: bool) -> None:
    """Open pages of the shop refresh; a mail that never arrived puts its thread back before the seller."""
    given = {"which": thread_id, "number": await bump_change(session, shop_id)}
    await (await session.connection()).execute(_ALARMED if alarm else _CHANGED, given)
