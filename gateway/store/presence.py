"""Who has a thread open and who writes in it: rows that end by themselves, so that any web process can tell."""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, select, true, update
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.domain.actors import Actor
from gateway.domain.writing import Viewer
from gateway.models import Presence, User
from gateway.models.columns import table_of

_P, _USERS = table_of(Presence), table_of(User)


def _mine(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.shop_ids is None else _P.c.shop_id.in_(actor.shop_ids)


async def present(session: AsyncSession, actor: Actor, now: datetime) -> dict[str, tuple[Viewer, ...]]:
    """Who else looks at the threads of the actor's shops; threads that nobody else looks at are left out."""
    statement = (
        select(_P.c.thread_id, _P.c.user_id, _P.c.typing_until, _USERS.c.name, _USERS.c.email)
        .join(_USERS, _USERS.c.id == _P.c.user_id)
        .where(_mine(actor), _P.c.expires_at > now, _P.c.user_id != actor.user_id)
        .order_by(_USERS.c.email_folded)
    )
    found: dict[str, list[Viewer]] = defaultdict(list)
    for row in await (await session.connection()).execute(statement):
        typing = row.typing_until is not None and row.typing_until > now
        found[row.thread_id].append(Viewer(row.user_id, row.name or row.email.partition("@")[0], typing))
    return {thread_id: tuple(viewers) for thread_id, viewers in found.items()}


async def keep(session: AsyncSession, row: Presence, now: datetime) -> bool:
    """Say that somebody is there; true when others see something new by it."""
    connection = await session.connection()
    mine = (_P.c.thread_id == row.thread_id, _P.c.user_id == row.user_id)
    before = (await connection.execute(select(_P).where(*mine).with_for_update())).first()
    values = {"expires_at": row.expires_at, "typing_until": row.typing_until}
    if before is None:
        own = {"thread_id": row.thread_id, "user_id": row.user_id, "shop_id": row.shop_id}
        await connection.execute(insert(_P), own | values)
        return True
    await connection.execute(update(_P).where(*mine).values(**values))
    typed = before.typing_until is not None and before.typing_until > now
    return before.expires_at <= now or typed != (row.typing_until is not None)


async def remove(session: AsyncSession, thread_id: str, user_id: str) -> bool:
    """Somebody went; true when they were there."""
    gone = delete(_P).where(_P.c.thread_id == thread_id, _P.c.user_id == user_id)
    return (await (await session.connection()).execute(gone)).rowcount > 0


async def forget_expired(session: AsyncSession, now: datetime) -> set[str]:
    """Remove who has not said so for long, and who no longer types; the shops whose open pages see it."""
    connection = await session.connection()
    gone = delete(_P).where(_P.c.expires_at <= now).returning(_P.c.shop_id)
    shops = set((await connection.execute(gone)).scalars())
    silent = update(_P).where(_P.c.typing_until <= now).values(typing_until=None).returning(_P.c.shop_id)
    return shops | set((await connection.execute(silent)).scalars())
