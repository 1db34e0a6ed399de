"""The worker's side of a mail: read it, learn who wrote it, decide, and write the outcome in one transaction.

What a mail means is decided by the pure functions of `gateway.domain`; the order of the steps stands here.
"""

import asyncio
from datetime import timedelta
from typing import Protocol

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway import maillog
from gateway.alarms import tell_sellers
from gateway.blobs import keep
from gateway.buyer_notices import received
from gateway.context import Gateway
from gateway.domain.addresses import fold
from gateway.domain.deciding import decide
from gateway.domain.emails import Email
from gateway.domain.facts import Bounced, Discard, Disposition, Facts, File, Hold, SellersAnswer
from gateway.domain.messages import Place
from gateway.domain.values import Peer, Trust
from gateway.errors import Conflict, Duplicate, PermanentError, TemporaryError, Unreadable
from gateway.inbound.answering import Answering, Reply, nobody
from gateway.inbound.gathering import Evidence, asked_order, gather
from gateway.inbound.messages import files_of, new_message, shown_name
from gateway.inbound.order_mails import learn_order
from gateway.inbound.together import Together
from gateway.notices import ask_to_confirm, ask_whose_it_is, say_how_to_go_on
from gateway.preferences import complained
from gateway.routing import Routing, route
from gateway.seller_notices import message_arrived
from gateway.store import facts as store
from gateway.store.deliveries import record_bounce
from gateway.store.filing import file_message
from gateway.store.inbound import (
    Claimed,
    Content,
    Ending,
    claim,
    contents_of,
    duplicate_of,
    finish,
    give_back,
    loaded,
    postpone,
)

RETRY_AFTER = (1, 5, 15, 60, 300, 900, 3600)
"""Seconds until a mail that could not be processed for now is tried again; the last one repeats."""
AT_ONCE = 50
"""Mails that are claimed together; those that are read at the same time are written together."""
MAX_ATTEMPTS = 60
MAX_DNS_ATTEMPTS = 7
"""After about an hour without DNS a mail is decided as it is: unverified, so held."""


class Reader(Protocol):
    """Reads a mail in a process that may be killed."""

    async def read(self, raw: bytes) -> Email:
        """Raises PermanentError for a mail that can't be read, TemporaryError when the reader failed."""


class Attestation(Protocol):
    """What was found out about the author; `temporary` when DNS did not answer for now."""

    @property
    def trust(self) -> Trust:
        """The verdict and why."""

    @property
    def temporary(self) -> bool:
        """Asking again later may tell more."""


class Witness(Protocol):
    """Tells who wrote a mail."""

    async def authenticate(self, raw: bytes, envelope_from: str, peer: Peer) -> Attestation:
        """Never raises for anything that stands in the mail."""


def may_be_answered(facts: Facts) -> bool:
    """An acknowledgement goes to a buyer, or to somebody proven who came by a channel that is open to anyone."""
    if facts.shop is None or facts.shop.system or facts.note is not None:
        return False
    return facts.buyer is not None or (facts.entitlement.who == "never" and facts.trust.verdict == "verified")


def wants_acknowledgement(facts: Facts, routing: Routing | None) -> bool | None:
    """What a rule, else the channel, says of an acknowledgement; None where the shop decides."""
    if routing is not None and routing.outcome.acknowledge is not None:
        return True
    return facts.channel.acknowledge if facts.channel and facts.token is None else None


class Processor:
    """Turns pending ledger rows into their final state."""

    def __init__(
        self, gw: Gateway, reader: Reader, witness: Witness, parallel: int = AT_ONCE, reply: Reply = nobody
    ) -> None:
        self._gw, self._reader, self._witness, self._parallel = gw, reader, witness, parallel
        self._answering = Answering(gw, reply)
        self._stranded: list[Claimed] = []
        self._conclusions = Together(gw.db, self._conclude)

    async def run_once(self) -> int:
        """Process what is due, a handful at a time; how many were taken. Cancelling gives back what is not finished."""
        batch, contents = await self._gw.db.at_once(self._take)
        self._stranded.clear()
        try:
            await asyncio.gather(*(self._process(claimed, contents.get(claimed.sha256)) for claimed in batch))
        except asyncio.CancelledError:
            async with self._gw.db.write() as session:
                await give_back(session, batch, self._gw.clock.now())
            raise
        return len(batch)

    async def _take(self, session: AsyncSession) -> tuple[list[Claimed], dict[str, Content]]:
        await give_back(session, self._stranded, self._gw.clock.now())
        batch = await claim(session, self._gw.clock.now(), self._parallel)
        return batch, await contents_of(session, batch)

    async def _process(self, claimed: Claimed, content: Content | None) -> None:
        """Bring one claimed row to its final state; on a temporary failure leave it pending for later."""
        try:
            await self._attempt(claimed, content)
        except Conflict:
            maillog.event("inbound.retry", id=claimed.id, why="another worker has taken it over")
        except TemporaryError as error:
            # Not even that could be written: it is given back with the next claim, or when its lease ends.
            self._stranded.append(claimed)
            maillog.event("inbound.retry", id=claimed.id, why=str(error))

    async def _attempt(self, claimed: Claimed, content: Content | None) -> None:
        if claimed.attempts > MAX_ATTEMPTS:
            # Each time the worker itself has died of it, or it would have been put off until later.
            return await self._failed(claimed, "tried-too-often")
        try:
            await self._read_and_conclude(claimed, content)
        except Conflict:
            raise
        except TemporaryError as error:
            await self._later(claimed, str(error))
        except Unreadable as error:
            await self._failed(claimed, "unreadable", str(error))
        except PermanentError as error:
            await self._failed(claimed, "unprocessable", str(error))
        except Exception as error:
            maillog.event("worker.error", id=claimed.id, error=type(error).__name__)
            await self._failed(claimed, "internal-error")

    async def _read_and_conclude(self, claimed: Claimed, content: Content | None) -> None:
        raw = await loaded(content, self._gw.blobs)
        email = await self._reader.read(raw)
        evidence = Evidence(claimed, email, await self._trust(raw, claimed), raw)
        if await self._answering.take(evidence):
            return
        await learn_order(self._gw, evidence)
        stored = await self._store_files(evidence) if email.attachments else True
        for _ in range(3):
            try:
                ending = await self._conclusions.do((evidence, stored))
            except Duplicate:
                continue
            maillog.event(f"inbound.{ending.state}", id=claimed.id, why=ending.why, thread=ending.thread_id)
            return
        raise TemporaryError("too many copies at once")

    async def _trust(self, raw: bytes, claimed: Claimed) -> Trust:
        attestation = await self._witness.authenticate(raw, claimed.mail_from, claimed.peer)
        if attestation.temporary and claimed.attempts < MAX_DNS_ATTEMPTS:
            raise TemporaryError("DNS did not answer")
        return attestation.trust

    async def _store_files(self, evidence: Evidence) -> bool:
        """Files go to the blob store before the transaction that names them, and only for a mail that is shown."""
        async with self._gw.db.read() as session:
            disposition = decide(await gather(session, self._gw, evidence))
        if not isinstance(disposition, File | Bounced):
            return False
        for key, content in files_of(evidence.email).items():
            await keep(self._gw.blobs, key, content)
        return True

    async def _conclude(self, session: AsyncSession, read: tuple[Evidence, bool]) -> Ending:
        evidence, stored = read
        claimed = evidence.claimed
        ending = await duplicate_of(session, claimed) or await self._decided(session, evidence, stored)
        await finish(session, claimed, ending, self._gw.clock.now())
        return ending

    async def _decided(self, session: AsyncSession, evidence: Evidence, stored: bool) -> Ending:
        facts = await gather(session, self._gw, evidence)
        disposition = decide(facts)
        if isinstance(disposition, File | Bounced) and not stored:
            raise TemporaryError("the facts changed meanwhile")
        ending = await self._carry_out(session, facts, disposition, evidence.claimed)
        await self._answer(session, facts, ending, evidence)
        return ending

    async def _carry_out(
        self, session: AsyncSession, facts: Facts, disposition: Disposition, claimed: Claimed
    ) -> Ending:
        shop_id, order_no = (facts.shop.id if facts.shop else None), asked_order(facts)
        match disposition:
            case Hold(why, details):
                await self._say_why(session, facts, disposition, claimed)
                return Ending(
                    state="held", why=why, details=details, shop_id=shop_id, order_no=order_no, owns_content=True
                )
            case Discard(why, details):
                return Ending(state="discarded", why=why, details=details, shop_id=shop_id, order_no=order_no)
            case SellersAnswer():
                raise TemporaryError("the facts changed meanwhile")
            case Bounced():
                return await self._file_bounce(session, facts, disposition, claimed)
            case File():
                return await self._file(session, facts, disposition, claimed)

    async def _answer(self, session: AsyncSession, facts: Facts, ending: Ending, evidence: Evidence) -> None:
        """What a filed mail sets off: an acknowledgement where the shop wants it; silence after a complaint."""
        if ending.state != "filed" or facts.shop is None:
            return
        email, claimed = facts.email, evidence.claimed
        if email.mail_class == "feedback-report":
            delivery_id = facts.token.delivery_id if facts.token else ""
            await complained(session, self._gw, evidence.raw, delivery_id)
        if email.mail_class != "human" and facts.note is None:
            return
        assert ending.message_id is not None
        routing = await route(session, self._gw, ending.message_id)
        by_person = email.mail_class == "human" and email.auto_submitted == "no" and bool(claimed.mail_from)
        if by_person or facts.note is not None:
            await message_arrived(session, self._gw, ending.message_id)
        if by_person and may_be_answered(facts) and ending.thread_id:
            canned = (routing.outcome.acknowledge if routing else None) or ""
            await received(session, self._gw, ending.thread_id, wants_acknowledgement(facts, routing), canned)

    async def _say_why(self, session: AsyncSession, facts: Facts, held: Hold, claimed: Claimed) -> None:
        """The one mail that a held mail may cause: to a proven sender, or to the address in the order."""
        if facts.shop is None or facts.author is None or facts.email.mail_class != "human" or not claimed.mail_from:
            return
        if held.why == "unverified":
            await ask_to_confirm(session, self._gw, facts.shop.id, fold(facts.author.address), claimed.received_at)
        elif held.why == "token-of-another" and facts.token and not facts.buyer and facts.trust.verdict == "verified":
            author = fold(facts.author.address)
            await ask_whose_it_is(session, self._gw, facts.token.buyer_id, author, claimed.received_at)
        elif held.why == "not-a-buyer" and facts.trust.verdict == "verified":
            await say_how_to_go_on(session, self._gw, facts.shop.id, facts.author.address)

    async def _file(self, session: AsyncSession, facts: Facts, filed: File, claimed: Claimed) -> Ending:
        assert facts.shop is not None
        buyer_id = filed.buyer_id or await self._correspondent(session, facts)
        place = Place(facts.shop.id, buyer_id, filed.order_id, filed.thread_id)
        done = await file_message(session, place, new_message(claimed, facts, filed))
        return Ending(
            state="filed",
            why=filed.clues[0].clue,
            details={"detail": filed.clues[0].detail},
            shop_id=facts.shop.id,
            order_no=asked_order(facts),
            message_id=done.message_id,
            thread_id=done.thread_id,
            owns_content=True,
        )

    async def _file_bounce(self, session: AsyncSession, facts: Facts, bounced: Bounced, claimed: Claimed) -> Ending:
        assert facts.token is not None
        assert facts.email.bounce is not None
        now = self._gw.clock.now()
        if await record_bounce(session, bounced.delivery_id, facts.email.bounce, now):
            await tell_sellers(session, self._gw, bounced.delivery_id, failed=True)
        filed = File(buyer_id=facts.token.buyer_id, thread_id=facts.token.thread_id, clues=bounced.clues)
        return await self._file(session, facts, filed, claimed)

    async def _correspondent(self, session: AsyncSession, facts: Facts) -> str:
        """Somebody who never ordered, whom an admin let in or who writes to the admins."""
        if facts.buyer is not None:
            return facts.buyer.id
        assert facts.shop is not None
        address = facts.author.address if facts.author else "mailer-daemon"
        name, now = shown_name(facts.email), self._gw.clock.now()
        return await store.add_correspondent(session, facts.shop.id, address, name, now)

    async def _later(self, claimed: Claimed, why: str) -> None:
        if claimed.attempts >= MAX_ATTEMPTS:
            await self._failed(claimed, "tried-too-often")
            return
        wait = RETRY_AFTER[min(claimed.attempts, len(RETRY_AFTER)) - 1]
        maillog.event("inbound.retry", id=claimed.id, why=why, seconds=wait)
        async with self._gw.db.write() as session:
            await postpone(session, claimed, self._gw.clock.now() + timedelta(seconds=wait), why)

    async def _failed(self, claimed: Claimed, why: str, because: str = "") -> None:
        ending = Ending(state="failed", why=why, details={"because": because})
        async with self._gw.db.write() as session:
            await finish(session, claimed, ending, self._gw.clock.now())
        maillog.event("inbound.failed", id=claimed.id, why=why)
