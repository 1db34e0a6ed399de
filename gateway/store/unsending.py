"""Takes an answer back that has not left: its message, delivery and bytes go; its thread stands as before."""

from typing import Any

from sqlalchemy import Row, delete, exists, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.domain.actors import Actor
from gateway.domain.messages import StoredFile
from gateway.domain.writing import Unsent, restored
from gateway.errors import Conflict, NotFound
from gateway.models import Attachment, Delivery, InboundEmail, Message, RawEmail, Thread
from gateway.models.columns import table_of
from gateway.store.restructuring import locked, recount
from gateway.store.thread_search import owned

_MESSAGES, _FILES, _DELIVERIES = table_of(Message), table_of(Attachment), table_of(Delivery)
_RAW, _INBOUND, _THREADS = table_of(RawEmail), table_of(InboundEmail), table_of(Thread)
_FILE = tuple(StoredFile.__slots__)
_STATE = ("status", "unread", "needs_reply", "automatic", "snoozed_until", "due_at")


async def thread_state(session: AsyncSession, thread_id: str) -> dict[str, Any]:
    """How a thread stands, for `domain.writing.undo_data`."""
    statement = select(*(_THREADS.c[name] for name in _STATE)).where(_THREADS.c.id == thread_id)
    return dict((await (await session.connection()).execute(statement)).one()._mapping)


async def newer_answer(session: AsyncSession, thread_id: str, seen: str, user_id: str) -> str | None:
    """The newest answer of somebody else in a thread after the message `seen`."""
    statement = (
        select(_MESSAGES.c.id)
        .where(_MESSAGES.c.thread_id == thread_id, _MESSAGES.c.direction == "outbound", _MESSAGES.c.id > seen)
        .where(_MESSAGES.c.automatic == "", _MESSAGES.c.author_user_id.is_distinct_from(user_id))
        .order_by(_MESSAGES.c.id.desc())
        .limit(1)
    )
    found: str | None = (await (await session.connection()).execute(statement)).scalar()
    return found


async def waiting(session: AsyncSession, actor: Actor, message_id: str) -> Row[Any]:
    """The row of a reply that waits and may be taken back. Raises NotFound, Conflict for any other message."""
    statement = (
        select(_MESSAGES)
        .join(_THREADS, _THREADS.c.id == _MESSAGES.c.thread_id)
        .where(owned(actor), _MESSAGES.c.id == message_id)
    )
    row = (await (await session.connection()).execute(statement)).first()
    if row is None:
        raise NotFound("no such message")
    if row.undo is None:
        raise Conflict("this message did not wait to be sent")
    return row


async def take_back(session: AsyncSession, actor: Actor, message_id: str) -> Unsent:
    """Remove a reply that no worker has touched yet. Raises NotFound, Conflict when it is on its way or has left."""
    place = await locked(session, actor, (await waiting(session, actor, message_id)).thread_id)
    row = await waiting(session, actor, message_id)
    await _stop(session, message_id)
    files = await files_of(session, message_id)
    connection = await session.connection()
    await connection.execute(delete(_FILES).where(_FILES.c.message_id == message_id))
    await connection.execute(delete(_MESSAGES).where(_MESSAGES.c.id == message_id))
    await _restore(session, row)
    await recount(session, place.id, place.shop_id)
    return Unsent(place.id, place.shop_id, row.fresh_text, files)


async def _stop(session: AsyncSession, message_id: str) -> None:
    """A worker's claim raises `attempts`: whoever comes first has it."""
    connection = await session.connection()
    untouched = (_DELIVERIES.c.state == "queued", _DELIVERIES.c.attempts == 0, _DELIVERIES.c.lease_until.is_(None))
    gone = delete(_DELIVERIES).where(_DELIVERIES.c.message_id == message_id, *untouched)
    sha256 = (await connection.execute(gone.returning(_DELIVERIES.c.sha256))).scalar()
    if sha256 is None:
        raise Conflict("this mail is on its way already")
    used = exists().where(_DELIVERIES.c.sha256 == sha256), exists().where(_INBOUND.c.sha256 == sha256)
    await connection.execute(delete(_RAW).where(_RAW.c.sha256 == sha256, *(~one for one in used)))


async def files_of(session: AsyncSession, message_id: str) -> tuple[StoredFile, ...]:
    """The files of a message, in order."""
    columns = select(*(_FILES.c[name] for name in _FILE)).where(_FILES.c.message_id == message_id)
    rows = await (await session.connection()).execute(columns.order_by(_FILES.c.position, _FILES.c.id))
    return tuple(StoredFile(**row._mapping) for row in rows)


async def _restore(session: AsyncSession, row: Row[Any]) -> None:
    """Only where nobody has changed the thread since; what came in meanwhile speaks for itself."""
    connection = await session.connection()
    later = select(_MESSAGES.c.id).where(
        _MESSAGES.c.thread_id == row.thread_id, _MESSAGES.c.id > row.id, _MESSAGES.c.direction != "internal"
    )
    if (await connection.execute(later.limit(1))).first() is not None:
        return
    mine = update(_THREADS).where(_THREADS.c.id == row.thread_id, _THREADS.c.status == row.undo["after"])
    await connection.execute(mine.values(**restored(row.undo)))
