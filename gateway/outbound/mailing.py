"""The mails that the gateway writes by itself: composed, signed, queued, unless their address wants or takes none.

Which of them are due, and what they say, is decided by `notices`, `buyer_notices` and `alarms`.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.clock import new_id
from gateway.context import Gateway
from gateway.domain.brands import BRANDED, PLAIN, Brand
from gateway.domain.composing import Outgoing, compose, message_id
from gateway.domain.composing.outgoing import AutoSubmitted
from gateway.domain.composing.signing import sign
from gateway.domain.tokens import mint
from gateway.store import deliveries, templates
from gateway.store.brands import brand_of
from gateway.store.notices import ShopWords
from gateway.store.suppressions import suppressed


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One automatic mail: which kind, to whom, in which language, about what.

    `template` is the kind's own unless given, `reply_to` the shop's own address. `answers` are the ids of what it
    answers, oldest first. `once` names what there is only one mail about: queueing a second one raises Duplicate.
    `notification` is what the recipient may turn off. `words` are sources to try out, before those that are stored;
    `brand` is a look to try out, instead of the shop's. `template_set` is that of the thread's channel.
    """

    kind: str
    shop: ShopWords
    address: str
    locale: str
    context: Mapping[str, object]
    to_name: str = ""
    template: str = ""
    reply_to: str = ""
    thread_id: str | None = None
    answers: tuple[str, ...] = ()
    auto: AutoSubmitted = "auto-replied"
    once: str = ""
    notification: bool = False
    words: Mapping[str, str] = field(default_factory=dict)
    brand: Brand | None = None
    template_set: str = ""


async def post(session: AsyncSession, gw: Gateway, notice: Notice, now: datetime) -> bool:
    """Queue it in the caller's transaction; false when its address is on the suppression list.

    Raises Invalid for an address that no mail can be sent to, before anything is written.
    """
    if await suppressed(session, notice.shop.id, notice.address, notice.notification):
        return False
    id_ = new_id()
    stored = await templates.stored(session, notice.shop.id, notice.locale, notice.template_set)
    mail = _mail(gw, notice, id_, _Look({**stored, **notice.words}, await _brand(session, notice)), now)
    raw = signed(gw, compose(mail), now)
    await deliveries.queue(session, _row(notice, id_, mail, raw), raw, None)
    return True


@dataclass(frozen=True, slots=True)
class _Look:
    """The sources that an admin wrote, and the shop's brand."""

    stored: Mapping[str, str]
    brand: Brand


async def _brand(session: AsyncSession, notice: Notice) -> Brand:
    if notice.brand is not None:
        return notice.brand
    return await brand_of(session, notice.shop.id) if notice.kind in BRANDED else PLAIN


def _mail(gw: Gateway, notice: Notice, id_: str, look: _Look, now: datetime) -> Outgoing:
    domain = gw.settings.mail_domain
    off = {"unsubscribe_link": unsubscribe_link(gw, id_)} if notice.notification else {}
    template, context = notice.template or notice.kind, {**notice.context, **off}
    rendered = gw.renderer.render(template, notice.locale, context, look.stored, look.brand)
    address = notice.reply_to or f"{notice.shop.slug}@{domain}"
    return Outgoing(
        from_name=notice.shop.name,
        from_addr=address,
        to_name=notice.to_name,
        to_addr=notice.address,
        reply_to=address,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        attachments=rendered.pictures,
        internet_message_id=message_id(new_id(), domain),
        in_reply_to=notice.answers[-1] if notice.answers else None,
        references=notice.answers,
        date=now,
        loop_mark=domain,
        auto_submitted=notice.auto,
        list_unsubscribe=_one_click(gw, id_) if notice.notification else None,
        language=rendered.locale.replace("_", "-"),
    )


def unsubscribe_link(gw: Gateway, delivery_id: str) -> str:
    """The page that turns off notifications for the address and shop of a delivery; nobody can guess it."""
    return f"{gw.settings.public_url}/unsubscribe/{delivery_id}/{unsubscribe_token(gw, delivery_id)}"


def unsubscribe_token(gw: Gateway, delivery_id: str) -> str:
    """What proves that a link was in a mail of ours."""
    return mint(gw.secret, "unsubscribe", delivery_id)


def _one_click(gw: Gateway, delivery_id: str) -> str | None:
    """RFC 8058 §3.1 wants https: a gateway without it offers none."""
    link = unsubscribe_link(gw, delivery_id)
    return link if link.startswith("https://") else None


def signed(gw: Gateway, raw: bytes, now: datetime) -> bytes:
    """The mail with one DKIM signature of each of our keys (RFC 8463 §5: some readers know only one algorithm)."""
    for selector, key in gw.dkim_keys:
        raw = sign(raw, gw.settings.mail_domain, selector, key, now)
    return raw


def _row(notice: Notice, id_: str, mail: Outgoing, raw: bytes) -> dict[str, Any]:
    """RFC 3834 §3.3: an automatic answer has the null return path, so that nothing ever answers it."""
    return {
        "id": id_,
        "shop_id": notice.shop.id,
        "thread_id": notice.thread_id,
        "kind": notice.kind,
        "mail_from": "",
        "rcpt_to": notice.address,
        "sha256": hashlib.sha256(raw).hexdigest(),
        "internet_message_id": mail.internet_message_id,
        "notice_key": hashlib.sha256(notice.once.encode()).hexdigest() if notice.once else None,
        "state": "queued",
        "queued_at": mail.date,
        "at": mail.date,
        "next_attempt_at": mail.date,
    }


def order_context(order: Mapping[str, Any] | None) -> Mapping[str, object] | None:
    """An order's row as the templates know it."""
    if order is None:
        return None
    lines = [
        {"title": str(item.get("title", "")), "qty": item.get("qty", 1), "price": str(item.get("price", "") or "")}
        for item in order["items"] or []
    ]
    return {"no": order["order_no"], "currency": order["currency"], "total": order["total"], "lines": lines}
