"""What telling a buyer of a new order needs: the order, its buyer's address and language, the shop's choices."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.domain.shop_options import MailOptions, mail_options
from gateway.models import Buyer, BuyerAddress, Order, Shop, Thread
from gateway.models.columns import table_of
from gateway.store.notices import SHOP_COLUMNS, ShopWords, words_of

_ORDERS, _SHOPS, _THREADS = table_of(Order), table_of(Shop), table_of(Thread)
_BUYERS, _ADDRESSES = table_of(Buyer), table_of(BuyerAddress)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedOrder:
    """An order and whom to tell; `address` is the buyer's newest, empty when there is none."""

    order: dict[str, Any]
    placed_at: datetime | None
    shop: ShopWords
    mails: MailOptions
    buyer_name: str
    buyer_locale: str
    address: str
    thread_id: str | None


async def placed_order(session: AsyncSession, order_id: str) -> PlacedOrder:
    """An order that is known to exist."""
    connection = await session.connection()
    order = dict((await connection.execute(select(_ORDERS).where(_ORDERS.c.id == order_id))).one()._mapping)
    newest = select(_ADDRESSES.c.address).where(_ADDRESSES.c.buyer_id == order["buyer_id"])
    thread = select(_THREADS.c.id).where(_THREADS.c.order_id == order_id, _THREADS.c.merged_into_id.is_(None))
    statement = (
        select(*SHOP_COLUMNS, _SHOPS.c.settings, _BUYERS.c.name, _BUYERS.c.locale)
        .join(_BUYERS, _BUYERS.c.shop_id == _SHOPS.c.id)
        .where(_BUYERS.c.id == order["buyer_id"])
    )
    row = (await connection.execute(statement)).one()
    return PlacedOrder(
        order=order,
        placed_at=order["placed_at"],
        shop=words_of(row),
        mails=mail_options(row.settings),
        buyer_name=row.name,
        buyer_locale=row.locale,
        address=(await connection.execute(newest.order_by(_ADDRESSES.c.id.desc()).limit(1))).scalar() or "",
        thread_id=(await connection.execute(thread.limit(1))).scalar(),
    )
