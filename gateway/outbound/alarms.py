"""Tells the sellers by mail, once each, that a reply of theirs is late or did not arrive; the thread shows it too."""

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway import maillog
from gateway.context import Gateway
from gateway.errors import Invalid
from gateway.outbound.mailing import Notice, order_context, post
from gateway.store.problems import Problem, Recipient, problem

KIND = "delivery-problem"
_KINDS = ("address", "content", "policy", "full")


async def tell_sellers(session: AsyncSession, gw: Gateway, delivery_id: str, failed: bool) -> int:
    """Queue a mail to the thread's assignee, else to everybody of the shop; how many were queued.

    Nothing for what was no reply: a notice that fails is nobody's loss, and a mail about a lost mail could go round.
    """
    known = await problem(session, delivery_id)
    told = 0
    for recipient in known.recipients if known else ():
        assert known is not None
        try:
            told += await post(session, gw, _notice(gw, known, recipient, failed), gw.clock.now())
        except Invalid:
            maillog.event("outbound.unwritable", id=delivery_id, rcpt=maillog.masked(recipient.address))
    return told


def _notice(gw: Gateway, known: Problem, recipient: Recipient, failed: bool) -> Notice:
    context = {
        "shop_name": known.shop.name,
        "buyer_name": known.buyer_name,
        "order": order_context(known.order),
        "sent_at": known.queued_at,
        "failed": failed,
        "kind": known.refusal if known.refusal in _KINDS else "other",
        "smtp_reply": known.smtp_reply,
        "link": f"{gw.settings.public_url}/threads/{known.thread_id}",
    }
    return Notice(
        kind=KIND,
        shop=known.shop,
        address=recipient.address,
        to_name=recipient.name,
        locale=recipient.locale or known.shop.locale,
        context=context,
        auto="auto-generated",
    )
