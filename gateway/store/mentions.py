"""Writes whom a note calls, and that they have seen it. Whom a text calls is `domain.mentions`' part."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.models import Mention
from gateway.models.columns import table_of

_MENTIONS = table_of(Mention)


async def add(session: AsyncSession, message_id: str, thread_id: str, user_ids: Sequence[str], at: datetime) -> None:
    """Note that a message calls these people."""
    if user_ids:
        rows = [{"message_id": message_id, "thread_id": thread_id, "user_id": id_, "at": at} for id_ in user_ids]
        await (await session.connection()).execute(insert(_MENTIONS), rows)


async def see(session: AsyncSession, user_id: str, thread_id: str, at: datetime) -> bool:
    """Note that somebody has looked at a thread that calls them; true when that was news."""
    fresh = (_MENTIONS.c.user_id == user_id, _MENTIONS.c.thread_id == thread_id, _MENTIONS.c.seen_at.is_(None))
    return (await (await session.connection()).execute(update(_MENTIONS).where(*fresh).values(seen_at=at))).rowcount > 0


async def calls(session: AsyncSession, user_id: str, thread_id: str) -> bool:
    """True while a thread calls somebody who has not looked yet."""
    fresh = (_MENTIONS.c.user_id == user_id, _MENTIONS.c.thread_id == thread_id, _MENTIONS.c.seen_at.is_(None))
    return (
        await (await session.connection()).execute(select(_MENTIONS.c.message_id).where(*fresh).limit(1))
    ).first() is not None
