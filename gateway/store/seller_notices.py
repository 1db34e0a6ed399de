"""Keeps what sellers want to be told and what they are about to be told; reads what such a mail says."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, exists, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.clock import new_id
from gateway.domain.addresses import fold
from gateway.domain.notifying import Choice
from gateway.domain.queueing import NOTIFICATIONS
from gateway.models import (
    Buyer,
    Delivery,
    Membership,
    Message,
    NotificationChoice,
    Order,
    ReplyToken,
    SellerNotice,
    Shop,
    Suppression,
    Thread,
    User,
)
from gateway.models.columns import table_of
from gateway.store.messages import attachments_of
from gateway.store.notices import SHOP_COLUMNS, ShopWords, words_of
from gateway.store.threads import rows

KINDS = ("seller-notification", "seller-digest")
_C, _N, _U, _MS = table_of(NotificationChoice), table_of(SellerNotice), table_of(User), table_of(Membership)
_T, _M, _S, _B = table_of(Thread), table_of(Message), table_of(Shop), table_of(Buyer)
_O, _D, _TOKENS, _SUP = table_of(Order), table_of(Delivery), table_of(ReplyToken), table_of(Suppression)
_CHOICE = "mode daily_hour quiet_from quiet_until only_mine".split()


@dataclass(frozen=True, slots=True)
class Listener:
    """Somebody who wants to be told."""

    user_id: str
    time_zone: str
    choice: Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """The message that there is to tell of."""

    shop_id: str
    thread_id: str
    channel: str
    assignee_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One thing that a person is about to be told. `open` while the thread still waits for an answer."""

    id: str
    user_id: str
    thread_id: str
    message_id: str
    shop: ShopWords
    address: str
    name: str
    locale: str
    open: bool
    mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """A thread as such a mail names it."""

    thread_id: str
    buyer_name: str
    subject: str
    since: datetime
    order: dict[str, Any] | None


def _choice(row: Any) -> Choice:
    same = {name: getattr(row, name) for name in _CHOICE}
    return Choice(channels=tuple(row.channels), muted_shops=tuple(row.muted_shops), **same)


async def choice_of(session: AsyncSession, user_id: str) -> Choice:
    """What a person chose; nothing is told where there was no choice."""
    found = await rows(session, select(_C).where(_C.c.user_id == user_id))
    return _choice(found[0]) if found else Choice()


async def keep_choice(session: AsyncSession, user_id: str, address: str, choice: Choice) -> None:
    """Write a choice down. It counts for more than an earlier click on "turn off" in a mail."""
    connection = await session.connection()
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    values = {name: getattr(choice, name) for name in _CHOICE}
    values |= {"channels": list(choice.channels), "muted_shops": list(choice.muted_shops)}
    statement = dialect.insert(_C).values(user_id=user_id, **values)
    await connection.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_=values))
    if choice.mode != "off":
        own = (_SUP.c.folded == fold(address), _SUP.c.scope == NOTIFICATIONS, _SUP.c.reason == "unsubscribed")
        await connection.execute(delete(_SUP).where(*own, _SUP.c.shop_id.not_in(choice.muted_shops)))


async def arrived(session: AsyncSession, message_ids: Iterable[str]) -> dict[str, Arrived]:
    """The messages to tell of, by their ids; without those that a machine wrote."""
    found = await (await session.connection()).execute(_ARRIVED, {"ids": list(message_ids)})
    return {row.id: Arrived(**{name: getattr(row, name) for name in Arrived.__slots__}) for row in found}


async def listeners(session: AsyncSession, shop_id: str) -> tuple[Listener, ...]:
    """Everybody of the shop who wants to be told of anything."""
    found = await (await session.connection()).execute(_LISTENERS, {"shop": shop_id})
    return tuple(Listener(row.user_id, row.time_zone, _choice(row)) for row in found)


def _works_for(user_id: Any, role: Any, shop_id: Any) -> ColumnElement[bool]:
    member = exists().where(_MS.c.user_id == user_id, _MS.c.shop_id == shop_id)
    return or_(role == "admin", member)


# Made once: making a statement costs several times as much as running it.
_ARRIVED = (
    select(_M.c.id, _M.c.shop_id, _M.c.thread_id, _M.c.channel, _T.c.assignee_id)
    .join(_T, _T.c.id == _M.c.thread_id)
    .where(_M.c.id.in_(bindparam("ids", expanding=True)), _M.c.automatic == "")
    .where(_M.c.direction.in_(("inbound", "system")))
)
_LISTENERS = (
    select(_C, _U.c.time_zone)
    .join(_U, _U.c.id == _C.c.user_id)
    .where(_U.c.active, _C.c.mode != "off", _works_for(_U.c.id, _U.c.role, bindparam("shop")))
)


async def add_waiting(session: AsyncSession, of: Arrived, message_id: str, due: Iterable[tuple[str, datetime]]) -> None:
    """Note whom to tell when."""
    same = {"shop_id": of.shop_id, "thread_id": of.thread_id, "message_id": message_id}
    values = [same | {"id": new_id(), "user_id": user, "due_at": at, "created_at": at} for user, at in due]
    if values:
        await (await session.connection()).execute(insert(_N), values)


async def is_due(session: AsyncSession, now: datetime) -> bool:
    """Whether there is anybody to tell."""
    return bool(await rows(session, select(_N.c.id).where(_N.c.told_at.is_(None), _N.c.due_at <= now).limit(1)))


async def take_due(session: AsyncSession, now: datetime) -> list[Waiting]:
    """Everything that one person is due to be told of one shop, held until the transaction ends, oldest first."""
    due = (_N.c.told_at.is_(None), _N.c.due_at <= now)
    first = select(_N.c.user_id, _N.c.shop_id).where(*due).order_by(_N.c.due_at, _N.c.id).limit(1)
    found = await rows(session, first.with_for_update(skip_locked=True))
    if not found:
        return []
    own = (_N.c.user_id == found[0].user_id, _N.c.shop_id == found[0].shop_id)
    locked = select(_N.c.id).where(*due, *own).with_for_update(skip_locked=True)
    ids = [row.id for row in await rows(session, locked)]
    return [_waiting(row) for row in await rows(session, _waitings().where(_N.c.id.in_(ids)).order_by(_N.c.id))]


def _waitings() -> Any:
    works = _works_for(_U.c.id, _U.c.role, _N.c.shop_id)
    return (
        select(
            *(_N.c[name] for name in "id user_id thread_id message_id".split()),
            *(column for column in SHOP_COLUMNS if column.name != "shop_id"),
            _N.c.shop_id,
            _U.c.email.label("address"),
            _U.c.name,
            _U.c.locale,
            (_T.c.needs_reply & _U.c.active & works).label("open"),
            func.coalesce(_C.c.mode, "off").label("mode"),
        )
        .join(_U, _U.c.id == _N.c.user_id)
        .join(_T, _T.c.id == _N.c.thread_id)
        .join(_S, _S.c.id == _N.c.shop_id)
        .outerjoin(_C, _C.c.user_id == _N.c.user_id)
    )


def _waiting(row: Any) -> Waiting:
    same = "id user_id thread_id message_id address name locale mode".split()
    return Waiting(shop=words_of(row), open=bool(row.open), **{name: getattr(row, name) for name in same})


async def told(session: AsyncSession, ids: Iterable[str], at: datetime) -> None:
    """These are done."""
    await (await session.connection()).execute(update(_N).where(_N.c.id.in_(list(ids))).values(told_at=at))


async def put_off(session: AsyncSession, ids: Iterable[str], until: datetime) -> None:
    """Not yet."""
    await (await session.connection()).execute(update(_N).where(_N.c.id.in_(list(ids))).values(due_at=until))


async def mails_since(session: AsyncSession, address: str, since: datetime) -> list[datetime]:
    """When this person was mailed since then, oldest first."""
    mine = (_D.c.rcpt_to == address, _D.c.kind.in_(KINDS), _D.c.queued_at > since)
    return [row.queued_at for row in await rows(session, select(_D.c.queued_at).where(*mine).order_by(_D.c.queued_at))]


async def thread_told_at(session: AsyncSession, address: str, thread_id: str) -> datetime | None:
    """When this person was last mailed about the thread alone."""
    mine = (_D.c.rcpt_to == address, _D.c.kind == "seller-notification", _D.c.thread_id == thread_id)
    at: datetime | None = (await rows(session, select(func.max(_D.c.queued_at)).where(*mine)))[0][0]
    return at


async def matters(session: AsyncSession, thread_ids: Iterable[str]) -> list[Matter]:
    """The threads, longest waiting first."""
    statement = (
        select(_T.c.id, _T.c.subject, _T.c.order_id, _T.c.last_message_at, _B.c.name)
        .join(_B, _B.c.id == _T.c.buyer_id)
        .where(_T.c.id.in_(list(thread_ids)))
        .order_by(_T.c.last_message_at, _T.c.id)
    )
    found = await rows(session, statement)
    wanted = [row.order_id for row in found if row.order_id]
    orders = {row.id: dict(row._mapping) for row in await rows(session, select(_O).where(_O.c.id.in_(wanted)))}
    return [
        Matter(
            thread_id=row.id,
            buyer_name=row.name,
            subject=row.subject,
            since=row.last_message_at,
            order=orders.get(row.order_id),
        )
        for row in found
    ]


async def words_and_files(session: AsyncSession, message_id: str) -> tuple[str, list[str]]:
    """The new words of a message and the names of its files."""
    row = (await rows(session, select(_M.c.fresh_text, _M.c.text).where(_M.c.id == message_id)))[0]
    files = await attachments_of(session, [message_id])
    return row.fresh_text or row.text, [file.filename for file in files[message_id] if not file.inline]


async def revoked_of(session: AsyncSession, thread_id: str, user_id: str) -> int:
    """How many reply tokens of this thread and user were revoked: the next one must differ."""
    gone = (_TOKENS.c.thread_id == thread_id, _TOKENS.c.user_id == user_id, _TOKENS.c.revoked_at.is_not(None))
    return int((await rows(session, select(func.count()).where(*gone)))[0][0])
