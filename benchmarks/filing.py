"""From the 250 to the inbox: our worker beside django-helpdesk's mail processing, on the same mails, in turns.

`python -m benchmarks.filing [--rounds N] [--mails N]`. Ours accepts a backlog first; what is measured is a `Processor`
with two reading children from the first mail to the last: parsed, cleaned, quotes split, identified, threaded,
searchable. The peer comes from PyPI into an environment below a temporary folder.
"""

import asyncio
import contextlib
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from benchmarks.measuring import Row, command, cpu_seconds, last, machine, median, remember
from benchmarks.running import postgres
from gateway.authentication import Authenticator
from gateway.blobs import LocalBlobs
from gateway.clock import SystemClock
from gateway.context import Gateway
from gateway.domain.values import Arrival, Envelope, Peer
from gateway.inbound.accepting import Inbound
from gateway.inbound.processing import Processor
from gateway.reading import Reader
from gateway.rendering import Renderer
from gateway.settings import Settings
from gateway.store import migrate
from gateway.store.db import Database
from gateway.store.journal import Journal
from tests.house import add_order

BUYERS = 100
GOALS = {2_000: 10.0, 20_000: 6.0}
WORDS = (
    "hello where is my parcel it has not come yet could you please look 你好 我的包裹 在哪里 谢谢 blue tea pot".split()
)


@dataclass(frozen=True, slots=True)
class Filed:
    """One round: mails a second, and milliseconds of CPU a mail of all processes (the database server's apart)."""

    rate: float
    cpu: float


def mails(size: int, count: int) -> list[bytes]:
    """Plain mails of about so many bytes, from BUYERS buyers in turn; the same ones each time."""
    chance = random.Random(size)
    return [_mail(number, size, chance) for number in range(count)]


def _mail(number: int, size: int, chance: random.Random) -> bytes:
    lines: list[str] = []
    while sum(len(line.encode()) + 2 for line in lines) < size:
        lines.append(" ".join(chance.choice(WORDS) for _ in range(10)))
    header = (
        f"From: Buyer <buyer{number % BUYERS}@example.com>\nTo: lotus@inbox.example\nSubject: Question {number}\n"
        f"Date: Mon, 23 Nov 2026 10:00:00 +0000\nMessage-ID: <{size}.{number}@example.com>\nMIME-Version: 1.0\n"
        "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
    )
    return (header + "\n".join(lines) + "\n").replace("\n", "\r\n").encode()


async def ours(url: str, folder: Path, batch: list[bytes]) -> Filed:
    """One round of ours."""
    settings = Settings(home=folder, mail_domain="inbox.example", sender_auth="off")
    database = Database(url)
    await asyncio.to_thread(migrate.upgrade, database)
    gw = Gateway(settings, database, LocalBlobs(folder / "blobs"), SystemClock(), b"secret", Renderer())
    for number in range(BUYERS):
        await add_order(database, gw.clock.now(), f"A-{number}", f"buyer{number}@example.com", f"Buyer {number}")
    await _accept(gw, batch)
    authenticator = Authenticator(settings)
    async with Reader(2) as reader:
        await reader.warm()
        processor = Processor(gw, reader, authenticator)
        used, began = _spent(), time.perf_counter()
        while await processor.run_once():
            pass
        took, spent = time.perf_counter() - began, _spent() - used
    await authenticator.close()
    async with database.read() as session:
        states = await (await session.connection()).execute(text("SELECT DISTINCT state FROM inbound_emails"))
        assert states.scalars().all() == ["filed"]
    await database.close()
    return Filed(len(batch) / took, spent / len(batch) * 1000)


def _spent() -> float:
    return cpu_seconds(int(Path("/proc/self").readlink().name))


async def _accept(gw: Gateway, batch: list[bytes]) -> None:
    journal = Journal(gw.db, gw.blobs)
    inbound = Inbound(gw.settings, gw.db, gw.clock, journal)
    peer = Peer(ip="127.0.0.1", upstream=True)
    for start in range(0, len(batch), BUYERS):
        arrivals = [
            Arrival(raw, Envelope(f"buyer{n}@example.com", ("lotus@inbox.example",)), peer, "smtp")
            for n, raw in enumerate(batch[start : start + BUYERS])
        ]
        await asyncio.gather(*(inbound.accept(arrival) for arrival in arrivals))
    await asyncio.to_thread(journal.close)


def our_round(batch: list[bytes], on_postgres: bool) -> Filed:
    """On a fresh database."""
    import uvloop

    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="znxfiling")))
        url = stack.enter_context(postgres())[0] if on_postgres else f"sqlite:///{folder / 'znx.db'}"
        runner = stack.enter_context(asyncio.Runner(loop_factory=uvloop.new_event_loop))
        return runner.run(ours(url, folder, batch))


@contextlib.contextmanager
def peer() -> Iterator[Path]:
    """The Python of an environment with django-helpdesk."""
    with tempfile.TemporaryDirectory(prefix="znxpeer") as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        python = Path(folder) / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", "django-helpdesk"], check=True, capture_output=True)
        yield python


def peer_round(python: Path, batch: list[bytes]) -> Filed:
    """One round of django-helpdesk, on SQLite."""
    with tempfile.TemporaryDirectory(prefix="znxmails") as folder:
        for number, raw in enumerate(batch):
            (Path(folder) / f"{number:06}").write_bytes(raw)
        command: list[str | Path] = [python, Path(__file__).with_name("filing_peer.py"), folder]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    filed, rate, cpu = done.stdout.split()[-3:]
    assert int(filed) == len(batch)
    return Filed(float(rate), float(cpu))


def measure(size: int, count: int, rounds: int, python: Path) -> dict[str, list[Filed]]:
    """Interleaved rounds; the peer files a quarter as many, since its rate does not depend on it."""
    found: dict[str, list[Filed]] = {"peer": [], "sqlite": [], "postgres": []}
    batch = mails(size, count)
    for _ in range(rounds):
        found["peer"].append(peer_round(python, batch[: max(50, count // 4)]))
        found["sqlite"].append(our_round(batch, on_postgres=False))
        found["postgres"].append(our_round(batch, on_postgres=True))
    return found


def run(rounds: int = 3, count: int = 1000, sizes: tuple[int, ...] = tuple(GOALS)) -> list[Row]:
    """Measure, print, remember; the rows of the common table."""
    print(f"{machine()}; n={count}, median of {rounds} interleaved rounds", flush=True)
    before = {(one["size"], one["name"]): one["rate"] for one in last("filing")}
    rows: list[Row] = []
    kept: list[dict[str, object]] = []
    with peer() as python:
        for size in sizes:
            found = measure(size, count if size < 10_000 else count // 2, rounds, python)
            rates = {name: median([one.rate for one in each]) for name, each in found.items()}
            for name, each in found.items():
                cpu = median([one.cpu for one in each])
                was = f", last {before[size, name]:,.0f}/s" if (size, name) in before else ""
                print(f"  {size // 1000} KB {name:<9}{rates[name]:>8,.0f}/s {cpu:>7.2f} ms CPU a mail{was}", flush=True)
                kept.append({"size": size, "name": name, "rate": rates[name], "cpu_ms": cpu})
            for name in ("sqlite", "postgres"):
                what = f"file {name}: {size // 1000} KB"
                rows.append(Row(what, rates[name], rates["peer"], GOALS[size], peer_name="django-helpdesk"))
    remember("filing", kept)
    return rows


if __name__ == "__main__":
    command(__doc__, run, rounds=3, mails=1000)
