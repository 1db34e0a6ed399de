"""How long a mail waits until its seller can see it: from the dot to the committed thread, idle and beside a backlog.

`python -m benchmarks.waiting [--seconds N] [--backlog N]`. Door, worker and two reading children are one process, as in
`znx serve`; no DNS is asked. Mails of 2 KB come at a steady rate. Beside a backlog of one shop, another shop's wait.
"""

import asyncio
import contextlib
import gc
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from benchmarks.filing import BUYERS, mails
from benchmarks.measuring import Row, command, last, machine, percentile, remember
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
from gateway.store.contents import Content
from gateway.store.db import Database
from gateway.store.inbound import Claimed
from gateway.store.journal import Journal
from tests.house import add_order

GOALS = {100: 8.0, 300: 50.0}
"""Mails a second, and the milliseconds of their 99th percentile."""
OTHERS_MS = 2_000.0
"""What another shop's mail may wait beside a backlog."""
QUIET_RATE = 5


class Stamping(Processor):
    """Notes when each mail is at its end."""

    def __init__(self, *parts: object) -> None:
        super().__init__(*parts)  # type: ignore[arg-type]
        self._ends: dict[str, asyncio.Future[float]] = {}

    def end(self, id_: str) -> "asyncio.Future[float]":
        """The moment of a mail's end."""
        return self._ends.setdefault(id_, asyncio.get_running_loop().create_future())

    async def _process(self, claimed: Claimed, content: Content | None) -> None:
        await super()._process(claimed, content)
        self.end(claimed.id).set_result(time.perf_counter())


class Gate:
    """A door and its worker, running."""

    def __init__(self, gw: Gateway, inbound: Inbound, processor: Stamping) -> None:
        self.gw, self._inbound, self.processor = gw, inbound, processor
        self._came: dict[str, float] = {}

    async def take(self, raw: bytes, rcpt: str) -> str:
        """One mail through the door; its id."""
        came = time.perf_counter()
        sender = raw.split(b"<", 1)[1].split(b">", 1)[0].decode()
        arrival = Arrival(raw, Envelope(sender, (rcpt,)), Peer(ip="127.0.0.1", upstream=True), "smtp")
        (id_,) = await self._inbound.accept(arrival)
        self._came[id_] = came
        return id_

    async def steadily(self, batch: Sequence[bytes], rcpt: str, rate: float) -> list[float]:
        """All of them at this rate; how long each waited, in milliseconds."""
        began, tasks = time.perf_counter(), []
        for number, raw in enumerate(batch):
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            tasks.append(asyncio.create_task(self.take(raw, rcpt)))
        ids = await asyncio.gather(*tasks)
        ends = await asyncio.gather(*(self.processor.end(id_) for id_ in ids))
        return [(end - self._came[id_]) * 1000 for id_, end in zip(ids, ends, strict=True)]

    async def work(self) -> None:
        """What `Worker` does with what came in, in a process that `znx serve` has started."""
        gc.collect()
        gc.freeze()
        self.gw.inbound_signal.attach()
        await self.processor.run()


@contextlib.asynccontextmanager
async def gate(url: str, folder: Path) -> AsyncIterator[Gate]:
    """A fresh one, with a shop "lotus" and BUYERS who ordered."""
    settings = Settings(home=folder, mail_domain="inbox.example", sender_auth="off")
    database = Database(url)
    await asyncio.to_thread(migrate.upgrade, database)
    gw = Gateway(settings, database, LocalBlobs(folder / "blobs"), SystemClock(), b"secret", Renderer())
    for number in range(BUYERS):
        await add_order(database, gw.clock.now(), f"A-{number}", f"buyer{number}@example.com", f"Buyer {number}")
    journal, authenticator = Journal(database, gw.blobs, desk=gw.desk), Authenticator(settings)
    async with Reader(2) as reader:
        await reader.warm()
        yield Gate(gw, Inbound(settings, database, gw.clock, journal), Stamping(gw, reader, authenticator))
    await asyncio.to_thread(journal.close)
    await authenticator.close()
    await database.close()


async def at_rate(url: str, folder: Path, rate: int, seconds: int) -> list[float]:
    """The waits of mails that come at a rate."""
    async with gate(url, folder) as open_gate:
        working = asyncio.create_task(open_gate.work())
        await open_gate.steadily(mails(2_000, rate), "lotus@inbox.example", rate)  # statements get made
        waits = await open_gate.steadily(mails(2_001, rate * seconds), "lotus@inbox.example", rate)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    return waits


async def beside_a_backlog(url: str, folder: Path, backlog: int, seconds: int) -> list[float]:
    """The waits of the admins' mail while a backlog of a shop's is worked off."""
    async with gate(url, folder) as open_gate:
        waiting = mails(2_000, backlog)
        for start in range(0, backlog, BUYERS):
            await asyncio.gather(
                *(open_gate.take(raw, "lotus@inbox.example") for raw in waiting[start : start + BUYERS])
            )
        working = asyncio.create_task(open_gate.work())
        waits = await open_gate.steadily(mails(2_001, QUIET_RATE * seconds), "postmaster@inbox.example", QUIET_RATE)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    return waits


def run(seconds: int = 5, backlog: int = 20_000) -> list[Row]:
    """Measure, print, remember; the rows of the common table."""
    import uvloop

    print(machine(), flush=True)
    before = {one["what"]: one["p99"] for one in last("waiting")}
    rows: list[Row] = []
    kept: list[dict[str, object]] = []
    for on_postgres in (False, True):
        name = "postgres" if on_postgres else "sqlite"
        for rate in (*GOALS, 0):
            with contextlib.ExitStack() as stack:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="znxwaiting")))
                url = stack.enter_context(postgres())[0] if on_postgres else f"sqlite:///{folder / 'znx.db'}"
                runner = stack.enter_context(asyncio.Runner(loop_factory=uvloop.new_event_loop))
                work = at_rate(url, folder, rate, seconds) if rate else beside_a_backlog(url, folder, backlog, seconds)
                waits = runner.run(work)
            what = f"seen {name}: {rate}/s" if rate else f"seen {name}: beside {backlog:,}"
            p50, p99 = percentile(waits, 0.5), percentile(waits, 0.99)
            was = f", last {before[what]:,.1f}" if what in before else ""
            print(f"  {what:<34} n={len(waits):<6} p50 {p50:>8,.1f} ms  p99 {p99:>8,.1f} ms{was}", flush=True)
            kept.append({"what": what, "p50": p50, "p99": p99, "n": len(waits)})
            rows.append(Row(what, p99, GOALS.get(rate, OTHERS_MS), 1.0, "ms p99", "limit"))
    remember("waiting", kept)
    return rows


if __name__ == "__main__":
    command(__doc__, run, seconds=5, backlog=20_000)
