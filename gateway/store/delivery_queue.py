"""The queue of outgoing mail for people: list and show, try again, stop, pause a shop or a domain. Workers don't."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, delete, or_, select, true, update
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.domain.actors import Actor
from gateway.domain.queueing import (
    CANCELLED,
    RETRIED,
    AttemptView,
    DeliveryDetail,
    DeliveryQuery,
    PauseView,
    QueuedMail,
)
from gateway.errors import Conflict, NotFound
from gateway.models import Delivery, DeliveryAttempt, Pause, Shop
from gateway.models.columns import table_of
from gateway.store.deliveries import show_change
from gateway.store.delivery_claims import is_paused
from gateway.store.wakeups import OUTBOUND, notify

_D, _A, _S, _P = table_of(Delivery), table_of(DeliveryAttempt), table_of(Shop), table_of(Pause)
_SAME = (
    "id kind rcpt_to domain state refusal attempts smtp_reply internet_message_id thread_id message_id queued_at at"
).split()
_ATTEMPT = "at outcome refusal smtp_reply host".split()
_WAITING = ("queued", "deferred")
MOST_ATTEMPTS = 200


def _owned(actor: Actor) -> ColumnElement[bool]:
    """What belongs to no shop is for those who reach all of them."""
    return true() if actor.shop_ids is None else _D.c.shop_id.in_(actor.shop_ids)


def _mails(actor: Actor) -> Select[Any]:
    columns = [_D.c[name] for name in (*_SAME, "next_attempt_at", "lease_until")]
    return (
        select(*columns, _S.c.slug.label("shop"), is_paused().label("paused"))
        .outerjoin(_S, _S.c.id == _D.c.shop_id)
        .where(_owned(actor))
    )


def _mail(row: Row[Any], now: datetime) -> QueuedMail:
    waiting = row.state in _WAITING
    sending = waiting and row.lease_until is not None and row.lease_until > now
    return QueuedMail(
        shop=row.shop,
        next_attempt_at=row.next_attempt_at if waiting and not sending else None,
        sending=sending,
        paused=bool(row.paused) and waiting,
        **{name: getattr(row, name) for name in _SAME},
    )


async def deliveries(session: AsyncSession, actor: Actor, query: DeliveryQuery, now: datetime) -> list[QueuedMail]:
    """Up to `limit + 1` mails, newest first: the one over tells that there are more."""
    statement = _mails(actor)
    if query.state is not None:
        statement = statement.where(_D.c.state == query.state)
    if query.shop is not None:
        statement = statement.where(_S.c.slug == query.shop)
    if query.cursor is not None:
        statement = statement.where(_D.c.id < query.cursor)
    statement = statement.order_by(_D.c.id.desc()).limit(query.limit + 1)
    return [_mail(row, now) for row in await (await session.connection()).execute(statement)]


async def delivery(session: AsyncSession, actor: Actor, id_: str, now: datetime) -> DeliveryDetail:
    """One mail with its newest attempts, in order. Raises NotFound for what the actor does not reach."""
    connection = await session.connection()
    row = (await connection.execute(_mails(actor).where(_D.c.id == id_))).first()
    if row is None:
        raise NotFound("there is no such mail in the queue")
    newest = select(_A).where(_A.c.delivery_id == id_).order_by(_A.c.id.desc()).limit(MOST_ATTEMPTS)
    attempts = (await connection.execute(newest)).all()
    return DeliveryDetail(_mail(row, now), tuple(_attempt(attempt) for attempt in reversed(attempts)))


def _attempt(row: Row[Any]) -> AttemptView:
    return AttemptView(dialogue=tuple(row.dialogue or ()), **{name: getattr(row, name) for name in _ATTEMPT})


async def shop_of(session: AsyncSession, id_: str) -> str | None:
    """The id of the shop that a mail is of."""
    found = await (await session.connection()).execute(select(_D.c.shop_id).where(_D.c.id == id_))
    shop_id: str | None = found.scalar_one_or_none()
    return shop_id


async def retry(session: AsyncSession, actor: Actor, id_: str, now: datetime) -> None:
    """Make a mail due now and begin its schedule anew; the bytes and the Message-ID stay.

    Raises NotFound, and Conflict when it is sent, waits already, or is being sent at this moment.
    """
    values = {"state": "queued", "refusal": "", "next_attempt_at": now} | _FROM_THE_START
    await _move(session, actor, id_, RETRIED, values, now)
    await notify(await session.connection(), OUTBOUND)


_FROM_THE_START: dict[str, Any] = {
    "first_attempt_at": None,
    "late_told_at": None,
    "lease_until": None,
    "attempts_before": _D.c.attempts,
}


async def cancel(session: AsyncSession, actor: Actor, id_: str, words: str, now: datetime) -> None:
    """Stop a mail that has not left. Raises NotFound, and Conflict when it has, or is being sent at this moment."""
    values = {"state": "failed", "refusal": "cancelled", "smtp_reply": words, "at": now}
    await _move(session, actor, id_, CANCELLED, values, now)


async def _move(
    session: AsyncSession, actor: Actor, id_: str, states: Sequence[str], values: dict[str, Any], now: datetime
) -> None:
    free = or_(_D.c.lease_until.is_(None), _D.c.lease_until <= now)
    mine = update(_D).where(_D.c.id == id_, _D.c.state.in_(states), free, _owned(actor)).values(**values)
    row = (await (await session.connection()).execute(mine.returning(_D.c.shop_id, _D.c.thread_id))).first()
    if row is None:
        found = (await delivery(session, actor, id_, now)).mail
        raise Conflict("this mail is being sent at this moment" if found.sending else f"this mail is {found.state}")
    if row.shop_id and row.thread_id:
        await show_change(session, row.shop_id, row.thread_id, alarm=False)


async def pauses(session: AsyncSession, actor: Actor) -> list[PauseView]:
    """What is paused, oldest first: the actor's shops, and the domains for everybody to see."""
    statement = select(_P, _S.c.slug).outerjoin(_S, (_P.c.kind == "shop") & (_S.c.id == _P.c.value)).order_by(_P.c.id)
    if actor.shop_ids is not None:
        statement = statement.where(or_(_P.c.kind == "domain", _P.c.value.in_(actor.shop_ids)))
    rows = await (await session.connection()).execute(statement)
    return [_pause(row) for row in rows]


def _pause(row: Row[Any]) -> PauseView:
    value = row.slug if row.kind == "shop" else row.value
    return PauseView(id=row.id, kind=row.kind, value=value, reason=row.reason, by_name=row.by_name, at=row.at)


async def add_pause(session: AsyncSession, pause: Pause) -> None:
    """Let mail wait from the next claim on. Raises Duplicate when it does so already."""
    session.add(pause)
    await session.flush()


async def resume(session: AsyncSession, actor: Actor, id_: str, now: datetime) -> None:
    """End a pause. What waited is due at once, and its schedule begins anew. Raises NotFound.

    A domain is no shop's own: only who reaches all shops lets it go on.
    """
    connection = await session.connection()
    ended = delete(_P).where(_P.c.id == id_)
    if actor.shop_ids is not None:
        ended = ended.where(_P.c.kind == "shop", _P.c.value.in_(actor.shop_ids))
    row = (await connection.execute(ended.returning(_P.c.kind, _P.c.value))).first()
    if row is None:
        raise NotFound("there is no such pause")
    column = _D.c.shop_id if row.kind == "shop" else _D.c.domain
    free = or_(_D.c.lease_until.is_(None), _D.c.lease_until <= now)
    waiting = update(_D).where(column == row.value, _D.c.state.in_(_WAITING), free)
    await connection.execute(waiting.values(next_attempt_at=now, **_FROM_THE_START))
    await notify(connection, OUTBOUND)
