"""A seller's answer by mail on its way in: it becomes the shop's reply, once, before its ledger row is finished.

Composing and queueing the reply is another flow's part, handed in. Both steps may be repeated: the reply is known by
the mail's content, so that a worker which dies between them sends nothing twice.
"""

from collections.abc import Awaitable, Callable

from gateway import maillog
from gateway.context import Gateway
from gateway.domain.emails import Email
from gateway.domain.facts import Facts, SellersAnswer
from gateway.errors import Forbidden, Invalid, NotFound, TemporaryError
from gateway.inbound.gathering import Evidence
from gateway.store.inbound import Ending, duplicates_of, finish

Reply = Callable[[Gateway, SellersAnswer, Email, str], Awaitable[str]]
"""Sends the answer's new words and files to the buyer, once for a key; the message's id.

Raises Invalid, NotFound, Forbidden when it can't be sent.
"""


async def nobody(_gw: Gateway, _answer: SellersAnswer, _email: Email, _key: str) -> str:
    """Where no flow that sends is at hand, the mail waits for a worker that has one."""
    raise TemporaryError("no way to send a seller's answer here")


class Answering:
    """Brings a seller's answer to its end."""

    def __init__(self, gw: Gateway, reply: Reply = nobody) -> None:
        self._gw, self._reply = gw, reply

    async def send(self, evidence: Evidence, facts: Facts, answer: SellersAnswer) -> Ending:
        """Send the reply and finish the mail's row; how it ended. Raises TemporaryError, Conflict."""
        claimed, ending = evidence.claimed, await self._ending(facts, answer, evidence)
        async with self._gw.db.write() as session:
            known = await duplicates_of(session, [claimed])
            ending = known.get(claimed.id, ending)
            await finish(session, claimed, ending, self._gw.clock.now())
        return ending

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
