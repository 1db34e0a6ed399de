"""Reads what decisions need: the shop, the token, the buyer, their orders and threads. Decides nothing.

What is asked for many mails is asked once for all of them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Result, Row, Select, bindparam, func, insert, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.clock import new_id
from gateway.domain.addresses import NotesAddress, Recipient, RoleAddress, ShopAddress, TokenAddress, fold
from gateway.domain.facts import BuyerFacts, OrderFacts, SellerFacts, ShopFacts, ThreadFacts, TokenFacts
from gateway.domain.relay_ids import spellings
from gateway.domain.rights import RIGHTS
from gateway.domain.routing.channels import Channel, choose
from gateway.domain.shop_options import mail_options
from gateway.domain.tokens import fingerprint, well_formed
from gateway.models import Buyer, BuyerAddress, Delivery, Message, Order, ReplyToken, Shop, Thread
from gateway.models.columns import table_of
from gateway.store.channels import for_address, maybe_channel
from gateway.store.filing import lock_buyers
from gateway.store.people import account_by_id

SYSTEM_SLUG = "postmaster"
MAX_ORDERS = 200
MAX_THREADS = 200
MAX_REFERENCES = 100
_SHOPS = table_of(Shop)
_ORDERS = table_of(Order)
_THREADS = table_of(Thread)
_MESSAGES = table_of(Message)
_DELIVERIES = table_of(Delivery)
_BUYERS = table_of(Buyer)
_ADDRESSES = table_of(BuyerAddress)
_TOKENS = table_of(ReplyToken)
_ORDER = [_ORDERS.c[name] for name in "id order_no buyer_id placed_at paid_at status".split()]
PAID = frozenset(
    "paid processing fulfilled partially_shipped shipped delivered completed partially_refunded refunded".split()
)
"""The states of an order, as shops name them, that it reaches only after it was paid."""


# Made once: making a statement costs several times as much as running it.
_BY_ADDRESS = (
    select(_ADDRESSES.c.shop_id, _ADDRESSES.c.folded, _BUYERS.c.id, _BUYERS.c.name, _BUYERS.c.blocked_at)
    .join(_BUYERS, _ADDRESSES.c.buyer_id == _BUYERS.c.id)
    .where(
        _ADDRESSES.c.shop_id.in_(bindparam("shops", expanding=True)),
        _ADDRESSES.c.folded.in_(bindparam("addresses", expanding=True)),
    )
)
_NEWEST_ORDERS = (_ORDERS.c.placed_at.desc(), _ORDERS.c.id.desc())
_NUMBERED_ORDERS = (
    select(*_ORDER, func.row_number().over(partition_by=_ORDERS.c.buyer_id, order_by=_NEWEST_ORDERS).label("place"))
    .where(_ORDERS.c.buyer_id.in_(bindparam("buyers", expanding=True)))
    .subquery()
)
_ORDERS_OF = (
    select(_NUMBERED_ORDERS)
    .where(_NUMBERED_ORDERS.c.place <= MAX_ORDERS)
    .order_by(_NUMBERED_ORDERS.c.buyer_id, _NUMBERED_ORDERS.c.place)
)
_NUMBERED_THREADS = (
    select(
        *(_THREADS.c[name] for name in "id shop_id buyer_id order_id status".split()),
        func.row_number()
        .over(partition_by=_THREADS.c.buyer_id, order_by=_THREADS.c.last_message_at.desc())
        .label("place"),
    )
    .where(_THREADS.c.buyer_id.in_(bindparam("buyers", expanding=True)), _THREADS.c.merged_into_id.is_(None))
    .subquery()
)
_THREADS_OF = (
    select(_NUMBERED_THREADS)
    .where(_NUMBERED_THREADS.c.place <= MAX_THREADS)
    .order_by(_NUMBERED_THREADS.c.buyer_id, _NUMBERED_THREADS.c.place)
)
_BY_NUMBER = select(*_ORDER, _ORDERS.c.order_no_folded).where(
    _ORDERS.c.shop_id == bindparam("shop"), _ORDERS.c.order_no_folded.in_(bindparam("numbers", expanding=True))
)
_OURS = select(_MESSAGES.c.internet_message_id, _MESSAGES.c.thread_id).where(
    _MESSAGES.c.shop_id == bindparam("shop"), _MESSAGES.c.internet_message_id.in_(bindparam("ids", expanding=True))
)
_RELAYED = (
    select(_DELIVERIES.c.relay_message_id, _MESSAGES.c.thread_id)
    .join(_MESSAGES, _MESSAGES.c.id == _DELIVERIES.c.message_id)
    .where(
        _DELIVERIES.c.shop_id == bindparam("shop"),
        _DELIVERIES.c.relay_message_id.in_(bindparam("ids", expanding=True)),
    )
)
_SHOP = select(*(_SHOPS.c[name] for name in "id slug notes_from system settings order_mask".split()))
_SHOP_BY_SLUG = _SHOP.where(_SHOPS.c.slug == bindparam("slug"))
_SHOP_BY_ID = _SHOP.where(_SHOPS.c.id == bindparam("id"))


@dataclass(frozen=True, slots=True)
class Reached:
    """What a recipient address leads to: a shop, by a token also a thread of it, and the admins' channel for it.

    Of a token the channel is the one that its thread began in.
    """

    shop: ShopFacts
    token: TokenFacts | None = None
    channel: Channel | None = None


async def reach(session: AsyncSession, recipient: Recipient, local: str, now: datetime) -> Reached | None:
    """Where an address of ours leads; None when nothing (or nothing valid any more) stands behind it.

    `local` is its folded local part, by which channels are found.
    """
    if isinstance(recipient, TokenAddress):
        return await _by_token(session, recipient, now)
    if isinstance(recipient, RoleAddress):
        return _reached(await _shop(session, _SHOP_BY_SLUG, slug=SYSTEM_SLUG))
    return await _by_channel(session, recipient, local)


async def reach_by_call(session: AsyncSession, channel_id: str) -> Reached | None:
    """What a channel of a site or chat leads to; None once it is closed or gone."""
    channel = await maybe_channel(session, channel_id)
    return _reached(await _shop(session, _SHOP_BY_ID, id=channel.shop_id), channel) if channel else None


async def _by_channel(session: AsyncSession, recipient: Recipient, local: str) -> Reached | None:
    """A shop's own addresses need no channel, but may have one that says more about them."""
    shop = None
    if isinstance(recipient, ShopAddress | NotesAddress):
        shop = await _shop(session, _SHOP_BY_SLUG, slug=recipient.slug)
    known = await for_address(session, local) if local else ()
    channel = choose(known, local, recipient, shop.id if shop else None)
    if channel is not None and shop is None:
        shop = await _shop(session, _SHOP_BY_ID, id=channel.shop_id)
    return _reached(shop, channel)


def _reached(shop: ShopFacts | None, channel: Channel | None = None) -> Reached | None:
    return Reached(shop, channel=channel) if shop else None


async def _shop(session: AsyncSession, statement: Select[Any], **named: str) -> ShopFacts | None:
    row = (await (await session.connection()).execute(statement, named)).first()
    if row is None:
        return None
    acknowledges = mail_options(row.settings).received
    return ShopFacts(row.id, row.slug, tuple(row.notes_from or ()), row.system, acknowledges, row.order_mask)


async def _by_token(session: AsyncSession, recipient: TokenAddress, now: datetime) -> Reached | None:
    if not well_formed(recipient.token):
        return None
    print_ = fingerprint(recipient.token)
    token = await (_reply_token if recipient.purpose == "reply" else _bounce_token)(session, print_, now)
    if token is None:
        return None
    shop = await _shop(session, _SHOP_BY_ID, id=token[0])
    began_in = select(_THREADS.c.channel_id).where(_THREADS.c.id == token[1].thread_id)
    channel = await maybe_channel(session, (await (await session.connection()).execute(began_in)).scalar())
    return Reached(shop, token[1], channel) if shop else None


async def _reply_token(session: AsyncSession, print_: str, now: datetime) -> tuple[str, TokenFacts] | None:
    statement = (
        select(_TOKENS, _THREADS.c.merged_into_id)
        .join(_THREADS, _THREADS.c.id == _TOKENS.c.thread_id)
        .where(_TOKENS.c.fingerprint == print_, _TOKENS.c.revoked_at.is_(None), _TOKENS.c.expires_at > now)
    )
    row = (await (await session.connection()).execute(statement)).first()
    if row is None:
        return None
    seller = await _seller(session, row.user_id, row.shop_id) if row.user_id else None
    return row.shop_id, TokenFacts(row.merged_into_id or row.thread_id, row.buyer_id or "", seller=seller)


async def _seller(session: AsyncSession, user_id: str, shop_id: str) -> SellerFacts:
    account = await account_by_id(session, user_id)
    if account is None:
        return SellerFacts(user_id, "", may_answer=False)
    reaches = account.shop_ids is None or shop_id in account.shop_ids
    may = account.active and reaches and dict(account.by_shop).get(shop_id, account.role) in RIGHTS["work"]
    return SellerFacts(user_id, fold(account.email), may_answer=may)


async def _bounce_token(session: AsyncSession, print_: str, now: datetime) -> tuple[str, TokenFacts] | None:
    statement = (
        select(
            _DELIVERIES.c.id,
            _DELIVERIES.c.shop_id,
            _DELIVERIES.c.thread_id,
            _DELIVERIES.c.bounce_expires_at,
            _THREADS.c.buyer_id,
            _THREADS.c.merged_into_id,
        )
        .join(_THREADS, _THREADS.c.id == _DELIVERIES.c.thread_id)
        .where(_DELIVERIES.c.bounce_fingerprint == print_)
    )
    row = (await (await session.connection()).execute(statement)).first()
    if row is None or row.bounce_expires_at is None or row.bounce_expires_at <= now:
        return None
    return row.shop_id, TokenFacts(row.merged_into_id or row.thread_id, row.buyer_id, row.id)


Address = tuple[str, str]
"""A shop's id and a folded address."""


async def buyers_by_address(session: AsyncSession, wanted: Collection[Address]) -> dict[Address, BuyerFacts]:
    """The buyers whom addresses belong to, locked, each with orders and threads, newest first."""
    if not wanted:
        return {}
    asked = {"shops": sorted({shop for shop, _ in wanted}), "addresses": sorted({folded for _, folded in wanted})}
    rows = (await (await session.connection()).execute(_BY_ADDRESS, asked)).all()
    found = {(row.shop_id, row.folded): row for row in rows if (row.shop_id, row.folded) in wanted}
    ids = {row.id for row in found.values()}
    await lock_buyers(session, ids)
    orders, threads = await _orders(session, ids), await _threads(session, ids)
    return {
        address: BuyerFacts(
            row.id, row.name, tuple(orders[row.id]), tuple(threads[row.id, row.shop_id]), row.blocked_at is not None
        )
        for address, row in found.items()
    }


async def _orders(session: AsyncSession, buyers: Collection[str]) -> Mapping[str, list[OrderFacts]]:
    found: dict[str, list[OrderFacts]] = defaultdict(list)
    if buyers:
        for row in await (await session.connection()).execute(_ORDERS_OF, {"buyers": sorted(buyers)}):
            found[row.buyer_id].append(_order(row))
    return found


def _order(row: Row[Any]) -> OrderFacts:
    paid = row.paid_at is not None or row.status.casefold() in PAID
    return OrderFacts(row.id, row.order_no, row.buyer_id, row.placed_at, paid)


async def _threads(session: AsyncSession, buyers: Collection[str]) -> Mapping[Address, list[ThreadFacts]]:
    found: dict[Address, list[ThreadFacts]] = defaultdict(list)
    if buyers:
        for row in await (await session.connection()).execute(_THREADS_OF, {"buyers": sorted(buyers)}):
            found[row.buyer_id, row.shop_id].append(ThreadFacts(row.id, row.order_id, row.status))
    return found


async def orders_by_number(session: AsyncSession, shop_id: str, numbers: Collection[str]) -> dict[str, OrderFacts]:
    """The shop's orders of these (folded) numbers, however their letters are cased there."""
    if not numbers:
        return {}
    rows: Result[Any] = await (await session.connection()).execute(
        _BY_NUMBER, {"shop": shop_id, "numbers": sorted(numbers)}
    )
    return {row.order_no_folded: _order(row) for row in rows}


async def referenced_threads(session: AsyncSession, shop_id: str, message_ids: Iterable[str]) -> dict[str, str]:
    """The threads of the shop in which these Message-IDs stand, or under which a relay sent a mail of ours."""
    wanted = list(dict.fromkeys(message_ids))
    if not wanted:
        return {}
    connection, announced = await session.connection(), spellings(wanted)
    relayed = await connection.execute(_RELAYED, {"shop": shop_id, "ids": list(announced)})
    found = {announced[id_]: thread for id_, thread in relayed}
    ours = await connection.execute(_OURS, {"shop": shop_id, "ids": wanted})
    return found | {row.internet_message_id: row.thread_id for row in ours}


async def threads_of_tokens(
    session: AsyncSession, shop_id: str, buyer_id: str, tokens: Iterable[str]
) -> dict[str, str]:
    """The threads of reply tokens that were given to this buyer of this shop and not revoked; expired ones count."""
    prints = {fingerprint(token): token for token in tokens}
    if not prints:
        return {}
    statement = (
        select(_TOKENS.c.fingerprint, _TOKENS.c.thread_id, _THREADS.c.merged_into_id)
        .join(_THREADS, _THREADS.c.id == _TOKENS.c.thread_id)
        .where(_TOKENS.c.fingerprint.in_(prints), _TOKENS.c.revoked_at.is_(None))
        .where(_TOKENS.c.shop_id == shop_id, _TOKENS.c.buyer_id == buyer_id)
    )
    rows = (await (await session.connection()).execute(statement)).all()
    return {prints[row.fingerprint]: row.merged_into_id or row.thread_id for row in rows}


async def add_correspondent(session: AsyncSession, shop_id: str, address: str, name: str, now: datetime) -> str:
    """Make a buyer who never ordered, for the admins' inbox and for mail that an admin let in; the buyer's id."""
    connection = await session.connection()
    buyer_id = new_id()
    buyer = {"id": buyer_id, "shop_id": shop_id, "name": name, "locale": "", "created_at": now}
    known = {"id": new_id(), "shop_id": shop_id, "buyer_id": buyer_id, "address": address, "folded": fold(address)}
    await connection.execute(insert(_BUYERS), buyer)
    await connection.execute(insert(_ADDRESSES), known | {"created_at": now})
    return buyer_id
