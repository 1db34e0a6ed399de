"""The mails that a held mail may cause, never more than one a shop, address and day, and never in answer to a machine.

Only to somebody who proved the address, or to the address that stands in an order: nothing can be bounced off us.
"""

import os
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.context import Gateway
from gateway.domain.tokens import fingerprint, from_entropy
from gateway.models import ConfirmLink
from gateway.outbound.mailing import Notice, post
from gateway.store import notices as store

CONFIRM_LIFE = timedelta(days=14)


async def ask_to_confirm(session: AsyncSession, gw: Gateway, shop_id: str, author: str, received_at: datetime) -> bool:
    """Ask at a buyer's own address whether a mail is theirs; whether that was due. `author` is folded."""
    known = await store.registered(session, shop_id, author)
    link = ConfirmLink(fingerprint="", shop_id=shop_id, author=author, created_at=received_at, expires_at=received_at)
    return await _send_link(session, gw, known, link, received_at)


async def ask_whose_it_is(
    session: AsyncSession, gw: Gateway, buyer_id: str, author: str, received_at: datetime
) -> bool:
    """Ask a buyer whether an address that used their reply address is theirs too; whether that was due."""
    known = await store.registered_of(session, buyer_id)
    shop_id, at = known.shop.id if known else "", received_at
    link = ConfirmLink(fingerprint="", shop_id=shop_id, author=author, buyer_id=buyer_id, created_at=at, expires_at=at)
    return await _send_link(session, gw, known, link, received_at)


async def _send_link(
    session: AsyncSession, gw: Gateway, known: store.Registered | None, link: ConfirmLink, received_at: datetime
) -> bool:
    """The mail carries nothing that the sender wrote: whoever forged it must not write to the buyer through us."""
    now = gw.clock.now()
    if known is None or known.undeliverable or await _recently(session, known.shop.id, known.address, now):
        return False
    token = from_entropy(os.urandom(20))
    link.fingerprint, link.created_at, link.expires_at = fingerprint(token), now, now + CONFIRM_LIFE
    await store.add_confirm_link(session, link)
    context = {
        "shop_name": known.shop.name,
        "received_at": received_at,
        "link": f"{gw.settings.public_url}/confirm/{token}",
        "expires_at": link.expires_at,
    }
    notice = Notice(
        kind="held-confirm",
        shop=known.shop,
        address=known.address,
        locale=known.locale or known.shop.locale,
        context=context,
        once=_today(known.shop.id, known.address, now),
    )
    return await post(session, gw, notice, now)


async def say_how_to_go_on(session: AsyncSession, gw: Gateway, shop_id: str, address: str) -> bool:
    """Tell a *verified* sender without an order where to turn; whether it was due."""
    now = gw.clock.now()
    if await _recently(session, shop_id, address, now):
        return False
    shop = await store.shop_words(session, shop_id)
    context = {"shop_name": shop.name, "shop_address": f"{shop.slug}@{gw.settings.mail_domain}"}
    once = _today(shop_id, address, now)
    notice = Notice(kind="not-entitled", shop=shop, address=address, locale=shop.locale, context=context, once=once)
    return await post(session, gw, notice, now)


async def _recently(session: AsyncSession, shop_id: str, address: str, now: datetime) -> bool:
    return await store.notified_since(session, shop_id, address, now - timedelta(days=1))


def _today(shop_id: str, address: str, now: datetime) -> str:
    return f"{shop_id}\0{address}\0{now:%Y-%m-%d}"
