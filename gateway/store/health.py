"""How the gateway is doing, in numbers: queues, the schema's revision, and whether the ledger adds up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Select, Table, func, inspect, or_, select, text
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.models import Delivery, InboundEmail, Message, Pause, RawEmail, Thread
from gateway.models.columns import table_of

_INBOUND, _DELIVERIES = table_of(InboundEmail), table_of(Delivery)
_MESSAGES, _RAW = table_of(Message), table_of(RawEmail)
_THREADS, _PAUSES = table_of(Thread), table_of(Pause)
OVERDUE = timedelta(minutes=5)
"""Work that has been due for so long means that no worker runs, or that they can't keep up."""


@dataclass(frozen=True, slots=True)
class Queues:
    """Rows by state, since when the oldest waiting one has waited (None: nothing waits), and how many are overdue.

    `unanswered` counts the conversations that wait for a seller.
    """

    inbound: Mapping[str, int]
    deliveries: Mapping[str, int]
    oldest_pending: datetime | None
    oldest_unsent: datetime | None
    overdue: int
    unanswered: int
    pauses: int


async def queues(session: AsyncSession, now: datetime) -> Queues:
    """Read what the metrics and the doctor tell."""
    connection = await session.connection()
    pending, unsent = _INBOUND.c.state == "pending", _DELIVERIES.c.state.in_(("queued", "deferred"))
    late = (
        select(func.count()).where(pending, _INBOUND.c.next_attempt_at < now - OVERDUE),
        select(func.count()).where(unsent, _DELIVERIES.c.next_attempt_at < now - OVERDUE),
    )
    return Queues(
        inbound=await _by_state(session, _INBOUND),
        deliveries=await _by_state(session, _DELIVERIES),
        oldest_pending=(await connection.execute(select(func.min(_INBOUND.c.received_at)).where(pending))).scalar(),
        oldest_unsent=(await connection.execute(select(func.min(_DELIVERIES.c.queued_at)).where(unsent))).scalar(),
        overdue=sum([(await connection.execute(statement)).scalar_one() for statement in late]),
        unanswered=(await connection.execute(select(func.count()).where(_THREADS.c.needs_reply))).scalar_one(),
        pauses=(await connection.execute(select(func.count()).select_from(_PAUSES))).scalar_one(),
    )


async def _by_state(session: AsyncSession, table: Table) -> dict[str, int]:
    statement = select(table.c.state, func.count().label("rows")).group_by(table.c.state)
    return {row.state: row.rows for row in await (await session.connection()).execute(statement)}


async def clock(session: AsyncSession) -> datetime:
    """What time the database takes it to be. SQLite asks this machine."""
    connection = await session.connection()
    if connection.dialect.name == "sqlite":
        seconds = (await connection.execute(text("SELECT (julianday('now') - 2440587.5) * 86400"))).scalar_one()
        return datetime.fromtimestamp(seconds, UTC)
    now: datetime = (await connection.execute(text("SELECT clock_timestamp()"))).scalar_one()
    return now.astimezone(UTC)


async def schema_revision(session: AsyncSession) -> str | None:
    """The revision of the database's schema; None for a database without one."""
    connection = await session.connection()
    if not await connection.run_sync(lambda sync: inspect(sync).has_table("alembic_version")):
        return None
    return (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar()


async def unbalanced(session: AsyncSession) -> dict[str, int]:
    """How many rows break each rule of the ledger, by the rule's name; all are 0 in a sound database."""
    connection = await session.connection()
    return {name: (await connection.execute(statement)).scalar_one() for name, statement in _rules().items()}


def _rules() -> dict[str, Select[int]]:
    unnamed = select(_INBOUND.c.sha256).union(select(_DELIVERIES.c.sha256))
    return {
        "filed, but the message is missing": select(func.count())
        .select_from(_INBOUND.outerjoin(_MESSAGES, _MESSAGES.c.id == _INBOUND.c.message_id))
        .where(_INBOUND.c.state == "filed", _MESSAGES.c.id.is_(None)),
        "a message that its mail's row does not name": select(func.count())
        .select_from(_MESSAGES.outerjoin(_INBOUND, _INBOUND.c.id == _MESSAGES.c.inbound_id))
        .where(_MESSAGES.c.inbound_id.is_not(None))
        .where(or_(func.coalesce(_INBOUND.c.message_id, "") != _MESSAGES.c.id, _INBOUND.c.state != "filed")),
        "decided without a reason": select(func.count())
        .select_from(_INBOUND)
        .where(_INBOUND.c.state != "pending", _INBOUND.c.why == ""),
        "bytes that no row names": select(func.count()).select_from(_RAW).where(_RAW.c.sha256.not_in(unnamed)),
    }
