"""A client is told in time that its mail could not be kept, also when nothing behind us moves."""

import asyncio
from collections.abc import Sequence

import pytest

from gateway.errors import Unavailable
from gateway.inbound.patience import Patience

DATABASES = ("sqlite",)


def waits(count: int) -> "Sequence[asyncio.Future[int]]":
    return [asyncio.get_running_loop().create_future() for _ in range(count)]


async def test_what_is_not_done_in_time_fails_alone() -> None:
    patience, (stuck, done, cancelled) = Patience(0.01), waits(3)
    for future in (stuck, done, cancelled):
        patience.watch(future)
    done.set_result(7)
    cancelled.cancel()
    with pytest.raises(Unavailable):
        await stuck
    assert await done == 7


async def test_a_wait_that_begins_after_a_timeout_is_watched_too() -> None:
    patience, (first, second) = Patience(0.01), waits(2)
    patience.watch(first)
    with pytest.raises(Unavailable):
        await first
    patience.watch(second)
    with pytest.raises(Unavailable):
        await second
