"""The queue of outgoing mail for its workers: take what is due and has room, put off what has none, give back.

What became of an attempt is recorded by `deliveries`.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, literal, or_, select, text, update
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.domain.destinations import RELAY, Allowance, Rest
from gateway.domain.retrying import GIVEN_UP_AFTER, SELLER_TOLD_AFTER
from gateway.models import Delivery, Pause
from gateway.models.columns import table_of
from gateway.store.leases import OUTGOING

_DELIVERIES = table_of(Delivery)
_PAUSES = table_of(Pause)
_WAITING = _DELIVERIES.c.state.in_(("queued", "deferred"))


@dataclass(frozen=True, slots=True)
class Due:
    """One delivery on its way through a worker. `attempts` is the fence for writing its outcome."""

    id: str
    shop_id: str | None
    thread_id: str | None
    kind: str
    mail_from: str
    rcpt_to: str
    domain: str
    sha256: str
    first_attempt_at: datetime
    attempts: int
    attempts_before: int
    late_told_at: datetime | None


def is_paused() -> ColumnElement[bool]:
    """True for a delivery whose shop or domain an admin has paused."""
    shops = select(_PAUSES.c.value).where(_PAUSES.c.kind == "shop")
    domains = select(_PAUSES.c.value).where(_PAUSES.c.kind == "domain")
    of_shop = and_(_DELIVERIES.c.shop_id.is_not(None), _DELIVERIES.c.shop_id.in_(shops))
    return or_(of_shop, _DELIVERIES.c.domain.in_(domains))


_PAUSED = is_paused().compile(compile_kwargs={"literal_binds": True})
# Made once: making a statement costs several times as much as running it.
_CANDIDATES = {
    dialect: text(
        f"SELECT id, domain FROM deliveries {index} WHERE state IN ('queued', 'deferred') AND next_attempt_at <= :now "
        f"AND domain NOT IN :full AND NOT ({_PAUSED}) ORDER BY next_attempt_at LIMIT :most {lock}"
    ).bindparams(bindparam("now", type_=_DELIVERIES.c.next_attempt_at.type), bindparam("full", expanding=True))
    for dialect, index, lock in (
        ("sqlite", "INDEXED BY ix_deliveries_due", ""),  # by its own choice it sorts the whole queue
        ("postgresql", "", "FOR UPDATE SKIP LOCKED"),
    )
}
_TAKE = (
    update(_DELIVERIES)
    .where(_DELIVERIES.c.id.in_(bindparam("ids", expanding=True)))
    .values(
        next_attempt_at=bindparam("until", type_=_DELIVERIES.c.next_attempt_at.type),
        lease_until=bindparam("until", type_=_DELIVERIES.c.next_attempt_at.type),
        attempts=_DELIVERIES.c.attempts + 1,
        first_attempt_at=func.coalesce(
            _DELIVERIES.c.first_attempt_at, bindparam("now", type_=_DELIVERIES.c.next_attempt_at.type)
        ),
    )
    .returning(*(_DELIVERIES.c[name] for name in Due.__slots__))
)


async def claim(session: AsyncSession, now: datetime, allowance: Allowance, in_hand: Container[str] = ()) -> list[Due]:
    """Take the oldest due deliveries that nobody paused and that there is room for, for a lease.

    Not those that the worker has `in_hand`, by id: their leases end while the database is away.
    """
    ids = await _with_room(session, now, allowance, in_hand)
    if not ids:
        return []
    given = {"ids": ids, "until": now + OUTGOING, "now": now}
    rows = (await (await session.connection()).execute(_TAKE, given)).mappings().all()
    return sorted((Due(**row) for row in rows), key=lambda row: row.id)


async def _with_room(session: AsyncSession, now: datetime, allowance: Allowance, in_hand: Container[str]) -> list[str]:
    """A domain that fills up on the way leaves its turn to others: each round passes over one more of them."""
    connection = await session.connection()
    ids: list[str] = []
    met: set[str] = set()
    while allowance.total > 0:
        most = allowance.total + len(ids) + len(met)
        given: dict[str, Any] = {"now": now, "full": [RELAY, *allowance.full], "most": most}
        rows = [(row.id, row.domain) for row in await connection.execute(_CANDIDATES[connection.dialect.name], given)]
        met.update(id_ for id_, _ in rows if id_ in in_hand)
        ids += allowance.admit(row for row in rows if row[0] not in ids and row[0] not in met)
        if len(rows) < most:
            break
    return ids


async def put_off(session: AsyncSession, now: datetime, rests: Mapping[str, Rest]) -> None:
    """What is due and goes to a destination that rests waits for the rest's end: that is no try of its own.

    A mail that somebody has to be told of is left where it is, for `claim`.
    """
    connection = await session.connection()
    for destination, rest in rests.items():
        due = select(_DELIVERIES.c.id).where(_WAITING, _DELIVERIES.c.next_attempt_at <= now, *_nobody_is_told(now))
        if destination != RELAY:
            due = due.where(_DELIVERIES.c.domain == destination)
        due = due.with_for_update(skip_locked=True)
        began = literal(now, _DELIVERIES.c.first_attempt_at.type)
        values = _waits(rest) | {"first_attempt_at": func.coalesce(_DELIVERIES.c.first_attempt_at, began)}
        await connection.execute(update(_DELIVERIES).where(_DELIVERIES.c.id.in_(due)).values(**values))


def _nobody_is_told(now: datetime) -> tuple[ColumnElement[bool], ...]:
    began, told = _DELIVERIES.c.first_attempt_at, _DELIVERIES.c.late_told_at
    early = or_(began > now - SELLER_TOLD_AFTER, and_(told.is_not(None), began > now - GIVEN_UP_AFTER))
    return or_(began.is_(None), early), ~is_paused()


def _waits(rest: Rest) -> dict[str, Any]:
    return {"state": "deferred", "next_attempt_at": rest.until, "lease_until": None, "smtp_reply": rest.reply}


async def hold(session: AsyncSession, due: Due, rest: Rest) -> None:
    """Let go of a delivery that only found out what another had: that its destination is down. That was no try."""
    values = _waits(rest) | {"attempts_before": _DELIVERIES.c.attempts_before + 1}
    await (await session.connection()).execute(update(_DELIVERIES).where(*_mine(due)).values(**values))


async def give_back(session: AsyncSession, due: Due, now: datetime) -> None:
    """Let go of a delivery that was claimed and not sent after all: it is due at once, for whoever takes it."""
    values = {"next_attempt_at": now, "lease_until": None}
    await (await session.connection()).execute(update(_DELIVERIES).where(*_mine(due)).values(**values))


async def renew(session: AsyncSession, batch: Sequence[Due], now: datetime) -> None:
    """Keep deliveries that are still on their way for another lease."""
    for due in batch:
        leased = _DELIVERIES.c.lease_until.is_not(None)
        mine = update(_DELIVERIES).where(*_mine(due), leased)
        await (await session.connection()).execute(
            mine.values(next_attempt_at=now + OUTGOING, lease_until=now + OUTGOING)
        )


def _mine(due: Due) -> tuple[ColumnElement[bool], ...]:
    """As long as no other worker has claimed it since, and no admin has put an end to it."""
    return (_DELIVERIES.c.id == due.id, _DELIVERIES.c.attempts == due.attempts, _WAITING)
