"""Accepted mail is durable, once, and answered for each recipient, whatever happens to the caller."""

import asyncio
import contextlib
import hashlib
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import col, select, update

from gateway.blobs import LocalBlobs
from gateway.domain.values import Arrival, Envelope, Peer
from gateway.errors import RateLimited, TemporaryError
from gateway.models import InboundEmail, RawEmail
from gateway.store.appending import Appender
from gateway.store.db import Database
from gateway.store.inbound import raw_of
from gateway.store.journal import INLINE_BYTES, Entry, Journal, SenderLimits
from tests.conftest import StillClock


@pytest.fixture
async def journal(db: Database, blobs: LocalBlobs) -> AsyncIterator[Journal]:
    """A journal without limits."""
    journal = Journal(db, blobs)
    yield journal
    await asyncio.to_thread(journal.close)


def entry(clock: StillClock, raw: bytes = b"From: a@b.example\r\n\r\nhi\r\n", *rcpt: str, author: str = "") -> Entry:
    """A mail to one recipient or several."""
    envelope = Envelope("a@b.example", rcpt or ("lotus@inbox.example",))
    return Entry(Arrival(raw, envelope, Peer(ip="192.0.2.1", helo="mx.example"), "smtp"), author, clock.now())


async def rows(db: Database) -> list[InboundEmail]:
    """The ledger."""
    async with db.read() as session:
        return list((await session.exec(select(InboundEmail).order_by(col(InboundEmail.id)))).all())


async def test_the_answer_comes_with_a_row_for_each_recipient_and_the_bytes_once(
    db: Database, journal: Journal, blobs: LocalBlobs, clock: StillClock
) -> None:
    raw = b"From: a@b.example\r\n\r\n\xff\x00 any bytes\r\n"
    ids = await journal.append(entry(clock, raw, "one@inbox.example", "two@inbox.example"))
    kept = await rows(db)
    assert [(row.id, row.rcpt_to, row.state) for row in kept] == [
        (ids[0], "one@inbox.example", "pending"),
        (ids[1], "two@inbox.example", "pending"),
    ]
    assert kept[0].peer["ip"] == "192.0.2.1"
    async with db.read() as session:
        assert await raw_of(session, kept[0].sha256, blobs) == raw


async def test_the_same_mail_again_has_rows_of_its_own_and_no_second_copy(
    db: Database, journal: Journal, clock: StillClock
) -> None:
    await asyncio.gather(*(journal.append(entry(clock)) for _ in range(20)))
    assert len(await rows(db)) == 20
    async with db.read() as session:
        assert len(list((await session.exec(select(RawEmail))).all())) == 1


async def test_many_sessions_at_once_get_each_their_own_answer(
    db: Database, journal: Journal, clock: StillClock
) -> None:
    mails = [entry(clock, b"From: a@b.example\r\n\r\n%d\r\n" % number) for number in range(100)]
    answers = await asyncio.gather(*(journal.append(mail) for mail in mails))
    kept = {row.id: row.sha256 for row in await rows(db)}
    for mail, ids in zip(mails, answers, strict=True):
        assert kept[ids[0]] == hashlib.sha256(mail.arrival.raw).hexdigest()


async def test_a_large_mail_lies_beside_the_database(
    db: Database, journal: Journal, blobs: LocalBlobs, clock: StillClock
) -> None:
    raw = b"From: a@b.example\r\n\r\n" + b"x" * INLINE_BYTES
    await journal.append(entry(clock, raw))
    (row,) = await rows(db)
    async with db.read() as session:
        kept = await session.get(RawEmail, row.sha256)
        assert kept is not None
        assert kept.content is None
        assert await raw_of(session, row.sha256, blobs) == raw


async def test_a_caller_that_goes_away_does_not_undo_the_write(
    db: Database, journal: Journal, clock: StillClock
) -> None:
    going = asyncio.create_task(journal.append(entry(clock)))
    await asyncio.sleep(0)
    going.cancel()
    await journal.append(entry(clock, b"From: c@d.example\r\n\r\nlater\r\n"))
    assert len(await rows(db)) == 2


async def test_closing_writes_what_still_waits(db: Database, blobs: LocalBlobs, clock: StillClock) -> None:
    journal = Journal(db, blobs)
    waiting = [asyncio.create_task(journal.append(entry(clock))) for _ in range(5)]
    await asyncio.sleep(0)
    await asyncio.to_thread(journal.close)
    await asyncio.gather(*waiting)
    assert len(await rows(db)) == 5
    with pytest.raises(TemporaryError):
        await journal.append(entry(clock))


async def test_a_mail_that_cant_be_written_fails_alone(db: Database, journal: Journal, clock: StillClock) -> None:
    broken = replace(entry(clock), author=object())  # type: ignore[arg-type]
    answers = await asyncio.gather(
        journal.append(entry(clock)), journal.append(broken), journal.append(entry(clock)), return_exceptions=True
    )
    assert [isinstance(answer, TemporaryError) for answer in answers] == [False, True, False]
    assert len(await rows(db)) == 2


async def test_a_database_that_is_away_is_a_temporary_error(tmp_path: Path, clock: StillClock) -> None:
    journal = Journal(Database(f"sqlite:///{tmp_path}/missing/znx.db"), LocalBlobs(tmp_path))
    with pytest.raises(TemporaryError):
        await journal.append(entry(clock))
    await asyncio.to_thread(journal.close)


async def test_a_connection_that_was_cut_amid_silence_costs_no_mail_its_250(
    db: Database, journal: Journal, clock: StillClock
) -> None:
    await journal.append(entry(clock))
    if not db.sqlite:
        async with db.read() as session:
            cut = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE query LIKE 'WITH raw%'"
            assert (await (await session.connection()).execute(text(cut))).all() == [(True,)]
    await journal.append(entry(clock, b"From: a@b.example\r\n\r\nagain\r\n"))
    assert len(await rows(db)) == 2


class Hanging:
    """A database whose every transaction waits until it is let go."""

    def __init__(self, db: Database) -> None:
        self._db, self.let_go, self.asked = db, threading.Event(), threading.Event()

    def appender(self) -> Appender:
        """See Appendable."""
        appender = self._db.appender()
        begin = appender.transaction

        @contextlib.contextmanager
        def waits() -> Iterator[None]:
            self.asked.set()
            self.let_go.wait(20)
            with begin():
                yield

        appender.transaction = waits  # type: ignore[method-assign]
        return appender


async def test_a_database_that_hangs_piles_up_no_more_than_there_is_room_for(
    db: Database, blobs: LocalBlobs, clock: StillClock
) -> None:
    hanging = Hanging(db)
    journal = Journal(hanging, blobs, room=1_000)
    first = journal.begin(entry(clock, b"From: a@b.example\r\n\r\n1\r\n"))
    await asyncio.to_thread(hanging.asked.wait, 20)
    told_to_come_again = journal.begin(entry(clock, b"From: a@b.example\r\n\r\n2\r\n" + b"x" * 1_000))
    told_to_come_again.set_exception(TemporaryError("not in time"))
    with pytest.raises(TemporaryError):
        journal.begin(entry(clock))
    hanging.let_go.set()
    (kept,) = await first
    await asyncio.to_thread(journal.close)
    assert [row.id for row in await rows(db)] == [kept], "a mail that its client sends again was kept, too"
    assert told_to_come_again.exception()


async def test_large_mails_that_came_together_lie_in_one_file(
    db: Database, journal: Journal, blobs: LocalBlobs, clock: StillClock
) -> None:
    mails = [entry(clock, b"From: a@b.example\r\n\r\n" + b"%d" % number * INLINE_BYTES) for number in range(5)]
    await asyncio.gather(*(journal.append(mail) for mail in mails))
    for row, mail in zip(await rows(db), mails, strict=True):
        async with db.read() as session:
            assert await raw_of(session, row.sha256, blobs) in {each.arrival.raw for each in mails}
        assert row.size == len(mail.arrival.raw)
    assert len(list((blobs.root / "segments").iterdir())) == 1


async def test_no_room_for_a_large_mail_is_said_and_hinders_no_small_one(
    db: Database, tmp_path: Path, clock: StillClock
) -> None:
    blobs = LocalBlobs(tmp_path / "blobs")
    blobs.root.mkdir()
    (blobs.root / "segments").symlink_to("/dev/full")  # a folder that is none
    journal = Journal(db, blobs)
    large, small = await asyncio.gather(
        *(journal.append(entry(clock, raw)) for raw in (b"x" * (INLINE_BYTES + 1), b"y")), return_exceptions=True
    )
    await asyncio.to_thread(journal.close)
    assert isinstance(large, TemporaryError)
    assert [[row.id] for row in await rows(db)] == [small]


class TestSenderLimits:
    """A verified sender's mails an hour and a day."""

    @pytest.fixture
    async def journal(self, db: Database, blobs: LocalBlobs) -> AsyncIterator[Journal]:
        """Three an hour, four a day."""
        journal = Journal(db, blobs, SenderLimits(3, 4))
        yield journal
        await asyncio.to_thread(journal.close)

    @staticmethod
    def mail(clock: StillClock, number: int, author: str = "wang@example.com") -> Entry:
        """A different mail for each number."""
        return entry(clock, b"From: wang@example.com\r\n\r\n%d\r\n" % number, author=author)

    async def test_one_over_the_limit_is_told_to_wait(self, journal: Journal, clock: StillClock) -> None:
        for number in range(3):
            await journal.append(self.mail(clock, number))
        with pytest.raises(RateLimited):
            await journal.append(self.mail(clock, 3))
        await journal.append(self.mail(clock, 3, author="li@example.com"))

    async def test_the_hour_passes_and_the_day_still_counts(self, journal: Journal, clock: StillClock) -> None:
        for number in range(3):
            await journal.append(self.mail(clock, number))
        clock.forward(minutes=61)
        await journal.append(self.mail(clock, 3))
        with pytest.raises(RateLimited):
            await journal.append(self.mail(clock, 4))

    async def test_sessions_at_the_same_moment_count_together(
        self, db: Database, journal: Journal, clock: StillClock
    ) -> None:
        answers = await asyncio.gather(
            *(journal.append(self.mail(clock, number)) for number in range(10)), return_exceptions=True
        )
        assert sum(isinstance(answer, RateLimited) for answer in answers) == 7
        assert len(await rows(db)) == 3

    async def test_mail_that_was_not_let_in_does_not_use_up_the_buyers_quota(
        self, db: Database, journal: Journal, clock: StillClock
    ) -> None:
        for number in range(3):
            await journal.append(self.mail(clock, number))
        async with db.write() as session:
            await session.exec(update(InboundEmail).values(state="held"))
        clock.at += timedelta(seconds=1)
        await journal.append(self.mail(clock, 9))
