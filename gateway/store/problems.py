"""What telling the sellers of a mail that did not arrive needs: the mail, its thread, and who works on it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.domain.addresses import mask
from gateway.models import Buyer, Delivery, Membership, Order, Shop, Thread, User
from gateway.models.columns import table_of
from gateway.store.notices import SHOP_COLUMNS, ShopWords, words_of

_DELIVERIES, _THREADS, _SHOPS = table_of(Delivery), table_of(Thread), table_of(Shop)
_BUYERS, _ORDERS, _USERS, _MEMBERSHIPS = table_of(Buyer), table_of(Order), table_of(User), table_of(Membership)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who works for the shop. `locale` is empty for the shop's own."""

    address: str
    name: str
    locale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A reply that is late or lost. `buyer_name` is never empty."""

    shop: ShopWords
    thread_id: str
    buyer_name: str
    order: dict[str, Any] | None
    queued_at: datetime
    refusal: str
    smtp_reply: str
    recipients: tuple[Recipient, ...]


async def problem(session: AsyncSession, delivery_id: str) -> Problem | None:
    """What there is to tell of a delivery; None where it was no reply of a seller's."""
    statement = (
        select(
            *SHOP_COLUMNS,
            _DELIVERIES.c.thread_id,
            _DELIVERIES.c.rcpt_to,
            _DELIVERIES.c.queued_at,
            _DELIVERIES.c.refusal,
            _DELIVERIES.c.smtp_reply,
            _THREADS.c.assignee_id,
            _THREADS.c.order_id,
            _BUYERS.c.name.label("buyer_name"),
        )
        .join(_SHOPS, _SHOPS.c.id == _DELIVERIES.c.shop_id)
        .join(_THREADS, _THREADS.c.id == _DELIVERIES.c.thread_id)
        .join(_BUYERS, _BUYERS.c.id == _THREADS.c.buyer_id)
        .where(_DELIVERIES.c.id == delivery_id, _DELIVERIES.c.kind == "reply")
    )
    row = (await (await session.connection()).execute(statement)).first()
    if row is None:
        return None
    return Problem(
        shop=words_of(row),
        thread_id=row.thread_id,
        buyer_name=row.buyer_name or mask(row.rcpt_to),
        order=await _order(session, row.order_id),
        queued_at=row.queued_at,
        refusal=row.refusal,
        smtp_reply=row.smtp_reply,
        recipients=await _recipients(session, row.shop_id, row.assignee_id),
    )


async def _order(session: AsyncSession, order_id: str | None) -> dict[str, Any] | None:
    row = (await (await session.connection()).execute(select(_ORDERS).where(_ORDERS.c.id == order_id))).first()
    return dict(row._mapping) if row else None


async def _recipients(session: AsyncSession, shop_id: str, assignee_id: str | None) -> tuple[Recipient, ...]:
    """Whoever the thread was given to, else all who work for the shop."""
    members = select(_MEMBERSHIPS.c.user_id).where(_MEMBERSHIPS.c.shop_id == shop_id)
    return await _people(session, _USERS.c.id == assignee_id) or await _people(session, _USERS.c.id.in_(members))


async def _people(session: AsyncSession, which: ColumnElement[bool]) -> tuple[Recipient, ...]:
    statement = select(_USERS.c.email, _USERS.c.name, _USERS.c.locale).where(_USERS.c.active, which)
    rows = await (await session.connection()).execute(statement.order_by(_USERS.c.email_folded))
    return tuple(Recipient(row.email, row.name, row.locale) for row in rows)
