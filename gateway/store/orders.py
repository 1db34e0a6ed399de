"""Writes orders with their buyers and addresses, and reads them back. Which notes they bring is the flow's part."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.clock import new_id
from gateway.domain.actors import Actor
from gateway.domain.addresses import fold, mask
from gateway.domain.conversations import BuyerView
from gateway.domain.orders import BuyerDocument, OrderDocument, OrderRecord, fold_order_no
from gateway.errors import NotFound
from gateway.models import Buyer, BuyerAddress, Message, Order, Shop, Thread
from gateway.models.columns import table_of
from gateway.store.changes import changed_buyer
from gateway.store.filing import lock_buyer
from gateway.store.search_index import indexed, refresh_buyer

_ORDERS, _SHOPS, _THREADS = table_of(Order), table_of(Shop), table_of(Thread)
_BUYERS, _ADDRESSES, _MESSAGES = table_of(Buyer), table_of(BuyerAddress), table_of(Message)
_SAME = "id order_no status placed_at paid_at currency total tracking_no country created_at updated_at".split()


async def put_order(session: AsyncSession, shop_id: str, order_no: str, document: OrderDocument, now: datetime) -> bool:
    """Write an order and what it tells of its buyer; true when it is new.

    The order's row is locked before the buyer's, and the buyer's before anything that refers to it: two writers can
    only wait for each other. Raises Duplicate when the same order or address is being made at this moment.
    """
    connection = await session.connection()
    known = await _lock_order(session, shop_id, order_no)
    buyer_id, told = await _buyer(session, shop_id, document.buyer, known.buyer_id if known else None, now)
    values = document.columns() | {"buyer_id": buyer_id}
    if known is not None:
        told |= any(known._mapping[name] != value for name, value in values.items())
        await connection.execute(update(_ORDERS).where(_ORDERS.c.id == known.id).values(updated_at=now, **values))
        await _show(session, shop_id, buyer_id, told)
        if known.buyer_id != buyer_id:
            await changed_buyer(session, shop_id, known.buyer_id)
        return False
    identity = {"id": new_id(), "shop_id": shop_id, "order_no": order_no, "order_no_folded": fold_order_no(order_no)}
    made = {"items": [], "created_at": now, "updated_at": now} | identity | values
    await connection.execute(insert(_ORDERS), made)
    await _show(session, shop_id, buyer_id, told)
    return True


async def _show(session: AsyncSession, shop_id: str, buyer_id: str, told: bool) -> None:
    """Let searches and, if anything is `told` that is new, open pages know."""
    await indexed(session, refresh_buyer, buyer_id)
    if told:
        await changed_buyer(session, shop_id, buyer_id)


async def _lock_order(session: AsyncSession, shop_id: str, order_no: str) -> Row[Any, Any] | None:
    statement = (
        select(_ORDERS)
        .where(_ORDERS.c.shop_id == shop_id, _ORDERS.c.order_no_folded == fold_order_no(order_no))
        .with_for_update(key_share=True)
    )
    return (await (await session.connection()).execute(statement)).first()


async def _buyer(
    session: AsyncSession, shop_id: str, buyer: BuyerDocument, ordered_by: str | None, now: datetime
) -> tuple[str, bool]:
    """Whose the order is: the address's owner, else whoever had it, who gets the address too, else a new buyer.

    And whether anything is new of a buyer who was known.
    """
    owner = await _owner(session, shop_id, fold(buyer.email))
    buyer_id = owner or ordered_by or new_id()
    told = {name: value for name in ("name", "locale") if (value := getattr(buyer, name))}
    if owner or ordered_by:
        await lock_buyer(session, buyer_id)
        new = await _tell(session, buyer_id, told)
    else:
        made = {"id": buyer_id, "shop_id": shop_id, "name": "", "locale": "", "created_at": now}
        await (await session.connection()).execute(insert(_BUYERS), made | told)
        new = False
    if owner:
        return buyer_id, await _confirm(session, shop_id, buyer.email, now) or new
    await _add_address(session, shop_id, buyer_id, buyer.email, now)
    return buyer_id, ordered_by is not None


async def _owner(session: AsyncSession, shop_id: str, folded: str) -> str | None:
    statement = select(_ADDRESSES.c.buyer_id).where(_ADDRESSES.c.shop_id == shop_id, _ADDRESSES.c.folded == folded)
    return (await (await session.connection()).execute(statement)).scalar()


async def _tell(session: AsyncSession, buyer_id: str, told: dict[str, str]) -> bool:
    """Whether any of it is new."""
    if not told:
        return False
    other = or_(*(_BUYERS.c[name] != value for name, value in told.items()))
    statement = update(_BUYERS).where(_BUYERS.c.id == buyer_id, other).values(**told)
    return (await (await session.connection()).execute(statement)).rowcount > 0


async def _confirm(session: AsyncSession, shop_id: str, email: str, now: datetime) -> bool:
    """The shop vouches for the address from now on; whether nobody has before."""
    statement = (
        update(_ADDRESSES)
        .where(_ADDRESSES.c.shop_id == shop_id, _ADDRESSES.c.folded == fold(email), _ADDRESSES.c.confirmed_at.is_(None))
        .values(confirmed_at=now)
    )
    return (await (await session.connection()).execute(statement)).rowcount > 0


async def _add_address(session: AsyncSession, shop_id: str, buyer_id: str, email: str, now: datetime) -> None:
    owned = {"id": new_id(), "shop_id": shop_id, "buyer_id": buyer_id, "created_at": now, "confirmed_at": now}
    await (await session.connection()).execute(insert(_ADDRESSES), owned | {"address": email, "folded": fold(email)})


async def order(session: AsyncSession, actor: Actor, slug: str, order_no: str) -> OrderRecord:
    """One order with its buyer and its thread. Raises NotFound for what the actor does not reach."""
    statement = (
        select(
            _ORDERS,
            _SHOPS.c.slug,
            _BUYERS.c.name.label("buyer_name"),
            _BUYERS.c.locale.label("buyer_locale"),
            _newest_address().label("address"),
            _THREADS.c.id.label("thread_id"),
        )
        .join(_SHOPS, _SHOPS.c.id == _ORDERS.c.shop_id)
        .join(_BUYERS, _BUYERS.c.id == _ORDERS.c.buyer_id)
        .outerjoin(_THREADS, (_THREADS.c.order_id == _ORDERS.c.id) & (_THREADS.c.buyer_id == _ORDERS.c.buyer_id))
        .where(_SHOPS.c.slug == slug, _ORDERS.c.order_no_folded == fold_order_no(order_no))
    )
    if actor.shop_ids is not None:
        statement = statement.where(_ORDERS.c.shop_id.in_(actor.shop_ids))
    row = (await (await session.connection()).execute(statement)).first()
    if row is None:
        raise NotFound(f"there is no order {order_no[:64]!r}")
    return _record(row)


def _newest_address() -> Any:
    newest = select(_ADDRESSES.c.address).where(_ADDRESSES.c.buyer_id == _BUYERS.c.id)
    return newest.order_by(_ADDRESSES.c.id.desc()).limit(1).scalar_subquery()


async def newest_address(session: AsyncSession, buyer_id: str) -> str:
    """The address of a buyer that was added last, in the form in which addresses are compared; empty without one."""
    newest = select(_ADDRESSES.c.folded).where(_ADDRESSES.c.buyer_id == buyer_id)
    found = await (await session.connection()).execute(newest.order_by(_ADDRESSES.c.id.desc()).limit(1))
    return found.scalar() or ""


def _record(row: Row[Any]) -> OrderRecord:
    buyer = BuyerView(row.buyer_id, row.buyer_name, mask(row.address or ""), row.buyer_locale)
    return OrderRecord(
        shop_id=row.shop_id,
        shop=row.slug,
        buyer=buyer,
        items=tuple(row.items),
        thread_id=row.thread_id,
        **{name: getattr(row, name) for name in _SAME},
    )


async def note_text(session: AsyncSession, message_id: str) -> str:
    """The text of a note that was filed before."""
    statement = select(_MESSAGES.c.text).where(_MESSAGES.c.id == message_id)
    return str((await (await session.connection()).execute(statement)).scalar_one())
