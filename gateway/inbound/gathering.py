"""Reads, in one go and inside the transaction that will write, everything that deciding some mails looks at."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.context import Gateway
from gateway.domain.addresses import NotesAddress, ShopAddress, TokenAddress, fold, own_local, recipient_of
from gateway.domain.authenticity.author import Mailbox, author
from gateway.domain.composing import LOOP_HEADER
from gateway.domain.emails import Email
from gateway.domain.facts import Facts, OrderFacts
from gateway.domain.note_readers import note_of
from gateway.domain.notes import OrderNote
from gateway.domain.placing import quoted_tokens
from gateway.domain.routing.channels import ORDERED, Channel, recipient_by
from gateway.domain.site_messages import channel_of_call, order_of
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
    return (await gather_all(session, gw, [evidence]))[0]


async def gather_all(session: AsyncSession, gw: Gateway, mails: Sequence[Evidence]) -> list[Facts]:
    """The facts of each mail, in order, as if the others were not there."""
    reached = await _reached(session, gw, [evidence.claimed for evidence in mails])
    known = [_known(gw, evidence, reached[_door(evidence.claimed)]) for evidence in mails]
    buyers = await store.buyers_by_address(session, {key for facts in known if (key := _writer(facts)) is not None})
    known = [replace(facts, buyer=buyers.get(key)) if (key := _writer(facts)) else facts for facts in known]
    orders, threads = await _orders(session, known), await _referenced(session, known)
    return [await _with_shop(session, facts, orders, threads) for facts in known]


Door = tuple[bool, str]
"""Whether a site or chat called, and what the ledger has as the recipient."""


def _door(claimed: Claimed) -> Door:
    return claimed.by_call, claimed.rcpt_to


async def _reached(session: AsyncSession, gw: Gateway, batch: Sequence[Claimed]) -> dict[Door, store.Reached | None]:
    """Where each recipient's address leads."""
    domain, now = gw.settings.mail_domain, gw.clock.now()
    found: dict[Door, store.Reached | None] = {}
    for by_call, rcpt_to in dict.fromkeys(map(_door, batch)):
        if by_call:
            found[by_call, rcpt_to] = await store.reach_by_call(session, channel_of_call(rcpt_to))
        else:
            recipient, local = recipient_of(rcpt_to, domain), own_local(rcpt_to, domain)
            found[by_call, rcpt_to] = await store.reach(session, recipient, local, now)
    return found


def _known(gw: Gateway, evidence: Evidence, reached: store.Reached | None) -> Facts:
    """What the mail itself and its recipient tell."""
    claimed, email, domain = evidence.claimed, evidence.email, gw.settings.mail_domain
    recipient = recipient_of(claimed.rcpt_to, domain)
    channel = reached.channel if reached else None
    if reached is not None and channel is not None and reached.token is None:
        recipient = recipient_by(channel, reached.shop.slug, recipient)
        if claimed.by_call:
            recipient = ShopAddress(reached.shop.slug, order_of(email))
    return Facts(
        recipient=recipient,
        email=email,
        trust=evidence.trust,
        author=Mailbox("", claimed.mail_from) if claimed.by_call else author(evidence.raw),
        null_sender=not claimed.mail_from and not isinstance(recipient, TokenAddress),
        own_mail=(email.header(LOOP_HEADER) or "").strip().lower() == domain.lower(),
        shop=reached.shop if reached else None,
        token=reached.token if reached else None,
        note=_note(email, channel) if isinstance(recipient, NotesAddress) else None,
        channel=channel,
        entitlement=channel.who if channel else ORDERED,
        at=claimed.received_at,
        require_verified=gw.settings.hold_unverified and gw.settings.sender_auth != "off",
        released=claimed.released_by not in ("", BUYER_CONFIRMED),
        confirmed=claimed.released_by == BUYER_CONFIRMED,
    )


def _note(email: Email, channel: Channel | None) -> OrderNote | None:
    return note_of(email, channel.reader, channel.reader_config) if channel else note_of(email)


def _writer(facts: Facts) -> store.Address | None:
    """Whose address a buyer is looked for by; None where no shop is known, or nobody is named."""
    named = (facts.note.buyer_email if facts.note else None) or (facts.author.address if facts.author else "")
    return (facts.shop.id, fold(named)) if facts.shop and named else None


Orders = Mapping[tuple[str, str], OrderFacts]
Threads = Mapping[str, Mapping[str, str]]


async def _orders(session: AsyncSession, known: Sequence[Facts]) -> Orders:
    """The orders that the mails ask for, by shop and number."""
    asked: dict[str, set[str]] = defaultdict(set)
    for facts in known:
        if facts.shop and (number := asked_order(facts)):
            asked[facts.shop.id].add(number)
    found = {shop: await store.orders_by_number(session, shop, numbers) for shop, numbers in asked.items()}
    return {(shop, number): order for shop, orders in found.items() for number, order in orders.items()}


async def _referenced(session: AsyncSession, known: Sequence[Facts]) -> Threads:
    """The threads that the mails name, by shop and Message-ID."""
    named: dict[str, dict[str, None]] = defaultdict(dict)
    for facts in known:
        if facts.shop:
            named[facts.shop.id] |= dict.fromkeys(_ancestors(facts.email))
    return {shop: await store.referenced_threads(session, shop, ids) for shop, ids in named.items()}


def _ancestors(email: Email) -> list[str]:
    """The Message-IDs that a mail answers, nearest first."""
    return list(dict.fromkeys((*email.in_reply_to, *reversed(email.references))))[: store.MAX_REFERENCES]


async def _with_shop(session: AsyncSession, facts: Facts, orders: Orders, threads: Threads) -> Facts:
    """The facts that only a known shop has: the order, the ancestors, the quoted reply addresses."""
    if facts.shop is None:
        return facts
    shop_id, buyer, found = facts.shop.id, facts.buyer, threads[facts.shop.id]
    marks = quoted_tokens(facts.email.text) if buyer else ()
    return replace(
        facts,
        named_order=orders.get((shop_id, asked_order(facts))),
        referenced={id_: found[id_] for id_ in _ancestors(facts.email) if id_ in found},
        quoted_tokens=await store.threads_of_tokens(session, shop_id, buyer.id, marks) if buyer and marks else {},
    )


def asked_order(facts: Facts) -> str:
    """The order number that a mail asks for, folded as it is looked up; empty when it names none."""
    if isinstance(facts.recipient, ShopAddress) and facts.recipient.order_no:
        return facts.recipient.order_no.casefold()
    return facts.note.order_no.casefold() if facts.note else ""
