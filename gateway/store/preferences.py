"""Whom a mail of ours went to, for those who turn notifications off: by its delivery, or by a report about it."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.domain.addresses import fold
from gateway.domain.queueing import NOTIFICATIONS
from gateway.models import Delivery, Shop, Suppression
from gateway.models.columns import table_of
from gateway.store.notices import SHOP_COLUMNS, ShopWords, words_of

_DELIVERIES, _SHOPS, _SUPPRESSIONS = table_of(Delivery), table_of(Shop), table_of(Suppression)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a delivery went to, and for which shop."""

    delivery_id: str
    shop: ShopWords
    address: str


async def recipient(session: AsyncSession, delivery_id: str) -> Recipient | None:
    """The recipient of a delivery; None where there is none of a shop."""
    found = await _recipients(session, _DELIVERIES.c.id == delivery_id)
    return found[0] if found else None


async def recipients_of(session: AsyncSession, internet_message_ids: Iterable[str]) -> list[Recipient]:
    """The recipients of the mails with these Message-IDs."""
    wanted = list(internet_message_ids)
    return await _recipients(session, _DELIVERIES.c.internet_message_id.in_(wanted)) if wanted else []


async def _recipients(session: AsyncSession, which: ColumnElement[bool]) -> list[Recipient]:
    statement = (
        select(*SHOP_COLUMNS, _DELIVERIES.c.id, _DELIVERIES.c.rcpt_to)
        .join(_SHOPS, _SHOPS.c.id == _DELIVERIES.c.shop_id)
        .where(which)
    )
    rows = await (await session.connection()).execute(statement)
    return [Recipient(row.id, words_of(row), row.rcpt_to) for row in rows]


async def wants_notifications(session: AsyncSession, who: Recipient) -> bool:
    """Whether they are on for this shop and address."""
    statement = select(_SUPPRESSIONS.c.id).where(*_own(who))
    return (await (await session.connection()).execute(statement)).first() is None


async def turn_on(session: AsyncSession, who: Recipient) -> None:
    """Take the choice back."""
    await (await session.connection()).execute(delete(_SUPPRESSIONS).where(*_own(who)))


def _own(who: Recipient) -> tuple[ColumnElement[bool], ...]:
    scope = _SUPPRESSIONS.c.scope == NOTIFICATIONS
    return (_SUPPRESSIONS.c.shop_id == who.shop.id, _SUPPRESSIONS.c.folded == fold(who.address), scope)
