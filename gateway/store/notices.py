"""What automatic mails need to know, whom they went to of late, and the confirmation links that they carry."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.models import Buyer, BuyerAddress, ConfirmLink, Delivery, InboundEmail, Shop
from gateway.models.columns import table_of
from gateway.store.buyers import add_address
from gateway.store.suppressions import forgive, is_dead
from gateway.store.wakeups import INBOUND, notify

CONFIRMABLE = ("unverified", "token-of-another")
"""What a person at the registered address can let in."""
KINDS = ("held-confirm", "not-entitled", "received")
"""The mails that answer by themselves; of these an address gets one a day."""
_SHOPS, _BUYERS, _ADDRESSES = table_of(Shop), table_of(Buyer), table_of(BuyerAddress)
_LINKS, _DELIVERIES, _INBOUND = table_of(ConfirmLink), table_of(Delivery), table_of(InboundEmail)


@dataclass(frozen=True, slots=True)
class ShopWords:
    """A shop as its mails name it."""

    id: str
    slug: str
    name: str
    locale: str


@dataclass(frozen=True, slots=True)
class Registered:
    """The registered address behind a folded one, its shop and its buyer's language."""

    shop: ShopWords
    address: str
    locale: str
    undeliverable: bool


@dataclass(frozen=True, slots=True)
class Link:
    """A confirmation link that still works."""

    shop: ShopWords
    author: str
    buyer_id: str | None = None


def words_of(row: Any) -> ShopWords:
    """The shop of a row that has SHOP_COLUMNS."""
    return ShopWords(row.shop_id, row.slug, row.reply_name or row.shop_name, row.shop_locale)


SHOP_COLUMNS = (
    _SHOPS.c.id.label("shop_id"),
    _SHOPS.c.slug,
    _SHOPS.c.name.label("shop_name"),
    _SHOPS.c.reply_name,
    _SHOPS.c.locale.label("shop_locale"),
)


async def shop_words(session: AsyncSession, shop_id: str) -> ShopWords:
    """A shop that is known to exist."""
    row = (await (await session.connection()).execute(select(*SHOP_COLUMNS).where(_SHOPS.c.id == shop_id))).one()
    return words_of(row)


async def system_words(session: AsyncSession, name: str) -> ShopWords:
    """The admins' own inbox, under the name that its mails carry."""
    row = (await (await session.connection()).execute(select(*SHOP_COLUMNS).where(_SHOPS.c.system))).first()
    return ShopWords(row.shop_id, row.slug, name, row.shop_locale) if row else ShopWords("", "postmaster", name, "en")


async def registered(session: AsyncSession, shop_id: str, folded: str) -> Registered | None:
    """The address as it was registered: the mail goes there, not to how the sender spelled it."""
    statement = (
        select(*SHOP_COLUMNS, _ADDRESSES.c.address, _dead().label("dead"), _BUYERS.c.locale)
        .join(_SHOPS, _SHOPS.c.id == _ADDRESSES.c.shop_id)
        .join(_BUYERS, _BUYERS.c.id == _ADDRESSES.c.buyer_id)
        .where(_ADDRESSES.c.shop_id == shop_id, _ADDRESSES.c.folded == folded)
    )
    row = (await (await session.connection()).execute(statement)).first()
    if row is None:
        return None
    return Registered(words_of(row), row.address, row.locale, row.dead)


async def registered_of(session: AsyncSession, buyer_id: str) -> Registered | None:
    """The address that a buyer ordered with."""
    statement = (
        select(_ADDRESSES.c.shop_id, _ADDRESSES.c.folded)
        .where(_ADDRESSES.c.buyer_id == buyer_id)
        .order_by(_ADDRESSES.c.confirmed_at.is_(None), _ADDRESSES.c.created_at)
        .limit(1)
    )
    row = (await (await session.connection()).execute(statement)).first()
    return await registered(session, row.shop_id, row.folded) if row else None


def _dead() -> ColumnElement[bool]:
    return is_dead(_ADDRESSES.c.shop_id, _ADDRESSES.c.folded)


async def notified_since(session: AsyncSession, shop_id: str, address: str, since: datetime) -> bool:
    """True when the shop sent this address an automatic mail after `since`."""
    statement = select(_DELIVERIES.c.id).where(
        _DELIVERIES.c.shop_id == shop_id,
        _DELIVERIES.c.rcpt_to == address,
        _DELIVERIES.c.kind.in_(KINDS),
        _DELIVERIES.c.queued_at > since,
    )
    return (await (await session.connection()).execute(statement.limit(1))).first() is not None


async def thread_notified_since(session: AsyncSession, thread_id: str, address: str, since: datetime) -> bool:
    """True when this address got any automatic mail about the thread after `since`."""
    statement = select(_DELIVERIES.c.id).where(
        _DELIVERIES.c.thread_id == thread_id,
        _DELIVERIES.c.rcpt_to == address,
        _DELIVERIES.c.kind != "reply",
        _DELIVERIES.c.queued_at > since,
    )
    return (await (await session.connection()).execute(statement.limit(1))).first() is not None


async def add_confirm_link(session: AsyncSession, link: ConfirmLink) -> None:
    """Keep a link by its fingerprint."""
    row = {column.name: getattr(link, column.name) for column in _LINKS.columns}
    await (await session.connection()).execute(insert(_LINKS), row)


async def confirm_link(session: AsyncSession, print_: str, now: datetime) -> Link | None:
    """The link, as long as it works. Using it again is harmless: nothing is held any more."""
    statement = (
        select(*SHOP_COLUMNS, _LINKS.c.author, _LINKS.c.buyer_id)
        .join(_SHOPS, _SHOPS.c.id == _LINKS.c.shop_id)
        .where(_LINKS.c.fingerprint == print_, _LINKS.c.expires_at > now)
    )
    row = (await (await session.connection()).execute(statement)).first()
    return Link(words_of(row), row.author, row.buyer_id) if row else None


async def release_confirmed(session: AsyncSession, print_: str, link: Link, now: datetime, by: str) -> int:
    """Queue again what is held of this author because nothing proved it; how many mails.

    That somebody reads the address was shown, so it is mailed to again if it had been given up.
    """
    connection = await session.connection()
    await connection.execute(update(_LINKS).where(_LINKS.c.fingerprint == print_).values(used_at=now))
    if link.buyer_id:
        await add_address(session, link.shop.id, link.buyer_id, link.author, now)
    address = (_ADDRESSES.c.shop_id == link.shop.id, _ADDRESSES.c.folded == link.author)
    await connection.execute(update(_ADDRESSES).where(*address).values(confirmed_at=now))
    await forgive(session, link.shop.id, link.author)
    held = (
        update(_INBOUND)
        .where(_INBOUND.c.shop_id == link.shop.id, _INBOUND.c.author == link.author)
        .where(_INBOUND.c.state == "held", _INBOUND.c.why.in_(CONFIRMABLE))
        .values(state="pending", why="", details={}, released_by=by, next_attempt_at=now, decided_at=None)
    )
    released = (await connection.execute(held)).rowcount
    await notify(connection, INBOUND)
    return released
