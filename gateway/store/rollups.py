"""Adds up what the dashboard shows, an hour or a day at a time, from the rows that are the truth. Read by `figures`."""

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    case,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.domain.measuring import Said, Times, Took, answers, day_of, month_after, month_of, rounded, steps
from gateway.models import (
    Channel,
    DailyTimes,
    Delivery,
    InboundEmail,
    Message,
    MonthlyTimes,
    RollupMark,
    Thread,
)
from gateway.models.columns import table_of
from gateway.models.rollups import DAILY_COUNTS as _COUNTS
from gateway.models.rollups import HOURS
from gateway.store.threads import rows

_TIMES, _MONTHS, _MARKS = table_of(DailyTimes), table_of(MonthlyTimes), table_of(RollupMark)
_MESSAGES, _THREADS, _CHANNELS = table_of(Message), table_of(Thread), table_of(Channel)
_INBOUND, _DELIVERIES = table_of(InboundEmail), table_of(Delivery)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


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
    for hour, statement in itertools.product(steps(since, until, HOUR), (_messages(), _ledger(), _bounces())):
        for row in await connection.execute(_counted(statement, hour)):
            key = (row.shop_id or "", day_of(hour), row.kind, row.name)
            counted.setdefault(key, Counter())[hour.hour] += row.times
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


def _counted(statement: Select[Any], hour: datetime) -> Select[Any]:
    """How many of each shop, kind and name fall into an hour: counted by the database, however many they are."""
    at = statement.selected_columns.at
    each = statement.where(at >= hour, at < hour + HOUR).subquery()
    parts = (each.c.shop_id, each.c.kind, each.c.name)
    return select(*parts, func.count().label("times")).group_by(*parts)


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


async def join_months(session: AsyncSession, since: datetime, until: datetime) -> None:
    """Join the days of each month anew that has some of its days between the two, and ended by `until`."""
    connection, month = await session.connection(), month_of(since)
    while (end := month_after(month)) <= until:
        await connection.execute(delete(_MONTHS).where(_MONTHS.c.month == month))
        days = joined(_TIMES, _TIMES.c.day >= month, _TIMES.c.day < end).subquery()
        filled = (literal(month, _MONTHS.c.month.type), *(days.c[name] for name in JOINED))
        await connection.execute(insert(_MONTHS).from_select(["month", *JOINED], select(*filled)))
        month = end


PARTS, JOINED = ("kind", "shop_id", "user_id"), ("kind", "shop_id", "user_id", "minutes", "targeted", "within")


def joined(table: FromClause, *conditions: ColumnElement[bool]) -> Select[Any]:
    """The times of each kind, shop and person, joined by the database."""
    return (
        select(
            *(table.c[name] for name in PARTS),
            func.aggregate_strings(table.c.minutes, " ").label("minutes"),
            func.sum(table.c.targeted).label("targeted"),
            func.sum(table.c.within).label("within"),
        )
        .where(*conditions)
        .group_by(*(table.c[name] for name in PARTS))
    )


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
