"""Tells sellers of new messages by mail (消息提醒), as each of them chose: at once, or as a digest, not while quiet.

Nobody is told before they chose so, never of what is held or what a machine wrote, and never of what was answered
meanwhile. Each conversation in such a mail has a reply address of its own for each seller; what comes back to it is
`seller_answers`' part.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway import maillog
from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.notifying import (
    CHANNELS,
    DAY_MINUTES,
    LISTED,
    MODES,
    MOST_IN_AN_HOUR,
    SAME_THREAD_EVERY,
    Choice,
    due_at,
)
from gateway.domain.tokens import REPLY_LIFE, fingerprint, mint
from gateway.errors import Invalid
from gateway.models import ReplyToken
from gateway.outbound.mailing import Notice, order_context, post
from gateway.store import seller_notices as store
from gateway.store.conversation import keep_token
from gateway.store.seller_notices import Arrived, Listener, Matter, Waiting

HOUR = timedelta(hours=1)
PURPOSE = "seller-reply"
"""What a seller's reply token is minted for: a buyer's can't be made into one."""


async def message_arrived(session: AsyncSession, gw: Gateway, message_id: str) -> int:
    """Note who is to be told of a message, in the transaction that files it; how many people."""
    return await messages_arrived(session, gw, [message_id])


async def messages_arrived(session: AsyncSession, gw: Gateway, message_ids: Sequence[str]) -> int:
    """`message_arrived` for many messages; how many people are to be told of each, in all."""
    arrived, told = await store.arrived(session, message_ids), 0
    listening = {shop: await store.listeners(session, shop) for shop in {of.shop_id for of in arrived.values()}}
    for message_id, of in arrived.items():
        due = _due(gw, of, listening[of.shop_id])
        await store.add_waiting(session, of, message_id, due)
        told += len(due)
    return told


def _due(gw: Gateway, of: Arrived, listening: Sequence[Listener]) -> list[tuple[str, datetime]]:
    """Who is to be told when."""
    now, due = gw.clock.now(), []
    for one in listening:
        mine = of.assignee_id == one.user_id
        if (mine or of.assignee_id is None) and one.choice.wants(of.shop_id, of.channel, mine):
            due.append((one.user_id, due_at(one.choice, now, _zone(one.time_zone))))
    return due


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


async def choice(gw: Gateway, actor: Actor) -> Choice:
    """What somebody chose for themselves."""
    async with gw.db.read() as session:
        return await store.choice_of(session, actor.user_id)


async def choose(gw: Gateway, actor: Actor, address: str, wanted: Choice) -> None:
    """Choose for oneself. Raises Invalid that names the field."""
    if wanted.mode not in MODES:
        raise Invalid(f"mode must be one of {', '.join(MODES)}", "mode")
    if not 0 <= wanted.daily_hour < 24 or not all(
        0 <= minute < DAY_MINUTES for minute in (wanted.quiet_from, wanted.quiet_until)
    ):
        raise Invalid("expected a time of the day", "quiet")
    if not set(wanted.channels) <= set(CHANNELS):
        raise Invalid(f"channels are {', '.join(CHANNELS)}", "channels")
    async with gw.db.write() as session:
        await store.keep_choice(session, actor.user_id, address, wanted)


async def tell_once(gw: Gateway) -> int:
    """Mail what one person is due to be told of one shop; how many mails, 0 when nobody is due.

    The mail and the mark that it was told are one transaction: told once, whoever dies.
    """
    now = gw.clock.now()
    async with gw.db.read() as session:
        if not await store.is_due(session, now):
            return 0
    async with gw.db.write() as session:
        waiting = await store.take_due(session, now)
        done = await _tell(session, gw, waiting, now) if waiting else 0
    gw.outbound_signal.wake()
    return done


async def _tell(session: AsyncSession, gw: Gateway, waiting: list[Waiting], now: datetime) -> int:
    await store.told(session, [one.id for one in waiting if not one.open or one.mode == "off"], now)
    due = [one for one in waiting if one.open and one.mode != "off"]
    if not due:
        return 0
    recent = await store.mails_since(session, due[0].address, now - HOUR)
    if len(recent) >= MOST_IN_AN_HOUR:
        await store.put_off(session, [one.id for one in due], recent[0] + HOUR)
        return 0
    threads = {one.thread_id: one for one in due}
    if len(threads) > 1 or due[0].mode != "immediately":
        return await _post(session, gw, due, await _digest(session, gw, due), now)
    last = await store.thread_told_at(session, due[0].address, due[0].thread_id)
    if last is not None and last + SAME_THREAD_EVERY > now:
        await store.put_off(session, [one.id for one in due], last + SAME_THREAD_EVERY)
        return 0
    return await _post(session, gw, due, await _notification(session, gw, due[-1]), now)


async def _post(session: AsyncSession, gw: Gateway, due: Sequence[Waiting], notice: Notice, now: datetime) -> int:
    await store.told(session, [one.id for one in due], now)
    try:
        sent = await post(session, gw, notice, now)
    except Invalid:
        maillog.event("outbound.unwritable", rcpt=maillog.masked(notice.address), kind=notice.kind)
        return 0
    if sent:
        maillog.event("seller.told", id=due[0].user_id, kind=notice.kind, count=len(due))
    return int(sent)


async def _notification(session: AsyncSession, gw: Gateway, one: Waiting) -> Notice:
    (matter,) = await store.matters(session, [one.thread_id])
    text, files = await store.words_and_files(session, one.message_id)
    token = await _reply_token(session, gw, one)
    context: dict[str, object] = {
        "shop_name": one.shop.name,
        "buyer_name": _buyer(matter),
        "subject": matter.subject,
        "text": text,
        "files": files,
        "order": order_context(matter.order),
        "link": _link(gw, matter),
        "marker": f"[znx:{token}]",
    }
    return _notice(one, "seller-notification", context, f"r.{token}@{gw.settings.mail_domain}")


async def _digest(session: AsyncSession, gw: Gateway, due: Sequence[Waiting]) -> Notice:
    one, waiting = due[0], {each.thread_id: each for each in due}
    found = await store.matters(session, waiting)
    listed = [await _entry(session, gw, waiting[matter.thread_id], matter) for matter in found[:LISTED]]
    inbox = f"{gw.settings.public_url}/inbox?shop={one.shop.slug}"
    context = {"shop_name": one.shop.name, "count": len(found), "threads": listed, "link": inbox}
    return _notice(one, "seller-digest", context, str(listed[0]["reply_to"]) if len(found) == 1 else "")


async def _entry(session: AsyncSession, gw: Gateway, one: Waiting, matter: Matter) -> dict[str, object]:
    """A conversation of a digest, with the address of its own that an answer goes to."""
    reply_to = f"r.{await _reply_token(session, gw, one)}@{gw.settings.mail_domain}"
    return {
        "buyer_name": _buyer(matter),
        "subject": matter.subject,
        "order_no": matter.order["order_no"] if matter.order else "",
        "waiting_since_at": matter.since,
        "link": _link(gw, matter),
        "reply_to": reply_to,
        "answer_link": _mailto(reply_to, matter),
    }


def _mailto(address: str, matter: Matter) -> str:
    """RFC 6068: a new mail to the address; its subject is for the writer's eyes, the address alone finds the thread."""
    return f"mailto:{address}?subject={quote(f'Re: {matter.subject or _buyer(matter)}', safe='')}"


def _notice(one: Waiting, kind: str, context: Mapping[str, object], reply_to: str) -> Notice:
    return Notice(
        kind=kind,
        shop=one.shop,
        address=one.address,
        to_name=one.name,
        locale=one.locale or one.shop.locale,
        context=context,
        reply_to=reply_to,
        thread_id=one.thread_id if reply_to else None,
        auto="auto-generated",
        notification=True,
    )


def _buyer(matter: Matter) -> str:
    return matter.buyer_name or matter.subject or "—"


def _link(gw: Gateway, matter: Matter) -> str:
    return f"{gw.settings.public_url}/threads/{matter.thread_id}"


async def _reply_token(session: AsyncSession, gw: Gateway, one: Waiting) -> str:
    """An address that only this seller may use, for this thread: what they answer leaves as the shop's reply."""
    serial = await store.revoked_of(session, one.thread_id, one.user_id)
    token = mint(gw.secret, PURPOSE, one.shop.id, one.thread_id, one.user_id, str(serial))
    row = ReplyToken(
        fingerprint=fingerprint(token),
        shop_id=one.shop.id,
        thread_id=one.thread_id,
        user_id=one.user_id,
        expires_at=gw.clock.now() + REPLY_LIFE,
    )
    await keep_token(session, row)
    return token
