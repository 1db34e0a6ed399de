"""A seller wants no more mail of a buyer, or takes it again. What becomes of such mail, `domain.deciding` says."""

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway import maillog
from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.conversations import clean_text
from gateway.store import restructuring as places
from gateway.store import thread_events as store

MAX_REASON_CHARS = 500


async def block(gw: Gateway, actor: Actor, thread_id: str, reason: str = "") -> None:
    """What the thread's buyer writes to the shop from now on is discarded, and says so in the ledger. Raises NotFound.

    The line in the thread keeps the reason, for colleagues.
    """
    said = clean_text(reason).strip()[:MAX_REASON_CHARS]
    async with gw.db.write() as session:
        place = await places.locked(session, actor, thread_id)
        if not await store.set_blocked(session, place.buyer_id, gw.clock.now()):
            return
        await _tell(session, gw, actor, place, "blocked", {"reason": said})
    maillog.event("buyer.blocked", id=place.buyer_id, by=actor.user_id or actor.id)


async def unblock(gw: Gateway, actor: Actor, thread_id: str) -> None:
    """Take the buyer's mail again; what was discarded can be processed again from the ledger. Raises NotFound."""
    async with gw.db.write() as session:
        place = await places.locked(session, actor, thread_id)
        if not await store.set_blocked(session, place.buyer_id, None):
            return
        await _tell(session, gw, actor, place, "unblocked", {})
    maillog.event("buyer.unblocked", id=place.buyer_id, by=actor.user_id or actor.id)


async def _tell(
    session: AsyncSession, gw: Gateway, actor: Actor, place: places.Place, kind: str, data: dict[str, str]
) -> None:
    await places.add_event(session, place, kind, actor, gw.clock.now(), dict(data))
    await places.recount(session, place.id, place.shop_id)
