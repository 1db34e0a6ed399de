"""The reader of DATA against aiosmtpd's own, and at each of its limits."""

import asyncio
import itertools
import re
import tracemalloc
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import aiosmtpd.smtp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtp.data import MEMORY_BYTES, DataReader, Fault

PLENTY = 1 << 20


class Stock(aiosmtpd.smtp.SMTP):
    """aiosmtpd as it comes, but for its limit of 1,001 bytes a line, which real mail exceeds."""

    line_length_limit = PLENTY


class Keeper:
    """aiosmtpd's handler: keeps the text."""

    def __init__(self) -> None:
        self.text: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    async def handle_DATA(self, server: Any, session: Any, envelope: aiosmtpd.smtp.Envelope) -> str:
        """Keep it."""
        assert isinstance(envelope.content, bytes)
        self.text.set_result(envelope.content)
        return "250 OK"


class Wire(asyncio.Transport):
    """A transport to nowhere."""

    def write(self, data: object) -> None:
        """Nobody reads it."""

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Nothing is known."""
        return default

    closed = False

    def is_closing(self) -> bool:
        """Once it was closed."""
        return self.closed

    def close(self) -> None:
        """Nothing to close."""
        self.closed = True


async def stock_text(chunks: Sequence[bytes]) -> bytes:
    """What aiosmtpd makes of a text with its end."""
    keeper = Keeper()
    protocol = Stock(keeper, hostname="stock.test", loop=asyncio.get_running_loop())
    protocol.connection_made(Wire())
    protocol.data_received(b"HELO x\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n")
    for chunk in chunks:
        await asyncio.sleep(0)
        protocol.data_received(chunk)
    text = await keeper.text
    protocol.connection_lost(None)
    return text


def read(chunks: Sequence[bytes], limit: int = PLENTY, line_limit: int = PLENTY) -> tuple[DataReader, bytes | None]:
    """Our reader after these chunks, and what it says came behind the end."""
    reader = DataReader(limit, line_limit)
    rest = None
    for number, chunk in enumerate(chunks):
        rest = reader.feed(chunk)
        if rest is not None:
            return reader, rest + b"".join(chunks[number + 1 :])
    return reader, rest


def cut(data: bytes, places: Sequence[int]) -> list[bytes]:
    """The bytes in pieces."""
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(edges)]


LINES = st.lists(
    st.one_of(
        st.sampled_from([b"", b".", b"..", b"...", b".a", b"a.", b"From x", b"a" * 1200]),
        st.binary(max_size=30).map(lambda line: re.sub(rb"[\r\n\0]", b"", line)),
    ),
    max_size=30,
)
PLACES = st.lists(st.integers(min_value=0), max_size=12)


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """A loop for aiosmtpd's reader, which only reads in a task."""
    loop = asyncio.new_event_loop()
    yield loop
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()


@settings(max_examples=500, deadline=None)
@given(lines=LINES, places=PLACES)
def test_it_reads_what_aiosmtpd_reads(loop: asyncio.AbstractEventLoop, lines: list[bytes], places: list[int]) -> None:
    stuffed = b"".join((b"." + line if line[:1] == b"." else line) + b"\r\n" for line in lines)
    chunks = cut(stuffed + b".\r\n", places)
    reader, rest = read(chunks)
    text = reader.take()
    assert (text, rest, reader.fault) == (b"".join(line + b"\r\n" for line in lines), b"", None)
    assert loop.run_until_complete(stock_text(chunks)) == text
    assert reader.size == len(text)


@settings(max_examples=1000, deadline=None)
@given(
    pieces=st.lists(st.sampled_from([b"\r", b"\n", b".", b"\r\n", b"\r\n.", b"\0", b"a"]), max_size=40),
    places=PLACES,
)
def test_it_ends_only_at_the_one_ending_and_finds_every_bare_control(pieces: list[bytes], places: list[int]) -> None:
    data = b"".join(pieces)
    reader, rest = read(cut(data, places))
    before, end, after = (b"\r\n" + data).partition(b"\r\n.\r\n")
    assert rest == (after if end else None)
    if end:
        bare = re.search(rb"\r(?!\n)|(?<!\r)\n|\0", before) is not None
        assert reader.fault is (Fault.BARE_CONTROL if bare else None)


@pytest.mark.parametrize("step", [1, 2, 3, 5, 1000])
def test_a_line_may_be_as_long_as_the_limit_and_no_longer(step: int) -> None:
    def fault(*lengths: int) -> Fault | None:
        data = b"".join(b"a" * length + b"\r\n" for length in lengths) + b".\r\n"
        return read([data[at : at + step] for at in range(0, len(data), step)], line_limit=50)[0].fault

    assert fault(50, 0, 49, 50, 50) is None
    assert fault(51) is Fault.LINE_WITHOUT_END
    assert fault(50, 0, 51, 1) is Fault.LINE_WITHOUT_END
    assert fault(1, 49, 120) is Fault.LINE_WITHOUT_END


@settings(max_examples=300, deadline=None)
@given(lengths=st.lists(st.integers(0, 13), max_size=40), places=PLACES)
def test_long_lines_are_found_wherever_they_are_cut(lengths: list[int], places: list[int]) -> None:
    data = b"".join(b"a" * length + b"\r\n" for length in lengths) + b".\r\n"
    fault = read(cut(data, places), line_limit=10)[0].fault
    assert (fault is Fault.LINE_WITHOUT_END) == any(length > 10 for length in lengths)


def test_a_line_without_end_is_known_before_its_end() -> None:
    reader = DataReader(PLENTY, 50)
    assert reader.feed(b"a" * 51) is None
    assert reader.fault is Fault.LINE_WITHOUT_END


@pytest.mark.parametrize(("size", "fault"), [(100, None), (101, Fault.TOO_LARGE)])
def test_a_text_may_be_as_large_as_the_limit_and_no_larger(size: int, fault: Fault | None) -> None:
    for first, length in ((b"a", size - 2), (b".", size - 1)):  # the dot that is doubled in transit is not counted
        reader, rest = read([first * length + b"\r\n", b".\r\n", b"NOOP"], limit=100)
        assert (reader.fault, rest) == (fault, b"NOOP")


def test_what_is_too_large_is_not_kept() -> None:
    tracemalloc.start()
    reader = DataReader(1000, PLENTY)
    chunk = b"a" * 65_534 + b"\r\n"
    for _ in range(100):
        reader.feed(chunk)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert reader.fault is Fault.TOO_LARGE
    assert kept < 400_000


def test_a_large_text_is_held_once() -> None:
    chunk = (b"a" * 76 + b"\r\n") * 840
    tracemalloc.start()
    reader = DataReader(30_000_000, 65_536)
    for _ in range(300):
        reader.feed(chunk)
    reader.feed(b".\r\n")
    text = reader.take()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(text) == 300 * len(chunk)
    assert peak < 1.1 * len(text)


def test_while_it_comes_a_long_text_takes_no_memory_and_loses_nothing(tmp_path: Path) -> None:
    line = (b".." + b"a" * 74 + b"\r\n") * 840
    tracemalloc.start()
    with closing(DataReader(30_000_000, 65_536, tmp_path)) as reader:
        for _ in range(100):
            reader.feed(line)
        kept, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        reader.feed(b".\r\n")
        assert reader.take() == line.replace(b"..a", b".a") * 100
    assert (kept < 300_000, peak < 1.5 * MEMORY_BYTES, list(tmp_path.iterdir())) == (True, True, [])


@pytest.mark.parametrize(("size", "spooled"), [(MEMORY_BYTES, False), (MEMORY_BYTES + 1, True)])
def test_a_mebibyte_stays_in_memory_and_one_byte_more_does_not(tmp_path: Path, size: int, spooled: bool) -> None:
    with closing(DataReader(30_000_000, 2 * size, tmp_path)) as reader:
        reader.feed(b"a" * (size - 2) + b"\r\n.\r\n")
        assert (reader.spooled, len(reader.take())) == (spooled, size)


def test_a_long_text_without_a_place_is_a_fault_and_read_to_its_end(tmp_path: Path) -> None:
    with closing(DataReader(30_000_000, 65_536, tmp_path / "missing")) as reader:
        for _ in range(20):
            reader.feed(b"a" * 65_534 + b"\r\n")
        assert (reader.fault, reader.feed(b".\r\nNOOP")) == (Fault.NO_ROOM, b"NOOP")
