"""Reads and writes shops, always within those that the actor reaches."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, insert, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.clock import new_id
from gateway.domain.actors import Actor
from gateway.domain.shop_options import MailOptions, mail_options, with_mail_options
from gateway.errors import NotFound
from gateway.models import Shop
from gateway.models.columns import table_of

_SHOPS = table_of(Shop)
_COLUMNS = (
    "id",
    "slug",
    "name",
    "locale",
    "reply_name",
    "time_zone",
    "notes_from",
    "order_mask",
    "settings",
    "created_at",
)


@dataclass(frozen=True, slots=True)
class ShopSetup:
    """How a shop is set up. `reply_name` stands in From of its mails; `notes_from` may send order notes by mail.

    `order_mask` says how its order numbers are written. `time_zone` is that of the rules that ask for the time of day;
    empty: UTC.
    """

    id: str
    slug: str
    name: str
    locale: str
    reply_name: str
    time_zone: str
    notes_from: tuple[str, ...]
    order_mask: str
    mails: MailOptions
    created_at: datetime


def _reached(actor: Actor) -> Select[Any]:
    statement = select(*(_SHOPS.c[name] for name in _COLUMNS)).where(_SHOPS.c.system.is_(False))
    return statement if actor.shop_ids is None else statement.where(_SHOPS.c.id.in_(actor.shop_ids))


def _setup(row: Row[Any]) -> ShopSetup:
    values = dict(row._mapping) | {"notes_from": tuple(row.notes_from or ()), "mails": mail_options(row.settings)}
    return ShopSetup(**{name: values[name] for name in ShopSetup.__slots__})


async def shops(session: AsyncSession, actor: Actor) -> list[ShopSetup]:
    """The shops that the actor reaches, by slug; not the admins' own inbox."""
    rows = await (await session.connection()).execute(_reached(actor).order_by(_SHOPS.c.slug))
    return [_setup(row) for row in rows]


async def shop(session: AsyncSession, actor: Actor, slug: str) -> ShopSetup:
    """One shop. Raises NotFound for any that the actor does not reach."""
    row = (await (await session.connection()).execute(_reached(actor).where(_SHOPS.c.slug == slug))).first()
    if row is None:
        raise NotFound(f"there is no shop {slug[:40]!r}")
    return _setup(row)


async def put_shop(session: AsyncSession, actor: Actor, slug: str, values: dict[str, Any], now: datetime) -> bool:
    """Change the shop of that slug, or make it; true when it is new.

    Raises NotFound when the actor reaches only other shops; Duplicate at the end of the transaction when somebody
    else made it a moment ago.
    """
    connection = await session.connection()
    changed = update(_SHOPS).where(_SHOPS.c.slug == slug, _SHOPS.c.system.is_(False)).values(**values)
    if actor.shop_ids is not None:
        changed = changed.where(_SHOPS.c.id.in_(actor.shop_ids))
    if (await connection.execute(changed)).rowcount:
        return False
    if actor.shop_ids is not None:
        raise NotFound(f"there is no shop {slug[:40]!r}")
    made = {"id": new_id(), "slug": slug, "notes_from": [], "settings": {}, "created_at": now}
    await connection.execute(insert(_SHOPS), made | values)
    return True


async def change_mails(session: AsyncSession, actor: Actor, slug: str, changes: Mapping[str, bool]) -> None:
    """Change some of a shop's choices about its mails. Raises NotFound for any that the actor does not reach."""
    id_ = (await shop(session, actor, slug)).id
    connection = await session.connection()
    locked = select(_SHOPS.c.settings).where(_SHOPS.c.id == id_).with_for_update()
    settings = with_mail_options((await connection.execute(locked)).scalar_one(), changes)
    await connection.execute(update(_SHOPS).where(_SHOPS.c.id == id_).values(settings=settings))
