"""Reads and writes what calls of shops' systems need: the source by its key, the log of calls, what is known of orders.

How admins set sources up is `source_setup`'s part.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.clock import new_id
from gateway.domain.sources.hearing import Outcome, Part, parts_json, parts_of
from gateway.models import InboundEmail, Order, OrderSource, RawEmail, Shop, SourceDelivery, SourceOrder
from gateway.models.columns import table_of
from gateway.store.changes import changed_buyer

_SOURCES, _CALLS, _KNOWN = table_of(OrderSource), table_of(SourceDelivery), table_of(SourceOrder)
_SHOPS, _ORDERS, _INBOUND, _RAW = table_of(Shop), table_of(Order), table_of(InboundEmail), table_of(RawEmail)
LONGEST_ERROR = 300


@dataclass(frozen=True, slots=True)
class Caller:
    """An enabled source as its calls need it; the secrets are sealed."""

    id: str
    shop_id: str
    shop: str
    kind: str
    sealed: bytes
    former_sealed: bytes | None
    former_until: datetime | None


async def caller(session: AsyncSession, kind: str, key: str) -> Caller | None:
    """The enabled source of that kind behind a key."""
    columns = (_SOURCES.c[name] for name in Caller.__slots__ if name != "shop")
    statement = (
        select(*columns, _SHOPS.c.slug.label("shop"))
        .join(_SHOPS, _SHOPS.c.id == _SOURCES.c.shop_id)
        .where(_SOURCES.c.kind == kind, _SOURCES.c.key == key, _SOURCES.c.enabled.is_(True))
    )
    row = (await (await session.connection()).execute(statement)).first()
    return Caller(**row._mapping) if row else None


async def heard_before(session: AsyncSession, source_id: str, delivery_id: str) -> bool:
    """Count a repetition of a call that is in the log; false when it is not there."""
    same = (_CALLS.c.source_id == source_id, _CALLS.c.delivery_id == delivery_id)
    statement = update(_CALLS).where(*same).values(repeats=_CALLS.c.repeats + 1)
    return bool((await (await session.connection()).execute(statement)).rowcount)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call as it stands in the log."""

    delivery_id: str
    topic: str
    outcome: Outcome
    size: int
    order_no: str = ""
    why: str = ""
    detail: str = ""


async def log_call(session: AsyncSession, source_id: str, call: Call, now: datetime) -> None:
    """Add a call to the log and to its source's counts. Raises Duplicate when it is being logged at this moment."""
    connection = await session.connection()
    values = {name: getattr(call, name) for name in Call.__slots__}
    await connection.execute(insert(_CALLS), values | {"id": new_id(), "source_id": source_id, "at": now})
    counted: dict[str, Any] = {"received": _SOURCES.c.received + 1, "last_at": now}
    if call.outcome == "failed":
        counted |= {"last_error": call.detail[:LONGEST_ERROR], "last_error_at": now}
    await connection.execute(update(_SOURCES).where(_SOURCES.c.id == source_id).values(**counted))


async def refuse(session: AsyncSession, source_id: str, why: str, now: datetime) -> None:
    """Count a call that was not taken. Nothing of the call itself is kept."""
    counted = {"refused": _SOURCES.c.refused + 1, "last_error": why[:LONGEST_ERROR], "last_error_at": now}
    await (await session.connection()).execute(update(_SOURCES).where(_SOURCES.c.id == source_id).values(**counted))


@dataclass(frozen=True, slots=True)
class Known:
    """What a source has told of one order so far; `order_no` is empty until the order itself has come."""

    order_no: str
    version_at: datetime | None
    parts: Mapping[str, Part]


async def known_order(session: AsyncSession, source_id: str, external_id: str) -> Known:
    """It, locked until the transaction ends."""
    connection = await session.connection()
    key = {"source_id": source_id, "external_id": external_id}
    empty: dict[str, Any] = key | {"order_no": "", "version_at": None, "parts": {}}
    await connection.execute(_insert_unless_there(connection, _KNOWN), empty)
    same = (_KNOWN.c.source_id == source_id, _KNOWN.c.external_id == external_id)
    row = (await connection.execute(select(_KNOWN).where(*same).with_for_update())).one()
    return Known(row.order_no, row.version_at, parts_of(row.parts))


async def keep_known(session: AsyncSession, source_id: str, external_id: str, known: Known) -> None:
    """Write what is known now."""
    values = {"order_no": known.order_no, "version_at": known.version_at, "parts": parts_json(known.parts)}
    same = (_KNOWN.c.source_id == source_id, _KNOWN.c.external_id == external_id)
    await (await session.connection()).execute(update(_KNOWN).where(*same).values(**values))


async def change_order(
    session: AsyncSession, shop_id: str, order_no_folded: str, columns: Mapping[str, str], now: datetime
) -> None:
    """Set some columns of an order that is there."""
    same = (_ORDERS.c.shop_id == shop_id, _ORDERS.c.order_no_folded == order_no_folded)
    statement = update(_ORDERS).where(*same).values(**columns, updated_at=now).returning(_ORDERS.c.buyer_id)
    buyer_id = (await (await session.connection()).execute(statement)).scalar()
    if buyer_id is not None:
        await changed_buyer(session, shop_id, buyer_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteEntry:
    """An order note that came by a call, as the ledger keeps it: the call's body is what arrived."""

    id: str
    shop_id: str
    order_no: str
    rcpt_to: str
    author: str
    body: bytes
    sha256: str
    message_id: str
    thread_id: str


async def enter_note(session: AsyncSession, entry: NoteEntry, now: datetime) -> None:
    """Give a filed note its row in the ledger, with the bytes that brought it."""
    connection = await session.connection()
    raw = {"sha256": entry.sha256, "size": len(entry.body), "content": entry.body, "created_at": now}
    await connection.execute(_insert_unless_there(connection, _RAW), raw)
    same = ("id", "shop_id", "order_no", "rcpt_to", "author", "sha256", "message_id", "thread_id")
    row: dict[str, Any] = {name: getattr(entry, name) for name in same}
    row |= {"received_at": now, "ingress": "webhook", "peer": {}, "mail_from": "", "size": len(entry.body)}
    row |= {"state": "filed", "why": "webhook", "details": {"detail": entry.order_no}}
    await connection.execute(insert(_INBOUND), row | {"next_attempt_at": now, "decided_at": now})


async def forget_calls(session: AsyncSession, before: datetime) -> int:
    """Shorten the log; how many went. What is known of orders stays, so that an old call still changes nothing."""
    result = await (await session.connection()).execute(delete(_CALLS).where(_CALLS.c.at < before))
    return int(result.rowcount)


def _insert_unless_there(connection: AsyncConnection, table: Table) -> Any:
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table).on_conflict_do_nothing()
