"""Moves messages between threads of one buyer and recounts both; keeps what undoing needs. Rules stand in the flow."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.clock import new_id
from gateway.domain.actors import Actor
from gateway.domain.messages import NewMessage, snippet
from gateway.errors import NotFound
from gateway.models import Message, Order, Thread, ThreadEvent
from gateway.models.columns import table_of
from gateway.store.filing import bump_change, insert_message, lock_buyer
from gateway.store.search_index import indexed, rewrite

_THREADS, _MESSAGES, _EVENTS, _ORDERS = table_of(Thread), table_of(Message), table_of(ThreadEvent), table_of(Order)
_SPOKEN = ("inbound", "outbound")
_INDEPENDENT = ("undone", "blocked", "unblocked", "buyers-merged")
"""What neither hinders undoing something earlier, nor is hindered by it."""


@dataclass(frozen=True, slots=True)
class Place:
    """A thread as restructuring sees it."""

    id: str
    shop_id: str
    buyer_id: str
    order_id: str | None
    merged_into_id: str | None
    subject: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was done to a thread, with what undoing it needs."""

    id: str
    thread_id: str
    kind: str
    actor_name: str
    at: datetime
    data: dict[str, Any]
    undone_at: datetime | None


def _owned(actor: Actor, column: ColumnElement[str]) -> tuple[ColumnElement[bool], ...]:
    return () if actor.shop_ids is None else (column.in_(actor.shop_ids),)


async def locked(session: AsyncSession, actor: Actor, thread_id: str) -> Place:
    """A thread that the actor may touch, its buyer locked. Raises NotFound for any other."""
    statement = select(*(_THREADS.c[name] for name in Place.__slots__)).where(
        _THREADS.c.id == thread_id, *_owned(actor, _THREADS.c.shop_id)
    )
    connection = await session.connection()
    row = (await connection.execute(statement)).first()
    if row is None:
        raise NotFound("no such thread")
    await lock_buyer(session, row.buyer_id)
    return Place(*(await connection.execute(statement)).one())


async def order_id_of(session: AsyncSession, place: Place, order_no: str) -> str:
    """The order of that number that belongs to the thread's buyer. Raises NotFound for anybody else's."""
    statement = select(_ORDERS.c.id).where(
        _ORDERS.c.shop_id == place.shop_id,
        _ORDERS.c.buyer_id == place.buyer_id,
        _ORDERS.c.order_no_folded == order_no.strip().casefold(),
    )
    found = (await (await session.connection()).execute(statement)).scalar()
    if found is None:
        raise NotFound("this buyer has no such order")
    return str(found)


async def thread_of_order(session: AsyncSession, place: Place, order_id: str) -> str | None:
    """The thread that an order of this buyer has already, other than this one."""
    statement = select(func.coalesce(_THREADS.c.merged_into_id, _THREADS.c.id)).where(
        _THREADS.c.buyer_id == place.buyer_id, _THREADS.c.order_id == order_id, _THREADS.c.id != place.id
    )
    found: str | None = (await (await session.connection()).execute(statement)).scalar()
    return found


async def message_ids(session: AsyncSession, thread_id: str) -> list[str]:
    """The messages of a thread, oldest first."""
    statement = select(_MESSAGES.c.id).where(_MESSAGES.c.thread_id == thread_id).order_by(_MESSAGES.c.id)
    return list((await (await session.connection()).execute(statement)).scalars())


async def move_messages(session: AsyncSession, ids: Sequence[str], source: str, target: str) -> int:
    """Put those of the messages that stand in `source` into `target`; how many."""
    statement = update(_MESSAGES).where(_MESSAGES.c.id.in_(ids), _MESSAGES.c.thread_id == source)
    return (await (await session.connection()).execute(statement.values(thread_id=target))).rowcount


async def set_thread(session: AsyncSession, thread_id: str, **values: Any) -> None:
    """Change columns of one thread."""
    await (await session.connection()).execute(update(_THREADS).where(_THREADS.c.id == thread_id).values(**values))


async def redirect(session: AsyncSession, source: str, target: str) -> list[str]:
    """Whatever was merged into `source` leads to `target` from now on: one step is enough to follow. Their ids."""
    statement = (
        update(_THREADS)
        .where(_THREADS.c.merged_into_id == source)
        .values(merged_into_id=target)
        .returning(_THREADS.c.id)
    )
    return list((await (await session.connection()).execute(statement)).scalars())


async def point(session: AsyncSession, ids: Sequence[str], target: str) -> None:
    """Let merged threads lead to `target`."""
    await (await session.connection()).execute(
        update(_THREADS).where(_THREADS.c.id.in_(ids)).values(merged_into_id=target)
    )


async def new_thread(session: AsyncSession, place: Place, now: datetime) -> str:
    """An empty thread of the same buyer, without an order."""
    thread_id = new_id()
    row = {"id": thread_id, "shop_id": place.shop_id, "buyer_id": place.buyer_id, "subject": place.subject}
    await (await session.connection()).execute(
        insert(_THREADS), row | {"labels": [], "last_message_at": now, "created_at": now}
    )
    return thread_id


async def recount(session: AsyncSession, place_id: str, shop_id: str) -> None:
    """What lists show of a thread, from its messages as they stand now."""
    connection = await session.connection()
    mine = _MESSAGES.c.thread_id == place_id
    count = (await connection.execute(select(func.count()).where(mine))).scalar_one()
    spoken = select(_MESSAGES).where(mine, _MESSAGES.c.direction.in_(_SPOKEN), _MESSAGES.c.automatic == "")
    newest = (await connection.execute(spoken.order_by(_MESSAGES.c.id.desc()).limit(1))).first()
    note = (await connection.execute(select(_MESSAGES.c.id).where(mine, _MESSAGES.c.channel == "order_note"))).first()
    values: dict[str, Any] = {"message_count": count, "has_note": note is not None}
    values["needs_reply"] = newest is not None and newest.direction == "inbound"
    if newest is not None:
        values |= {"snippet": snippet(newest.fresh_text or newest.text), "last_message_at": newest.received_at}
    values["change_no"] = await bump_change(session, shop_id)
    await set_thread(session, place_id, **values)
    await indexed(session, rewrite, [place_id])


async def add_event(
    session: AsyncSession, place: Place, kind: str, actor: Actor, at: datetime, data: dict[str, Any]
) -> str:
    """Note what was done, as an event and as a line in the thread; the event's id."""
    event_id = new_id()
    row = {"id": event_id, "shop_id": place.shop_id, "thread_id": place.id, "kind": kind, "at": at, "data": data}
    who = {"actor_name": actor.name, "actor_user_id": actor.user_id or None}
    await (await session.connection()).execute(insert(_EVENTS), row | who)
    line = NewMessage(
        id=new_id(),
        direction="system",
        channel="site",
        author_kind="system",
        author_name=actor.name,
        author_user_id=actor.user_id or None,
        text=kind,
        received_at=at,
        trust={"verdict": "internal", "why": "internal"},
        filed_because=({"clue": f"event-{kind}", "detail": event_id},),
    )
    await insert_message(session, place.shop_id, place.id, line)
    return event_id


async def event(session: AsyncSession, actor: Actor, event_id: str) -> Event:
    """An event of a thread that the actor may touch. Raises NotFound for any other."""
    statement = select(*(_EVENTS.c[name] for name in Event.__slots__)).where(
        _EVENTS.c.id == event_id, *_owned(actor, _EVENTS.c.shop_id)
    )
    row = (await (await session.connection()).execute(statement)).first()
    if row is None:
        raise NotFound("no such event")
    return Event(*row)


async def later_events(session: AsyncSession, of: Event) -> bool:
    """True when something else was done to the thread afterwards and still stands: it must be undone first."""
    statement = select(_EVENTS.c.id).where(
        _EVENTS.c.thread_id == of.thread_id,
        _EVENTS.c.id > of.id,
        _EVENTS.c.undone_at.is_(None),
        _EVENTS.c.kind.not_in(_INDEPENDENT),
    )
    return (await (await session.connection()).execute(statement.limit(1))).first() is not None


async def mark_undone(session: AsyncSession, event_id: str, at: datetime) -> bool:
    """True when this call undid it, and not another one before."""
    statement = update(_EVENTS).where(_EVENTS.c.id == event_id, _EVENTS.c.undone_at.is_(None))
    return (await (await session.connection()).execute(statement.values(undone_at=at))).rowcount == 1
