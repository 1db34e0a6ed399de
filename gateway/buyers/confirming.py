"""The buyer's own word: a link to the registered address lets in what nothing else proved. Acts only when told to."""

from gateway import maillog
from gateway.context import Gateway
from gateway.domain.tokens import fingerprint
from gateway.domain.values import BUYER_CONFIRMED
from gateway.errors import NotFound
from gateway.store import notices as store
from gateway.store.notices import Link


async def look(gw: Gateway, token: str) -> Link:
    """What a link would let in. Changes nothing: mail scanners follow links. Raises NotFound for one that is over."""
    async with gw.db.read() as session:
        link = await store.confirm_link(session, fingerprint(token), gw.clock.now())
    if link is None:
        raise NotFound("this link does not work any more")
    return link


async def confirm(gw: Gateway, token: str) -> int:
    """Let in what is held; how many mails. Raises NotFound for a link that is over."""
    link, now = await look(gw, token), gw.clock.now()
    async with gw.db.write() as session:
        released = await store.release_confirmed(session, fingerprint(token), link, now, BUYER_CONFIRMED)
    gw.inbound_signal.wake()
    maillog.event("inbound.confirmed", id=link.shop.id, released=released)
    return released
