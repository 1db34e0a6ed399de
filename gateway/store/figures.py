"""Reads what the dashboard shows: the sums of the past, and what waits at this moment. The adding up: `rollups`."""

import functools
import operator
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select, true, union_all
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.domain.actors import Actor
from gateway.domain.measuring import Times, day_of, month_after, month_of
from gateway.models import DailyTimes, Delivery, MonthlyTimes, Thread, User
from gateway.models.columns import table_of
from gateway.models.rollups import DAILY_COUNTS as _COUNTS
from gateway.models.rollups import HOURS
from gateway.store.rollups import DAY, JOINED, joined
from gateway.store.threads import rows

_TIMES, _MONTHS = table_of(DailyTimes), table_of(MonthlyTimes)
_THREADS, _DELIVERIES, _USERS = table_of(Thread), table_of(Delivery), table_of(User)


@dataclass(frozen=True, slots=True)
class Volume:
    """How often something happened in each hour of a day."""

    day: datetime
    kind: str
    name: str
    hours: tuple[int, ...]


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
    session: AsyncSession, actor: Actor, shop_id: str | None, since: datetime, counted_to: datetime | None
) -> dict[tuple[str, str, str], Times]:
    """How long things took that ended from the day of `since` on, by kind, shop and person.

    Of the months that were over when all was counted the joined rows are read, of the others the days.
    """
    day = day_of(since)
    first, last = month_after(day - DAY), month_of(counted_to or since)
    by_day = or_(_TIMES.c.day < first, _TIMES.c.day >= last) if first < last else true()
    by_month = (_MONTHS.c.month >= first, _MONTHS.c.month < last, _reached(_MONTHS.c.shop_id, actor, shop_id))
    pieces = union_all(
        select(*(_TIMES.c[name] for name in JOINED)).where(
            _TIMES.c.day >= day, by_day, _reached(_TIMES.c.shop_id, actor, shop_id)
        ),
        select(*(_MONTHS.c[name] for name in JOINED)).where(*by_month),
    ).subquery()
    return {
        (row.kind, row.shop_id, row.user_id): Times(
            Counter({int(length): count for length, count in Counter(row.minutes.split(" ")).items()}),
            int(row.targeted),
            int(row.within),
        )
        for row in await rows(session, joined(pieces))
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
