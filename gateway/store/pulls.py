"""Which shops' systems are due to be asked, who asks them now, and how far each has told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.models import OrderSource, Shop
from gateway.models.columns import table_of
from gateway.store.sources import LONGEST_ERROR, Caller

_SOURCES, _SHOPS = table_of(OrderSource), table_of(Shop)
LEASE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Due:
    """A source to ask; `lease_until` is the fence for writing what it said."""

    caller: Caller
    url: str
    cursor: Mapping[str, Any]
    failures: int
    lease_until: datetime


async def claim(session: AsyncSession, now: datetime) -> Due | None:
    """Take the source that has waited longest, for LEASE; no two workers get the same one."""
    connection = await session.connection()
    free = or_(_SOURCES.c.lease_until.is_(None), _SOURCES.c.lease_until <= now)
    due = (
        select(_SOURCES.c.id)
        .where(_SOURCES.c.enabled.is_(True), _SOURCES.c.next_pull_at <= now, free)
        .order_by(_SOURCES.c.next_pull_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    taken = update(_SOURCES).where(_SOURCES.c.id.in_(due)).values(lease_until=now + LEASE).returning(_SOURCES)
    row = (await connection.execute(taken)).first()
    if row is None:
        return None
    slug = (await connection.execute(select(_SHOPS.c.slug).where(_SHOPS.c.id == row.shop_id))).scalar_one()
    caller = Caller(row.id, row.shop_id, slug, row.kind, row.sealed, None, None)
    return Due(caller, row.url, row.cursor, row.failures, row.lease_until)


async def still_mine(session: AsyncSession, due: Due) -> bool:
    """Lock the source; false when another worker has it by now, or it is gone or switched off."""
    mine = (_SOURCES.c.id == due.caller.id, _SOURCES.c.lease_until == due.lease_until, _SOURCES.c.enabled.is_(True))
    statement = select(_SOURCES.c.id).where(*mine).with_for_update()
    return (await (await session.connection()).execute(statement)).first() is not None


async def keep_cursor(session: AsyncSession, due: Due, cursor: Mapping[str, Any], now: datetime) -> None:
    """Note how far the source has told."""
    values = {"cursor": dict(cursor), "last_at": now}
    await (await session.connection()).execute(update(_SOURCES).where(_SOURCES.c.id == due.caller.id).values(**values))


async def let_go(session: AsyncSession, due: Due, next_at: datetime, error: str, now: datetime) -> None:
    """End the lease: asked again at `next_at`. An error counts as a failure, none ends their row."""
    values: dict[str, Any] = {
        "lease_until": None,
        "next_pull_at": next_at,
        "failures": due.failures + 1 if error else 0,
    }
    if error:
        values |= {"last_error": error[:LONGEST_ERROR], "last_error_at": now}
    mine = (_SOURCES.c.id == due.caller.id, _SOURCES.c.lease_until == due.lease_until)
    await (await session.connection()).execute(update(_SOURCES).where(*mine).values(**values))
