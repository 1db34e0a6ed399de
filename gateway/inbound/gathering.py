"""Reads, in one go and inside the transaction that will write, everything that deciding one mail looks at."""

from dataclasses import dataclass, replace

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.context import Gateway
from gateway.domain.addresses import NotesAddress, ShopAddress, TokenAddress, fold, own_local, recipient_of
from gateway.domain.composing import LOOP_HEADER
from gateway.domain.emails import Email
from gateway.domain.facts import Facts
from gateway.domain.note_readers import note_of
from gateway.domain.notes import OrderNote
from gateway.domain.placing import quoted_tokens
from gateway.domain.prescan import author
from gateway.domain.routing.channels import ORDERED, Channel, recipient_by
from gateway.domain.values import BUYER_CONFIRMED, Trust
from gateway.store import facts as store
from gateway.store.inbound import Claimed


@dataclass(frozen=True, slots=True)
class Evidence:
    """One mail, read: the decision's input that needs no database."""

    claimed: Claimed
    email: Email
    trust: Trust
    raw: bytes


async def gather(session: AsyncSession, gw: Gateway, evidence: Evidence) -> Facts:
    """The facts of one mail; the buyer whom it may be from stays locked until the transaction ends."""
    claimed, email = evidence.claimed, evidence.email
    domain = gw.settings.mail_domain
    recipient = recipient_of(claimed.rcpt_to, domain)
    reached = await store.reach(session, recipient, own_local(claimed.rcpt_to, domain), gw.clock.now())
    channel = reached.channel if reached else None
    if reached is not None and channel is not None and reached.token is None:
        recipient = recipient_by(channel, reached.shop.slug, recipient)
    known = Facts(
        recipient=recipient,
        email=email,
        trust=evidence.trust,
        author=author(evidence.raw),
        null_sender=not claimed.mail_from and not isinstance(recipient, TokenAddress),
        own_mail=(email.header(LOOP_HEADER) or "").strip().lower() == domain.lower(),
        note=_note(email, channel) if isinstance(recipient, NotesAddress) else None,
        channel=channel,
        entitlement=channel.who if channel else ORDERED,
        at=claimed.received_at,
        require_verified=gw.settings.hold_unverified and gw.settings.sender_auth != "off",
        released=claimed.released_by not in ("", BUYER_CONFIRMED),
        confirmed=claimed.released_by == BUYER_CONFIRMED,
    )
    return known if reached is None else await _with_shop(session, known, reached)


def _note(email: Email, channel: Channel | None) -> OrderNote | None:
    return note_of(email, channel.reader, channel.reader_config) if channel else note_of(email)


async def _with_shop(session: AsyncSession, known: Facts, reached: store.Reached) -> Facts:
    """The facts that only a known shop has: the buyer of the author's address, the order, the ancestors."""
    shop, email = reached.shop, known.email
    address = (known.note.buyer_email if known.note else None) or (known.author.address if known.author else "")
    buyer = await store.buyer_by_address(session, shop.id, fold(address)) if address else None
    asked = asked_order(known)
    ancestors = (*email.in_reply_to, *reversed(email.references))
    marks = quoted_tokens(email.text) if buyer else ()
    return replace(
        known,
        shop=shop,
        token=reached.token,
        buyer=buyer,
        named_order=await store.order_by_number(session, shop.id, asked) if asked else None,
        referenced=await store.referenced_threads(session, shop.id, ancestors),
        quoted_tokens=await store.threads_of_tokens(session, shop.id, buyer.id, marks) if buyer else {},
    )


def asked_order(facts: Facts) -> str:
    """The order number that a mail asks for, folded as it is looked up; empty when it names none."""
    if isinstance(facts.recipient, ShopAddress) and facts.recipient.order_no:
        return facts.recipient.order_no.casefold()
    return facts.note.order_no.casefold() if facts.note else ""
