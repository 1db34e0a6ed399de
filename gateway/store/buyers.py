"""One person, several addresses: adds an address to a buyer and makes one buyer of two. Rules stand in the flow."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.clock import new_id
from gateway.domain.actors import Actor
from gateway.domain.addresses import fold
from gateway.domain.orders import fold_order_no
from gateway.errors import NotFound
from gateway.models import Buyer, BuyerAddress, BuyerLink, Order, OrderLink, ReplyToken, Thread
from gateway.models.columns import table_of
from gateway.store.changes import changed_buyer
from gateway.store.filing import bump_change, lock_buyer
from gateway.store.search_index import indexed, refresh_buyer

_BUYERS, _ADDRESSES, _ORDERS = table_of(Buyer), table_of(BuyerAddress), table_of(Order)
_THREADS, _TOKENS = table_of(Thread), table_of(ReplyToken)
_LINKS, _ORDER_LINKS = table_of(BuyerLink), table_of(OrderLink)
_BELONGINGS = (
    # Everything that is a buyer's, and what its rows are known by.
    (_ADDRESSES, "id"),
    (_ORDERS, "id"),
    (_THREADS, "id"),
    (_TOKENS, "fingerprint"),
    (_LINKS, "fingerprint"),
    (_ORDER_LINKS, "fingerprint"),
)


async def shop_of(session: AsyncSession, actor: Actor, buyer_id: str) -> str:
    """The shop of a buyer whom the actor reaches, who stays locked. Raises NotFound for any other."""
    statement = select(_BUYERS.c.shop_id).where(_BUYERS.c.id == buyer_id)
    if actor.shop_ids is not None:
        statement = statement.where(_BUYERS.c.shop_id.in_(actor.shop_ids))
    shop_id = (await (await session.connection()).execute(statement)).scalar()
    if shop_id is None:
        raise NotFound("no such buyer")
    await lock_buyer(session, buyer_id)
    return str(shop_id)


async def owner_of(session: AsyncSession, shop_id: str, address: str) -> str | None:
    """The buyer of the shop who has this address already."""
    statement = select(_ADDRESSES.c.buyer_id).where(
        _ADDRESSES.c.shop_id == shop_id, _ADDRESSES.c.folded == fold(address)
    )
    return (await (await session.connection()).execute(statement)).scalar()


async def add_address(session: AsyncSession, shop_id: str, buyer_id: str, address: str, now: datetime) -> None:
    """Give the buyer one more address, unless somebody of the shop has it."""
    connection = await session.connection()
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    row = {"id": new_id(), "shop_id": shop_id, "buyer_id": buyer_id, "address": address, "folded": fold(address)}
    await connection.execute(
        dialect.insert(_ADDRESSES).on_conflict_do_nothing(index_elements=["shop_id", "folded"]),
        row | {"confirmed_at": now, "created_at": now},
    )
    await indexed(session, refresh_buyer, buyer_id)
    await changed_buyer(session, shop_id, buyer_id)


async def merge(session: AsyncSession, shop_id: str, source: str, target: str) -> None:
    """Everything of `source` is `target`'s from now on; threads stay as they are, each with its own matter."""
    connection = await session.connection()
    change_no = await bump_change(session, shop_id)
    await connection.execute(update(_THREADS).where(_THREADS.c.buyer_id == source).values(change_no=change_no))
    for table, _ in _BELONGINGS:
        await connection.execute(update(table).where(table.c.buyer_id == source).values(buyer_id=target))
    await connection.execute(delete(_BUYERS).where(_BUYERS.c.id == source))
    await indexed(session, refresh_buyer, target)


async def find(session: AsyncSession, shop_id: str, words: str) -> str | None:
    """The buyer of the shop who has this address, or this order."""
    owner = await owner_of(session, shop_id, words.strip())
    ordered = select(_ORDERS.c.buyer_id).where(
        _ORDERS.c.shop_id == shop_id, _ORDERS.c.order_no_folded == fold_order_no(words.strip())
    )
    return owner or (await (await session.connection()).execute(ordered)).scalar()


async def belongings(session: AsyncSession, buyer_id: str) -> dict[str, Any]:
    """What a buyer has, for `part`: the ids of it all, and the row itself."""
    connection = await session.connection()
    found: dict[str, Any] = {}
    for table, key in _BELONGINGS:
        rows = await connection.execute(select(table.c[key]).where(table.c.buyer_id == buyer_id))
        found[table.name] = list(rows.scalars())
    row = (await connection.execute(select(_BUYERS).where(_BUYERS.c.id == buyer_id))).one()._mapping
    moments = {name: row[name].isoformat() if row[name] else None for name in ("created_at", "blocked_at")}
    return found | {"buyer": {name: row[name] for name in ("id", "name", "locale")} | moments}


async def part(session: AsyncSession, shop_id: str, target: str, data: dict[str, Any]) -> None:
    """Make two buyers again of one: what the former one had, and `target` still has, goes back."""
    connection = await session.connection()
    former = dict(data["buyer"])
    moments = ("created_at", "blocked_at")
    former |= {name: datetime.fromisoformat(former[name]) if former[name] else None for name in moments}
    await connection.execute(insert(_BUYERS), former | {"shop_id": shop_id})
    for table, key in _BELONGINGS:
        theirs = update(table).where(table.c[key].in_(data[table.name]), table.c.buyer_id == target)
        await connection.execute(theirs.values(buyer_id=former["id"]))
    for buyer_id in (target, former["id"]):
        await indexed(session, refresh_buyer, buyer_id)
