"""kill -9 while mail is being sent: every answer arrives; what doubles was on its way, and has its id again."""

import asyncio
import collections
import contextlib
import email
import random
import socket
import socketserver
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.domain.actors import Actor
from gateway.models import Delivery, Thread
from gateway.outbound.answers import ReplyDraft, reply
from gateway.store.leases import OUTGOING
from tests.e2e.serving import eventually
from tests.house import House, mail

DATABASES = ("sqlite",)
"""SQLite in a home that processes share; leases and fences are the same statements on PostgreSQL."""

SELLER = Actor("user", "u1", "Li Na", "seller", None)
ANSWERS = 40


class Sink:
    """A relay that counts the Message-IDs that it said 250 to, as a server does."""

    def __init__(self) -> None:
        self.taken: collections.Counter[str] = collections.Counter()
        self.arrived = threading.Semaphore(0)
        self._lock = threading.Lock()

    def take(self, raw: bytes) -> None:
        """One mail is here."""
        with self._lock:
            self.taken[str(email.message_from_bytes(raw)["Message-ID"])] += 1
        self.arrived.release()


@contextmanager
def listening(sink: Sink) -> Iterator[int]:
    """The sink on a free port."""

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            try:
                self._talk()
            except OSError:
                pass

        def _talk(self) -> None:
            self._say("220 sink")
            while line := self.rfile.readline():
                verb = line[:4].upper()
                if verb == b"DATA":
                    self._say("354 go")
                    body = b"".join(iter(self.rfile.readline, b".\r\n"))
                    if not body.endswith(b"\r\n"):
                        return
                    sink.take(body)
                self._say("221 bye" if verb == b"QUIT" else "250 sink")
                if verb == b"QUIT":
                    return

        def _say(self, words: str) -> None:
            self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.wfile.write(f"{words}\r\n".encode())

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Session) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.mark.slow
@pytest.mark.parametrize("at_once", [1, 20])
async def test_a_killed_worker_loses_nothing_and_doubles_no_more_than_was_on_its_way(
    house: House, tmp_path: Path, at_once: int
) -> None:
    await house.receive(mail())
    (thread,) = await house.all(Thread)
    for number in range(ANSWERS):
        await reply(house.gw, SELLER, thread.id, ReplyDraft(f"Answer {number}"))
    sink = Sink()
    with listening(sink) as port:
        kills = await asyncio.to_thread(kill_again_and_again, sink, tmp_path, port, at_once)
    sent = {f"<{delivery.internet_message_id}>": delivery.state for delivery in await house.all(Delivery)}
    assert len(sent) == ANSWERS
    assert set(sink.taken) == set(sent)
    assert set(sent.values()) == {"sent"}
    doubles = sum(sink.taken.values()) - ANSWERS
    print(f"{kills} kills, {at_once} at once: 0 lost, {doubles} doubled")  # noqa: T201
    assert doubles <= kills * at_once


def kill_again_and_again(sink: Sink, home: Path, port: int, at_once: int) -> int:
    """Start a sender, kill it when some more mails have arrived; until all are there. How many were killed."""
    chance, kills = random.Random(at_once), 0
    while len(sink.taken) < ANSWERS:
        child = start(home, port, kills, at_once)
        for _ in range(chance.randrange(2, 8)):
            sink.arrived.acquire(timeout=30 if len(sink.taken) < ANSWERS else 0)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(chance.random() * 0.01)  # at any point between an answer and its record
        child.kill()
        child.wait()
        kills += 1
    child = start(home, port, kills, at_once)
    try:
        eventually(lambda: unsent(home) == 0, 60)
    finally:
        child.kill()
        child.wait()
    return kills


def start(home: Path, port: int, number: int, at_once: int) -> "subprocess.Popen[bytes]":
    """A sender whose clock is beyond the leases of all that were before it."""
    ahead = (number + 1) * (OUTGOING.total_seconds() + 1)
    words = [str(home), str(port), str(ahead), str(at_once)]
    return subprocess.Popen([sys.executable, "-m", "tests.e2e.sending_child", *words])


def unsent(home: Path) -> int:
    """How many mails still wait, by a look of our own into the database."""
    with contextlib.closing(sqlite3.connect(home / "znx.db")) as connection:
        return int(connection.execute("SELECT count(*) FROM deliveries WHERE state <> 'sent'").fetchone()[0])
