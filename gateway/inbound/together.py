"""Lets work that is ready at the same time share one transaction, and each do its own where sharing fails."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.errors import Unavailable
from gateway.store.db import Database

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")


class Together(Generic[Item, Outcome]):
    """Does `work` for many items in one transaction: one commit, and no change of threads between statements.

    The work is what can be done again from what was promised before: its commits wait for no disk.
    """

    def __init__(
        self,
        database: Database,
        work: Callable[[AsyncSession, Sequence[Item]], Awaitable[Sequence[Outcome]]],
        most: int = 50,
    ) -> None:
        self._database, self._work, self._most = database, work, most
        self._waiting: list[tuple[Item, asyncio.Future[Outcome]]] = []
        self._running: asyncio.Task[None] | None = None

    async def do(self, item: Item) -> Outcome:
        """The outcome, once it is committed; raises what the work raises, or the database.

        Cancelling stops nothing that is being written.
        """
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        return await future

    async def _run(self) -> None:
        await asyncio.sleep(0)  # who is ready now comes along
        while self._waiting:
            wanted = [(item, future) for item, future in self._waiting if not future.done()]
            batch, self._waiting = wanted[: self._most], wanted[self._most :]
            if batch:
                await self._share(batch)

    async def rest(self) -> None:
        """Wait for what is being written."""
        if self._running is not None:
            await asyncio.wait((self._running,))

    async def _share(self, batch: list[tuple[Item, "asyncio.Future[Outcome]"]]) -> None:
        """One transaction; a failure that may be one item's own sends each into a transaction of its own."""
        try:
            outcomes = await self._database.at_once(
                lambda session: self._work(session, [item for item, _ in batch]), promised=False
            )
        except Exception as error:
            if len(batch) > 1 and not isinstance(error, Unavailable):
                for one in batch:
                    await self._share([one])
                return
            for _, future in batch:
                with contextlib.suppress(asyncio.InvalidStateError):
                    future.set_exception(error)
            return
        for (_, future), outcome in zip(batch, outcomes, strict=True):
            with contextlib.suppress(asyncio.InvalidStateError):  # whoever waited has gone
                future.set_result(outcome)
