"""Who writes to SQLite stands in line: nobody is passed over, and whoever leaves the line holds up nobody."""

import asyncio
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.store.db import Database
from gateway.store.turns import Turns

LONG = 30.0


def in_thread(turns: Turns, done: Callable[[], None], patience: float = LONG) -> "asyncio.Task[None]":
    """A thread that takes its turn."""

    def turn() -> None:
        with turns.thread(patience):
            done()

    return asyncio.create_task(asyncio.to_thread(turn))


async def in_line(turns: Turns, count: int) -> None:
    """Until so many wait."""
    while len(turns._line) < count:  # noqa: ASYNC110  nothing outside tells that a thread has begun to wait
        await asyncio.sleep(0)


async def in_task(turns: Turns, done: Callable[[], None]) -> None:
    async with turns.task():
        done()


async def two_in_line(turns: Turns, order: list[str]) -> "tuple[asyncio.Task[None], asyncio.Task[None]]":
    """A task that is about to leave, and a thread behind it that stays."""
    leaving = asyncio.create_task(in_task(turns, lambda: order.append("left")))
    await in_line(turns, 1)
    staying = in_thread(turns, lambda: order.append("stayed"))
    await in_line(turns, 2)
    return leaving, staying


async def test_threads_and_tasks_take_turns_as_they_came() -> None:
    turns, order = Turns(), list[str]()
    async with turns.task():
        waiting = []
        for number, name in enumerate(("thread", "task", "another thread", "another task"), 1):
            if "thread" in name:
                waiting.append(in_thread(turns, lambda name=name: order.append(name)))  # type: ignore[misc]
            else:
                waiting.append(asyncio.create_task(in_task(turns, lambda name=name: order.append(name))))  # type: ignore[misc]
            await in_line(turns, number)
    await asyncio.gather(*waiting)
    assert order == ["thread", "task", "another thread", "another task"]


async def test_whoever_leaves_the_line_holds_up_nobody() -> None:
    turns, order = Turns(), list[str]()
    async with turns.task():
        leaving, staying = await two_in_line(turns, order)
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
    await staying
    assert order == ["stayed"]


async def test_a_turn_that_comes_to_somebody_who_leaves_goes_on_to_the_next() -> None:
    turns, order = Turns(), list[str]()
    async with turns.task():
        leaving, staying = await two_in_line(turns, order)
    leaving.cancel()  # it was called just now, and has not heard it yet
    await asyncio.gather(leaving, return_exceptions=True)
    await staying
    assert order == ["stayed"]


async def test_a_thread_whose_patience_ends_says_so_and_the_turn_stays_with_its_owner() -> None:
    turns, order = Turns(), list[str]()
    async with turns.task():
        with pytest.raises(TimeoutError):
            await in_thread(turns, lambda: order.append("impatient"), patience=0.0)
        order.append("owner")
    await in_task(turns, lambda: order.append("next"))
    assert order == ["owner", "next"]


async def test_a_turn_that_comes_to_a_loop_that_is_gone_goes_on_to_the_next() -> None:
    turns, order = Turns(), list[str]()

    def forsaken() -> None:
        loop = asyncio.new_event_loop()
        waiting = loop.create_task(in_task(turns, lambda: order.append("gone")))
        loop.call_soon(loop.stop)
        loop.run_forever()
        loop.close()
        del waiting

    async with turns.task():
        thread = threading.Thread(target=forsaken)
        thread.start()
        await in_line(turns, 1)
        await asyncio.to_thread(thread.join)
        staying = in_thread(turns, lambda: order.append("stayed"))
        await in_line(turns, 2)
    await staying
    assert order == ["stayed"]


ASKED = {True: "PRAGMA synchronous", False: "SELECT source FROM pg_settings WHERE name = 'synchronous_commit'"}
NORMAL, OURS = 1, "session"


async def test_only_what_is_promised_waits_for_the_disk(db: Database) -> None:
    async def waits(session: AsyncSession) -> bool:
        return (await (await session.connection()).execute(text(ASKED[db.sqlite]))).scalar_one() not in (NORMAL, OURS)

    async with db.write() as session:
        assert await waits(session)
    assert not await db.at_once(waits, promised=False)
    assert await db.at_once(waits)
    async with db.write() as session:
        assert await waits(session)


async def test_work_at_once_may_wait_for_nothing_else(db: Database) -> None:
    async def dawdles(session: AsyncSession) -> None:
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError):
        await db.at_once(dawdles)
