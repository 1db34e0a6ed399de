"""Reads what was done to threads; where a merged thread leads; who is blocked, and blocks. Rules stand in the flows."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.domain.actors import Actor
from gateway.models import Buyer, Thread, ThreadEvent
from gateway.models.columns import table_of
from gateway.store.restructuring import Event
from gateway.store.thread_search import owned

_EVENTS, _THREADS, _BUYERS = table_of(ThreadEvent), table_of(Thread), table_of(Buyer)


async def events(session: AsyncSession, ids: Collection[str]) -> dict[str, Event]:
    """Events by id. That the actor reaches the thread whose lines name them is the caller's to have settled."""
    if not ids:
        return {}
    statement = select(*(_EVENTS.c[name] for name in Event.__slots__)).where(_EVENTS.c.id.in_(ids))
    return {row.id: Event(*row) for row in await (await session.connection()).execute(statement)}


async def leads_to(session: AsyncSession, actor: Actor, thread_id: str) -> str | None:
    """The thread that a merged one of the actor's became part of."""
    statement = select(_THREADS.c.merged_into_id).where(owned(actor), _THREADS.c.id == thread_id)
    found: str | None = (await (await session.connection()).execute(statement)).scalar()
    return found


async def blocked_at(session: AsyncSession, buyer_id: str) -> datetime | None:
    """Since when a shop has blocked its buyer."""
    statement = select(_BUYERS.c.blocked_at).where(_BUYERS.c.id == buyer_id)
    found: datetime | None = (await (await session.connection()).execute(statement)).scalar()
    return found


async def set_blocked(session: AsyncSession, buyer_id: str, at: datetime | None) -> bool:
    """Block a buyer, or let them write again; false when it was so before."""
    other = _BUYERS.c.blocked_at.is_(None) if at else _BUYERS.c.blocked_at.is_not(None)
    statement = update(_BUYERS).where(_BUYERS.c.id == buyer_id, other).values(blocked_at=at)
    return (await (await session.connection()).execute(statement)).rowcount == 1
