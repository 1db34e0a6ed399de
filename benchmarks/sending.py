"""Deliveries a second: the whole way from the queue into smtp-sink, beside smtp-source into the same sink.

`python -m benchmarks.sending [MAILS] [RUNS]`: both are run in turns on the same machine and sink; medians are printed.
"""

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import text

from benchmarks.measuring import Row, machine, median, remember
from gateway.blobs import LocalBlobs
from gateway.clock import SystemClock
from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.outbound import ReplyDraft, reply
from gateway.rendering import Renderer
from gateway.sending import AT_ONCE, Sender
from gateway.settings import Settings
from gateway.store import migrate
from gateway.store.db import Database
from smtp.courier import courier_for
from tests.builders import add_customer, add_message, add_shop

SELLER = Actor("user", "u1", "Li Na", "seller", None)


@contextlib.contextmanager
def sink() -> Iterator[int]:
    """A running smtp-sink; its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    program = shutil.which("smtp-sink", path=f"{os.environ['PATH']}:/usr/sbin") or sys.exit("apt-get install postfix")
    user = ["-u", "postfix"] if os.geteuid() == 0 else []
    process = subprocess.Popen([program, *user, f"127.0.0.1:{port}", "1000"])
    try:
        while socket.socket().connect_ex(("127.0.0.1", port)):
            time.sleep(0.02)
        yield port
    finally:
        process.terminate()
        process.wait()


def source(port: int, mails: int, size: int) -> float:
    """Mails a second of smtp-source: no queue, no database, a ready-made mail."""
    program = shutil.which("smtp-source", path=f"{os.environ['PATH']}:/usr/sbin") or "smtp-source"
    command = [program, "-d", "-s", str(AT_ONCE), "-m", str(mails), "-l", str(size), f"127.0.0.1:{port}"]
    begun = time.perf_counter()
    subprocess.run(command, check=True)
    return mails / (time.perf_counter() - begun)


async def ours(folder: Path, port: int, mails: int) -> tuple[float, int]:
    """Mails a second from claiming to recording on SQLite; and the size of one."""
    database = Database(f"sqlite:///{folder / 'znx.db'}")
    await asyncio.to_thread(migrate.upgrade, database)
    settings = Settings(home=folder, mail_domain="inbox.example")
    gw = Gateway(settings, database, LocalBlobs(folder / "blobs"), SystemClock(), b"secret", Renderer())
    async with database.write() as session:
        customer = await add_customer(session, await add_shop(session))
        thread_id = (await add_message(session, customer.place)).thread_id
    for number in range(mails):
        await reply(gw, SELLER, thread_id, ReplyDraft(f"Answer {number}: your parcel is on its way."))
    courier = courier_for(f"smtp://127.0.0.1:{port}?tls=off", "inbox.example", concurrency=AT_ONCE)
    gw.outbound_signal.attach()
    begun = time.perf_counter()
    sending = asyncio.create_task(Sender(gw, courier).run())
    while await _unsent(database):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    took = time.perf_counter() - begun
    sending.cancel()
    await asyncio.wait([sending])
    await courier.close()
    async with database.read() as session:
        size = (await (await session.connection()).execute(text("SELECT max(size) FROM raw_emails"))).scalar_one()
    await database.close()
    return mails / took, int(size)


async def _unsent(database: Database) -> int:
    async with database.read() as session:
        statement = text("SELECT count(*) FROM deliveries WHERE state <> 'sent'")
        return int((await (await session.connection()).execute(statement)).scalar_one())


def measure(mails: int, runs: int) -> tuple[list[float], list[float], int]:
    """Rates of ours and of smtp-source in turns, and the size of one mail."""
    import uvloop

    rates: list[float] = []
    bare: list[float] = []
    size = 0
    with sink() as port:
        for _ in range(runs):
            with tempfile.TemporaryDirectory() as folder, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                rate, size = runner.run(ours(Path(folder), port, mails))
            rates.append(rate)
            bare.append(source(port, mails, size))
    return rates, bare, size


def run(mails: int = 1000, runs: int = 3) -> list[Row]:
    """Measure, print, remember; the rows of the common table."""
    rates, bare, size = measure(mails, runs)
    print(f"{machine()}; SQLite, {mails} mails of {size} bytes, {AT_ONCE} at once, n = {runs}")
    print(f"znx:         {median(rates):7.0f} mails/s  (each: {', '.join(f'{r:.0f}' for r in rates)})")
    print(f"smtp-source: {median(bare):7.0f} mails/s  (each: {', '.join(f'{r:.0f}' for r in bare)})")
    remember("sending", [{"rate": median(rates), "smtp_source": median(bare), "size": size}])
    return [Row("send sqlite: rendered mails, queue to sink", median(rates), 1000.0, 1.0, peer_name="1,000 a second")]


def main(mails: int = 1000, runs: int = 3) -> None:
    """Print both figures."""
    for row in run(mails, runs):
        print(row)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
