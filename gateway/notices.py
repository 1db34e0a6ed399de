"""The mails that a held mail may cause, never more than one a shop, address and day, and never in answer to a machine.

Only to somebody who proved the address, or to the address that stands in an order: nothing can be bounced off us.
"""

import os
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.context import Gateway
from gateway.domain.tokens import fingerprint, from_entropy
from gateway.mailing import Notice, post
from gateway.store import notices as store

CONFIRM_LIFE = timedelta(days=14)


async def ask_to_confirm(session: AsyncSession, gw: Gateway, shop_id: str, author: str, received_at: datetime) -> bool:
    """Send the registered address a link that lets in what is held; whether it was due.

    The mail carries nothing that the sender wrote: whoever forged it must not write to the buyer through us.
    """
    known = await store.registered(session, shop_id, author)
    now = gw.clock.now()
    if known is None or known.undeliverable or await _recently(session, shop_id, known.address, now):
        return False
    token = from_entropy(os.urandom(20))
    await store.add_confirm_link(session, fingerprint(token), shop_id, author, now, now + CONFIRM_LIFE)
    context = {
        "shop_name": known.shop.name,
        "received_at": received_at,
        "link": f"{gw.settings.public_url}/confirm/{token}",
        "expires_at": now + CONFIRM_LIFE,
    }
    locale = known.locale or known.shop.locale
    return await post(
        session,
        gw,
        Notice(
            kind="held-confirm",
            shop=known.shop,
            address=known.address,
            locale=locale,
            context=context,
            once=_today(shop_id, known.address, now),
        ),
        now,
    )


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
