"""The queue of events for its workers: claim what is due, record what the programs said, forget what is old."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import case, delete, func, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.domain.webhooks.retrying import given_up_on
from gateway.models import Delivery, Membership, Message, User, Webhook, WebhookDelivery, WebhookEvent
from gateway.models.columns import table_of

_HOOKS, _EVENTS, _DELIVERIES = table_of(Webhook), table_of(WebhookEvent), table_of(WebhookDelivery)
_USERS, _MEMBERSHIPS = table_of(User), table_of(Membership)
_MESSAGES, _MAILS = table_of(Message), table_of(Delivery)
LEASE = timedelta(seconds=60)
"""Longer than one call can take."""
LOOK_AGAIN = timedelta(seconds=2)
"""After so long it is looked again whether an answer has left."""
AT_ONCE_EACH = 4
"""Of one webhook so many are taken at a time, so that a slow program holds up no other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One delivery on its way through a worker. `attempts` is the fence for writing its outcome."""

    id: str
    webhook_id: str
    attempts: int
    event_id: str
    kind: str
    data: dict[str, Any]
    happened_at: datetime
    url: str
    sealed: bytes
    former_sealed: bytes | None
    former_until: datetime | None


@dataclass(frozen=True, slots=True)
class Ended:
    """How one attempt ended: state sent, waiting (for `next_attempt_at`) or failed; `gone` when it wants no more."""

    due: Due
    state: str
    status: int
    answer: str
    at: datetime
    next_attempt_at: datetime | None = None
    gone: bool = False


async def claim(session: AsyncSession, now: datetime, limit: int) -> list[Due]:
    """Take up to `limit` due deliveries of enabled webhooks, oldest first, for LEASE."""
    connection = await session.connection()
    turn = func.row_number().over(partition_by=_DELIVERIES.c.webhook_id, order_by=_DELIVERIES.c.next_attempt_at)
    due = (
        select(_DELIVERIES.c.id, turn.label("turn"))
        .join(_HOOKS, _HOOKS.c.id == _DELIVERIES.c.webhook_id)
        .where(_DELIVERIES.c.state == "waiting", _DELIVERIES.c.next_attempt_at <= now, _HOOKS.c.enabled.is_(True))
        .subquery()
    )
    chosen = (
        select(_DELIVERIES.c.id)
        .where(_DELIVERIES.c.id.in_(select(due.c.id).where(due.c.turn <= AT_ONCE_EACH)))
        .where(_DELIVERIES.c.state == "waiting", _DELIVERIES.c.next_attempt_at <= now)
        .order_by(_DELIVERIES.c.next_attempt_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    first = func.coalesce(_DELIVERIES.c.first_attempt_at, _DELIVERIES.c.next_attempt_at)
    taken = (
        update(_DELIVERIES)
        .where(_DELIVERIES.c.id.in_(chosen))
        .values(next_attempt_at=now + LEASE, attempts=_DELIVERIES.c.attempts + 1, first_attempt_at=first)
        .returning(_DELIVERIES.c.id)
    )
    ids = (await connection.execute(taken)).scalars().all()
    return await _due(session, ids) if ids else []


async def _due(session: AsyncSession, ids: Sequence[str]) -> list[Due]:
    secrets = (_HOOKS.c.url, _HOOKS.c.sealed, _HOOKS.c.former_sealed, _HOOKS.c.former_until)
    own = (_DELIVERIES.c.id, _DELIVERIES.c.webhook_id, _DELIVERIES.c.attempts, _DELIVERIES.c.event_id)
    statement = (
        select(*own, *secrets, _EVENTS.c.kind, _EVENTS.c.data, _EVENTS.c.at.label("happened_at"))
        .join(_HOOKS, _HOOKS.c.id == _DELIVERIES.c.webhook_id)
        .join(_EVENTS, _EVENTS.c.id == _DELIVERIES.c.event_id)
        .where(_DELIVERIES.c.id.in_(ids))
        .order_by(_DELIVERIES.c.id)
    )
    return [Due(**row._mapping) for row in await (await session.connection()).execute(statement)]


async def not_yet_true(session: AsyncSession, batch: Sequence[Due], now: datetime) -> set[str]:
    """Of claimed deliveries, those that tell of an answer that may still be taken back; their ids.

    They wait until its mail is on its way. One that was taken back, or stopped before it left, is told to nobody.
    """
    answers = {due.id: due.data["message_id"] for due in batch if due.kind == "message.replied"}
    if not answers:
        return set()
    connection = await session.connection()
    mails = (
        select(_MESSAGES.c.id, _MAILS.c.state, _MAILS.c.attempts, _MAILS.c.refusal, _MAILS.c.next_attempt_at)
        .outerjoin(_MAILS, _MAILS.c.message_id == _MESSAGES.c.id)
        .where(_MESSAGES.c.id.in_(set(answers.values())))
    )
    found = {row.id: row for row in await connection.execute(mails)}
    waiting = {id_ for id_, row in found.items() if row.state == "queued" and row.attempts == 0}
    true = {
        id_
        for id_, row in found.items()
        if id_ not in waiting and not (row.refusal == "cancelled" and not row.attempts)
    }
    gone = [id_ for id_, message in answers.items() if message not in waiting | true]
    await connection.execute(delete(_DELIVERIES).where(_DELIVERIES.c.id.in_(gone)))
    later = {id_: found[message].next_attempt_at for id_, message in answers.items() if message in waiting}
    for id_, at in later.items():
        again = {"attempts": 0, "first_attempt_at": None, "next_attempt_at": max(at, now + LOOK_AGAIN)}
        await connection.execute(update(_DELIVERIES).where(_DELIVERIES.c.id == id_).values(**again))
    return {*gone, *later}


async def record(session: AsyncSession, ended: Ended) -> str:
    """Write how an attempt ended, unless another worker took it over; why the webhook was switched off, if it was."""
    connection = await session.connection()
    values: dict[str, Any] = {"state": ended.state, "status": ended.status, "answer": ended.answer, "at": ended.at}
    if ended.next_attempt_at is not None:
        values["next_attempt_at"] = ended.next_attempt_at
    mine = (_DELIVERIES.c.id == ended.due.id, _DELIVERIES.c.attempts == ended.due.attempts)
    waiting = _DELIVERIES.c.state == "waiting"
    if not (await connection.execute(update(_DELIVERIES).where(*mine, waiting).values(**values))).rowcount:
        return ""
    hook = _HOOKS.c.id == ended.due.webhook_id
    if ended.state == "sent":
        good = {"failing_since": None, "last_success_at": ended.at}
        await connection.execute(update(_HOOKS).where(hook).values(**good))
        return ""
    before = select(_HOOKS.c.failing_since, _HOOKS.c.enabled).where(hook).with_for_update()
    since, enabled = (await connection.execute(before)).one()
    why = "gone" if ended.gone else "failing" if given_up_on(since, ended.at) else ""
    why = why if enabled else ""
    bad: dict[str, Any] = {"failing_since": since or ended.at}
    if why:
        bad |= {"enabled": False, "disabled_why": why}
    await connection.execute(update(_HOOKS).where(hook).values(**bad))
    return why


@dataclass(frozen=True, slots=True)
class Off:
    """A webhook that was switched off, and who has to know: the address and language of each."""

    name: str
    shop_id: str | None
    people: tuple[tuple[str, str], ...]


async def off(session: AsyncSession, webhook_id: str) -> Off:
    """What there is to tell of one that is known to exist: to the admins, and to the managers of its shop."""
    connection = await session.connection()
    mine = select(_HOOKS.c.description, _HOOKS.c.url, _HOOKS.c.shop_id).where(_HOOKS.c.id == webhook_id)
    hook = (await connection.execute(mine)).one()
    role = case((_MEMBERSHIPS.c.role == "", _USERS.c.role), else_=_MEMBERSHIPS.c.role)
    managing = select(_MEMBERSHIPS.c.user_id).where(
        _MEMBERSHIPS.c.shop_id == hook.shop_id, _MEMBERSHIPS.c.user_id == _USERS.c.id, role == "manager"
    )
    people = (
        select(_USERS.c.email, _USERS.c.locale)
        .where(_USERS.c.active.is_(True), or_(_USERS.c.role == "admin", managing.exists()))
        .order_by(_USERS.c.id)
    )
    told = tuple((row.email, row.locale) for row in await connection.execute(people))
    return Off(hook.description or urlsplit(hook.url).hostname or "webhook", hook.shop_id, told)


async def switched_off(session: AsyncSession) -> int:
    """How many webhooks are off because their programs failed or wanted no more."""
    failing = select(func.count()).select_from(_HOOKS).where(_HOOKS.c.enabled.is_(False), _HOOKS.c.disabled_why != "")
    return int((await (await session.connection()).execute(failing)).scalar_one())


async def forget_events(session: AsyncSession, before: datetime) -> int:
    """Remove old events with their deliveries; how many events went."""
    connection = await session.connection()
    old = select(_EVENTS.c.id).where(_EVENTS.c.at < before)
    await connection.execute(delete(_DELIVERIES).where(_DELIVERIES.c.event_id.in_(old)))
    return int((await connection.execute(delete(_EVENTS).where(_EVENTS.c.at < before))).rowcount)
