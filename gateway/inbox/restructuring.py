"""Merge, split and move threads: what people do when the clues were wrong. Each act is an event and can be undone.

Everything stays within one shop and one buyer, so nobody comes to see what was not meant for them. Merged threads
keep their rows and tokens: mail to their addresses arrives where they lead.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway import maillog
from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.auditing import On, changes
from gateway.errors import Conflict, Forbidden, Invalid
from gateway.store import buyers
from gateway.store import restructuring as store
from gateway.store.audit import record
from gateway.store.restructuring import Event, Place


async def merge(gw: Gateway, actor: Actor, thread_id: str, into: str) -> str:
    """Put a thread's messages into another one of the same buyer; the event's id.

    Raises NotFound, Invalid for another buyer's thread or the same one, Conflict for one that is merged already.
    """
    async with gw.db.write() as session:
        source, target = await _both(session, actor, thread_id, into)
        return await _merge(session, gw, actor, source, target)


async def _both(session: AsyncSession, actor: Actor, one: str, other: str) -> tuple[Place, Place]:
    source, target = await store.locked(session, actor, one), await store.locked(session, actor, other)
    if source.id == target.id:
        raise Invalid("a thread can't be merged into itself", "into")
    if (source.shop_id, source.buyer_id) != (target.shop_id, target.buyer_id):
        raise Invalid("both threads must be of the same buyer and shop", "into")
    if source.merged_into_id or target.merged_into_id:
        raise Conflict("one of the threads is merged already")
    return source, target


async def _merge(session: AsyncSession, gw: Gateway, actor: Actor, source: Place, target: Place) -> str:
    ids, now = await store.message_ids(session, source.id), gw.clock.now()
    await store.move_messages(session, ids, source.id, target.id)
    followers = await store.redirect(session, source.id, target.id)
    await store.set_thread(session, source.id, merged_into_id=target.id, status="closed", needs_reply=False)
    data = {"source": source.id, "messages": ids, "followers": followers}
    event_id = await store.add_event(session, target, "merged", actor, now, data)
    await store.recount(session, target.id, target.shop_id)
    told = {"into": target.id, "event": event_id}
    await record(session, actor, "thread.merged", On(source.id, source.shop_id), now, told)
    return event_id


async def split(gw: Gateway, actor: Actor, thread_id: str, message_ids: Sequence[str]) -> tuple[str, str]:
    """Put some of a thread's messages into a new thread without an order; the new thread's and the event's id.

    Raises NotFound, Invalid when the messages are none or all of the thread's.
    """
    async with gw.db.write() as session:
        source, now = await store.locked(session, actor, thread_id), gw.clock.now()
        present = set(await store.message_ids(session, thread_id))
        chosen = [id_ for id_ in dict.fromkeys(message_ids) if id_ in present]
        if not chosen or len(chosen) == len(present) or len(chosen) != len(set(message_ids)):
            raise Invalid("choose some of the thread's messages, not all", "message_ids")
        fresh = await store.new_thread(session, source, now)
        await store.move_messages(session, chosen, source.id, fresh)
        event_id = await store.add_event(session, source, "split", actor, now, {"target": fresh, "messages": chosen})
        for id_ in (source.id, fresh):
            await store.recount(session, id_, source.shop_id)
        told = {"new": fresh, "messages": chosen, "event": event_id}
        await record(session, actor, "thread.split", On(source.id, source.shop_id), now, told)
        return fresh, event_id


async def move(gw: Gateway, actor: Actor, thread_id: str, order_no: str) -> tuple[str, str]:
    """Make it the thread of another order of the same buyer; the id of the thread where it stands now, and the event's.

    An order has one thread: where there is one already, this one is merged into it. Raises NotFound, Conflict.
    """
    async with gw.db.write() as session:
        place = await store.locked(session, actor, thread_id)
        if place.merged_into_id:
            raise Conflict("this thread is merged already")
        order_id = await store.order_id_of(session, place, order_no)
        if order_id == place.order_id:
            raise Conflict("it is that order's thread already")
        other = await store.thread_of_order(session, place, order_id)
        if other is not None:
            target = await store.locked(session, actor, other)
            return target.id, await _merge(session, gw, actor, place, target)
        await store.set_thread(session, place.id, order_id=order_id)
        data = {"before": place.order_id, "after": order_id, "order_no": order_no}
        event_id = await store.add_event(session, place, "moved", actor, gw.clock.now(), data)
        await store.recount(session, place.id, place.shop_id)
        told = changes({"order": place.order_id}, {"order": order_id}) | {"event": event_id}
        await record(session, actor, "thread.moved", On(place.id, place.shop_id), gw.clock.now(), told)
        return place.id, event_id


async def undo(gw: Gateway, actor: Actor, event_id: str) -> str:
    """Take an event back; the thread's id. What came in since stays where it is.

    Raises NotFound, Conflict when it was undone already or something later must be undone first.
    """
    async with gw.db.write() as session:
        event = await store.event(session, actor, event_id)
        place = await store.locked(session, actor, event.thread_id)
        if event.kind not in _UNDO:
            raise Conflict("this can't be undone")
        if event.kind in _FOR_ADMINS and not actor.is_admin:
            raise Forbidden("an admin made one buyer of two; only an admin can undo it")
        if await store.later_events(session, event):
            raise Conflict("undo what was done later first")
        if not await store.mark_undone(session, event_id, gw.clock.now()):
            raise Conflict("this is undone already")
        await _UNDO[event.kind](session, place, event)
        await store.add_event(session, place, "undone", actor, gw.clock.now(), {"event": event_id})
        await store.recount(session, place.id, place.shop_id)
        told = {"undid": event.kind, "event": event_id}
        await record(session, actor, "thread.undone", On(place.id, place.shop_id), gw.clock.now(), told)
        return place.id


async def _unmerge(session: AsyncSession, place: Place, event: Event) -> None:
    source: str = event.data["source"]
    await store.move_messages(session, event.data["messages"], place.id, source)
    await store.set_thread(session, source, merged_into_id=None, status="open")
    await store.point(session, event.data["followers"], source)
    await store.recount(session, source, place.shop_id)


async def _unsplit(session: AsyncSession, place: Place, event: Event) -> None:
    """The split-off thread leads back, with whatever it got since."""
    target: str = event.data["target"]
    await store.move_messages(session, await store.message_ids(session, target), target, place.id)
    await store.set_thread(session, target, merged_into_id=place.id, status="closed", needs_reply=False)


async def _unmove(session: AsyncSession, place: Place, event: Event) -> None:
    before: Any = event.data["before"]
    if before is not None and await store.thread_of_order(session, place, before) is not None:
        raise Conflict("the former order has another thread by now: merge them instead")
    await store.set_thread(session, place.id, order_id=before)


async def _part(session: AsyncSession, place: Place, event: Event) -> None:
    await buyers.part(session, place.shop_id, place.buyer_id, event.data)
    maillog.event("buyer.parted", id=place.buyer_id, parted=event.data["buyer"]["id"])


_UNDO: Mapping[str, Callable[[AsyncSession, Place, Event], Awaitable[None]]] = {
    "merged": _unmerge,
    "split": _unsplit,
    "moved": _unmove,
    "buyers-merged": _part,
}
UNDOABLE = frozenset(_UNDO)
_FOR_ADMINS = frozenset({"buyers-merged"})
