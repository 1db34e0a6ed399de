"""Which threads changed since a moment that a follower remembers as one number for each shop.

Who changes a thread takes its number; here what stands beside threads and shows in their lists gets one too.
"""

from collections.abc import Mapping

from sqlalchemy import select, true, update
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.domain.actors import Actor
from gateway.domain.following import Change
from gateway.models import Shop, Thread
from gateway.models.columns import table_of
from gateway.store.filing import bump_change

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


async def changed_buyer(session: AsyncSession, shop_id: str, buyer_id: str) -> None:
    """Something of a buyer, or of one of their orders, is another than pages of their threads show.

    Locks the shop's row until the transaction ends, unless there is no thread.
    """
    connection = await session.connection()
    theirs = (_THREADS.c.buyer_id == buyer_id,)
    if (await connection.execute(select(_THREADS.c.id).where(*theirs).limit(1))).first() is not None:
        change_no = await bump_change(session, shop_id)
        await connection.execute(update(_THREADS).where(*theirs).values(change_no=change_no))


async def changed_setup(session: AsyncSession, shop_id: str | None) -> None:
    """Something that stands in many threads of a shop (None: of all shops) is another: pages show themselves anew."""
    mine = true() if shop_id is None else _SHOPS.c.id == shop_id
    statement = update(_SHOPS).where(mine).values(change_no=_SHOPS.c.change_no + 1)
    await (await session.connection()).execute(statement)
