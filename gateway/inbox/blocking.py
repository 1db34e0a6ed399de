"""A seller wants no more mail of a buyer, or takes it again. What becomes of such mail, `domain.deciding` says."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway import maillog
from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.auditing import On
from gateway.domain.conversations import clean_text
from gateway.inbox import threads as inbox
from gateway.store import restructuring as places
from gateway.store import thread_events as store
from gateway.store import threads
from gateway.store.audit import record

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


async def blocked_since(gw: Gateway, actor: Actor, thread_id: str) -> datetime | None:
    """Since when the thread's buyer is blocked; None for one who is not. Raises NotFound."""
    thread = await inbox.summary(gw, actor, thread_id)
    async with gw.db.read() as session:
        return await store.blocked_at(session, thread.buyer.id)


async def _tell(
    session: AsyncSession, gw: Gateway, actor: Actor, place: places.Place, kind: str, data: dict[str, str]
) -> None:
    """In the thread for colleagues, with the reason; in the audit log for admins, who see whom by the masked address.

    A reason may name anything of the buyer's, and the log can't forget: it stays out of it.
    """
    now = gw.clock.now()
    await places.add_event(session, place, kind, actor, now, dict(data))
    await places.recount(session, place.id, place.shop_id)
    thread = await threads.thread(session, actor, place.id)
    whom = thread.buyer.email_masked if thread else ""
    on = On(place.buyer_id, place.shop_id, whom)
    await record(session, actor, f"buyer.{kind}", on, now, {"buyer": whom, "thread": place.id})
