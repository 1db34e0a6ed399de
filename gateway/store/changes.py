"""Reads which threads changed since a moment that a follower remembers as one number for each shop."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.domain.actors import Actor
from gateway.domain.following import Change
from gateway.models import Shop, Thread
from gateway.models.columns import table_of

_SHOPS, _THREADS = table_of(Shop), table_of(Thread)


async def numbers(session: AsyncSession, actor: Actor) -> dict[str, tuple[str, int]]:
    """Id and change number of each shop that the actor reaches, by slug."""
    statement = select(_SHOPS.c.slug, _SHOPS.c.id, _SHOPS.c.change_no)
    if actor.shop_ids is not None:
        statement = statement.where(_SHOPS.c.id.in_(actor.shop_ids))
    rows = await (await session.connection()).execute(statement)
    return {row.slug: (row.id, row.change_no) for row in rows}


async def changed(session: AsyncSession, actor: Actor, since: Mapping[str, int], limit: int) -> list[Change]:
    """Threads that changed after the numbers `since` (by slug), each shop's oldest change first; at most `limit`."""
    found: list[Change] = []
    for slug, (shop_id, newest) in (await numbers(session, actor)).items():
        after = since.get(slug, 0)
        if newest <= after or len(found) >= limit:
            continue
        statement = (
            select(_THREADS.c.id, _THREADS.c.change_no)
            .where(_THREADS.c.shop_id == shop_id, _THREADS.c.change_no > after)
            .order_by(_THREADS.c.change_no)
            .limit(limit - len(found))
        )
        rows = await (await session.connection()).execute(statement)
        found.extend(Change(slug, row.id, row.change_no) for row in rows)
    return found
