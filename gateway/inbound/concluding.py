"""Brings mails that were read to their ends, many in one transaction: read the facts, decide, write.

Mails that could touch each other (one buyer, one thread, one content) are taken one after the other, all others at
once: a batch costs a statement for each table, not for each mail.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.context import Gateway
from gateway.domain.addresses import NotesAddress, fold, recipient_of
from gateway.domain.deciding import decide
from gateway.domain.facts import Bounced, Discard, Disposition, Facts, File, Hold, SellersAnswer
from gateway.domain.messages import NewMessage, Place
from gateway.inbound.gathering import Evidence, asked_order, gather_all
from gateway.inbound.messages import new_message, shown_name
from gateway.inbound.routing import Routing, route_all
from gateway.outbound.alarms import tell_sellers
from gateway.outbound.buyer_notices import received
from gateway.outbound.notices import ask_to_confirm, ask_whose_it_is, say_how_to_go_on
from gateway.outbound.preferences import complained
from gateway.outbound.seller_notices import messages_arrived
from gateway.store import facts as store
from gateway.store.deliveries import record_bounce
from gateway.store.filing import FiledMessage, file_messages
from gateway.store.inbound import Claimed, Ending, duplicates_of, finish_all, hold

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Read:
    """One mail, read. `stored` when its files are in the blob store, or it has none."""

    evidence: Evidence
    stored: bool

    @property
    def claimed(self) -> Claimed:
        """Its row."""
        return self.evidence.claimed


@dataclass(frozen=True, slots=True)
class FilesMissing:
    """Nothing was written: its files have to be stored first."""


@dataclass(frozen=True, slots=True)
class BySeller:
    """Nothing was written: it is a seller's answer, which leaves as the shop's reply first."""

    facts: Facts
    answer: SellersAnswer


@dataclass(frozen=True, slots=True)
class TakenOver:
    """Nothing was written: another worker has the row."""


Outcome = Ending | FilesMissing | BySeller | TakenOver


@dataclass(frozen=True, slots=True)
class Case:
    """A mail with its facts and what was decided."""

    read: Read
    facts: Facts
    disposition: Disposition

    @property
    def claimed(self) -> Claimed:
        """Its row."""
        return self.read.claimed


async def conclude(session: AsyncSession, gw: Gateway, batch: Sequence[Read]) -> list[Outcome]:
    """The outcome of each mail, in order; all of them are written, or none is."""
    mine = await hold(session, [read.claimed for read in batch])
    outcomes: dict[str, Outcome] = {read.claimed.id: TakenOver() for read in batch if read.claimed.id not in mine}
    while waiting := [read for read in batch if read.claimed.id not in outcomes]:
        outcomes |= await _conclude(session, gw, waiting)
    return [outcomes[read.claimed.id] for read in batch]


def apart(items: Iterable[T], marks: Callable[[T], set[Hashable]]) -> list[T]:
    """The items that share no mark with one before them."""
    seen: set[Hashable] = set()
    chosen = []
    for item in items:
        mine = marks(item)
        if not mine & seen:
            chosen.append(item)
        seen |= mine
    return chosen


def _marks(gw: Gateway, read: Read) -> set[Hashable]:
    """What tells before anything is looked up that two mails touch each other."""
    claimed = read.claimed
    marks: set[Hashable] = {claimed.content_key}
    if not isinstance(recipient_of(claimed.rcpt_to, gw.settings.mail_domain), NotesAddress):
        marks.add((claimed.rcpt_to, claimed.author))  # a shop's order system writes for all of its buyers
    return marks


def _touched(case: Case) -> set[Hashable]:
    """The buyers and threads that a mail is about, once they are known."""
    facts, disposition = case.facts, case.disposition
    buyers = {facts.buyer and facts.buyer.id, facts.named_order and facts.named_order.buyer_id}
    threads: set[Hashable] = {facts.token and facts.token.thread_id}
    if facts.token:
        buyers.add(facts.token.buyer_id)
    if isinstance(disposition, File):
        buyers.add(disposition.buyer_id)
        threads.add(disposition.thread_id)
    if facts.author and facts.shop:
        buyers.add(f"{facts.shop.id} {fold(facts.author.address)}" if facts.note is None else None)
    return (buyers | threads) - {None, ""}


async def _conclude(session: AsyncSession, gw: Gateway, batch: Sequence[Read]) -> dict[str, Outcome]:
    """The outcomes of mails that come first, by their ids; who touches one of those is left for the next time."""
    duplicates = await duplicates_of(session, [read.claimed for read in batch])
    new = [read for read in batch if read.claimed.id not in duplicates]
    fresh = apart(new, lambda read: _marks(gw, read))
    known = await gather_all(session, gw, [read.evidence for read in fresh])
    cases = apart((Case(read, facts, decide(facts)) for read, facts in zip(fresh, known, strict=True)), _touched)
    endings = duplicates | await _carry_out(session, gw, cases)
    own = [(read.claimed, endings[read.claimed.id]) for read in batch if read.claimed.id in endings]
    await finish_all(session, own, gw.clock.now())
    return {case.claimed.id: _unwritten(case) for case in cases if case.claimed.id not in endings} | endings


def _unwritten(case: Case) -> Outcome:
    if isinstance(case.disposition, SellersAnswer):
        return BySeller(case.facts, case.disposition)
    return FilesMissing()


async def _carry_out(session: AsyncSession, gw: Gateway, cases: Sequence[Case]) -> dict[str, Ending]:
    """Write what was decided; nothing for what has to be done first."""
    endings: dict[str, Ending] = {}
    for case in cases:
        if isinstance(case.disposition, Hold):
            await _say_why(session, gw, case.facts, case.disposition, case.claimed)
        if isinstance(case.disposition, Hold | Discard):
            endings[case.claimed.id] = _kept_out(case.facts, case.disposition)
    filing = [(case, *await _entry(session, gw, case)) for case in cases if _is_filed(case)]
    done = await file_messages(session, [(place, message) for _, _, place, message in filing])
    for (case, file, _, _), message in zip(filing, done, strict=True):
        endings[case.claimed.id] = _filed(case.facts, file, message)
    await _answer(session, gw, [(case, message) for (case, *_), message in zip(filing, done, strict=True)])
    return endings


def _is_filed(case: Case) -> bool:
    return isinstance(case.disposition, File | Bounced) and case.read.stored


def _kept_out(facts: Facts, disposition: Hold | Discard) -> Ending:
    held = isinstance(disposition, Hold)
    return Ending(
        state="held" if held else "discarded",
        why=disposition.why,
        details=disposition.details,
        shop_id=facts.shop.id if facts.shop else None,
        order_no=asked_order(facts),
        owns_content=held,
    )


async def _say_why(session: AsyncSession, gw: Gateway, facts: Facts, held: Hold, claimed: Claimed) -> None:
    """The one mail that a held mail may cause: to a proven sender, or to the address in the order."""
    if facts.shop is None or facts.author is None or facts.email.mail_class != "human" or not claimed.mail_from:
        return
    if held.why == "unverified":
        await ask_to_confirm(session, gw, facts.shop.id, fold(facts.author.address), claimed.received_at)
    elif held.why == "token-of-another" and facts.token and not facts.buyer and facts.trust.verdict == "verified":
        author = fold(facts.author.address)
        await ask_whose_it_is(session, gw, facts.token.buyer_id, author, claimed.received_at)
    elif held.why == "not-a-buyer" and facts.trust.verdict == "verified":
        await say_how_to_go_on(session, gw, facts.shop.id, facts.author.address)


async def _entry(session: AsyncSession, gw: Gateway, case: Case) -> tuple[File, Place, NewMessage]:
    """Where a mail goes and what stands there; what a bounce tells of its delivery is written at once."""
    facts, file = case.facts, case.disposition
    assert facts.shop is not None
    if isinstance(file, Bounced):
        file = await _bounced(session, gw, facts, file)
    assert isinstance(file, File)
    buyer_id = file.buyer_id or await _correspondent(session, gw, facts)
    place = Place(facts.shop.id, buyer_id, file.order_id, file.thread_id)
    return file, place, new_message(case.claimed, facts, file)


async def _bounced(session: AsyncSession, gw: Gateway, facts: Facts, bounced: Bounced) -> File:
    assert facts.token is not None
    assert facts.email.bounce is not None
    if await record_bounce(session, bounced.delivery_id, facts.email.bounce, gw.clock.now()):
        await tell_sellers(session, gw, bounced.delivery_id, failed=True)
    return File(buyer_id=facts.token.buyer_id, thread_id=facts.token.thread_id, clues=bounced.clues)


async def _correspondent(session: AsyncSession, gw: Gateway, facts: Facts) -> str:
    """Somebody who never ordered, whom an admin let in or who writes to the admins."""
    if facts.buyer is not None:
        return facts.buyer.id
    assert facts.shop is not None
    address = facts.author.address if facts.author else "mailer-daemon"
    return await store.add_correspondent(session, facts.shop.id, address, shown_name(facts.email), gw.clock.now())


def _filed(facts: Facts, file: File, done: FiledMessage) -> Ending:
    assert facts.shop is not None
    return Ending(
        state="filed",
        why=file.clues[0].clue,
        details={"detail": file.clues[0].detail},
        shop_id=facts.shop.id,
        order_no=asked_order(facts),
        message_id=done.message_id,
        thread_id=done.thread_id,
        owns_content=True,
    )


async def _answer(session: AsyncSession, gw: Gateway, filed: Sequence[tuple[Case, FiledMessage]]) -> None:
    """What filed mails set off: silence after a complaint, routing, word to sellers, an acknowledgement."""
    for case, _ in filed:
        if case.facts.email.mail_class == "feedback-report":
            delivery_id = case.facts.token.delivery_id if case.facts.token else ""
            await complained(session, gw, case.read.evidence.raw, delivery_id)
    fresh = [(case, done) for case, done in filed if done.new]
    said = [(case, done) for case, done in fresh if case.facts.email.mail_class == "human" or case.facts.note]
    routings = await route_all(session, gw, [done.message_id for _, done in said])
    by_person = [(case, done) for case, done in said if _wrote_a_person(case)]
    told = [done.message_id for case, done in said if _wrote_a_person(case) or case.facts.note]
    await messages_arrived(session, gw, told)
    for case, done in by_person:
        if may_be_answered(case.facts):
            routing = routings.get(done.message_id)
            canned = (routing.outcome.acknowledge if routing else None) or ""
            await received(session, gw, done.thread_id, wants_acknowledgement(case.facts, routing), canned)


def _wrote_a_person(case: Case) -> bool:
    email = case.facts.email
    return email.mail_class == "human" and email.auto_submitted == "no" and bool(case.claimed.mail_from)


def may_be_answered(facts: Facts) -> bool:
    """An acknowledgement goes to a buyer, or to somebody proven who came by a channel that is open to anyone."""
    if facts.shop is None or facts.shop.system or facts.note is not None:
        return False
    return facts.buyer is not None or (facts.entitlement.who == "never" and facts.trust.verdict == "verified")


def wants_acknowledgement(facts: Facts, routing: Routing | None) -> bool:
    """What a rule, else the channel, else the shop says of an acknowledgement."""
    if routing is not None and routing.outcome.acknowledge is not None:
        return True
    by_channel = facts.channel.acknowledge if facts.channel and facts.token is None else None
    by_shop = facts.shop is not None and facts.shop.acknowledges
    return by_shop if by_channel is None else by_channel
