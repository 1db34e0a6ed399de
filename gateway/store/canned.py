"""Reads and writes a shop's canned replies and a user's signatures. What may stand in them is the domain's part."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, true, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.domain.actors import Actor
from gateway.domain.canned import Canned
from gateway.errors import NotFound
from gateway.models import Buyer, CannedReply, Order, Shop, Signature, Thread
from gateway.models.columns import table_of
from gateway.store.thread_search import owned

_CANNED, _SHOPS, _SIGNATURES = table_of(CannedReply), table_of(Shop), table_of(Signature)
_THREADS, _BUYERS, _ORDERS = table_of(Thread), table_of(Buyer), table_of(Order)
MOST = 500


def _mine(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.shop_ids is None else _CANNED.c.shop_id.in_(actor.shop_ids)


async def shop_id_of(session: AsyncSession, actor: Actor, slug: str) -> str:
    """A shop that the actor reaches. Raises NotFound for any other."""
    statement = select(_SHOPS.c.id).where(_SHOPS.c.slug == slug)
    if actor.shop_ids is not None:
        statement = statement.where(_SHOPS.c.id.in_(actor.shop_ids))
    found = (await (await session.connection()).execute(statement)).scalar()
    if found is None:
        raise NotFound("no such shop")
    return str(found)


@dataclass(frozen=True, slots=True)
class Talk:
    """What can be filled in of one thread, by variable, and the languages of its two sides."""

    shop_id: str
    buyer_locale: str
    shop_locale: str
    values: dict[str, str]


async def talk(session: AsyncSession, actor: Actor, thread_id: str) -> Talk:
    """A thread that the actor reaches, as texts need it. Raises NotFound for any other."""
    shop_name = func.coalesce(func.nullif(_SHOPS.c.reply_name, ""), _SHOPS.c.name)
    columns = (_THREADS.c.shop_id, _BUYERS.c.locale, _SHOPS.c.locale.label("shop_locale"))
    names = (_BUYERS.c.name, shop_name.label("shop_name"), _ORDERS.c.order_no, _ORDERS.c.tracking_no)
    statement = (
        select(*columns, *names)
        .join(_SHOPS, _SHOPS.c.id == _THREADS.c.shop_id)
        .join(_BUYERS, _BUYERS.c.id == _THREADS.c.buyer_id)
        .outerjoin(_ORDERS, _ORDERS.c.id == _THREADS.c.order_id)
        .where(owned(actor), _THREADS.c.id == thread_id)
    )
    row = (await (await session.connection()).execute(statement)).first()
    if row is None:
        raise NotFound("no such thread")
    values = {"buyer_name": row.name, "shop_name": row.shop_name, "seller_name": actor.name}
    values |= {"order_no": row.order_no or "", "tracking_no": row.tracking_no or ""}
    return Talk(row.shop_id, row.locale, row.shop_locale, values)


async def canned(session: AsyncSession, shop_id: str) -> tuple[Canned, ...]:
    """The shop's texts, by name and language, at most MOST."""
    statement = select(_CANNED).where(_CANNED.c.shop_id == shop_id).order_by(_CANNED.c.name, _CANNED.c.locale)
    rows = await (await session.connection()).execute(statement.limit(MOST))
    return tuple(Canned(row.id, row.name, row.locale, row.text) for row in rows)


async def one(session: AsyncSession, actor: Actor, id_: str) -> Canned:
    """A text of the actor's shops. Raises NotFound."""
    found = await (await session.connection()).execute(select(_CANNED).where(_mine(actor), _CANNED.c.id == id_))
    row = found.first()
    if row is None:
        raise NotFound("no such canned reply")
    return Canned(row.id, row.name, row.locale, row.text)


async def add(session: AsyncSession, values: dict[str, Any]) -> None:
    """Keep a new text. Raises Duplicate when the shop has one of this name and language."""
    await (await session.connection()).execute(insert(_CANNED), values)


async def change(session: AsyncSession, actor: Actor, id_: str, values: dict[str, Any]) -> None:
    """Change a text of the actor's shops. Raises NotFound, Duplicate."""
    statement = update(_CANNED).where(_mine(actor), _CANNED.c.id == id_).values(**values)
    if (await (await session.connection()).execute(statement)).rowcount == 0:
        raise NotFound("no such canned reply")


async def remove(session: AsyncSession, actor: Actor, id_: str) -> None:
    """Forget a text of the actor's shops. Raises NotFound."""
    statement = delete(_CANNED).where(_mine(actor), _CANNED.c.id == id_)
    if (await (await session.connection()).execute(statement)).rowcount == 0:
        raise NotFound("no such canned reply")


async def signatures(session: AsyncSession, user_id: str) -> dict[str, str]:
    """A user's signatures by locale; the one without a locale is for every other language."""
    statement = select(_SIGNATURES).where(_SIGNATURES.c.user_id == user_id).order_by(_SIGNATURES.c.locale)
    return {row.locale: row.text for row in await (await session.connection()).execute(statement)}


async def set_signature(session: AsyncSession, user_id: str, locale: str, text: str) -> None:
    """Keep a signature; an empty one is forgotten."""
    connection = await session.connection()
    if not text:
        mine = (_SIGNATURES.c.user_id == user_id, _SIGNATURES.c.locale == locale)
        await connection.execute(delete(_SIGNATURES).where(*mine))
        return
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(_SIGNATURES).values(user_id=user_id, locale=locale, text=text)
    await connection.execute(statement.on_conflict_do_update(index_elements=["user_id", "locale"], set_={"text": text}))
