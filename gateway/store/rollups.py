"""Adds up what the dashboard shows, an hour or a day at a time, from the rows that are the truth; and reads it."""

import functools
import itertools
import operator
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, delete, func, insert, literal, select, true, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.domain.actors import Actor
from gateway.domain.measuring import Said, Times, Took, answers, day_of, hour_of, rounded, steps
from gateway.models import Channel, DailyTimes, Delivery, InboundEmail, Message, RollupMark, Thread, User
from gateway.models.columns import table_of
from gateway.models.rollups import DAILY_COUNTS as _COUNTS
from gateway.models.rollups import HOURS
from gateway.store.threads import rows

_TIMES, _MARKS = table_of(DailyTimes), table_of(RollupMark)
_MESSAGES, _THREADS, _CHANNELS = table_of(Message), table_of(Thread), table_of(Channel)
_INBOUND, _DELIVERIES, _USERS = table_of(InboundEmail), table_of(Delivery), table_of(User)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Volume:
    """How often something happened in each hour of a day."""

    day: datetime
    kind: str
    name: str
    hours: tuple[int, ...]


async def mark(session: AsyncSession, name: str) -> datetime | None:
    """How far a walk has come."""
    found = await rows(session, select(_MARKS.c.at).where(_MARKS.c.name == name))
    return found[0].at if found else None


async def set_mark(session: AsyncSession, name: str, at: datetime) -> None:
    """Note how far a walk has come."""
    connection = await session.connection()
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    row = dialect.insert(_MARKS).values(name=name, at=at)
    await connection.execute(row.on_conflict_do_update(index_elements=["name"], set_={"at": at}))


async def first_moment(session: AsyncSession) -> datetime | None:
    """When the oldest mail of the ledger or message came."""
    found = [(await rows(session, select(func.min(column).label("at"))))[0].at for column in _STARTS]
    return min((at for at in found if at is not None), default=None)


_STARTS = (_MESSAGES.c.received_at, _INBOUND.c.received_at)


async def count_hours(session: AsyncSession, since: datetime, until: datetime) -> None:
    """Count the hours of a time anew, whatever was counted of them before. Both ends are full hours."""
    counted: dict[tuple[str, datetime, str, str], Counter[int]] = {}
    connection = await session.connection()
    for statement in (_messages(), _ledger(), _bounces()):
        column = statement.selected_columns.at
        for row in await connection.execute(statement.where(column >= since, column < until)):
            key = (row.shop_id or "", day_of(row.at), row.kind, row.name)
            counted.setdefault(key, Counter())[hour_of(row.at).hour] += 1
    for day in steps(day_of(since), until, DAY):
        first, last = max(since, day), min(until, day + DAY)
        hours = range(first.hour, first.hour + (last - first) // HOUR)
        await _keep_counts(session, day, hours, {key: count for key, count in counted.items() if key[1] == day})


async def _keep_counts(
    session: AsyncSession, day: datetime, hours: range, counted: Mapping[tuple[str, datetime, str, str], Counter[int]]
) -> None:
    """Set these hours of a day: those of which nothing was counted become nothing."""
    connection = await session.connection()
    of_day, names_ = _COUNTS.c.day == day, [HOURS[hour] for hour in hours]
    if len(hours) == len(HOURS):
        await connection.execute(delete(_COUNTS).where(of_day))
    else:
        await connection.execute(update(_COUNTS).where(of_day).values(dict.fromkeys(names_, 0)))
    if not counted:
        return
    keys = ("shop_id", "day", "kind", "name")
    made = [
        dict(zip(keys, key, strict=True)) | {name: count[hour] for hour, name in enumerate(HOURS)}
        for key, count in counted.items()
    ]
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    row = dialect.insert(_COUNTS)
    fresh = {name: row.excluded[name] for name in names_}
    await connection.execute(row.on_conflict_do_update(index_elements=list(keys), set_=fresh), made)


def _messages() -> Select[Any]:
    kind = case((_MESSAGES.c.direction == "inbound", "in"), else_="out").label("kind")
    columns = (_MESSAGES.c.shop_id, kind, _MESSAGES.c.channel.label("name"), _MESSAGES.c.received_at.label("at"))
    return select(*columns).where(_MESSAGES.c.direction.in_(("inbound", "outbound")))


def _ledger() -> Select[Any]:
    columns = (_INBOUND.c.shop_id, _INBOUND.c.state.label("kind"), literal("").label("name"))
    return select(*columns, _INBOUND.c.received_at.label("at")).where(_INBOUND.c.state.in_(("held", "failed")))


def _bounces() -> Select[Any]:
    columns = (_DELIVERIES.c.shop_id, _DELIVERIES.c.state.label("kind"), _DELIVERIES.c.domain.label("name"))
    return select(*columns, _DELIVERIES.c.at.label("at")).where(_DELIVERIES.c.state == "bounced")


async def time_days(session: AsyncSession, since: datetime, until: datetime) -> None:
    """Measure the days of a time anew: the answers that were given, and the conversations that were closed."""
    connection = await session.connection()
    found: dict[tuple[datetime, str, str, str], Times] = {}
    for kind, ended in (
        ("answer", await _answers(session, since, until)),
        ("solved", await _solved(session, since, until)),
    ):
        for shop_id, took in ended:
            found.setdefault((day_of(took.at), shop_id, kind, took.user_id), Times()).add(took)
    await connection.execute(delete(_TIMES).where(_TIMES.c.day >= since, _TIMES.c.day < until))
    if found:
        await connection.execute(insert(_TIMES), [_row(key, times) for key, times in found.items()])


def _row(key: tuple[datetime, str, str, str], times: Times) -> dict[str, Any]:
    named = dict(zip(("day", "shop_id", "kind", "user_id"), key, strict=True))
    minutes = " ".join(str(length) for length in sorted(times.minutes.elements()))
    return {"minutes": minutes, "targeted": times.targeted, "within": times.within, **named}


async def _answers(session: AsyncSession, since: datetime, until: datetime) -> Iterable[tuple[str, Took]]:
    """Whole conversations are read, since a wait may have begun on another day."""
    at = _MESSAGES.c.received_at
    answered = select(_MESSAGES.c.thread_id).where(at >= since, at < until, _MESSAGES.c.direction == "outbound")
    statement = (
        select(
            _MESSAGES.c.thread_id,
            _MESSAGES.c.shop_id,
            _MESSAGES.c.direction,
            _MESSAGES.c.received_at,
            _MESSAGES.c.author_user_id,
            _CHANNELS.c.response_minutes,
        )
        .outerjoin(_CHANNELS, _CHANNELS.c.id == _MESSAGES.c.channel_id)
        .where(_MESSAGES.c.thread_id.in_(answered), _MESSAGES.c.automatic == "")
        .where(_MESSAGES.c.direction.in_(("inbound", "outbound")))
        .order_by(_MESSAGES.c.thread_id, _MESSAGES.c.received_at, _MESSAGES.c.id)
    )
    found = await rows(session, statement)
    return [
        (shop_id, took)
        for (_, shop_id), of_thread in itertools.groupby(found, key=lambda row: (row.thread_id, row.shop_id))
        for took in answers([_said(row) for row in of_thread])
        if since <= took.at < until
    ]


def _said(row: Any) -> Said:
    return Said(row.received_at, row.direction == "inbound", row.author_user_id or "", row.response_minutes)


async def _solved(session: AsyncSession, since: datetime, until: datetime) -> Iterable[tuple[str, Took]]:
    at = _THREADS.c.closed_at
    columns = (_THREADS.c.shop_id, _THREADS.c.created_at, at, _THREADS.c.assignee_id)
    closed = (at >= since, at < until, _THREADS.c.status == "closed", _THREADS.c.merged_into_id.is_(None))
    statement = select(*columns).where(*closed)
    return [
        (row.shop_id, Took(row.closed_at, row.assignee_id or "", rounded(row.closed_at - row.created_at)))
        for row in await rows(session, statement)
    ]


def _reached(column: Any, actor: Actor, shop_id: str | None) -> ColumnElement[bool]:
    if shop_id is not None:
        one: ColumnElement[bool] = column == shop_id
        return one
    return true() if actor.shop_ids is None else column.in_(actor.shop_ids)


async def volumes(session: AsyncSession, actor: Actor, shop_id: str | None, since: datetime) -> list[Volume]:
    """The counts of all days from that of `since` on, each added up over the shops that the actor reaches (or one)."""
    hours = (func.sum(_COUNTS.c[hour]).label(hour) for hour in HOURS)
    statement = (
        select(_COUNTS.c.day, _COUNTS.c.kind, _COUNTS.c.name, *hours)
        .where(_COUNTS.c.day >= day_of(since), _reached(_COUNTS.c.shop_id, actor, shop_id))
        .where(_COUNTS.c.kind != "bounced")
        .group_by(_COUNTS.c.day, _COUNTS.c.kind, _COUNTS.c.name)
    )
    found = await rows(session, statement)
    return [Volume(row.day, row.kind, row.name, _from(since, row.day, row[3:])) for row in found]


def _from(since: datetime, day: datetime, hours: Sequence[Any]) -> tuple[int, ...]:
    """A day's hours, none of them before `since`."""
    first = since.hour if day == day_of(since) else 0
    return tuple(int(count) if hour >= first else 0 for hour, count in enumerate(hours))


async def bounces(
    session: AsyncSession, actor: Actor, shop_id: str | None, since: datetime, most: int
) -> list[tuple[str, int]]:
    """The domains from which mails came back since the full hour `since`, those with the most first."""
    first_day, whole = (_added(_COUNTS.c[hour] for hour in some) for some in (HOURS[since.hour :], HOURS))
    number = func.sum(case((_COUNTS.c.day == day_of(since), first_day), else_=whole)).label("number")
    statement = (
        select(_COUNTS.c.name, number)
        .where(_COUNTS.c.day >= day_of(since), _reached(_COUNTS.c.shop_id, actor, shop_id))
        .where(_COUNTS.c.kind == "bounced")
        .group_by(_COUNTS.c.name)
        .having(number > 0)
        .order_by(number.desc(), _COUNTS.c.name)
        .limit(most)
    )
    return [(row.name, int(row.number)) for row in await rows(session, statement)]


def _added(columns: Iterable[ColumnElement[int]]) -> ColumnElement[int]:
    return functools.reduce(operator.add, columns)


async def times(
    session: AsyncSession, actor: Actor, shop_id: str | None, since: datetime
) -> dict[tuple[str, str, str], Times]:
    """How long things took that ended from the day of `since` on, by kind, shop and person."""
    parts = (_TIMES.c.kind, _TIMES.c.shop_id, _TIMES.c.user_id)
    statement = (
        select(
            *parts,
            func.aggregate_strings(_TIMES.c.minutes, " ").label("minutes"),
            func.sum(_TIMES.c.targeted).label("targeted"),
            func.sum(_TIMES.c.within).label("within"),
        )
        .where(_TIMES.c.day >= day_of(since), _reached(_TIMES.c.shop_id, actor, shop_id))
        .group_by(*parts)
    )
    return {
        (row.kind, row.shop_id, row.user_id): Times(
            Counter({int(length): count for length, count in Counter(row.minutes.split(" ")).items()}),
            int(row.targeted),
            int(row.within),
        )
        for row in await rows(session, statement)
    }


async def backlog(session: AsyncSession, actor: Actor, shop_id: str | None) -> dict[str, int]:
    """How many conversations wait for a seller now, by shop."""
    statement = (
        select(_THREADS.c.shop_id, func.count().label("number"))
        .where(_THREADS.c.needs_reply, _THREADS.c.merged_into_id.is_(None))
        .where(_reached(_THREADS.c.shop_id, actor, shop_id))
        .group_by(_THREADS.c.shop_id)
    )
    return {row.shop_id: row.number for row in await rows(session, statement)}


async def outgoing(session: AsyncSession, actor: Actor, shop_id: str | None) -> Counter[str]:
    """How many mails wait to leave now, by state."""
    statement = (
        select(_DELIVERIES.c.state, func.count().label("number"))
        .where(_DELIVERIES.c.state.in_(("queued", "deferred")), _reached(_DELIVERIES.c.shop_id, actor, shop_id))
        .group_by(_DELIVERIES.c.state)
    )
    return Counter({row.state: row.number for row in await rows(session, statement)})


async def names(session: AsyncSession, user_ids: Sequence[str]) -> dict[str, str]:
    """What people are called, by id."""
    found = await rows(session, select(_USERS.c.id, _USERS.c.name, _USERS.c.email).where(_USERS.c.id.in_(user_ids)))
    return {row.id: row.name or row.email for row in found}
