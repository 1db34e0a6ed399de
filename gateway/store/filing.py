"""Writes messages into their threads, in the caller's transaction. The one place that does so.

Many at once cost a fraction of one by one: each table is written by one statement for all of them.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from sqlalchemy import Update, bindparam, case, func, insert, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.clock import new_id
from gateway.domain.messages import NewMessage, Place, effect, snippet
from gateway.domain.tokens import REPLY_LIFE
from gateway.models import Attachment, Buyer, Message, ReplyToken, Shop, Thread
from gateway.models.columns import table_of
from gateway.store.search_index import Said, add_messages, indexed
from gateway.store.webhook_events import Filed, emit_filed

_THREADS = table_of(Thread)
_MESSAGES = table_of(Message)
_ATTACHMENTS = table_of(Attachment)
_BUYERS = table_of(Buyer)
_SHOPS = table_of(Shop)
_TOKENS = table_of(ReplyToken)
_NOT_COLUMNS = {"attachments", "status_after"}

# Made once: making a statement costs several times as much as running it.
_LOCK_BUYERS = (
    select(_BUYERS.c.id)
    .where(_BUYERS.c.id.in_(bindparam("buyers", expanding=True)))
    .order_by(_BUYERS.c.id)
    .with_for_update()
)
_BUMP = (
    update(_SHOPS)
    .where(_SHOPS.c.id == bindparam("shop"))
    .values(change_no=_SHOPS.c.change_no + bindparam("by"))
    .returning(_SHOPS.c.change_no)
)
_SAME = select(_MESSAGES.c.dedupe_key, _MESSAGES.c.id, _MESSAGES.c.thread_id).where(
    _MESSAGES.c.dedupe_key.in_(bindparam("keys", expanding=True))
)
_ORDER_THREADS = select(
    *(_THREADS.c[name] for name in "shop_id buyer_id order_id".split()),
    func.coalesce(_THREADS.c.merged_into_id, _THREADS.c.id).label("thread_id"),
).where(
    _THREADS.c.shop_id.in_(bindparam("shops", expanding=True)),
    _THREADS.c.buyer_id.in_(bindparam("buyers", expanding=True)),
    _THREADS.c.order_id.in_(bindparam("orders", expanding=True)),
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


Entry = tuple[Place, NewMessage]
Rows = list[dict[str, Any]]


async def lock_buyer(session: AsyncSession, buyer_id: str) -> None:
    """Hold the buyer until the transaction ends, so that two mails at once can't open two threads for one matter."""
    await lock_buyers(session, (buyer_id,))


async def lock_buyers(session: AsyncSession, buyer_ids: Collection[str]) -> None:
    """Hold several, always in the same order: two transactions never wait for each other."""
    connection = await session.connection()
    if buyer_ids and connection.dialect.name != "sqlite":  # which has one writer, and no such lock
        await connection.execute(_LOCK_BUYERS, {"buyers": sorted(buyer_ids)})


async def file_message(session: AsyncSession, place: Place, message: NewMessage) -> FiledMessage:
    """Add the message to its thread, which is made when there is none, and keep what lists show of the thread.

    Filing a `dedupe_key` again returns the first message and changes nothing.
    """
    return (await file_messages(session, [(place, message)]))[0]


async def file_messages(session: AsyncSession, entries: Sequence[Entry]) -> list[FiledMessage]:
    """`file_message` for many, of which no two may belong to one buyer or one thread."""
    if not entries:
        return []
    await lock_buyers(session, {place.buyer_id for place, _ in entries})
    known = await _known(session, [message.dedupe_key for _, message in entries if message.dedupe_key is not None])
    new = [(place, message) for place, message in entries if message.dedupe_key not in known]
    filed = await _write(session, new) if new else {}
    return [filed.get(message.id) or known[message.dedupe_key or ""] for _, message in entries]


async def _known(session: AsyncSession, keys: list[str]) -> dict[str | None, FiledMessage]:
    if not keys:
        return {}
    rows = await (await session.connection()).execute(_SAME, {"keys": keys})
    return {row.dedupe_key: FiledMessage(row.id, row.thread_id, new=False) for row in rows}


async def _write(session: AsyncSession, entries: Sequence[Entry]) -> dict[str, FiledMessage]:
    threads = await _threads(session, entries)
    placed = [(place.shop_id, threads[message.id], message) for place, message in entries]
    await _insert(session, placed)
    await _update_threads(session, placed)
    said = [_said(thread_id, message) for _, thread_id, message in placed]
    await indexed(session, add_messages, said)
    await emit_filed(session, placed)
    await _prolong_tokens(session, placed)
    return {message.id: FiledMessage(message.id, thread_id, new=True) for _, thread_id, message in placed}


def _said(thread_id: str, message: NewMessage) -> Said:
    names = tuple(file.filename for file in message.attachments if not file.inline)
    texts = (message.subject,) if message.words else (message.subject, message.text)
    return Said(thread_id, texts, names, message.channel, message.words)


async def bump_change(session: AsyncSession, shop_id: str, by: int = 1) -> int:
    """Take the shop's next change number, or several, of which it returns the last.

    Open pages ask for what is newer than the one they know.
    """
    return int((await (await session.connection()).execute(_BUMP, {"shop": shop_id, "by": by})).scalar_one())


async def _threads(session: AsyncSession, entries: Sequence[Entry]) -> dict[str, str]:
    """The thread of each message by the message's id; made where there is none."""
    of_orders = await _order_threads(session, [place for place, _ in entries if not place.thread_id and place.order_id])
    found, opened = {}, []
    for place, message in entries:
        thread_id = place.thread_id or of_orders.get((place.shop_id, place.buyer_id, place.order_id or ""))
        if thread_id is None:
            opened.append(_new_thread(place, message))
            thread_id = opened[-1]["id"]
        found[message.id] = thread_id
    if opened:
        await (await session.connection()).execute(insert(_THREADS), opened)
    return found


async def _order_threads(session: AsyncSession, places: Sequence[Place]) -> dict[tuple[str, str, str], str]:
    if not places:
        return {}
    of: Mapping[str, list[str]] = {
        "shops": sorted({place.shop_id for place in places}),
        "buyers": sorted({place.buyer_id for place in places}),
        "orders": sorted({place.order_id or "" for place in places}),
    }
    rows = await (await session.connection()).execute(_ORDER_THREADS, of)
    return {(row.shop_id, row.buyer_id, row.order_id): row.thread_id for row in rows}


def _new_thread(place: Place, message: NewMessage) -> dict[str, Any]:
    shown = message.fresh_text or message.text
    return {
        "id": new_id(),
        "shop_id": place.shop_id,
        "buyer_id": place.buyer_id,
        "order_id": place.order_id,
        "subject": message.subject or snippet(shown)[:80],
        "snippet": snippet(shown),
        "automatic": bool(message.automatic),
        "labels": [],
        "message_count": 0,
        "last_message_at": message.received_at,
        "created_at": message.received_at,
    }


async def insert_message(session: AsyncSession, shop_id: str, thread_id: str, message: NewMessage) -> None:
    """Only the rows of a message and its files: what the thread shows is the caller's part."""
    await _insert(session, [(shop_id, thread_id, message)])


async def _insert(session: AsyncSession, placed: Sequence[Filed]) -> None:
    connection = await session.connection()
    await connection.execute(insert(_MESSAGES), [_row(*each) for each in placed])
    files = [
        asdict(file) | {"message_id": message.id, "shop_id": shop_id, "position": position}
        for shop_id, _, message in placed
        for position, file in enumerate(message.attachments)
    ]
    if files:
        await connection.execute(insert(_ATTACHMENTS), files)


def _row(shop_id: str, thread_id: str, message: NewMessage) -> dict[str, Any]:
    values = {name: getattr(message, name) for name in message.__slots__ if name not in _NOT_COLUMNS}
    values |= {"thread_id": thread_id, "shop_id": shop_id, "trust": dict(message.trust)}
    values |= {"filed_because": [dict(clue) for clue in message.filed_because]}
    return values | {"references": list(message.references), "defects": list(message.defects)}


async def _update_threads(session: AsyncSession, placed: Sequence[Filed]) -> None:
    """What lists show of the threads. The shop's row is locked from here on, so this comes late."""
    last = {
        shop: await bump_change(session, shop, count)
        for shop, count in sorted(Counter(shop for shop, _, _ in placed).items())
    }
    alike: dict[tuple[str, ...], Rows] = defaultdict(list)
    for shop_id, thread_id, message in placed:
        changes = effect(message) | {"change_no": last[shop_id]}
        last[shop_id] -= 1
        alike[tuple(sorted(changes))].append(
            {f"to_{name}": value for name, value in changes.items()} | {"of": thread_id}
        )
    for names, rows in alike.items():
        await (await session.connection()).execute(_thread_update(names), rows)


@cache
def _thread_update(names: tuple[str, ...]) -> Update:
    """Sets these columns; a mail that was processed late doesn't move its thread back."""
    values: dict[str, Any] = {name: bindparam(f"to_{name}", type_=_THREADS.c[name].type) for name in names}
    if (moment := values.get("last_message_at")) is not None:
        newest = func.coalesce(_THREADS.c.last_message_at, moment)
        values["last_message_at"] = case((newest > moment, newest), else_=moment)
    counted = {"message_count": _THREADS.c.message_count + 1}
    return update(_THREADS).where(_THREADS.c.id == bindparam("of")).values(**values, **counted)


async def _prolong_tokens(session: AsyncSession, placed: Sequence[Filed]) -> None:
    """A thread's reply addresses live on after its last message, whoever wrote it."""
    of = [
        {"thread": thread_id, "until": message.received_at + REPLY_LIFE}
        for _, thread_id, message in placed
        if message.direction in ("inbound", "outbound")
    ]
    if of:
        await (await session.connection()).execute(_PROLONG, of)
