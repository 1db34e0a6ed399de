"""The inbox, threads, searches and counts over 100,000 threads and 1,000,000 messages, on SQLite and PostgreSQL.

`python -m benchmarks.pages [THREADS] [--on sqlite|postgresql] [--rounds N] [--keep FOLDER] [--at URL]`: builds the
shop by bulk inserts from a fixed seed (kept in FOLDER for the next run on SQLite; `--at` measures on a PostgreSQL of
one's own, and builds there when it is empty), then asks the real web application over loopback. For each page: queries,
bytes on the wire, milliseconds from request to answer, p50 and p95, and of the processor, the asking browser's
included. And once what a browser that has nothing yet loads for its first inbox.
"""

import argparse
import asyncio
import contextlib
import re
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from aiohttp import ClientSession, CookieJar
from aiohttp.test_utils import TestServer
from sqlalchemy import Engine, event, text

from benchmarks.copies import multiply
from benchmarks.crowd import build
from benchmarks.measuring import machine, median, percentile, remember
from gateway.blobs import LocalBlobs
from gateway.clock import SystemClock
from gateway.context import Gateway
from gateway.rendering import Renderer
from gateway.settings import Settings
from gateway.store import migrate
from gateway.store.db import Database
from tests import postgres
from tests.builders import PASSWORD
from web.app import make_app

LARGE, COPIES = 100_000, 10
"""Of more threads PostgreSQL writes all but the first tenth by itself: a million in a quarter of an hour."""


@dataclass(frozen=True)
class Figure:
    """One page on one database."""

    database: str
    page: str
    status: int
    queries: int
    wire_bytes: int
    p50_ms: float
    p95_ms: float
    cpu_ms: float


class Counter:
    """Counts the statements of all databases, the openings of transactions left out."""

    def __init__(self) -> None:
        self.count = 0
        event.listen(Engine, "before_cursor_execute", self._one)

    def _one(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        self.count += statement != "BEGIN"


@contextlib.asynccontextmanager
async def browser(database: Database, home: Path) -> AsyncIterator[tuple[ClientSession, str]]:
    """A signed-in browser in front of the pages."""
    gw = Gateway(Settings(home=home), database, LocalBlobs(home / "blobs"), SystemClock(), b"k" * 32, Renderer())
    async with TestServer(make_app(gw)) as server:
        base = str(server.make_url("")).rstrip("/")
        headers = {"Accept-Encoding": "gzip", "Accept-Language": "zh-CN"}
        async with ClientSession(cookie_jar=CookieJar(unsafe=True), headers=headers) as client:
            page = await (await client.get(f"{base}/login")).text()
            token = page.split('name="csrf" value="')[1].split('"')[0]
            form = {"csrf": token, "email": "seller@example.com", "password": PASSWORD}
            async with client.post(f"{base}/login", data=form, allow_redirects=False) as answer:
                assert answer.status == 303
            yield client, base


async def pages(client: ClientSession, base: str) -> dict[str, str]:
    """What is asked for, by name."""
    page = await (await client.get(f"{base}/inbox?view=all")).text()
    older = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    thread = page.split('href="/threads/')[1].split('"')[0].replace("&amp;", "&")
    order_no = page.split("#80")[1].split("<")[0]
    return {
        "inbox": "/inbox",
        "all": "/inbox?view=all",
        "closed": "/inbox?view=closed",
        "unassigned": "/inbox?view=unassigned",
        "mine": "/inbox?view=mine",
        "order notes": "/inbox?view=order_notes",
        "one shop": "/inbox?shop=shop-1&view=all",
        "older": older,
        "thread": f"/threads/{thread}",
        "search: 灯 (one character, common)": "/inbox?q=灯",
        "search: 退款 (two, common)": "/inbox?q=退款",
        "search: 灯笼坏了": "/inbox?q=灯笼坏了",
        "search: parcel lamp": "/inbox?q=parcel+lamp",
        "search: a rare word": "/inbox?q=belrin37",
        "search: nothing": "/inbox?q=unheardof",
        "search: a phrase": '/inbox?q="lamp+arrived+broken"',
        "search: order number": f"/inbox?q=80{order_no}",
        "search: last digits": f"/inbox?q={order_no[-4:]}",
        "search: a beginning": "/inbox?q=pa",
        "search: from and has": "/inbox?q=from:王芳+has:attachment",
        "search: label": "/inbox?q=label:vip",
        "search: 退款 snoozed": "/inbox?q=退款+status:snoozed",
        "search: unread before": "/inbox?q=is:unread+before:2026-11-22",
    }


async def measure(database: Database, home: Path, rounds: int) -> list[Figure]:
    """Every page `rounds` times, in turns."""
    counter = Counter()
    kind = "sqlite" if database.sqlite else "postgresql"
    times: dict[str, list[float]] = {}
    worked: dict[str, list[float]] = {}
    seen: dict[str, tuple[int, int, int]] = {}
    engine = database.sync_engine()
    async with browser(database, home) as (client, base):
        wanted = await pages(client, base)
        for _ in range(rounds):
            for name, path in wanted.items():
                _change(engine)
                counter.count, begun, busy = 0, time.perf_counter(), time.process_time()
                async with client.get(f"{base}{path}") as answer:
                    await answer.read()
                    wire = int(answer.headers.get("Content-Length") or 0)
                times.setdefault(name, []).append((time.perf_counter() - begun) * 1000)
                worked.setdefault(name, []).append((time.process_time() - busy) * 1000)
                seen[name] = (answer.status, counter.count, wire)
        print(f"  the first inbox of a browser with nothing yet: {await first_load(client, base)} bytes", flush=True)
    return [Figure(kind, name, *seen[name], *_spread(times[name], worked[name])) for name in wanted]


def _change(engine: Engine) -> None:
    """Something is new in every shop: no page may be one that was read before."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE shops SET change_no = change_no + 1"))


def _spread(times: list[float], worked: list[float]) -> tuple[float, float, float]:
    return round(median(times), 1), round(percentile(times, 0.95), 1), round(median(worked), 1)


async def first_load(client: ClientSession, base: str) -> int:
    """The inbox and all that it names of styles, scripts and pictures, and what those scripts import; compressed."""
    wanted, seen, total = ["/inbox"], set[str](), 0
    while wanted:
        path = wanted.pop()
        async with client.get(f"{base}{path}", compress=None) as answer:
            total += int(answer.headers.get("Content-Length") or 0)
            words = await answer.text()
        named = re.findall(r'(?:href|src)="(/static/[^"#]+)', words) + [
            f"/static/{name}" for name in re.findall(r'from "\./([a-z]+\.js)"', words)
        ]
        wanted += [new for new in dict.fromkeys(named) if new not in seen]
        seen.update(named)
    return total


@contextlib.contextmanager
def databases(kind: str, folder: Path, at: str) -> Iterator[tuple[str, bool]]:
    """The URL of a migrated database, and whether it is still empty."""
    if at:
        migrate.upgrade(Database(at))
        yield at, empty(at)
        return
    if kind == "postgresql":
        with postgres.running() as server, server.database() as url:
            yield url, True
        return
    path = folder / "pages.db"
    fresh = not path.exists()
    migrate.upgrade(Database(f"sqlite:///{path}"))
    yield f"sqlite:///{path}", fresh


def empty(url: str) -> bool:
    """Whether nothing was built there yet."""
    engine = Database(url).sync_engine()
    with engine.connect() as connection:
        found = connection.execute(text("SELECT 1 FROM threads LIMIT 1")).first()
    engine.dispose()
    return found is None


async def run(kind: str, url: str, fresh: bool, options: argparse.Namespace, home: Path) -> list[Figure]:
    """Build what is not there yet, and measure."""
    database = Database(url)
    try:
        print(f"{kind}:", flush=True)
        if fresh and not database.sqlite and options.threads > LARGE:
            await build(database, options.threads // COPIES)
            await asyncio.to_thread(multiply, database, COPIES)
        elif fresh:
            await build(database, options.threads)
        return await measure(database, home, options.rounds)
    finally:
        await database.close()


def main() -> None:
    """Run on the databases that are asked for, print and keep the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages")
    parser.add_argument("threads", nargs="?", type=int, default=100_000)
    parser.add_argument("--on", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--at", default="")
    options = parser.parse_args()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="znx-pages") as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for kind in options.on or ("sqlite", "postgresql"):
            with databases(kind, folder, options.at if kind == "postgresql" else "") as (url, fresh):
                figures += asyncio.run(run(kind, url, fresh, options, Path(temporary)))
    for one in figures:
        times = f"p50 {one.p50_ms:7.1f} ms  p95 {one.p95_ms:7.1f} ms  cpu {one.cpu_ms:6.1f} ms"
        print(f"{one.database:10}  {one.page:40} {one.queries:3} queries  {one.wire_bytes:7} bytes  {times}")
    remember("pages", [asdict(one) | {"threads": options.threads} for one in figures])
    print(machine())


if __name__ == "__main__":
    main()
