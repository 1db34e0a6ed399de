"""A mail that is stored goes to the worker of the same process at once; nothing about it is lost if that one stops."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.blobs import LocalBlobs
from gateway.domain.emails import Email
from gateway.domain.values import Arrival, Envelope, Peer
from gateway.errors import RateLimited, TemporaryError
from gateway.inbound.accepting import Inbound
from gateway.inbound.processing import AT_ONCE, Processor
from gateway.models import InboundEmail
from gateway.store.inbound import claim, postpone, renew
from gateway.store.journal import INLINE_BYTES, Entry, Journal, SenderLimits
from gateway.store.leases import INCOMING
from tests.conftest import StillClock
from tests.house import House, Says, mail

RAW = mail().as_bytes(policy=mail().policy.clone(linesep="\r\n"))


class Held:
    """Reads when it is let."""

    def __init__(self, house: House) -> None:
        self._house, self.let, self.began = house, asyncio.Event(), asyncio.Semaphore(0)

    async def read(self, raw: bytes) -> Email:
        """In the end."""
        self.began.release()
        await self.let.wait()
        return await self._house.reader.read(raw)


class Door:
    """A door and a worker of one process; its reader waits to be let."""

    def __init__(self, house: House, journal: Journal) -> None:
        gw = house.gw
        self.house, self.journal, self.reader = house, journal, Held(house)
        self.inbound = Inbound(gw.settings, gw.db, gw.clock, journal)
        self.processor = Processor(gw, self.reader, Says())

    async def accept(self, number: int = 0) -> str:
        """One mail; its id."""
        envelope = Envelope("wang@example.com", ("lotus@inbox.example",))
        raw = mail(text=f"Number {number}").as_bytes(policy=mail().policy.clone(linesep="\r\n"))
        arrival = Arrival(raw, envelope, Peer(ip="192.0.2.1"), "smtp")
        (id_,) = await self.inbound.accept(arrival)
        return id_

    @contextlib.asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """While the worker runs; it has looked at the table once before."""
        self.house.gw.inbound_signal.attach()
        running = asyncio.create_task(self.processor.run())
        try:
            yield
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running


@pytest.fixture
async def door(house: House, blobs: LocalBlobs) -> AsyncIterator[Door]:
    """A door and a worker of one process."""
    journal = Journal(house.gw.db, blobs, SenderLimits(per_hour=2 * AT_ONCE), desk=house.gw.desk)
    yield Door(house, journal)
    await asyncio.to_thread(journal.close)


async def filed(house: House, count: int) -> list[InboundEmail]:
    """The ledger, once so many mails have ended."""
    while True:
        found = await house.all(InboundEmail)
        if sum(row.state == "filed" for row in found) >= count:
            return list(found)
        await asyncio.sleep(0.005)


async def test_a_mail_is_claimed_by_the_transaction_that_stores_it(door: Door, clock: StillClock) -> None:
    async with door.working():
        id_ = await door.accept()
        await door.reader.began.acquire()
        row = await door.house.row(id_)
        assert (row.state, row.attempts, row.next_attempt_at) == ("pending", 1, clock.now() + INCOMING)
        door.reader.let.set()
        (row,) = await filed(door.house, 1)
    assert (row.attempts, row.thread_id is not None) == (1, True)


async def test_without_a_worker_here_a_mail_waits_in_the_table(door: Door, clock: StillClock) -> None:
    row = await door.house.row(await door.accept())
    assert (row.attempts, row.next_attempt_at) == (0, clock.now())


async def test_a_worker_that_stops_gives_back_what_was_handed_over(door: Door, clock: StillClock) -> None:
    async with door.working():
        id_ = await door.accept()
        await door.reader.began.acquire()
    assert (await door.house.row(id_)).next_attempt_at == clock.now()
    assert await door.house.processor.run_once() == 1
    assert (await door.house.row(id_)).state == "filed"


async def test_a_worker_that_lives_keeps_a_mail_however_long_it_takes_and_a_dead_one_does_not(
    door: Door, clock: StillClock
) -> None:
    async with door.working():
        id_ = await door.accept()
        await door.reader.began.acquire()
        for _ in range(3):
            clock.forward(seconds=INCOMING.total_seconds() - 1)
            await door.processor.renew()
        assert await door.house.processor.run_once() == 0
        clock.forward(seconds=INCOMING.total_seconds())
        assert await door.house.processor.run_once() == 1
        assert (await door.house.row(id_)).attempts == 2


async def test_a_mail_that_was_put_off_is_not_called_back(house: House, clock: StillClock) -> None:
    await house.accept(mail())
    async with house.gw.db.write() as session:
        (claimed,) = await claim(session, clock.now(), 1)
        await postpone(session, claimed, later := clock.now() + timedelta(hours=1), "")
        await renew(session, [claimed], clock.now())
    assert (await house.row(claimed.id)).next_attempt_at == later


async def test_what_a_worker_has_no_time_for_waits_in_the_table_and_comes_after(door: Door) -> None:
    async with door.working():
        ids = [await door.accept(number) for number in range(AT_ONCE // 2 + 2)]
        attempts = [(await door.house.row(id_)).attempts for id_ in ids]
        assert attempts[: AT_ONCE // 2] == [1] * (AT_ONCE // 2)
        door.reader.let.set()
        assert len(await filed(door.house, len(ids))) == len(ids)


async def test_a_mail_whose_client_left_is_filed_all_the_same(door: Door) -> None:
    door.reader.let.set()
    async with door.working():
        going = asyncio.create_task(door.accept())
        await asyncio.sleep(0)
        going.cancel()
        (row,) = await filed(door.house, 1)
    assert row.attempts == 1


async def test_what_was_refused_takes_nobodys_place(house: House, blobs: LocalBlobs, clock: StillClock) -> None:
    journal = Journal(house.gw.db, blobs, SenderLimits(per_hour=1), desk=house.gw.desk)
    taken: list[str] = []
    house.gw.desk.open(lambda mails: taken.extend(one.id for one in mails), lambda: 1 - len(taken), lambda: None)
    entry = Entry(
        Arrival(RAW, Envelope("wang@example.com", ("lotus@inbox.example",)), Peer(), "smtp"),
        "wang@x.example",
        clock.now(),
    )
    async with house.gw.db.write():  # while nothing can be written a client is told to come again
        told_to_come_again = journal.begin(entry)
        told_to_come_again.set_exception(TemporaryError("not in time"))
    large = replace(entry, arrival=replace(entry.arrival, raw=RAW + b"x" * INLINE_BYTES))
    await journal.append(large)
    with pytest.raises(RateLimited):
        await journal.append(entry)
    (id_,) = await journal.append(replace(entry, author=""))
    await asyncio.to_thread(journal.close)
    assert taken == [id_]
    assert told_to_come_again.exception()
