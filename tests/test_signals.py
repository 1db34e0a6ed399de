"""A wake-up is never lost, and neither is the word to stop."""

import asyncio

import pytest

from gateway.signals import Signal


async def looking(signal: Signal, looked: asyncio.Event) -> None:
    while True:
        await signal.wait(60)
        looked.set()


async def test_a_wake_up_that_came_before_the_wait_ends_it() -> None:
    signal, looked = Signal(), asyncio.Event()
    signal.attach()
    signal.wake()
    await asyncio.sleep(0)
    task = asyncio.create_task(looking(signal, looked))
    await looked.wait()
    task.cancel()


async def test_a_wait_without_a_wake_up_ends() -> None:
    await Signal().wait(0)


@pytest.mark.parametrize("ticks", range(5))
async def test_whoever_is_stopped_in_the_moment_of_a_wake_up_stops(ticks: int) -> None:
    signal = Signal()
    signal.attach()
    task = asyncio.create_task(looking(signal, asyncio.Event()))
    for _ in range(3):
        await asyncio.sleep(0)
    signal.wake()
    for _ in range(ticks):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task}, timeout=2)
    assert task.cancelled()
