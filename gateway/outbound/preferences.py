"""What recipients want to get: they turn notifications off by a link in them, or by complaining. Answers still come.

A link holds a token that only a mail of ours carries; looking at it changes nothing, since scanners do that too.
"""

import hmac
import re
from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway import maillog
from gateway.context import Gateway
from gateway.domain.addresses import mask
from gateway.domain.ids import is_id
from gateway.domain.queueing import NOTIFICATIONS, Why
from gateway.errors import NotFound
from gateway.outbound.mailing import unsubscribe_token
from gateway.store import preferences as store
from gateway.store.suppressions import suppress, suppression

MOST_REPORTED = 20
"""Message-IDs that are looked up of one report: a real one is about one mail."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a link is about: a shop, an address in its masked form, and whether notifications are on."""

    shop_name: str
    address_masked: str
    on: bool


async def look(gw: Gateway, delivery_id: str, token: str) -> Choice:
    """What stands now. Changes nothing. Raises NotFound for a link that is not ours."""
    async with gw.db.read() as session:
        who = await _who(session, gw, delivery_id, token)
        return Choice(who.shop.name, mask(who.address), await store.wants_notifications(session, who))


async def turn_off(gw: Gateway, delivery_id: str, token: str) -> Choice:
    """No more notifications for this shop and address. Doing it again changes nothing. Raises NotFound."""
    async with gw.db.write() as session:
        who = await _who(session, gw, delivery_id, token)
        await _suppress(session, gw, who, "unsubscribed")
    maillog.event("preference.off", id=delivery_id, why="unsubscribed")
    return Choice(who.shop.name, mask(who.address), on=False)


async def turn_on(gw: Gateway, delivery_id: str, token: str) -> Choice:
    """Notifications again. Raises NotFound."""
    async with gw.db.write() as session:
        who = await _who(session, gw, delivery_id, token)
        await store.turn_on(session, who)
    maillog.event("preference.on", id=delivery_id)
    return Choice(who.shop.name, mask(who.address), on=True)


async def complained(session: AsyncSession, gw: Gateway, raw: bytes, delivery_id: str) -> int:
    """An abuse report (RFC 5965) came: the recipient gets no more notifications; how many mails it was about.

    It tells its mail by the return path that it came to, else by a Message-ID of ours, which nobody can guess.
    """
    named = await store.recipient(session, delivery_id) if delivery_id else None
    found = [named] if named else await store.recipients_of(session, _own_ids(gw, raw))
    for who in found:
        await _suppress(session, gw, who, "complaint")
        maillog.event("preference.off", id=who.delivery_id, why="complaint")
    return len(found)


def _own_ids(gw: Gateway, raw: bytes) -> list[str]:
    domain = re.escape(gw.settings.mail_domain.encode())
    ids = re.findall(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}@" + domain, raw)
    return list(dict.fromkeys(id_.decode() for id_ in ids))[:MOST_REPORTED]


async def _who(session: AsyncSession, gw: Gateway, delivery_id: str, token: str) -> store.Recipient:
    expected = unsubscribe_token(gw, delivery_id).encode()
    genuine = is_id(delivery_id) and hmac.compare_digest(expected, token.encode("utf-8", "replace"))
    found = await store.recipient(session, delivery_id) if genuine else None
    if found is None:
        raise NotFound("this link is not one of ours")
    return found


async def _suppress(session: AsyncSession, gw: Gateway, who: store.Recipient, why: Why) -> None:
    row = suppression(who.shop.id, who.address, NOTIFICATIONS, why, gw.clock.now(), delivery_id=who.delivery_id)
    await suppress(session, row)
