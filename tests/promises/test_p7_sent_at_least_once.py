"""P7: kill -9 of the worker while it sends: every reply leaves, at most one more copy a kill, one Message-ID each."""

import asyncio
import email
import random
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from gateway.outbound.sending import AT_ONCE
from tests.e2e.serving import Znx, eventually, gateway, open_store
from tests.promises.looking import let_leases_end
from tests.promises.mta import Mta, letters
from tests.smtp.relay import Relay, listening

BURST = 12


def thread_of_a_buyer(znx: Znx) -> str:
    """A thread that a seller can answer."""
    store = open_store(znx)
    mta = Mta(lambda: znx.port("smtp"), store.address())
    mta.send(letters("p7", 1))
    mta.wait()
    thread: str = store.thread()["id"]
    return thread


def answer(znx: Znx, thread: str, number: int) -> None:
    """A reply of the seller's, sent by a program that tries again with the same key: it counts once."""
    for _ in range(1 + (number % 10 == 0)):
        znx.api("POST", f"/threads/{thread}/replies", {"text": f"reply {number}."}, **{"Idempotency-Key": str(number)})


def has_taken(relay: Relay, count: int) -> bool:
    """Whether so many mails have come."""
    return len(relay.mails) >= count


async def killed_while_sending(znx: Znx, relay: Relay, kills: int) -> None:
    """Start a worker, let it send for a moment, kill it; and so on, then let the last one finish."""
    dice, expected = random.Random(kills), len(relay.mails)
    for _ in range(kills):
        process = await asyncio.to_thread(znx.start, "worker", roles=())
        expected = len(relay.mails) + dice.randint(1, BURST)
        await asyncio.to_thread(eventually, partial(has_taken, relay, expected), 60)
        process.kill()
        await asyncio.to_thread(process.wait)
        assert process.stdout is not None
        process.stdout.close()
        znx.processes.remove(process)
        let_leases_end(znx)
    znx.start("worker", roles=())


@pytest.mark.parametrize("kills", [1, pytest.param(40, marks=pytest.mark.slow)])
async def test_replies_survive_a_worker_that_dies(kills: int, tmp_path: Path) -> None:
    async with listening(Relay()) as relay:
        with gateway(tmp_path / "home", ZNX_RELAY_URL=relay.url) as znx:
            await asyncio.to_thread(znx.start, "serve")
            thread = await asyncio.to_thread(thread_of_a_buyer, znx)
            await asyncio.to_thread(znx.stop)
            await asyncio.to_thread(znx.start, "web", roles=("web",))
            replies = kills * BURST
            for number in range(replies):
                await asyncio.to_thread(answer, znx, thread, number)
            await killed_while_sending(znx, relay, kills)
            await asyncio.to_thread(answer, znx, thread, replies)
            await asyncio.to_thread(eventually, lambda: len(ids_by_text(relay)) > replies, 90)
            await asyncio.to_thread(znx.stop)
        sent = ids_by_text(relay)
        assert set(sent) == set(range(replies + 1))
        assert all(len(ids) == 1 for ids in sent.values())
        # Many are on their way at once, and each of those may be in the relay's hands when the worker dies.
        copies = len(relay.mails) - len(sent)
        assert copies <= kills * AT_ONCE


def ids_by_text(relay: Relay) -> dict[int, Counter[str]]:
    """For each reply that arrived, how often under which Message-ID."""
    found: dict[int, Counter[str]] = {}
    for envelope in relay.mails:
        assert isinstance(envelope.content, bytes)
        mail = email.message_from_bytes(envelope.content)
        part = next(part for part in mail.walk() if part.get_content_type() == "text/plain")
        content: object = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        text = content.decode()
        number = int(text.split("reply ")[1].split(".")[0])
        found.setdefault(number, Counter())[str(mail["Message-ID"])] += 1
    return found
