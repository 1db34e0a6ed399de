"""Who else is looking at a thread, or writing in it. Pages say so again and again; what is not said again ends."""

from datetime import timedelta

from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.writing import Viewer
from gateway.errors import Duplicate
from gateway.models import Presence
from gateway.store import presence as store
from gateway.store.drafts import shop_of_thread
from gateway.store.filing import bump_change

PRESENT_FOR = timedelta(seconds=50)
"""Pages say it each 20 seconds: one that is lost takes nobody away."""
TYPING_FOR = timedelta(seconds=8)


async def here(gw: Gateway, actor: Actor, thread_id: str, typing: bool = False) -> None:
    """The actor has the thread open. Raises NotFound."""
    now = gw.clock.now()
    try:
        async with gw.db.write() as session:
            shop_id = await shop_of_thread(session, actor, thread_id)
            until = now + TYPING_FOR if typing else None
            row = Presence(thread_id=thread_id, user_id=actor.user_id, shop_id=shop_id, expires_at=now + PRESENT_FOR)
            row.typing_until = until
            if await store.keep(session, row, now):
                await bump_change(session, shop_id)
    except Duplicate:
        # Another page of the same person said it at this very moment.
        return


async def others(gw: Gateway, actor: Actor) -> dict[str, tuple[Viewer, ...]]:
    """Who but the actor has which thread of the actor's shops open; threads that nobody else looks at are left out."""
    now = gw.clock.now()
    return await gw.db.look(lambda session: store.present(session, actor, now))


async def gone(gw: Gateway, actor: Actor, thread_id: str) -> None:
    """The actor has closed the thread. Raises NotFound."""
    async with gw.db.write() as session:
        shop_id = await shop_of_thread(session, actor, thread_id)
        if await store.remove(session, thread_id, actor.user_id):
            await bump_change(session, shop_id)
