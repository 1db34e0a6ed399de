"""Reads and writes many threads at once, each only within the actor's shops, and keeps what taking it back needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.domain.actors import Actor
from gateway.errors import NotFound
from gateway.models import BatchAct, Buyer, Order, Shop, Thread
from gateway.models.columns import table_of
from gateway.store.search_index import indexed, refresh
from gateway.store.thread_search import owned
from gateway.store.threads import rows

_T, _ACTS, _S, _B, _O = table_of(Thread), table_of(BatchAct), table_of(Shop), table_of(Buyer), table_of(Order)
STATE = ("status", "needs_reply", "unread", "snoozed_until", "due_at", "assignee_id", "labels")
"""What an act may change, and undoing it restores."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one of the threads stands: `state` has the columns of STATE."""

    id: str
    shop_id: str
    change_no: int
    state: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Act:
    """An act on many threads; `threads` are ids with how each stood before, `messages` the answers that it sent."""

    id: str
    kind: str
    at: datetime
    undone_at: datetime | None
    threads: tuple[Mapping[str, Any], ...]
    messages: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many threads it was about."""
        return len(self.messages) or len(self.threads)


async def standing(session: AsyncSession, actor: Actor, ids: Sequence[str]) -> list[Standing]:
    """Those of the threads that the actor reaches, as they stand."""
    columns = (_T.c[name] for name in ("id", "shop_id", "change_no", *STATE))
    statement = select(*columns).where(owned(actor), _T.c.id.in_(ids), _T.c.merged_into_id.is_(None))
    found = await rows(session, statement.order_by(_T.c.id))
    return [Standing(row.id, row.shop_id, row.change_no, {name: row._mapping[name] for name in STATE}) for row in found]


async def change(session: AsyncSession, actor: Actor, thread_id: str, values: Mapping[str, Any]) -> None:
    """Set columns of one of the threads."""
    connection = await session.connection()
    await connection.execute(update(_T).where(owned(actor), _T.c.id == thread_id).values(**values))
    if "labels" in values:
        await indexed(session, refresh, [thread_id])


async def keep(session: AsyncSession, actor: Actor, act: Act) -> None:
    """Remember an act."""
    data = {"threads": [dict(one) for one in act.threads], "messages": list(act.messages)}
    row = {"id": act.id, "actor_id": actor.user_id or actor.id, "kind": act.kind, "at": act.at, "data": data}
    await (await session.connection()).execute(insert(_ACTS), row)


async def act(session: AsyncSession, actor: Actor, act_id: str) -> Act:
    """An act of the actor's own. Raises NotFound for any other."""
    statement = select(_ACTS).where(_ACTS.c.id == act_id, _ACTS.c.actor_id == (actor.user_id or actor.id))
    found = await rows(session, statement)
    if not found:
        raise NotFound("no such act")
    row = found[0]
    return Act(row.id, row.kind, row.at, row.undone_at, tuple(row.data["threads"]), tuple(row.data["messages"]))


async def mark_undone(session: AsyncSession, act_id: str, at: datetime) -> bool:
    """True when this call undid it, and not another one before."""
    statement = update(_ACTS).where(_ACTS.c.id == act_id, _ACTS.c.undone_at.is_(None)).values(undone_at=at)
    return (await (await session.connection()).execute(statement)).rowcount == 1


async def facts(session: AsyncSession, actor: Actor, ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """The values of `domain.canned.VARIABLES` by thread, of those that the actor reaches."""
    statement = (
        select(_T.c.id, _B.c.name, _O.c.order_no, _O.c.tracking_no, _S.c.reply_name, _S.c.name.label("shop_name"))
        .join(_S, _S.c.id == _T.c.shop_id)
        .join(_B, _B.c.id == _T.c.buyer_id)
        .outerjoin(_O, _O.c.id == _T.c.order_id)
        .where(owned(actor), _T.c.id.in_(ids), _T.c.merged_into_id.is_(None))
    )
    return {
        row.id: {
            "buyer_name": row.name,
            "order_no": row.order_no or "",
            "tracking_no": row.tracking_no or "",
            "shop_name": row.reply_name or row.shop_name,
            "seller_name": actor.name,
        }
        for row in await rows(session, statement)
    }
