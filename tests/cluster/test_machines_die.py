"""Each node is killed in turn, then the primary: no mail is lost or shown twice, no answer leaves twice as two mails.

All of it runs on one machine, in processes; nothing here cuts a network in two.
"""

import email
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from tests.cluster.nodes import Cluster, cluster
from tests.cluster.pair import running
from tests.e2e.serving import Store, Znx, eventually, gateway, open_store
from tests.promises.looking import assert_each_shown_once, ledger, let_leases_end
from tests.promises.mta import Letter, Mta, letters

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

CLIENT = "127.0.0.77"
A_KILL = 30
"""Mails that are under way while one node is away."""
WITHIN = 10.0
"""Seconds within which every client hears something."""


class Sellers:
    """Programs that answer a thread by the API, again with the same key until they hear that it is written."""

    def __init__(self, znx: Znx, thread: str) -> None:
        self._znx, self._thread = znx, thread
        self._pool = ThreadPoolExecutor(2)
        self._over = threading.Event()
        self.asked = 0

    def answer(self, count: int) -> None:
        """Begin to, in the background."""
        for _ in range(count):
            self.asked += 1
            self._pool.submit(self._answer, self.asked)

    def _answer(self, number: int) -> None:
        while not self._over.is_set():
            try:
                status, _ = self._znx.call(
                    "POST",
                    f"/threads/{self._thread}/replies",
                    {"text": f"answer {number}."},
                    **{"Idempotency-Key": f"answer-{number}"},
                )
            except OSError:
                status = 0
            if status == 201:
                return
            assert status == 0 or status >= 500, status
            self._over.wait(0.2)

    def wait(self) -> None:
        """Until all are written."""
        self._pool.shutdown(wait=True)

    def leave(self) -> None:
        """Give up what is not."""
        self._over.set()
        self._pool.shutdown(wait=False, cancel_futures=True)


def storm(cluster: Cluster, mta: Mta, sellers: Sellers, mails: list[Letter]) -> None:
    """Kill and start each node in turn, while mails and answers come in; at last the primary, for good."""
    parts = [mails[start : start + A_KILL] for start in range(0, len(mails), A_KILL)]
    for node, part in zip(cluster.nodes, parts, strict=False):
        mta.send(part)
        sellers.answer(2)
        eventually(lambda: mta.left < A_KILL * 3 // 4, 60)
        node.kill()
        eventually(lambda: mta.left < A_KILL // 4, 60)
        node.start()
    for part in parts[len(cluster.nodes) :]:
        mta.send(part)
    sellers.answer(4)
    eventually(lambda: mta.left < A_KILL, 60)
    cluster.pair.primary.kill()
    before = sum(heard.code == 451 for heard in mta.heard)
    eventually(lambda: sum(heard.code == 451 for heard in mta.heard) > before + 6, 60)
    cluster.pair.promote()


def sent(folder: Path) -> Counter[str]:
    """How often each answer left, by its Message-ID."""
    mails = [email.message_from_bytes(path.read_bytes()) for path in (folder / "outgoing" / "new").iterdir()]
    texts = [(str(mail["Message-ID"]), mail.as_string()) for mail in mails]
    return Counter(id_ for id_, text in texts if "answer " in text)


def peers(url: str) -> set[str]:
    """The clients' addresses in the ledger."""
    with psycopg.connect(url) as connection:
        return {str(row[0]) for row in connection.execute("SELECT DISTINCT peer->>'ip' FROM inbound_emails")}


def test_nothing_is_lost_and_nothing_doubled(tmp_path: Path) -> None:
    mails = letters("p8", A_KILL * 8)
    with cluster(tmp_path) as built:
        store = open_store(built.znx)
        mta = Mta(lambda: built.znx.port("smtp"), store.address(), source=CLIENT)
        mta.send(mails[:1])
        sellers = Sellers(built.znx, store.thread()["id"])
        try:
            storm(built, mta, sellers, mails[1:])
            mta.wait(90)
            sellers.wait()
        finally:
            sellers.leave()
        let_leases_end(built.znx)
        assert_each_shown_once(store, mails)
        assert_no_250_was_a_lie(store, mta)
        assert peers(built.pair.url) == {CLIENT}
        assert not [heard for heard in mta.heard if heard.code >= 500]
        assert_answers_left(built, store, sellers.asked)


def assert_no_250_was_a_lie(store: Store, mta: Mta) -> None:
    """The ledger has the very row that a client was told of, not only one of its other tries."""
    assert set(mta.ids.values()) <= {row["id"] for row in ledger(store)}


def assert_answers_left(built: Cluster, store: Store, asked: int) -> None:
    """Each is one message, and one mail at least; one more at most for the worker that died while it sent."""
    messages = store.znx.api("GET", f"/threads/{store.thread()['id']}")["messages"]
    answers = Counter(message["text"] for message in messages if message["direction"] == "outbound")
    assert [answers[f"answer {number}."] for number in range(1, asked + 1)] == [1] * asked
    eventually(lambda: len(sent(built.folder)) >= asked, 60)
    copies = sent(built.folder)
    assert len(copies) == asked
    assert copies.total() <= asked + 3


def test_no_250_without_the_standby(tmp_path: Path) -> None:
    with running() as pair, gateway(tmp_path / "home", ZNX_DATABASE_URL=pair.url) as znx:
        znx.run("db", "upgrade")
        znx.start("serve")
        store = open_store(znx)
        first, second = letters("p8", 4), letters("p9", 6)
        mta = Mta(lambda: znx.port("smtp"), store.address(), pause=0.3)
        mta.send(first)
        eventually(lambda: mta.left == 0)
        pair.standby.kill()
        mta.send(second)
        eventually(lambda: len([heard for heard in mta.heard if heard.code >= 400]) >= 6, 60)
        assert {heard.code for heard in mta.heard if heard.code >= 400} == {451}
        assert set(mta.ids) == {mail.mark for mail in first}, "a 250 for a mail that only the primary has"
        pair.standby.start()
        mta.wait(60)
        assert max(heard.seconds for heard in mta.heard) < WITHIN
        assert_each_shown_once(store, first + second)
        assert_no_250_was_a_lie(store, mta)
        assert pair.in_step()
