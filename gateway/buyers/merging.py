"""What admins do when one person is two buyers, or writes from another address than the one in the order."""

from gateway import maillog
from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.addresses import ascii_domain, mask, split
from gateway.domain.auditing import On
from gateway.domain.conversations import clean_text
from gateway.errors import Conflict, Invalid
from gateway.store import buyers as store
from gateway.store import restructuring as places
from gateway.store.audit import record


async def merge(gw: Gateway, actor: Actor, buyer_id: str, into: str) -> None:
    """Make one buyer of two of the same shop: addresses, orders, threads and reply addresses go over.

    Raises NotFound, Invalid for the same buyer twice or buyers of two shops.
    """
    async with gw.db.write() as session:
        shop_id = await store.shop_of(session, actor, buyer_id)
        if buyer_id == into:
            raise Invalid("a buyer can't be merged into themselves", "into")
        if await store.shop_of(session, actor, into) != shop_id:
            raise Invalid("both buyers must be of the same shop", "into")
        await store.merge(session, shop_id, buyer_id, into)
        await record(session, actor, "buyer.merged", On(into, shop_id), gw.clock.now(), {"merged": buyer_id})
    maillog.event("buyer.merged", id=into, merged=buyer_id)


async def merge_found(gw: Gateway, actor: Actor, thread_id: str, words: str) -> str:
    """Make one buyer of a thread's buyer and the one who has this address or order; the event that undoes it.

    Raises NotFound, Invalid when nobody of the shop, or nobody else, has it.
    """
    async with gw.db.write() as session:
        place, now = await places.locked(session, actor, thread_id), gw.clock.now()
        other = await store.find(session, place.shop_id, clean_text(words))
        if other is None:
            raise Invalid("no buyer of this shop has this address or order", "buyer")
        if other == place.buyer_id:
            raise Invalid("this is the same buyer already", "buyer")
        data = await store.belongings(session, other)
        await store.merge(session, place.shop_id, other, place.buyer_id)
        event_id = await places.add_event(session, place, "buyers-merged", actor, now, data)
        await places.recount(session, place.id, place.shop_id)
        told = {"merged": other, "event": event_id}
        await record(session, actor, "buyer.merged", On(place.buyer_id, place.shop_id), now, told)
    maillog.event("buyer.merged", id=place.buyer_id, merged=other)
    return event_id


async def add_address(gw: Gateway, actor: Actor, buyer_id: str, address: str) -> None:
    """Let a buyer write from one more address. Raises NotFound, Invalid, Conflict when another buyer has it."""
    local, domain = split(address.strip())
    if not local or not domain or domain == ascii_domain(gw.settings.mail_domain):
        raise Invalid("expected an email address that is not one of ours", "email")
    async with gw.db.write() as session:
        shop_id = await store.shop_of(session, actor, buyer_id)
        owner = await store.owner_of(session, shop_id, address)
        if owner not in (None, buyer_id):
            raise Conflict("another buyer of this shop has this address: merge the two")
        await store.add_address(session, shop_id, buyer_id, address.strip(), gw.clock.now())
        told = {"address": mask(address.strip())}
        await record(session, actor, "buyer.address_added", On(buyer_id, shop_id), gw.clock.now(), told)
    maillog.event("buyer.address_added", id=buyer_id)
