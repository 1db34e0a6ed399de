"""Mail to one destination and the mail to all others: a slow one holds up nobody, one that is down is found by one."""

import asyncio
import hashlib
from collections import Counter
from typing import Any

import pytest

from gateway.clock import new_id
from gateway.domain.couriers import Deferred, Failing, Outcome
from gateway.domain.destinations import RESTS, Destinations
from gateway.models import Delivery, DeliveryAttempt, Shop, Thread
from gateway.outbound.answers import ReplyDraft, reply
from gateway.outbound.sending import Sender
from gateway.store import deliveries
from tests.builders import add_user
from tests.conftest import StillClock
from tests.couriers import Relay
from tests.house import House, mail
from tests.outbound.test_sending import SELLER, told

RAW = b"Subject: hello\r\n\r\nbody\r\n"


async def due(house: House, *recipients: str) -> None:
    """Mails that wait, oldest first."""
    async with house.gw.db.write() as session:
        for recipient in recipients:
            id_, now = new_id(), house.gw.clock.now()
            row: dict[str, Any] = {"id": id_, "kind": "received", "mail_from": "", "rcpt_to": recipient}
            row |= {"sha256": hashlib.sha256(RAW).hexdigest(), "internet_message_id": f"{id_}@inbox.example"}
            row |= {"state": "queued", "queued_at": now, "at": now, "next_attempt_at": now}
            await deliveries.queue(session, row, RAW, None)


@pytest.fixture
async def thread_id(house: House) -> str:
    """A thread of a buyer, and a seller who is told."""
    await house.receive(mail())
    (thread,) = await house.all(Thread)
    async with house.gw.db.write() as session:
        shop = await session.get(Shop, thread.shop_id)
        assert shop is not None
        await add_user(session, "li@shop.example", "seller", shop, name="Li Na", locale="zh_CN")
    return thread.id


async def states(house: House) -> dict[str, Counter[str]]:
    """How many mails of each domain are in which state."""
    found: dict[str, Counter[str]] = {}
    for delivery in await house.all(Delivery):
        found.setdefault(delivery.domain, Counter())[delivery.state] += 1
    return found


class Stuck(Relay):
    """Mail to one domain takes until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go, self.stuck, self.most = asyncio.Event(), 0, 0

    async def send(self, raw: bytes, mail_from: str, rcpt_to: str) -> Outcome:
        """Take a mail."""
        if rcpt_to.endswith("@slow.example"):
            self.stuck += 1
            self.most = max(self.most, self.stuck)
            await self.let_go.wait()
            self.stuck -= 1
        return await super().send(raw, mail_from, rcpt_to)


async def test_a_slow_domain_holds_up_no_other_however_much_waits_for_it(house: House) -> None:
    stuck = Stuck()
    await due(house, *(f"{number}@slow.example" for number in range(40)))
    await due(house, *(f"{number}@{domain}.example" for number in range(4) for domain in ("one", "two")))
    house.gw.outbound_signal.attach()
    running = asyncio.create_task(Sender(house.gw, stuck, Destinations(6, 3)).run())
    async with asyncio.timeout(20):
        while len(stuck.sent) < 8:  # noqa: ASYNC110
            await asyncio.sleep(0)
        assert (stuck.stuck, stuck.most) == (3, 3)
        stuck.let_go.set()
        while len(stuck.sent) < 48:  # noqa: ASYNC110
            await asyncio.sleep(0)
    running.cancel()
    await asyncio.wait([running])
    assert stuck.most == 3
    assert all(count == Counter(sent=sum(count.values())) for count in (await states(house)).values())


class Down(Relay):
    """Something takes no mail as long as `down` says what."""

    def __init__(self, about: Failing, domain: str = "") -> None:
        super().__init__()
        self.about: Failing = about
        self.domain, self.down, self.tries = domain, True, 0

    async def send(self, raw: bytes, mail_from: str, rcpt_to: str) -> Outcome:
        """Take a mail, or not."""
        if self.down and rcpt_to.endswith(self.domain):
            self.tries += 1
            return Deferred("mx.example:25: Connection refused", "mx.example:25", ("-- refused",), self.about)
        return await super().send(raw, mail_from, rcpt_to)


async def test_one_mail_finds_the_relay_down_for_all_and_one_finds_it_back(house: House, clock: StillClock) -> None:
    relay = Down("relay")
    sender = Sender(house.gw, relay, jitter=lambda: 0.5)
    await due(house, *(f"{number}@{number % 7}.example" for number in range(30)))
    await sender.send_once()
    first = relay.tries
    for _ in range(5):
        await sender.send_once()
        clock.forward(seconds=5)
    assert relay.tries == first
    assert len(await house.all(DeliveryAttempt)) == 1
    waiting = await house.all(Delivery)
    assert {(one.state, one.smtp_reply) for one in waiting} == {("deferred", "mx.example:25: Connection refused")}
    assert sum(one.attempts - one.attempts_before for one in waiting) == 1
    clock.forward(seconds=RESTS[0].total_seconds())
    for _ in range(3):
        await sender.send_once()
    assert (relay.tries, len(await house.all(DeliveryAttempt))) == (first + 1, 2)
    relay.down = False
    clock.forward(seconds=RESTS[1].total_seconds())
    assert await sender.send_once() == 1
    while await sender.send_once():
        pass
    clock.forward(minutes=1)  # the one mail that was tried first waits for its own time
    await sender.send_once()
    assert len(relay.sent) == 30
    assert {one.state for one in await house.all(Delivery)} == {"sent"}


async def test_a_domain_that_is_down_rests_alone(house: House, clock: StillClock) -> None:
    relay = Down("domain", "@down.example")
    sender = Sender(house.gw, relay, Destinations(10, 2), jitter=lambda: 0.5)
    await due(house, *(f"{number}@down.example" for number in range(6)), *(f"{n}@up.example" for n in range(6)))
    for _ in range(6):
        await sender.send_once()
    assert await states(house) == {"down.example": Counter(deferred=6), "up.example": Counter(sent=6)}
    assert relay.tries == 2
    relay.down = False
    clock.forward(minutes=2)
    assert await sender.send_once() == 1
    while await sender.send_once():
        pass
    assert await states(house) == {"down.example": Counter(sent=6), "up.example": Counter(sent=6)}


async def test_sellers_hear_of_each_late_mail_though_only_one_was_tried(
    house: House, thread_id: str, clock: StillClock
) -> None:
    relay, replies = Down("relay"), 3
    sender = Sender(house.gw, relay, jitter=lambda: 0.5)
    for number in range(replies):
        await reply(house.gw, SELLER, thread_id, ReplyDraft(f"{number}"))
    for _ in range(9):  # the one that was tried may wait for hours until its own next turn
        await sender.send_once()
        await sender.send_once()
        clock.forward(hours=1)
    relay.down = False
    clock.forward(hours=5)
    while await sender.send_once():
        clock.forward(minutes=1)
    assert len(told(relay)) == replies
    mine = [one for one in await house.all(Delivery) if one.kind == "reply"]
    assert {one.state for one in mine} == {"sent"}
    assert all(one.late_told_at for one in mine)
