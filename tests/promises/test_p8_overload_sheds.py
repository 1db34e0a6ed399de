"""P8: far more connections than there is room for: the rest hears 421 at once, good ones get through."""

import asyncio
import contextlib
import ipaddress
import resource
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.e2e.serving import Znx, gateway
from tests.promises.mta import AUTHOR, Letter, letters

ROOM = 200
FIRST = int(ipaddress.ip_address("127.1.0.1"))


@pytest.fixture
def znx(tmp_path: Path) -> Iterator[Znx]:
    """A listener with little room, for which loopback is the outside world."""
    with gateway(tmp_path / "home", ZNX_UPSTREAMS="192.0.2.1/32", ZNX_CONNECTIONS=str(ROOM)) as znx:
        znx.run("shop", "add", "lotus", "--name", "Lotus")
        znx.start("smtp", roles=("smtp",))
        yield znx


@contextlib.asynccontextmanager
async def flood(port: int, count: int) -> AsyncIterator["Flood"]:
    """So many silent connections, from as many addresses as that takes, five from each."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + 1_000
    if hard < wanted:
        pytest.skip(f"needs {wanted} open files, the limit is {hard}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    crowd = Flood(port)
    try:
        yield crowd
    finally:
        crowd.leave()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


class Flood:
    """Who connects and says nothing; `refused` are the seconds after which somebody heard 421."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._writers: list[asyncio.StreamWriter] = []
        self.greeted = 0
        self.refused: list[float] = []

    async def come(self, count: int) -> None:
        """All of them, a hundred at a time: each waits for what it is told first."""
        for start in range(0, count, 100):
            await asyncio.gather(*(self._one(number) for number in range(start, min(start + 100, count))))

    async def _one(self, number: int) -> None:
        source = str(ipaddress.ip_address(FIRST + number // 5))
        began = time.monotonic()
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, local_addr=(source, 0))
        self._writers.append(writer)
        line = await reader.readline()
        if line.startswith(b"421"):
            self.refused.append(time.monotonic() - began)
        else:
            assert line.startswith(b"220"), line
            self.greeted += 1

    def leave(self) -> None:
        """Hang up."""
        for writer in self._writers:
            writer.close()


async def until_taken(port: int, mail: Letter) -> float:
    """The seconds that a client needs which tries again whenever it is turned away."""
    began = time.monotonic()
    while True:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=("127.9.9.9", 0))
            try:
                if await _said(reader) == b"220" and await _hand_over(reader, writer, mail):
                    return time.monotonic() - began
            finally:
                writer.close()
        await asyncio.sleep(0.1)


async def _said(reader: asyncio.StreamReader) -> bytes:
    return (await reader.readuntil(b"\n"))[:3]


async def _hand_over(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, mail: Letter) -> bool:
    for command in ("HELO mail.example.com", f"MAIL FROM:<{AUTHOR}>", "RCPT TO:<lotus@inbox.example>", "DATA"):
        writer.write(command.encode() + b"\r\n")
        if await _said(reader) not in (b"250", b"354"):
            return False
    writer.write(mail.raw + b".\r\n")
    return await _said(reader) == b"250"


@pytest.mark.parametrize(
    ("count", "at_once", "before_long"), [(600, 10.0, 30.0), pytest.param(10_000, 1.0, 5.0, marks=pytest.mark.slow)]
)
async def test_a_flood_is_shed_and_good_clients_get_through(
    count: int, at_once: float, before_long: float, znx: Znx
) -> None:
    """The few of the short run need no more than not to wait for anybody's patience, whatever else the machine does."""
    port = znx.port("smtp")
    async with flood(port, count) as crowd:
        coming = asyncio.create_task(crowd.come(count))
        await asyncio.sleep(0)
        waits = [await until_taken(port, mail) for mail in letters("p8", 5)]
        await coming
        waits += [await until_taken(port, mail) for mail in letters("p8", 5)]
    assert crowd.greeted + len(crowd.refused) == count
    assert crowd.refused, "the house was never full"
    # The flood runs on the same machine and waits for it too: a hundredth may have waited for itself.
    assert sorted(crowd.refused)[len(crowd.refused) * 99 // 100] < at_once
    assert max(waits) < before_long


async def test_a_trickle_is_cut_when_the_house_is_full(znx: Znx) -> None:
    """Slowloris: single bytes of a command win no time."""
    port = znx.port("smtp")
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=("127.8.8.8", 0))
    assert await _said(reader) == b"220"
    async with flood(port, ROOM) as crowd:
        await crowd.come(ROOM)
        async with asyncio.timeout(60):
            with contextlib.suppress(ConnectionError):
                while not reader.at_eof() and not await _cut(reader, writer):
                    pass
    writer.close()


async def _cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    writer.write(b"N")
    try:
        async with asyncio.timeout(0.2):
            return (await reader.readline())[:3] in (b"421", b"")
    except TimeoutError:
        return False
