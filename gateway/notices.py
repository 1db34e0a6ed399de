"""The mails that we send by ourselves, never more than one a shop, address and day, and never in answer to a machine.

Only to somebody who proved the address, or to the address that stands in an order: nothing can be bounced off us.
"""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.clock import new_id
from gateway.context import Gateway
from gateway.domain.composing import Outgoing, compose, message_id
from gateway.domain.composing.signing import sign
from gateway.domain.tokens import fingerprint, from_entropy
from gateway.store import deliveries
from gateway.store import notices as store

CONFIRM_LIFE = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Notice:
    """One automatic mail: which template, to whom, in which language, about what."""

    kind: str
    shop: store.ShopWords
    address: str
    locale: str
    context: Mapping[str, object]


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
    notice = Notice("held-confirm", known.shop, known.address, known.locale or known.shop.locale, context)
    return await _queue(session, gw, notice, now)


async def say_how_to_go_on(session: AsyncSession, gw: Gateway, shop_id: str, address: str) -> bool:
    """Tell a *verified* sender without an order where to turn; whether it was due."""
    now = gw.clock.now()
    if await _recently(session, shop_id, address, now):
        return False
    shop = await store.shop_words(session, shop_id)
    context = {"shop_name": shop.name, "shop_address": f"{shop.slug}@{gw.settings.mail_domain}"}
    return await _queue(session, gw, Notice("not-entitled", shop, address, shop.locale, context), now)


async def _recently(session: AsyncSession, shop_id: str, address: str, now: datetime) -> bool:
    return await store.notified_since(session, shop_id, address, now - timedelta(days=1))


async def _queue(session: AsyncSession, gw: Gateway, notice: Notice, now: datetime) -> bool:
    raw, internet_id = _composed(gw, notice, now)
    await deliveries.queue(session, _row(notice, raw, internet_id, now), raw, None)
    return True


def _composed(gw: Gateway, notice: Notice, now: datetime) -> tuple[bytes, str]:
    domain = gw.settings.mail_domain
    rendered = gw.renderer.render(notice.kind, notice.locale, notice.context)
    mail = Outgoing(
        from_name=notice.shop.name,
        from_addr=f"{notice.shop.slug}@{domain}",
        to_addr=notice.address,
        reply_to=f"{notice.shop.slug}@{domain}",
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        internet_message_id=message_id(new_id(), domain),
        date=now,
        loop_mark=domain,
        auto_submitted="auto-replied",
        language=rendered.locale.replace("_", "-"),
    )
    return signed(gw, compose(mail), now), mail.internet_message_id


def signed(gw: Gateway, raw: bytes, now: datetime) -> bytes:
    """The mail with our DKIM signature, where there is a key."""
    if gw.dkim_key is None:
        return raw
    return sign(raw, gw.settings.mail_domain, gw.settings.dkim_selector, gw.dkim_key, now)


def _row(notice: Notice, raw: bytes, internet_id: str, now: datetime) -> dict[str, Any]:
    """RFC 3834 §3.3: an automatic answer has the null return path, so that nothing ever answers it."""
    day = f"{notice.shop.id}\0{notice.address}\0{now:%Y-%m-%d}"
    return {
        "id": new_id(),
        "shop_id": notice.shop.id,
        "kind": notice.kind,
        "mail_from": "",
        "rcpt_to": notice.address,
        "sha256": hashlib.sha256(raw).hexdigest(),
        "internet_message_id": internet_id,
        "notice_key": hashlib.sha256(day.encode()).hexdigest(),
        "state": "queued",
        "queued_at": now,
        "at": now,
        "next_attempt_at": now,
    }
