"""A seller's answer by mail on its way in: it becomes the shop's reply, once, before its ledger row is finished.

Composing and queueing the reply is another flow's part, handed in. Both steps may be repeated: the reply is known by
the mail's content, so that a worker which dies between them sends nothing twice.
"""

from collections.abc import Awaitable, Callable

from gateway import maillog
from gateway.context import Gateway
from gateway.domain.addresses import TokenAddress, recipient_of
from gateway.domain.deciding import decide
from gateway.domain.emails import Email
from gateway.domain.facts import Facts, SellersAnswer
from gateway.errors import Forbidden, Invalid, NotFound, TemporaryError
from gateway.inbound.gathering import Evidence, gather
from gateway.store.inbound import Ending, duplicate_of, finish

Reply = Callable[[Gateway, SellersAnswer, Email, str], Awaitable[str]]
"""Sends the answer's new words and files to the buyer, once for a key; the message's id.

Raises Invalid, NotFound, Forbidden when it can't be sent.
"""


async def nobody(_gw: Gateway, _answer: SellersAnswer, _email: Email, _key: str) -> str:
    """Where no flow that sends is at hand, the mail waits for a worker that has one."""
    raise TemporaryError("no way to send a seller's answer here")


class Answering:
    """Takes the mails that are a seller's answer out of the usual way."""

    def __init__(self, gw: Gateway, reply: Reply = nobody) -> None:
        self._gw, self._reply = gw, reply

    async def take(self, evidence: Evidence) -> bool:
        """Bring such a mail to its end; false for any other mail. Raises TemporaryError."""
        gw, claimed = self._gw, evidence.claimed
        if not isinstance(recipient_of(claimed.rcpt_to, gw.settings.mail_domain), TokenAddress):
            return False
        async with gw.db.read() as session:
            facts = await gather(session, gw, evidence)
        answer = decide(facts)
        if not isinstance(answer, SellersAnswer):
            return False
        ending = await self._ending(facts, answer, evidence)
        async with gw.db.write() as session:
            await finish(session, claimed, await duplicate_of(session, claimed) or ending, gw.clock.now())
        maillog.event(f"inbound.{ending.state}", id=claimed.id, why=ending.why, thread=ending.thread_id)
        return True

    async def _ending(self, facts: Facts, answer: SellersAnswer, evidence: Evidence) -> Ending:
        shop_id = facts.shop.id if facts.shop else None
        key = f"mail:{evidence.claimed.content_key}"
        try:
            message_id = await self._reply(self._gw, answer, evidence.email, key)
        except (Invalid, NotFound, Forbidden) as error:
            why = {"because": str(error)}
            return Ending(state="held", why="seller-unsendable", details=why, shop_id=shop_id, owns_content=True)
        maillog.event("seller.answered", id=message_id, thread=answer.thread_id)
        return Ending(
            state="filed",
            why=answer.clues[0].clue,
            shop_id=shop_id,
            message_id=message_id,
            thread_id=answer.thread_id,
            owns_content=True,
        )
