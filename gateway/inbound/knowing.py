"""Which recipients are ours: sessions that ask at once share one look; what stands behind an address is `store`'s."""

import asyncio
from collections.abc import Awaitable, Callable

from gateway.domain.addresses import Recipient, TokenAddress
from gateway.errors import Unavailable

Address = tuple[Recipient, str]
"""What an address says, and its folded local part, by which channels are found."""

KNOWN_SECONDS = 1.0
"""How long an address of a shop is taken without another look: the look costs more than all else before the 250."""
MOST_KNOWN = 10_000


class Recipients:
    """Asks `look` whether something stands behind an address, for at most `patience` seconds."""

    def __init__(self, look: Callable[[Recipient, str], Awaitable[bool]], patience: float) -> None:
        self._look, self._patience = look, patience
        self._known: dict[Address, float] = {}
        self._asked: dict[Address, asyncio.Task[bool]] = {}

    async def reach(self, recipient: Recipient, local: str) -> bool:
        """Raises Unavailable when the look takes too long, and what it raises. A caller that leaves stops nothing."""
        address = (recipient, local)
        if self._known.get(address, 0.0) > asyncio.get_running_loop().time():
            return True
        task = self._asked.get(address) or self._ask(address)
        try:
            async with asyncio.timeout(self._patience):
                return await asyncio.shield(task)
        except TimeoutError:
            # Not waited for: a connection that hangs hangs in its clean-up too.
            task.cancel()
            raise Unavailable("the database does not answer in time") from None
        except asyncio.CancelledError:
            if task.cancelled():
                raise Unavailable("the database does not answer in time") from None
            raise

    def _ask(self, address: Address) -> "asyncio.Task[bool]":
        task = self._asked[address] = asyncio.ensure_future(self._look(*address))
        task.add_done_callback(lambda _: self._answered(address, task))
        return task

    def _answered(self, address: Address, task: "asyncio.Task[bool]") -> None:
        if self._asked.get(address) is task:
            del self._asked[address]
        if task.cancelled() or task.exception() or not task.result() or isinstance(address[0], TokenAddress):
            return  # a token is asked for once, and may be revoked
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[address] = asyncio.get_running_loop().time() + KNOWN_SECONDS
