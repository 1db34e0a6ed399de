"""Answers "where would this mail go?": walks the very way of a mail in a transaction that is given up at the end."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.admin.channels import admins_only
from gateway.clock import new_id
from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.addresses import (
    ForeignAddress,
    NotesAddress,
    Recipient,
    RoleAddress,
    TokenAddress,
    mask,
    own_local,
    recipient_of,
)
from gateway.domain.deciding import decide
from gateway.domain.facts import Bounced, Discard, Facts, File, Hold, SellersAnswer
from gateway.domain.locales import language_tag
from gateway.domain.messages import Place
from gateway.domain.reasons import ledger_sentence
from gateway.domain.routing.channels import Channel, candidates
from gateway.domain.routing.sentences import acted_words
from gateway.domain.routing.tracing import Step
from gateway.domain.template_sets import Origin, called
from gateway.domain.values import Peer, Trust
from gateway.errors import Invalid, Unreadable
from gateway.inbound.concluding import may_be_answered, wants_acknowledgement
from gateway.inbound.gathering import Evidence, gather
from gateway.inbound.messages import new_message
from gateway.inbound.routing import Routing, route
from gateway.reading import Reader
from gateway.store import channels as channel_store
from gateway.store import facts as fact_store
from gateway.store import people, teams, templates
from gateway.store.facts import Reached, reach
from gateway.store.filing import file_message
from gateway.store.inbound import Claimed

MAX_MAIL = 900_000


@dataclass(slots=True)
class Trace:
    """Where a mail would go. `state` is refused, accepted (for an address alone), filed, held or discarded."""

    address: str
    state: str = "refused"
    why: str = ""
    shop: str | None = None
    channel: Channel | None = None
    thread_id: str | None = None
    routing: Routing | None = None
    acknowledged: bool = False
    names: dict[str, str] = field(default_factory=dict)
    templates: dict[str, Origin] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)

    def say(self, step: str, **details: str | tuple[str, str]) -> None:
        """Add a step."""
        self.steps.append(Step(step, details))


class _GivenUp(Exception):
    """Ends the transaction without a trace in the database."""


async def trace(gw: Gateway, actor: Actor, address: str, mail: str = "", verified: bool = True) -> Trace:
    """Where a mail to an address would go, step by step; nothing changes. Without a mail: only its first steps.

    An address without a domain is one of ours. Raises Forbidden, Invalid for no address, TemporaryError.
    """
    wanted = address.strip()
    if not wanted:
        raise Invalid("name the address that the mail is for", field="address")
    actor = admins_only(actor)
    full = wanted if "@" in wanted else f"{wanted}@{gw.settings.mail_domain}"
    found = Trace(full)
    found.say("for", address=full)
    async with gw.db.read() as session:
        reached = await _address(session, gw, actor, found)
    if reached is None:
        return found
    found.state, found.shop, found.channel = "accepted", reached.shop.slug, reached.channel
    if mail:
        # Pasted text has the line ends of whoever pasted it; mail has only one kind (RFC 5322 §2.1).
        raw = "\r\n".join(mail.replace("\r\n", "\n").split("\n")).encode("utf-8", "replace")
        await _mail(gw, found, raw, verified)
    return found


async def _address(session: AsyncSession, gw: Gateway, actor: Actor, found: Trace) -> Reached | None:
    domain, now = gw.settings.mail_domain, gw.clock.now()
    recipient, local = recipient_of(found.address, domain), own_local(found.address, domain)
    if isinstance(recipient, ForeignAddress) and not local:
        found.say("foreign", domain=domain)
        return None
    reached = await reach(session, recipient, local, now)
    # What leads to somebody else's shop looks as if it led nowhere.
    mine = reached is not None and (actor.shop_ids is None or reached.shop.id in actor.shop_ids)
    built_in = await _built_in(session, recipient, now) if mine else None
    _say_kind(found, recipient, built_in)
    known = [each for each in await channel_store.for_address(session, local) if _seen(actor, each)]
    _say_channels(found, candidates(known, local, recipient, built_in.shop.id if built_in else None), reached)
    if reached is None or not mine:
        found.say("nowhere")
        return None
    if reached.channel is None and not isinstance(recipient, TokenAddress | RoleAddress):
        found.say("no-channel")
    who = reached.channel.who if reached.channel else None
    if not isinstance(recipient, RoleAddress):
        found.say(f"ask-{who.who if who else 'always'}", days=str(who.days if who else 0))
    return reached


def _seen(actor: Actor, channel: Channel) -> bool:
    return actor.shop_ids is None or channel.shop_id in actor.shop_ids


async def _built_in(session: AsyncSession, recipient: Recipient, now: datetime) -> Reached | None:
    """What the address would lead to without any channel."""
    return await reach(session, recipient, "", now)


def _say_kind(found: Trace, recipient: Recipient, built_in: Reached | None) -> None:
    if isinstance(recipient, TokenAddress):
        found.say("token")
    elif isinstance(recipient, RoleAddress):
        found.say("role")
    elif built_in is not None:
        found.say("built-in", shop=built_in.shop.slug)


def _say_channels(found: Trace, fitting: tuple[Channel, ...], reached: Reached | None) -> None:
    taken = False
    for channel in fitting:
        step = "channel-off" if not channel.enabled else "channel-passed" if taken else "channel"
        found.say(step, channel=channel.name, pattern=channel.pattern or "", shop=channel.shop)
        taken = taken or channel.enabled
        if step == "channel" and channel.kind == "order_note":
            found.say("order-notes")


async def _mail(gw: Gateway, found: Trace, raw: bytes, verified: bool) -> None:
    """The mail is read in a child of its own: the pages' process parses nothing that strangers wrote."""
    try:
        async with Reader(1) as reader:
            email = await reader.read(raw)
    except Unreadable as error:
        found.state = "failed"
        found.say("unreadable", why=str(error))
        return
    now = gw.clock.now()
    trust = Trust("verified", "dmarc-pass") if verified else Trust("unverified", "nothing-passed")
    sender = email.from_[0].address if email.from_ else ""
    claimed = Claimed(
        id=new_id(),
        rcpt_to=found.address,
        mail_from=sender or "unknown",
        author=sender,
        sha256=hashlib.sha256(raw).hexdigest(),
        peer=Peer(),
        ingress="smtp",
        released_by="",
        received_at=now,
        attempts=1,
    )
    try:
        async with gw.db.write() as session:
            await _decide(session, gw, found, Evidence(claimed, email, trust, raw), verified)
            raise _GivenUp
    except _GivenUp:
        return


async def _decide(session: AsyncSession, gw: Gateway, found: Trace, evidence: Evidence, verified: bool) -> None:
    facts = await gather(session, gw, evidence)
    _say_author(found, facts, verified)
    match decide(facts):
        case Hold(why, details):
            found.state, found.why = "held", why
            found.say("held", why=_sentences(why, details))
        case Discard(why, details):
            found.state, found.why = "discarded", why
            found.say("discarded", why=_sentences(why, details))
        case SellersAnswer():
            found.state, found.why = "filed", "seller-answer"
            found.say("seller-answer")
        case Bounced():
            found.state, found.why = "filed", "bounce-address"
            found.say("bounced")
        case File() as filed:
            await _file(session, gw, found, facts, filed, evidence.claimed)


def _sentences(why: str, details: object) -> tuple[str, str]:
    known = dict(details) if isinstance(details, dict) else {}
    return ledger_sentence(why, "en", known), ledger_sentence(why, "zh", known)


def _say_author(found: Trace, facts: Facts, verified: bool) -> None:
    if facts.author is None:
        found.say("no-author")
        return
    found.say("author", author=facts.author.address)
    found.say("as-verified" if verified else "as-unverified")
    if isinstance(facts.recipient, NotesAddress):
        note = facts.note
        found.say("note", order_no=note.order_no, text=note.text[:200]) if note else found.say("no-note")
    elif facts.buyer is None:
        found.say("stranger")
    else:
        name = facts.buyer.name or mask(facts.author.address)
        found.say("buyer", buyer=name, orders=str(len(facts.buyer.orders)))


async def _file(session: AsyncSession, gw: Gateway, found: Trace, facts: Facts, filed: File, claimed: Claimed) -> None:
    assert facts.shop is not None
    buyer_id = filed.buyer_id or (facts.buyer.id if facts.buyer else None)
    if buyer_id is None:
        author, now = (facts.author.address if facts.author else "unknown"), gw.clock.now()
        buyer_id = await fact_store.add_correspondent(session, facts.shop.id, author, "", now)
    place = Place(facts.shop.id, buyer_id, filed.order_id, filed.thread_id)
    done = await file_message(session, place, new_message(claimed, facts, filed))
    clue = filed.clues[0]
    found.state, found.why = "filed", clue.clue
    # A thread that only this trial has opened will not be there afterwards.
    found.thread_id = done.thread_id if filed.thread_id else None
    found.say("filed", why=_sentences(clue.clue, {"detail": clue.detail}))
    if facts.email.mail_class == "human" or facts.note is not None:
        found.routing = await route(session, gw, done.message_id)
        await _say_routing(session, found, facts)
        await _say_words(session, found, done.thread_id)


async def _say_words(session: AsyncSession, found: Trace, thread_id: str) -> None:
    """Which words the conversation's mails would have, and from where."""
    place, origins = await templates.of_thread(session, thread_id)
    found.templates = {name: origins.get(name, "product") for name in ("received", "reply")}
    said = {name: called(origin, place.template_set) for name, origin in found.templates.items()}
    found.say("template", language=language_tag(place.locale), **said)


async def _say_routing(session: AsyncSession, found: Trace, facts: Facts) -> None:
    assert facts.shop is not None
    names = {team.id: team.name for team in (await teams.for_shop(session, facts.shop.id)).values()}
    colleagues = await people.colleagues(session, facts.shop.id)
    found.names = names | {person.id: person.email for person in colleagues}
    names |= {person.id: person.name or person.email for person in colleagues}
    acted = found.routing.outcome.acted if found.routing else ()
    for rule in acted:
        found.say("rule", rule=rule.name, did=acted_words(rule.as_json(), names))
    if not acted:
        found.say("no-rule")
    now = found.routing.now if found.routing else None
    if now and now.team_id:
        found.say("team", team=names.get(now.team_id, now.team_id))
    if now and now.assignee_id:
        found.say("person", person=names.get(now.assignee_id, now.assignee_id))
    else:
        found.say("nobody")
    if now and now.labels:
        found.say("labels", labels=", ".join(now.labels))
    if now and now.due_at:
        found.say("due", due=f"{now.due_at:%Y-%m-%d %H:%M} UTC")
    if _acknowledges(found, facts):
        found.acknowledged = True
        found.say("acknowledged")


def _acknowledges(found: Trace, facts: Facts) -> bool:
    automatic = facts.email.auto_submitted != "no"
    return not automatic and may_be_answered(facts) and wants_acknowledgement(facts, found.routing)
