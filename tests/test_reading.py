"""Reading in children: limits hold, a bad mail costs only itself, a lost child is replaced."""

import asyncio
import base64
import os
import pickle
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.domain.parsing import parse
from gateway.domain.searching import words
from gateway.errors import TemporaryError, Unreadable
from gateway.reading import Limits, Reader, email_of

MAIL = "From: ann@example.com\r\nSubject: 订单\r\n\r\nhello\r\n".encode()


def with_file(size: int) -> bytes:
    head = b"From: ann@example.com\r\nSubject: big\r\nContent-Type: application/octet-stream\r\n"
    head += b"Content-Transfer-Encoding: base64\r\n\r\n"
    return head + base64.encodebytes(bytes(size))


def children() -> set[int]:
    """The processes that this one started and that still run."""
    return {
        int(pid)
        for task in Path("/proc/self/task").iterdir()
        for pid in (task / "children").read_text().split()
        if "reading_child" in Path(f"/proc/{pid}/cmdline").read_text()
    }


async def test_a_child_reads_what_the_parser_reads_and_finds_the_words_of_its_text() -> None:
    async with Reader() as reader:
        email = await reader.read(MAIL)
    assert replace(email, words=frozenset()) == parse(MAIL)
    assert email.words == words("hello")


async def test_a_warm_reader_has_all_its_children() -> None:
    before = children()
    async with Reader(2) as reader:
        await reader.warm()
        assert len(warm := children() - before) == 2
        await asyncio.gather(reader.read(MAIL), reader.read(MAIL))
        assert children() - before == warm


async def test_one_child_reads_many_mails() -> None:
    async with Reader() as reader:
        await reader.read(MAIL)
        first = children()
        for _ in range(5):
            await reader.read(MAIL)
        assert children() == first


async def test_many_at_once_come_back_to_those_who_asked() -> None:
    mails = [MAIL.replace(b"hello", str(number).encode()) for number in range(20)]
    async with Reader(size=2) as reader:
        read = await asyncio.gather(*map(reader.read, mails))
        assert [email.text for email in read] == [str(number) for number in range(20)]
        assert len(children()) == 2


async def test_a_mail_that_takes_too_much_time_is_unreadable_and_harms_no_other() -> None:
    async with Reader(limits=Limits(cpu_seconds=0.05)) as reader:
        with pytest.raises(Unreadable, match="processor"):
            await reader.read(with_file(20_000_000))
        assert (await reader.read(MAIL)).subject == "订单"


async def test_a_mail_that_takes_too_much_memory_is_unreadable_and_harms_no_other() -> None:
    async with Reader(limits=Limits(memory=16 << 20)) as reader:
        with pytest.raises(Unreadable, match="16 MiB"):
            await reader.read(with_file(30_000_000))
        assert (await reader.read(MAIL)).subject == "订单"


async def test_the_largest_mail_that_is_accepted_is_read_within_the_limits() -> None:
    async with Reader() as reader:
        email = await reader.read(with_file(18_500_000))
        assert email.attachments[0].size == 18_500_000


@pytest.mark.parametrize("line", ["-----\n\n", "Ann\n\n", "|\n", "> a\n\n\n", "From: a@b.c\n\n", "x:\n\n----------\n"])
async def test_a_long_text_of_one_line_again_and_again_is_read_within_the_limits(line: str) -> None:
    async with Reader() as reader:
        email = await reader.read(b"From: Ann <ann@example.com>\r\n\r\n" + line.encode() * 40_000)
        assert len(email.text) >= 79_999


async def test_a_child_that_is_killed_at_work_is_a_temporary_failure() -> None:
    async with Reader() as reader:
        await reader.read(MAIL)
        (child,) = children()
        os.kill(child, signal.SIGSTOP)
        work = asyncio.create_task(reader.read(MAIL))
        await asyncio.sleep(0)
        os.kill(child, signal.SIGKILL)
        with pytest.raises(TemporaryError):
            await work
        assert (await reader.read(MAIL)).subject == "订单"


async def test_a_child_that_does_not_answer_is_a_temporary_failure() -> None:
    async with Reader(limits=Limits(wall_seconds=1.5)) as reader:
        await reader.read(MAIL)
        (child,) = children()
        os.kill(child, signal.SIGSTOP)
        with pytest.raises(TemporaryError, match="too long"):
            await reader.read(MAIL)
        assert child not in children()


async def test_a_read_that_is_given_up_leaves_no_child_with_half_an_answer() -> None:
    async with Reader() as reader:
        await reader.read(MAIL)
        (child,) = children()
        os.kill(child, signal.SIGSTOP)
        work = asyncio.create_task(reader.read(MAIL.replace(b"hello", b"other")))
        await asyncio.sleep(0)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        assert (await reader.read(MAIL)).text == "hello"


async def test_closing_ends_the_children() -> None:
    reader = Reader()
    await reader.read(MAIL)
    await reader.close()
    assert children() == set()


@pytest.mark.parametrize("value", [os.system, ["no mail"], signal.SIGTERM, object()])
def test_an_answer_that_is_no_mail_is_not_believed(value: object) -> None:
    with pytest.raises(Unreadable):
        email_of(pickle.dumps(value))


def test_an_answer_that_is_cut_is_not_believed() -> None:
    with pytest.raises(Unreadable):
        email_of(pickle.dumps(parse(MAIL))[:-10])
