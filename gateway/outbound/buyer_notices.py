"""The automatic mails that a shop may switch on: order placed, message received, conversation closed.

Never to a machine, and never more than one a conversation, address and day, so that two robots can't talk (RFC 3834).
"""

import re
from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway import maillog
from gateway.context import Gateway
from gateway.domain.actors import SYSTEM
from gateway.domain.canned import fill, in_language
from gateway.domain.composing import reply_subject
from gateway.domain.tokens import REPLY_LIFE, fingerprint, mint
from gateway.errors import Invalid, NotFound
from gateway.models import ReplyToken
from gateway.outbound.buyer_links import keep_link, make_for_order
from gateway.outbound.buyer_links import make as make_link
from gateway.outbound.mailing import Notice, order_context, post
from gateway.store.canned import canned
from gateway.store.conversation import Conversation, conversation, keep_token, mails_of, revoked_tokens
from gateway.store.notices import ShopWords, thread_notified_since
from gateway.store.placed import PlacedOrder, placed_order

DAY = timedelta(days=1)
OLD = timedelta(days=2)
"""An order older than this is history that a shop loads, not news for its buyer."""
_LOCAL = re.compile(r"[A-Za-z0-9_-]{1,40}")


async def received(
    session: AsyncSession, gw: Gateway, thread_id: str, wanted: bool | None = None, text_name: str = ""
) -> bool:
    """Say that a person's message has come. Whoever calls knows that a person wrote it. Whether it was due.

    `wanted` is what channel and rules say, None where the shop decides; `text_name` is a canned reply's.
    """
    # Most shops don't: that is known by one look, before all that such a mail would need is read.
    if not ((await mails_of(session, thread_id)).received if wanted is None else wanted):
        return False
    talk = await conversation(session, SYSTEM, thread_id)
    text = await _canned(session, talk, text_name) if text_name else ""
    return await _about_thread(session, gw, talk, "received", text)


async def _canned(session: AsyncSession, talk: Conversation, name: str) -> str:
    """A shop's canned reply of this name, filled in, as the shop itself writes it; empty without one."""
    order = talk.order or {}
    values = {name: str(order.get(name) or "") for name in ("order_no", "tracking_no")}
    values |= {"buyer_name": talk.buyer_name, "shop_name": talk.shop_name, "seller_name": talk.shop_name}
    texts = in_language(await canned(session, talk.shop_id), talk.buyer_locale or talk.shop_locale, talk.shop_locale)
    return next((fill(text.text, values) for text in texts if text.name == name), "")


async def closed(session: AsyncSession, gw: Gateway, thread_id: str) -> bool:
    """Say that the shop takes the matter as settled. Whether it was due."""
    try:
        talk = await conversation(session, SYSTEM, thread_id)
    except NotFound:
        return False
    return talk.mails.conversation_closed and await _about_thread(session, gw, talk, "conversation-closed")


async def _about_thread(session: AsyncSession, gw: Gateway, talk: Conversation, kind: str, text: str = "") -> bool:
    now = gw.clock.now()
    if not talk.address or await thread_notified_since(session, talk.thread_id, talk.address, now - DAY):
        return False
    token = await _reply_token(session, gw, talk)
    shop = ShopWords(talk.shop_id, talk.shop_slug, talk.shop_name, talk.shop_locale)
    order = order_context(talk.order)
    link = make_link(gw, talk, now)
    context: dict[str, object] = {"shop_name": talk.shop_name, "order": order}
    context |= {"link": link.url, "marker": f"[znx:{token}]"}
    answers = talk.ancestor.internet_message_id if talk.ancestor else None
    if text:
        about = talk.ancestor.subject if talk.ancestor else talk.subject
        subject = reply_subject(about, talk.order["order_no"] if talk.order else "")
        context |= {"subject": subject, "text": text, "files": [], "quote": None}
    notice = Notice(
        kind=kind,
        template="reply" if text else "",
        shop=shop,
        address=talk.address,
        to_name=talk.buyer_name,
        locale=talk.buyer_locale or talk.shop_locale,
        context=context,
        reply_to=f"r.{token}@{gw.settings.mail_domain}",
        thread_id=talk.thread_id,
        answers=(answers,) if answers else (),
        once=f"thread\0{talk.thread_id}\0{talk.address}\0{now:%Y-%m-%d}",
        notification=True,
        template_set=talk.template_set,
    )
    await keep_link(session, link.row)
    return await _post(session, gw, notice)


async def _reply_token(session: AsyncSession, gw: Gateway, talk: Conversation) -> str:
    serial = await revoked_tokens(session, talk.thread_id, talk.buyer_id)
    token = mint(gw.secret, "reply", talk.shop_id, talk.thread_id, talk.buyer_id, str(serial))
    row = ReplyToken(
        fingerprint=fingerprint(token),
        shop_id=talk.shop_id,
        thread_id=talk.thread_id,
        buyer_id=talk.buyer_id,
        expires_at=gw.clock.now() + REPLY_LIFE,
    )
    await keep_token(session, row)
    return token


async def order_placed(session: AsyncSession, gw: Gateway, order_id: str) -> bool:
    """Say that the shop has a new order, and how to reach it; once for each order. Whether it was due."""
    placed, now = await placed_order(session, order_id), gw.clock.now()
    if not placed.mails.order_placed or not placed.address or (placed.placed_at or now) < now - OLD:
        return False
    link = make_for_order(gw, placed.order, now)
    context = {"shop_name": placed.shop.name, "order": order_context(placed.order), "link": link.url, "marker": ""}
    notice = Notice(
        kind="order-placed",
        shop=placed.shop,
        address=placed.address,
        to_name=placed.buyer_name,
        locale=placed.buyer_locale or placed.shop.locale,
        context=context,
        reply_to=_order_address(gw, placed),
        thread_id=placed.thread_id,
        auto="auto-generated",
        once=f"order\0{order_id}",
        notification=True,
    )
    await keep_link(session, link.row)
    return await _post(session, gw, notice)


def _order_address(gw: Gateway, placed: PlacedOrder) -> str:
    """The order's own address, where its number can stand in one."""
    number, domain = placed.order["order_no"], gw.settings.mail_domain
    return f"order-{number}.{placed.shop.slug}@{domain}" if _LOCAL.fullmatch(number) else f"{placed.shop.slug}@{domain}"


async def _post(session: AsyncSession, gw: Gateway, notice: Notice) -> bool:
    """A courtesy that can't be written must not stop what it is about."""
    try:
        return await post(session, gw, notice, gw.clock.now())
    except Invalid:
        maillog.event("outbound.unwritable", rcpt=maillog.masked(notice.address), kind=notice.kind)
        return False
