"""Reads messages with their files and deliveries, within the shops that the actor reaches."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, literal, select, true
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.domain.actors import Actor
from gateway.domain.addresses import mask
from gateway.domain.conversations import AttachmentView, DeliveryView, MessageView
from gateway.models import Attachment, Delivery, InboundEmail, Message
from gateway.models.columns import table_of
from gateway.store.threads import rows

_M, _A, _D, _INBOUND = table_of(Message), table_of(Attachment), table_of(Delivery), table_of(InboundEmail)
_MESSAGE = (
    "id thread_id shop_id direction channel author_kind author_name subject text fresh_text quoted_text "
    "signature_text remote_content internet_message_id sent_at sent_offset received_at trust defects automatic "
    "raw_sha256"
).split()
_ATTACHMENT = "id message_id filename content_type declared_type size sha256 inline content_id blob_key".split()
_DELIVERY = "id state attempts smtp_reply refusal at next_attempt_at".split()


def _owned(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.shop_ids is None else _M.c.shop_id.in_(actor.shop_ids)


def _select(with_html: bool) -> Select[Any]:
    html = _M.c.html if with_html else literal(None).label("html")
    columns = [_M.c[name] for name in (*_MESSAGE, "filed_because", "rules")]
    return select(*columns, html, _M.c.html.is_not(None).label("has_html"))


async def of_thread(session: AsyncSession, thread_id: str, with_html: bool) -> tuple[MessageView, ...]:
    """The messages of a thread in order. Ownership of the thread is the caller's to have settled."""
    statement = _select(with_html).where(_M.c.thread_id == thread_id).order_by(_M.c.received_at, _M.c.id)
    return await _complete(session, await rows(session, statement))


async def message(session: AsyncSession, actor: Actor, message_id: str) -> MessageView | None:
    """One message with everything, or None for what the actor does not reach."""
    statement = _select(with_html=True).where(_owned(actor), _M.c.id == message_id)
    found = await _complete(session, await rows(session, statement))
    return found[0] if found else None


async def _complete(session: AsyncSession, found: Sequence[Row[Any]]) -> tuple[MessageView, ...]:
    ids = [row.id for row in found]
    files, deliveries = await attachments_of(session, ids), await _deliveries(session, ids)
    return tuple(
        MessageView(
            filed_because=tuple(row.filed_because),
            rules=tuple(row.rules or ()),
            html=row.html,
            has_html=bool(row.has_html),
            attachments=tuple(files[row.id]),
            deliveries=tuple(deliveries[row.id]),
            **{name: getattr(row, name) for name in _MESSAGE},
        )
        for row in found
    )


async def attachments_of(session: AsyncSession, ids: Iterable[str]) -> dict[str, list[AttachmentView]]:
    """The files of messages by message, in order. Whether these may be seen is the caller's to have settled."""
    statement = select(_A).where(_A.c.message_id.in_(list(ids))).order_by(_A.c.position, _A.c.id)
    by_message: dict[str, list[AttachmentView]] = defaultdict(list)
    for row in await rows(session, statement):
        by_message[row.message_id].append(_attachment(row))
    return by_message


def _attachment(row: Row[Any]) -> AttachmentView:
    return AttachmentView(**{name: getattr(row, name) for name in _ATTACHMENT})


async def _deliveries(session: AsyncSession, ids: Iterable[str]) -> dict[str, list[DeliveryView]]:
    columns = [_D.c[name] for name in (*_DELIVERY, "message_id", "rcpt_to")]
    by_message: dict[str, list[DeliveryView]] = defaultdict(list)
    for row in await rows(session, select(*columns).where(_D.c.message_id.in_(list(ids))).order_by(_D.c.id)):
        values = {name: getattr(row, name) for name in _DELIVERY}
        by_message[row.message_id].append(DeliveryView(to_masked=mask(row.rcpt_to), **values))
    return by_message


async def attachment(session: AsyncSession, actor: Actor, attachment_id: str) -> AttachmentView | None:
    """One file's row, or None for what the actor does not reach."""
    statement = select(_A).join(_M, _M.c.id == _A.c.message_id).where(_owned(actor), _A.c.id == attachment_id)
    found = await rows(session, statement)
    return _attachment(found[0]) if found else None


async def original(session: AsyncSession, actor: Actor, message_id: str) -> tuple[str, bool] | None:
    """The hash of what a message came as or left as, and whether a site or chat posted it; None without one."""
    statement = select(_M.c.raw_sha256, _D.c.sha256, _INBOUND.c.ingress).outerjoin(_D, _D.c.message_id == _M.c.id)
    statement = statement.outerjoin(_INBOUND, _INBOUND.c.id == _M.c.inbound_id)
    found = await rows(session, statement.where(_owned(actor), _M.c.id == message_id).order_by(_D.c.id).limit(1))
    sha256 = (found[0].raw_sha256 or found[0].sha256) if found else None
    return (sha256, found[0].ingress == "webhook") if sha256 else None
