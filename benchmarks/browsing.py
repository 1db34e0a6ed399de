"""The pages of a large shop while mail arrives: how long each takes at 20 requests a second beside 50 mails a second.

`python -m benchmarks.browsing --at URL [--seconds N] [--pages N] [--mails N]`: `znx smtp`, `worker` and `web` over a
database that `benchmarks.pages` has built. Buyers who are known write mails of 2 KB by SMTP, a seller asks for the
inbox, its views, threads and searches in turn; nobody waits for the page before. What is told is from the request to
the whole answer.
"""

import argparse
import asyncio
import smtplib
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import ClientSession
from sqlalchemy import text

from benchmarks.crowd import SHOPS, Dice
from benchmarks.listeners import sign_in
from benchmarks.measuring import machine, median, percentile, remember
from benchmarks.pages import pages
from gateway.store.db import Database
from gateway.store.rollups import set_mark
from tests.e2e.serving import gateway

CLIENTS, WRITERS, SIZE, GOAL_MS = 4, 5_000, 2_000, 50.0


@dataclass(frozen=True, slots=True)
class Seen:
    """One kind of page; times in milliseconds."""

    page: str
    asked: int
    p50_ms: float
    p95_ms: float


class Post:
    """Clients that hand over mails at an even rate until they are told to stop."""

    def __init__(self, port: int, rate: float) -> None:
        self._port, self._rate = port, rate
        self._began, self._over = time.monotonic(), threading.Event()
        self.taken = 0
        self._threads = [threading.Thread(target=self._run, args=(first,), daemon=True) for first in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Send no more."""
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _run(self, first: int) -> None:
        dice = Dice()
        with smtplib.SMTP("127.0.0.1", self._port, timeout=60) as client:
            number = first
            while not self._over.wait(max(0.0, self._began + number / self._rate - time.monotonic())):
                buyer = number * 7919 % WRITERS
                sender, shop = f"buyer{buyer}@example.com", f"shop-{buyer % SHOPS}@inbox.example"
                client.sendmail(sender, [shop], letter(dice, number, sender, shop))
                self.taken += 1
                number += CLIENTS


def letter(dice: Dice, number: int, sender: str, shop: str) -> bytes:
    """A mail of some SIZE bytes."""
    lines: list[str] = []
    while sum(map(len, lines)) * 2 < SIZE:
        lines.append(dice.says())
    said = "\r\n".join(lines)
    header = (
        f"From: Buyer <{sender}>\r\nTo: {shop}\r\nSubject: Question {number}\r\n"
        f"Date: Tue, 24 Nov 2026 00:00:00 +0000\r\nMessage-ID: <browsing.{time.time_ns()}.{number}@example.com>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    return f"{header}{said}\r\n".encode()


async def browse(base: str, rate: float, seconds: float) -> dict[str, list[float]]:
    """Ask at this rate for so long; the times of each page."""
    cookie = await sign_in(base)
    times: dict[str, list[float]] = {}
    headers = {"Cookie": cookie, "Accept-Encoding": "gzip", "Accept-Language": "zh-CN"}
    async with ClientSession(headers=headers) as client, asyncio.TaskGroup() as group:
        wanted = list((await pages(client, base)).items())
        began = time.perf_counter()
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            group.create_task(_ask(client, base, wanted[number % len(wanted)], times))
    return times


async def _ask(client: ClientSession, base: str, page: tuple[str, str], times: dict[str, list[float]]) -> None:
    name, path = page
    begun = time.perf_counter()
    async with client.get(f"{base}{path}") as answer:
        await answer.read()
        assert answer.status == 200, (name, answer.status)
    times.setdefault(name, []).append((time.perf_counter() - begun) * 1000)


def summary(times: Mapping[str, list[float]]) -> list[Seen]:
    """Each page, and all of them."""
    every = {"all pages": [one for some in times.values() for one in some]}
    return [
        Seen(name, len(some), round(median(some), 1), round(percentile(some, 0.95), 1))
        for name, some in (dict(times) | every).items()
    ]


def filed(url: str) -> int:
    """How many mails are shown by now."""
    engine = Database(url).sync_engine()
    with engine.connect() as connection:
        count = connection.execute(text("SELECT count(*) FROM inbound_emails WHERE state = 'filed'")).scalar_one()
    engine.dispose()
    return int(count)


async def counted(url: str) -> None:
    """The dashboard has counted what was built: the worker would be at it for half an hour."""
    database = Database(url)
    async with database.write() as session:
        for walk in ("counted", "swept"):
            await set_mark(session, walk, datetime.now(UTC))
    await database.close()


def run(options: argparse.Namespace) -> list[Seen]:
    """Serve, let mail come, and ask."""
    with (
        tempfile.TemporaryDirectory(prefix="znxbrowsing") as name,
        gateway(Path(name) / "home", ZNX_DATABASE_URL=options.at) as running,
    ):
        running.run("db", "upgrade")
        asyncio.run(counted(options.at))
        for role in ("smtp", "worker", "web"):
            running.start(role, roles=(role,) if role != "worker" else ())
        base, before = f"http://127.0.0.1:{running.port('web')}", filed(options.at)
        asyncio.run(browse(base, options.pages, 5))
        post = Post(running.port("smtp"), options.mails)
        try:
            times = asyncio.run(browse(base, options.pages, options.seconds))
        finally:
            post.end()
        print(f"  {post.taken} mails taken, {filed(options.at) - before} of them shown by the end", flush=True)
    return summary(times)


def main() -> None:
    """Measure, print, remember."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.browsing")
    parser.add_argument("--at", required=True)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--pages", type=float, default=20)
    parser.add_argument("--mails", type=float, default=50)
    options = parser.parse_args()
    seen = run(options)
    for one in seen:
        verdict = "" if one.p95_ms <= GOAL_MS else "  above the goal"
        print(f"{one.page:40} {one.asked:4} asked  p50 {one.p50_ms:7.1f} ms  p95 {one.p95_ms:7.1f} ms{verdict}")
    kind = options.at.partition(":")[0]
    remember(f"browsing-{kind}", [asdict(one) for one in seen])
    print(f"{machine()}; {kind}, {options.pages:g} requests/s, {options.mails:g} mails/s, {options.seconds:g} s")


if __name__ == "__main__":
    main()
