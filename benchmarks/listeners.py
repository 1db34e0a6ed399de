"""Many open pages beside many idle mail servers, in one process: who hears of a change when, and what all of it takes.

`python -m benchmarks.listeners [STREAMS] [CONNECTIONS]`: `znx serve` on SQLite. Opens the idle SMTP connections and the
streams of pages, lets a note arrive, and waits until every page has heard of it; then breaks a tenth of the streams,
lets two more notes arrive, and lets those pages come back with the last number that they know.
"""

import asyncio
import resource
import sys
import time
from dataclasses import asdict, dataclass

from aiohttp import ClientSession, CookieJar

from benchmarks.measuring import Row, descendants, machine, percentile, remember, resident_kib
from benchmarks.memory import _open
from benchmarks.running import znx
from tests.e2e.serving import Znx

MOST_MIB, MOST_SECONDS = 250.0, 1.0
PASSWORD = b"correct horse battery"


@dataclass(frozen=True, slots=True)
class Figures:
    """What was seen. `doubled` and `lost` count the streams that heard a change twice, or never."""

    streams: int
    connections: int
    median_ms: float
    last_ms: float
    lost: int
    doubled: int
    mib: float
    children_mib: float


class Stream:
    """One open page: the numbers that it heard, and when."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heard: list[tuple[int, float]] = []
        self._reader, self._writer = reader, writer
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    async def open(cls, port: int, cookie: str, since: int) -> "Stream":
        """Ask for the stream from a number on."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        ask = f"GET /live?since={since} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/event-stream\r\n"
        writer.write(f"{ask}Cookie: {cookie}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise ConnectionError(head[:80])
        return cls(reader, writer)

    async def _listen(self) -> None:
        while line := await self._reader.readline():
            if line.startswith(b"id: "):
                self.heard.append((int(line[4:]), time.perf_counter()))

    async def wait_for(self, number: int) -> None:
        """Until the number, or a later one, was heard."""
        while not (self.heard and self.heard[-1][0] >= number):  # noqa: ASYNC110
            await asyncio.sleep(0.005)

    def close(self) -> None:
        """As a lost line does it."""
        self._listening.cancel()
        self._writer.transport.abort()


async def sign_in(base: str) -> str:
    """The cookie of a seller."""
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as client:
        page = await (await client.get(f"{base}/login")).text()
        token = page.split('name="csrf" value="')[1].split('"')[0]
        form = {"csrf": token, "email": "seller@example.com", "password": PASSWORD.decode()}
        async with client.post(f"{base}/login", data=form, allow_redirects=False) as answer:
            return answer.headers["Set-Cookie"].partition(";")[0]


async def version(base: str, cookie: str) -> int:
    """What a page that is loaded now shows."""
    async with ClientSession(headers={"Cookie": cookie}) as client:
        page = await (await client.get(f"{base}/inbox")).text()
    return int(page.split("/live?since=")[1].split('"')[0])


async def _note(running: Znx, number: int) -> None:
    body = {"text": f"note {number}", "external_id": str(number)}
    await asyncio.to_thread(running.api, "POST", "/shops/shop/orders/A-1/notes", body)


async def listen(running: Znx, streams: int, connections: int) -> Figures:
    """Open, change, break, come back."""
    port = running.port("web")
    base = f"http://127.0.0.1:{port}"
    cookie = await sign_in(base)
    known = await version(base, cookie)
    open_ = [await Stream.open(port, cookie, known) for _ in range(streams)]
    begun = time.perf_counter()
    await _note(running, 1)
    told = await version(base, cookie)
    async with asyncio.timeout(30):
        await asyncio.gather(*(one.wait_for(told) for one in open_))
    took = sorted((one.heard[0][1] - begun) * 1000 for one in open_)
    pid = running.processes[0].pid
    children = sum(map(resident_kib, descendants(pid))) / 1024
    mib = resident_kib(pid) / 1024
    for one in (broken := open_[: streams // 10]):
        one.close()
    for number in (2, 3):
        await _note(running, number)
    last = await version(base, cookie)
    back = [await Stream.open(port, cookie, one.heard[-1][0]) for one in broken]
    everybody = open_[len(broken) :] + back
    async with asyncio.timeout(30):
        await asyncio.gather(*(one.wait_for(last) for one in everybody), return_exceptions=True)
    numbers = [[number for number, _ in one.heard] for one in everybody]
    for one in everybody:
        one.close()
    lost = sum(not heard or heard[-1] != last for heard in numbers)
    doubled = sum(len(set(heard)) != len(heard) for heard in numbers)
    middle, end = percentile(took, 0.5), took[-1]
    return Figures(streams, connections, round(middle, 1), round(end, 1), lost, doubled, mib, children)


def measure(streams: int, connections: int) -> Figures:
    """On a fresh home."""
    most = connections + streams + 1024
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    with znx("serve", ZNX_CONNECTIONS="0") as running:
        resource.prlimit(running.processes[0].pid, resource.RLIMIT_NOFILE, (most, most))
        running.run("user", "add", "seller@example.com", "--role", "seller", "--shop", "shop", given=PASSWORD)
        running.token = running.run("token", "add", "--role", "admin").stdout.decode().split()[-1]
        running.api("PUT", "/shops/shop/orders/A-1", {"buyer": {"email": "mei@example.com", "name": "Mei"}})
        held = _open(running.port("smtp"), connections)
        try:
            return asyncio.run(listen(running, streams, connections))
        finally:
            for wire in held:
                wire.close()


def run(streams: int = 1000, connections: int = 5000) -> list[Row]:
    """Measure, print, remember; the rows of the common table."""
    seen = measure(streams, connections)
    print(f"{machine()}; {streams} streams and {connections} idle SMTP connections in one process: {seen}", flush=True)
    remember("listeners", [asdict(seen)])
    what = f"{streams} streams"
    return [
        Row(f"{what}: the last hears of a change", seen.last_ms / 1000, MOST_SECONDS, 1.0, "s", "the limit"),
        Row(f"{what} and {connections} idle mails' lines", seen.mib, MOST_MIB, 1.0, "MiB", "the limit"),
    ]


if __name__ == "__main__":
    for row in run(*map(int, sys.argv[1:])):
        print(row)
