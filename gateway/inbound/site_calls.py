"""The door of sites and chats: checks the key, keeps what was posted, durably; a worker makes a message of it."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway import maillog
from gateway.clock import new_id
from gateway.context import Gateway
from gateway.domain.actors import SYSTEM
from gateway.domain.addresses import ascii_domain, fold, split
from gateway.domain.ids import is_id
from gateway.domain.routing.channels import BY_MAIL, Channel
from gateway.domain.site_messages import SiteMessageDocument, read_message, recipient_of_call
from gateway.errors import Forbidden, Invalid, NotFound, RateLimited
from gateway.store import orders
from gateway.store import site_calls as store
from gateway.store.buyer_messages import written_since
from gateway.store.channels import maybe_channel


@dataclass(frozen=True, slots=True)
class SiteCall:
    """A call as it came: the channel that it names, the key that it shows, the bytes of its body."""

    channel_id: str
    key: str
    body: bytes
    ip: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """The ledger's row of a call; `new` is false where the same bytes came before."""

    inbound_id: str
    new: bool


async def take(gw: Gateway, call: SiteCall) -> Taken:
    """Keep a call; what becomes of it, the ledger says.

    Raises Forbidden for a wrong key, a channel that is closed or not there, all alike; ValidationError for a body
    that is no message; Invalid for a writer who can't be known; RateLimited.
    """
    async with gw.db.read() as session:
        channel = await maybe_channel(session, call.channel_id) if is_id(call.channel_id) else None
    if not _opens(channel, call.key) or channel is None:
        raise Forbidden("there is no such channel, it is closed, or this is not its key")
    told = read_message(call.body)
    async with gw.db.write() as session:
        address = await _writer(session, gw, channel, told)
        await _within_limits(session, gw, fold(address))
        row = _row(gw, channel, call, address)
        known = await store.known(session, row)
        if known:
            return Taken(known, new=False)
        await store.add(session, row, call.body, gw.clock.now())
    gw.inbound_signal.wake()
    maillog.event("inbound.accepted", id=row.id, ingress="webhook", size=len(call.body))
    return Taken(row.id, new=True)


def _opens(channel: Channel | None, key: str) -> bool:
    """Compared in constant time, also where there is nothing to compare with."""
    known = (channel.webhook_key if channel and channel.kind not in BY_MAIL else None) or ""
    same = hmac.compare_digest(hashlib.sha256(key.encode()).digest(), hashlib.sha256(known.encode()).digest())
    return bool(known) and same


async def _writer(session: AsyncSession, gw: Gateway, channel: Channel, told: SiteMessageDocument) -> str:
    """Whose message it is: an address that is named, or that of the buyer of the order."""
    if told.buyer.email:
        if split(told.buyer.email)[1] == ascii_domain(gw.settings.mail_domain):
            raise Invalid("an address of this gateway can't be a buyer's", field="buyer.email")
        return told.buyer.email
    try:
        record = await orders.order(session, SYSTEM, channel.shop, told.order_no or "")
    except NotFound:
        raise Invalid("this shop has no such order: name the buyer's address", field="order_no") from None
    return await orders.newest_address(session, record.buyer.id)


async def _within_limits(session: AsyncSession, gw: Gateway, author: str) -> None:
    """Mails and messages of all doors count together for a sender."""
    now, settings = gw.clock.now(), gw.settings
    for span, limit in ((timedelta(hours=1), settings.sender_per_hour), (timedelta(days=1), settings.sender_per_day)):
        if limit and await written_since(session, author, now - span) >= limit:
            raise RateLimited("too many messages of this buyer; try again later", int(span.total_seconds()) // 4)


def _row(gw: Gateway, channel: Channel, call: SiteCall, address: str) -> store.CallEntry:
    return store.CallEntry(
        id=new_id(),
        rcpt_to=recipient_of_call(channel.kind, channel.id, gw.settings.mail_domain),
        mail_from=address,
        author=fold(address),
        shop_id=channel.shop_id,
        sha256=hashlib.sha256(call.body).hexdigest(),
        peer_ip=call.ip,
    )
