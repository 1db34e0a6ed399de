"""Deliveries a second: from the queue into smtp-sink, beside Postfix's own queue and smtp-source, in turns.

`python -m benchmarks.sending [MAILS] [ROUNDS]`: the mails of all are the same size, and both queues are full before the
clock runs. Ours are rendered, composed and signed (RSA 2048) before that, which is measured by itself. smtp-source has
no queue and records nothing: it is what the sink and this machine can take. Medians.
"""

import asyncio
import contextlib
import hashlib
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import text

from benchmarks.measuring import Row, cpu_seconds, machine, median, remember
from gateway.blobs import LocalBlobs
from gateway.clock import SystemClock, new_id
from gateway.context import Gateway
from gateway.domain.composing import Outgoing, compose
from gateway.domain.composing.signing import DkimKey, sign
from gateway.outbound.sending import AT_ONCE, Sender
from gateway.rendering import Renderer
from gateway.settings import Settings
from gateway.store import deliveries, migrate
from gateway.store.db import Database
from smtp.courier import courier_for
from tests.builders import add_customer, add_message, add_shop
from tests.e2e import postfix

BATCH = 50
DOMAINS = 8
THREADS = 10
QUEUES = ("incoming", "active", "deferred", "hold", "maildrop")


@dataclass(frozen=True, slots=True)
class Rate:
    """One round: mails a second, and processor milliseconds a mail; `making` is what came before, for ours."""

    mails: float
    cpu: float
    making: float = 0.0


@contextlib.contextmanager
def sink() -> Iterator[int]:
    """A running smtp-sink; its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    user = ["-u", "postfix"] if os.geteuid() == 0 else []
    process = subprocess.Popen([_program("smtp-sink"), *user, f"127.0.0.1:{port}", "1000"])
    try:
        while socket.socket().connect_ex(("127.0.0.1", port)):
            time.sleep(0.02)
        yield port
    finally:
        process.terminate()
        process.wait()


def _program(name: str) -> str:
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") or sys.exit("apt-get install postfix")


def peer(port: int, mails: int, size: int) -> Rate:
    """Postfix with its own limits and the sink as its relay; the queue is filled on hold, then let go."""
    hold = "smtpd_client_restrictions = check_client_access static:HOLD\nsmtpd_client_connection_count_limit = 0\n"
    with postfix.running(f"relayhost = [127.0.0.1]:{port}\n{hold}") as running:
        to = f"127.0.0.1:{running.port}"
        command = [_program("smtp-source"), "-s", "10", "-m", str(mails), "-l", str(size), "-t", "buyer@example.com"]
        subprocess.run([*command, to], check=True)
        folder, master = running.folder, int((running.folder / "queue" / "pid" / "master.pid").read_text())
        conf = ["-c", str(folder / "conf")]
        subprocess.run([_program("postsuper"), *conf, "-H", "ALL"], check=True, capture_output=True)
        used, begun = cpu_seconds(master), time.perf_counter()
        subprocess.run([_program("postqueue"), *conf, "-f"], check=True)
        while any(_files(folder / "queue" / queue) for queue in QUEUES):
            time.sleep(0.02)
        took = time.perf_counter() - begun
        return Rate(mails / took, (cpu_seconds(master) - used) / mails * 1000)


def source(port: int, mails: int, size: int) -> Rate:
    """smtp-source straight into the sink, with as many connections as ours, each kept."""
    command = [_program("smtp-source"), "-d", "-s", str(AT_ONCE), "-m", str(mails), "-l", str(size)]
    used, begun = _ended_seconds(), time.perf_counter()
    subprocess.run([*command, "-t", "buyer@example.com", f"127.0.0.1:{port}"], check=True)
    took = time.perf_counter() - begun
    return Rate(mails / took, (_ended_seconds() - used) / mails * 1000)


def _ended_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _files(folder: Path) -> bool:
    return any(names for _, _, names in os.walk(folder))


@dataclass(frozen=True, slots=True)
class Maker:
    """Renders, composes and signs answers to buyers, as the gateway does for each."""

    renderer: Renderer
    context: dict[str, Any]
    key: DkimKey
    mail: Outgoing

    def make(self, number: int) -> tuple[dict[str, Any], bytes]:
        """One mail: its row in the queue, and its bytes."""
        context = self.context | {"text": f"Answer {number}: your parcel is on its way."}
        words, id_, now = self.renderer.render("reply", "en", context), new_id(), SystemClock().now()
        own_id = f"{id_}@inbox.example"
        mail = replace(self.mail, internet_message_id=own_id, subject=words.subject, text=words.text, html=words.html)
        raw = sign(compose(mail), "inbox.example", "s1", self.key, now)
        row: dict[str, Any] = {"id": id_, "kind": "reply", "mail_from": "b.token@inbox.example"}
        row |= {"rcpt_to": f"buyer{number}@{number % DOMAINS}.example", "sha256": hashlib.sha256(raw).hexdigest()}
        row |= {"internet_message_id": own_id, "state": "queued"}
        return row | {"queued_at": now, "at": now, "next_attempt_at": now}, raw


def maker() -> Maker:
    """With a key of its own."""
    address = "r.token@inbox.example"
    mail = Outgoing("莲花茶庄", address, "buyer@example.com", address, "", "", "", SystemClock().now(), "inbox.example")
    renderer = Renderer()
    return Maker(renderer, renderer.sample("reply"), rsa.generate_private_key(65537, 2048), mail)


async def ours(folder: Path, port: int, mails: int) -> tuple[Rate, int]:
    """From claiming to recording on SQLite, in one process; and the size of one mail."""
    database = Database(f"sqlite:///{folder / 'znx.db'}")
    await asyncio.to_thread(migrate.upgrade, database)
    settings = Settings(home=folder, mail_domain="inbox.example")
    gw = Gateway(settings, database, LocalBlobs(folder / "blobs"), SystemClock(), b"secret", Renderer())
    made_by, begun = maker(), time.process_time()
    made = [made_by.make(number) for number in range(mails)]
    making = (time.process_time() - begun) / mails * 1000
    await _queue(database, made)
    courier = courier_for(f"smtp://127.0.0.1:{port}?tls=off", "inbox.example", AT_ONCE)
    gw.outbound_signal.attach()
    used, begun = time.process_time(), time.perf_counter()
    sending = asyncio.create_task(Sender(gw, courier).run())
    while await _unsent(database):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    took, used = time.perf_counter() - begun, time.process_time() - used
    sending.cancel()
    await asyncio.wait([sending])
    await courier.close()
    await database.close()
    return Rate(mails / took, used / mails * 1000, making), len(made[0][1])


async def _queue(database: Database, made: list[tuple[dict[str, Any], bytes]]) -> None:
    async with database.write() as session:
        shop = await add_shop(session)
        customers = [await add_customer(session, shop, f"A-{n}", f"buyer{n}@example.com") for n in range(THREADS)]
        threads = [(await add_message(session, customer.place)).thread_id for customer in customers]
    for start in range(0, len(made), BATCH):
        async with database.write() as session:
            for number, (row, raw) in enumerate(made[start : start + BATCH]):
                of = {"shop_id": shop.id, "thread_id": threads[number % THREADS]}
                await deliveries.queue(session, row | of, raw, None)


async def _unsent(database: Database) -> int:
    async with database.read() as session:
        statement = text("SELECT count(*) FROM deliveries WHERE state <> 'sent'")
        return int((await (await session.connection()).execute(statement)).scalar_one())


def measure(mails: int, rounds: int) -> tuple[dict[str, list[Rate]], int]:
    """The rates of ours, of Postfix's queue and of smtp-source, in turns; and the size of one mail."""
    import uvloop

    found: dict[str, list[Rate]] = {"znx": [], "Postfix": [], "smtp-source": []}
    size = 0
    with sink() as port:
        for _ in range(rounds):
            with tempfile.TemporaryDirectory() as folder, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                rate, size = runner.run(ours(Path(folder), port, mails))
            found["znx"].append(rate)
            found["Postfix"].append(peer(port, mails, size))
            found["smtp-source"].append(source(port, mails, size))
    return found, size


def run(mails: int = 1000, rounds: int = 3) -> list[Row]:
    """Measure, print, remember; the rows of the common table."""
    found, size = measure(mails, rounds)
    print(f"{machine()}; SQLite, {mails} mails of {size} bytes, {AT_ONCE} at once, n = {rounds}")
    for who, each in found.items():
        print(f"{who:<12}{', '.join(f'{one.mails:.0f}/s {one.cpu:.2f} ms' for one in each)}")
    mine, postfixs, sources = (_middle(each) for each in found.values())
    kept = {"rate": mine.mails, "cpu_ms": mine.cpu, "making_ms": mine.making, "size": size}
    kept |= {"postfix_rate": postfixs.mails, "postfix_cpu_ms": postfixs.cpu}
    remember("sending", [kept | {"source_rate": sources.mails, "source_cpu_ms": sources.cpu}])
    return [
        Row("send sqlite: queue to sink", mine.mails, postfixs.mails, 3.0, peer_name="Postfix's queue"),
        Row("send sqlite: the same, processor time a mail", mine.cpu, postfixs.cpu, 3.0, "ms", "Postfix's queue"),
        Row("send sqlite: beside a sender without a queue", mine.mails, sources.mails, 0.25, peer_name="smtp-source"),
        Row(
            "send: rendered, composed, signed, on one core", 1000 / mine.making, 1000.0, 1.0, peer_name="1,000 a second"
        ),
    ]


def _middle(each: list[Rate]) -> Rate:
    return Rate(*(median([getattr(one, name) for one in each]) for name in ("mails", "cpu", "making")))


def main(mails: int = 1000, rounds: int = 3) -> None:
    """Print all figures."""
    for row in run(mails, rounds):
        print(row)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
