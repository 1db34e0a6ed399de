"""Writes the order that a listed order system's mail tells of, before the mail itself is decided. May run again."""

from gateway import maillog
from gateway.context import Gateway
from gateway.domain.actors import SYSTEM
from gateway.domain.addresses import NotesAddress, TokenAddress, ascii_domain, fold, recipient_of, split
from gateway.domain.imports import GoodRow
from gateway.domain.order_mails import may_tell_orders, told_order
from gateway.domain.orders import fold_order_no
from gateway.errors import Duplicate
from gateway.inbound.gathering import Evidence, gather
from gateway.outbound.buyer_notices import order_placed
from gateway.store import orders
from gateway.store.ledger import release_waiting

_ATTEMPTS = 3


async def learn_order(gw: Gateway, evidence: Evidence) -> None:
    """Nothing for a mail that tells of no order, or whose sender may not."""
    if isinstance(recipient_of(evidence.claimed.rcpt_to, gw.settings.mail_domain), TokenAddress):
        return
    told = told_order(evidence.email)
    if told is None or _is_ours(gw, told):
        return
    for _ in range(_ATTEMPTS):
        try:
            await _write(gw, evidence, told)
        except Duplicate:
            continue
        return


def _is_ours(gw: Gateway, told: GoodRow) -> bool:
    """A buyer at our own domain would have our answers come back to us."""
    return split(told.document.buyer.email)[1] == ascii_domain(gw.settings.mail_domain)


async def _write(gw: Gateway, evidence: Evidence, told: GoodRow) -> None:
    now = gw.clock.now()
    async with gw.db.write() as session:
        facts = await gather(session, gw, evidence)
        if not isinstance(facts.recipient, NotesAddress) or facts.shop is None or not may_tell_orders(facts):
            return
        new = await orders.put_order(session, facts.shop.id, told.order_no, told.document, now)
        number = fold_order_no(told.order_no)
        released = await release_waiting(session, facts.shop.id, fold(told.document.buyer.email), number, now)
        record = await orders.order(session, SYSTEM, facts.shop.slug, told.order_no)
        if new:
            await order_placed(session, gw, record.id)
    if released:
        gw.inbound_signal.wake()
    maillog.event("order.upserted", id=record.id, new=new, released=released)
