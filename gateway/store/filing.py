"""Writes a message into its thread, in the caller's transaction. The one place that does so."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, func, insert, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.clock import new_id
from gateway.domain.messages import NewMessage, Place, effect, snippet
from gateway.domain.tokens import REPLY_LIFE
from gateway.models import Attachment, Buyer, Message, ReplyToken, Shop, Thread
from gateway.models.columns import table_of
from gateway.store.search_index import add_message, indexed
from gateway.store.webhook_events import emit_filed

_THREADS = table_of(Thread)
_MESSAGES = table_of(Message)
_ATTACHMENTS = table_of(Attachment)
_BUYERS = table_of(Buyer)
_SHOPS = table_of(Shop)
_TOKENS = table_of(ReplyToken)
_NOT_COLUMNS = {"attachments", "status_after"}

# Made once: making a statement costs several times as much as running it.
_LOCK_BUYER = select(_BUYERS.c.id).where(_BUYERS.c.id == bindparam("buyer")).with_for_update()
_BUMP = (
    update(_SHOPS)
    .where(_SHOPS.c.id == bindparam("shop"))
    .values(change_no=_SHOPS.c.change_no + 1)
    .returning(_SHOPS.c.change_no)
)
_ORDER_THREAD = select(func.coalesce(_THREADS.c.merged_into_id, _THREADS.c.id)).where(
    _THREADS.c.shop_id == bindparam("shop"),
    _THREADS.c.buyer_id == bindparam("buyer"),
    _THREADS.c.order_id == bindparam("order"),
)
_PROLONG = (
    update(_TOKENS)
    .where(
        _TOKENS.c.thread_id == bindparam("thread"),
        _TOKENS.c.revoked_at.is_(None),
        _TOKENS.c.expires_at < bindparam("until"),
    )
    .values(expires_at=bindparam("until"))
)


@dataclass(frozen=True, slots=True)
class FiledMessage:
    """Where a message stands. `new` is false when the same one (by `dedupe_key`) stood there before."""

    message_id: str
    thread_id: str
    new: bool


async def lock_buyer(session: AsyncSession, buyer_id: str) -> None:
    """Hold the buyer until the transaction ends, so that two mails at once can't open two threads for one matter."""
    connection = await session.connection()
    if connection.dialect.name != "sqlite":  # which has one writer, and no such lock
        await connection.execute(_LOCK_BUYER, {"buyer": buyer_id})


async def file_message(session: AsyncSession, place: Place, message: NewMessage) -> FiledMessage:
    """Add the message to its thread, which is made when there is none, and keep what lists show of the thread.

    Filing a `dedupe_key` again returns the first message and changes nothing.
    """
    connection = await session.connection()
    await lock_buyer(session, place.buyer_id)
    if message.dedupe_key is not None:
        same = select(_MESSAGES.c.id, _MESSAGES.c.thread_id).where(_MESSAGES.c.dedupe_key == message.dedupe_key)
        if (row := (await connection.execute(same)).first()) is not None:
            return FiledMessage(row.id, row.thread_id, new=False)
    change_no = await bump_change(session, place.shop_id)
    thread_id = place.thread_id or await _order_thread(session, place) or await _open_thread(session, place, message)
    await insert_message(session, place.shop_id, thread_id, message)
    await _update_thread(session, thread_id, message, change_no)
    names = [file.filename for file in message.attachments if not file.inline]
    await indexed(session, add_message, thread_id, (message.subject, message.text), names, message.channel)
    await emit_filed(session, place.shop_id, thread_id, message)
    if message.direction in ("inbound", "outbound"):
        await _prolong_tokens(session, thread_id, message.received_at + REPLY_LIFE)
    return FiledMessage(message.id, thread_id, new=True)


async def bump_change(session: AsyncSession, shop_id: str) -> int:
    """Take the shop's next change number: open pages ask for what is newer than the one they know."""
    return int((await (await session.connection()).execute(_BUMP, {"shop": shop_id})).scalar_one())


async def _order_thread(session: AsyncSession, place: Place) -> str | None:
    if place.order_id is None:
        return None
    of = {"shop": place.shop_id, "buyer": place.buyer_id, "order": place.order_id}
    found: str | None = (await (await session.connection()).execute(_ORDER_THREAD, of)).scalar()
    return found


async def _open_thread(session: AsyncSession, place: Place, message: NewMessage) -> str:
    thread_id = new_id()
    values: dict[str, Any] = {
        "id": thread_id,
        "shop_id": place.shop_id,
        "buyer_id": place.buyer_id,
        "order_id": place.order_id,
        "subject": message.subject or snippet(message.fresh_text or message.text)[:80],
        "snippet": snippet(message.fresh_text or message.text),
        "automatic": bool(message.automatic),
        "labels": [],
        "message_count": 0,
        "last_message_at": message.received_at,
        "created_at": message.received_at,
    }
    await (await session.connection()).execute(insert(_THREADS), values)
    return thread_id


async def insert_message(session: AsyncSession, shop_id: str, thread_id: str, message: NewMessage) -> None:
    """Only the rows of a message and its files: what the thread shows is the caller's part."""
    connection = await session.connection()
    values = {name: getattr(message, name) for name in message.__slots__ if name not in _NOT_COLUMNS}
    values |= {"thread_id": thread_id, "shop_id": shop_id, "trust": dict(message.trust)}
    values |= {"filed_because": [dict(clue) for clue in message.filed_because]}
    values |= {"references": list(message.references), "defects": list(message.defects)}
    await connection.execute(insert(_MESSAGES), values)
    files = [
        asdict(file) | {"message_id": message.id, "shop_id": shop_id, "position": position}
        for position, file in enumerate(message.attachments)
    ]
    if files:
        await connection.execute(insert(_ATTACHMENTS), files)


async def _update_thread(session: AsyncSession, thread_id: str, message: NewMessage, change_no: int) -> None:
    changes: dict[str, Any] = effect(message)
    counted = {"message_count": _THREADS.c.message_count + 1, "change_no": change_no}
    if "last_message_at" in changes:
        changes["last_message_at"] = _later(changes["last_message_at"])
    await (await session.connection()).execute(
        update(_THREADS).where(_THREADS.c.id == thread_id).values(**changes, **counted)
    )


def _later(moment: datetime) -> Any:
    """A mail that was processed late doesn't move its thread back."""
    newest = func.coalesce(_THREADS.c.last_message_at, moment)
    return case((newest > moment, newest), else_=moment)


async def _prolong_tokens(session: AsyncSession, thread_id: str, until: datetime) -> None:
    """A thread's reply addresses live on after its last message, whoever wrote it."""
    await (await session.connection()).execute(_PROLONG, {"thread": thread_id, "until": until})
