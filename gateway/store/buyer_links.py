"""Keeps and finds buyers' links, and reads what a link opens: one conversation, as its buyer may see it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    delete,
    exists,
    false,
    func,
    insert,
    not_,
    or_,
    select,
    update,
)
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.domain.buyer_pages import SHOWN_MESSAGES, Entry, Link, SentEntry
from gateway.domain.conversations import AttachmentView, OrderView
from gateway.models import Attachment, Buyer, BuyerLink, Delivery, LinkMessage, Message, Order, OrderLink, Shop, Thread
from gateway.models.columns import table_of
from gateway.store.conversation import address_of
from gateway.store.messages import attachments_of
from gateway.store.threads import order_view, rows

_L, _T, _S, _B, _O = table_of(BuyerLink), table_of(Thread), table_of(Shop), table_of(Buyer), table_of(Order)
_M, _A, _D, _LM = table_of(Message), table_of(Attachment), table_of(Delivery), table_of(LinkMessage)
_OL = table_of(OrderLink)


async def keep_link(session: AsyncSession, link: BuyerLink | OrderLink) -> None:
    """Make a link work."""
    table = _L if isinstance(link, BuyerLink) else _OL
    values = {column.name: getattr(link, column.name) for column in table.columns}
    await (await session.connection()).execute(insert(table), values)


async def link_of(session: AsyncSession, print_: str, now: datetime) -> Link | None:
    """What a link opens, by its fingerprint; None when it is unknown, over or revoked, or its buyer blocked.

    A thread that was merged leads to where its messages are now: it is the same buyer's.
    """
    target = _T.alias("target")
    statement = (
        select(
            *_of_link(_L),
            target.c.id.label("thread_id"),
            target.c.subject,
            target.c.order_id,
            target.c.labels,
            target.c.needs_reply,
        )
        .join(_T, _T.c.id == _L.c.thread_id)
        .join(target, target.c.id == func.coalesce(_T.c.merged_into_id, _T.c.id))
        .join(_S, _S.c.id == _L.c.shop_id)
        .join(_B, _B.c.id == _L.c.buyer_id)
        .where(_L.c.fingerprint == print_, _L.c.revoked_at.is_(None), _L.c.expires_at > now)
        .where(target.c.buyer_id == _L.c.buyer_id, _B.c.blocked_at.is_(None))
    )
    found = await rows(session, statement) or await rows(session, _of_order(print_, now))
    return await _link(session, print_, found[0]) if found else None


def _of_link(link: Table) -> tuple[ColumnElement[Any], ...]:
    return (
        link.c.expires_at,
        _S.c.id.label("shop_id"),
        _S.c.slug,
        _S.c.name.label("shop_name"),
        _S.c.reply_name,
        _S.c.locale.label("shop_locale"),
        _B.c.id.label("buyer_id"),
        _B.c.name.label("buyer_name"),
        _B.c.locale.label("buyer_locale"),
    )


def _of_order(print_: str, now: datetime) -> Select[Any]:
    """An order's thread, once there is one; until then no thread, under the order's number."""
    target = _T.alias("target")
    return (
        select(
            *_of_link(_OL),
            func.coalesce(target.c.id, "").label("thread_id"),
            func.coalesce(target.c.subject, _O.c.order_no).label("subject"),
            _OL.c.order_id,
            target.c.labels,
            func.coalesce(target.c.needs_reply, false()).label("needs_reply"),
        )
        .join(_O, _O.c.id == _OL.c.order_id)
        .join(_S, _S.c.id == _OL.c.shop_id)
        .join(_B, _B.c.id == _OL.c.buyer_id)
        .outerjoin(_T, and_(_T.c.order_id == _OL.c.order_id, _T.c.buyer_id == _OL.c.buyer_id))
        .outerjoin(target, target.c.id == func.coalesce(_T.c.merged_into_id, _T.c.id))
        .where(_OL.c.fingerprint == print_, _OL.c.revoked_at.is_(None), _OL.c.expires_at > now)
        .where(_O.c.buyer_id == _OL.c.buyer_id, _B.c.blocked_at.is_(None))
        .order_by(target.c.id)
        .limit(1)
    )


async def _link(session: AsyncSession, print_: str, row: Any) -> Link:
    address, _ = await address_of(session, row.thread_id, row.buyer_id)
    same = (
        "expires_at thread_id subject order_id needs_reply shop_id shop_locale buyer_id buyer_name buyer_locale"
    ).split()
    return Link(
        fingerprint=print_,
        shop_slug=row.slug,
        shop_name=row.reply_name or row.shop_name,
        labels=tuple(row.labels or ()),
        address=address,
        **{name: getattr(row, name) for name in same},
    )


def _visible(now: datetime, said: Any = _M) -> ColumnElement[bool]:
    """What was said between buyer and shop: no notes, no events, no machine's mail, nothing that has not left yet."""
    own = exists().where(_D.c.message_id == said.c.id)
    waiting = and_(_D.c.state == "queued", _D.c.next_attempt_at > now, _D.c.attempts == 0)
    left = exists().where(_D.c.message_id == said.c.id, not_(waiting), _D.c.refusal != "cancelled")
    outbound = and_(said.c.direction == "outbound", or_(not_(own), left))
    return and_(said.c.automatic == "", or_(said.c.direction == "inbound", outbound))


async def entries(session: AsyncSession, thread_id: str, now: datetime) -> tuple[Entry, ...]:
    """The newest messages of a thread that its buyer may see, oldest first."""
    columns = [_M.c[name] for name in "id direction channel fresh_text received_at".split()]
    newest = (
        select(*columns)
        .where(_M.c.thread_id == thread_id, _visible(now))
        .order_by(_M.c.received_at.desc(), _M.c.id.desc())
        .limit(SHOWN_MESSAGES)
    )
    found = list(reversed(await rows(session, newest)))
    files = await attachments_of(session, [row.id for row in found])
    return tuple(
        Entry(
            id=row.id,
            own=row.direction == "inbound",
            channel=row.channel,
            text=row.fresh_text.strip("\n"),
            at=row.received_at,
            files=tuple(files[row.id]),
        )
        for row in found
    )


async def order_of(session: AsyncSession, link: Link) -> OrderView | None:
    """The order that the conversation is about, as long as it is this buyer's."""
    found = await rows(session, select(_O).where(_O.c.id == (link.order_id or ""), _O.c.buyer_id == link.buyer_id))
    return order_view(found[0]) if found else None


async def file_of(session: AsyncSession, link: Link, attachment_id: str, now: datetime) -> AttachmentView | None:
    """A file of a message that the link shows; None for any other."""
    statement = (
        select(_A.c.message_id)
        .join(_M, _M.c.id == _A.c.message_id)
        .where(_A.c.id == attachment_id, _M.c.thread_id == link.thread_id, _visible(now))
    )
    found = await rows(session, statement)
    files = await attachments_of(session, [found[0].message_id]) if found else {}
    return next((file for group in files.values() for file in group if file.id == attachment_id), None)


async def note_use(session: AsyncSession, link: Link, message_id: str, at: datetime) -> None:
    """Remember that a message was written through the link."""
    row = {"message_id": message_id, "fingerprint": link.fingerprint, "at": at}
    await (await session.connection()).execute(insert(_LM), row)


async def sent_through(session: AsyncSession, link: Link, now: datetime) -> tuple[SentEntry, ...]:
    """What was written through the link, newest first."""
    answer = _M.alias("answer")
    answered = exists().where(
        answer.c.thread_id == _M.c.thread_id,
        answer.c.direction == "outbound",
        answer.c.received_at > _LM.c.at,
        _visible(now, answer),
    )
    statement = (
        select(_M.c.id, _M.c.subject, _M.c.fresh_text, _LM.c.at, _T.c.subject.label("matter"), answered.label("done"))
        .join(_M, _M.c.id == _LM.c.message_id)
        .join(_T, _T.c.id == _M.c.thread_id)
        .where(_LM.c.fingerprint == link.fingerprint)
        .order_by(_LM.c.at.desc(), _M.c.id.desc())
        .limit(SHOWN_MESSAGES)
    )
    found = await rows(session, statement)
    files = await attachments_of(session, [row.id for row in found])
    return tuple(
        SentEntry(
            subject=row.subject or row.matter,
            text=row.fresh_text,
            at=row.at,
            files=len(files[row.id]),
            answered=bool(row.done),
        )
        for row in found
    )


async def revoke(session: AsyncSession, thread_ids: Sequence[str], now: datetime) -> int:
    """Stop all links of these threads; how many worked until now."""
    connection = await session.connection()
    stopped = 0
    for table, works in _working(thread_ids, now):
        stopped += int((await connection.execute(update(table).where(*works).values(revoked_at=now))).rowcount)
    return stopped


async def working(session: AsyncSession, thread_ids: Sequence[str], now: datetime) -> int:
    """How many links of these threads work."""
    found = [
        await rows(session, select(table.c.fingerprint).where(*works)) for table, works in _working(thread_ids, now)
    ]
    return sum(map(len, found))


def _working(thread_ids: Sequence[str], now: datetime) -> tuple[tuple[Table, tuple[ColumnElement[bool], ...]], ...]:
    """Links to the threads, and those to their orders: these open the same."""
    orders = select(_T.c.order_id).where(_T.c.id.in_(list(thread_ids)), _T.c.order_id.is_not(None))
    return (
        (_L, (_L.c.thread_id.in_(list(thread_ids)), _L.c.revoked_at.is_(None), _L.c.expires_at > now)),
        (_OL, (_OL.c.order_id.in_(orders), _OL.c.revoked_at.is_(None), _OL.c.expires_at > now)),
    )


async def merged_into(session: AsyncSession, thread_id: str) -> list[str]:
    """The thread and those whose messages went into it."""
    found = await rows(session, select(_T.c.id).where(_T.c.merged_into_id == thread_id))
    return [thread_id, *(row.id for row in found)]


async def forget_links(session: AsyncSession, before: datetime) -> None:
    """Remove links that ended long ago."""
    for table in (_L, _OL):
        await (await session.connection()).execute(delete(table).where(table.c.expires_at <= before))
