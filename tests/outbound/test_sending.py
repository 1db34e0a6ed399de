"""What becomes of mail that is due: nobody waits for the slowest, nothing is lost, the sellers hear of it once."""

import asyncio
import email
import email.policy
import itertools
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from gateway.admin import deliveries
from gateway.clock import new_id
from gateway.domain.actors import SYSTEM, Actor
from gateway.domain.couriers import Deferred, Outcome, Refused, Sent
from gateway.domain.destinations import Destinations
from gateway.domain.queueing import DeliveryQuery, SuppressionQuery
from gateway.domain.retrying import WAITS
from gateway.errors import Conflict, Forbidden, Invalid, NotFound
from gateway.models import Delivery, DeliveryAttempt, Shop, Thread
from gateway.outbound.answers import ReplyDraft, reply
from gateway.outbound.sending import Sender
from gateway.signals import Signal
from gateway.store.leases import OUTGOING
from tests.builders import add_user
from tests.conftest import StillClock
from tests.couriers import Relay
from tests.house import SENDER, House, add_order, mail
from tests.outbound.test_answers import DSN

SELLER = Actor("user", "u1", "Li Na", "seller", None)
GONE = Refused("550 5.1.1 No such user", "mx.example", "address", ("C: RCPT TO:<wang@example.com>", "S: 550 5.1.1 No"))


@pytest.fixture
def relay() -> Relay:
    """A relay that takes everything."""
    return Relay()


@pytest.fixture
def sender(house: House, relay: Relay) -> Sender:
    """The sender before the relay, without chance."""
    return Sender(house.gw, relay, jitter=lambda: 0.5)


@pytest.fixture
async def thread_id(house: House) -> str:
    """A thread in which Wang asked for her parcel; two sellers work for the shop."""
    await house.receive(mail("包裹在哪里", "你好，在哪里？"))
    (thread,) = await house.all(Thread)
    async with house.gw.db.write() as session:
        shop = await session.get(Shop, thread.shop_id)
        assert shop is not None
        await add_user(session, "li@shop.example", "seller", shop, name="Li Na", locale="zh_CN")
        await add_user(session, "zhao@shop.example", "seller", shop)
    return thread.id


async def answer(house: House, thread_id: str, text: str = "已经发货了。") -> None:
    await reply(house.gw, SELLER, thread_id, ReplyDraft(text))


async def only(house: House, kind: str = "reply") -> Delivery:
    (found,) = [delivery for delivery in await house.all(Delivery) if delivery.kind == kind]
    return found


class Slow(Relay):
    """Keeps the first mail until it is told to let go."""

    def __init__(self) -> None:
        super().__init__()
        self.busy, self.let_go = asyncio.Event(), asyncio.Event()

    async def send(self, raw: bytes, mail_from: str, rcpt_to: str) -> Outcome:
        """Take a mail, the first one slowly."""
        outcome = await super().send(raw, mail_from, rcpt_to)
        self.busy.set()
        if len(self.sent) == 1:
            await self.let_go.wait()
        return outcome


async def eventually(house: House, state: str, count: int) -> None:
    async with asyncio.timeout(20):
        while [delivery.state for delivery in await house.all(Delivery)].count(state) < count:  # noqa: ASYNC110
            await asyncio.sleep(0)


async def test_a_slow_mail_holds_up_nobody(house: House, thread_id: str) -> None:
    slow = Slow()
    house.gw.outbound_signal.attach()
    running = asyncio.create_task(Sender(house.gw, slow, Destinations(2, 2)).run())
    for number in range(5):
        await answer(house, thread_id, f"{number}")
    await eventually(house, "sent", 4)
    slow.let_go.set()
    await eventually(house, "sent", 5)
    assert len(slow.sent) == 5
    running.cancel()


class Counted(Signal):
    """Counts how often somebody waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.waits = 0

    async def wait(self, timeout: float) -> None:
        """Wait for a wake-up."""
        self.waits += 1
        await super().wait(timeout)


async def test_a_worker_whose_hands_are_full_waits_for_one_to_be_free(house: House, thread_id: str) -> None:
    slow, signal = Slow(), Counted()
    signal.attach()
    for number in range(3):
        await answer(house, thread_id, f"{number}")
    running = asyncio.create_task(Sender(replace(house.gw, outbound_signal=signal), slow, Destinations(1, 1)).run())
    await asyncio.wait_for(slow.busy.wait(), 20)
    for _ in range(300):
        await asyncio.sleep(0)
    assert signal.waits <= 2
    assert len(slow.sent) == 1
    slow.let_go.set()
    await eventually(house, "sent", 3)
    running.cancel()
    await asyncio.wait([running])


async def test_a_stop_lets_what_is_on_its_way_land(house: House, thread_id: str) -> None:
    slow = Slow()
    running = asyncio.create_task(Sender(house.gw, slow).run())
    await answer(house, thread_id)
    await asyncio.wait_for(slow.busy.wait(), 20)
    running.cancel()
    await asyncio.sleep(0)
    slow.let_go.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await only(house)).state == "sent"


async def test_a_stop_gives_back_what_does_not_end(house: House, thread_id: str, relay: Relay) -> None:
    slow = Slow()
    sending = Sender(house.gw, slow, patience=0)
    running = asyncio.create_task(sending.run())
    await answer(house, thread_id)
    await asyncio.wait_for(slow.busy.wait(), 20)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await Sender(house.gw, relay).send_once() == 1
    assert (await only(house)).state == "sent"


async def test_every_attempt_keeps_its_whole_dialogue(
    house: House, thread_id: str, relay: Relay, sender: Sender, clock: StillClock
) -> None:
    relay.answers = [Deferred("451 4.7.1 Greylisted", "mx.example", ("C: EHLO x", "S: 451 4.7.1 Greylisted"))]
    await answer(house, thread_id)
    await sender.send_once()
    clock.forward(minutes=2)
    await sender.send_once()
    attempts = await house.all(DeliveryAttempt)
    assert [attempt.dialogue for attempt in attempts] == [
        ["C: EHLO x", "S: 451 4.7.1 Greylisted"],
        ["C: x", "S: 250 Ok"],
    ]
    detail = await deliveries.delivery(house.gw, SYSTEM, (await only(house)).id)
    assert [attempt.outcome for attempt in detail.attempts] == ["deferred", "sent"]


async def test_an_address_that_does_not_exist_is_suppressed_until_an_admin_releases_it(
    house: House, thread_id: str, relay: Relay, sender: Sender
) -> None:
    relay.answers = [GONE]
    await answer(house, thread_id)
    await sender.send_once()
    (row,) = (await deliveries.suppressions(house.gw, SYSTEM, SuppressionQuery())).items
    assert (row.address, row.reason, row.scope, row.shop) == (SENDER, "address", "all", "lotus")
    sent = len(relay.sent)
    await answer(house, thread_id, "Hello?")
    assert SENDER not in [rcpt for _, _, rcpt in relay.sent[sent:]]
    await sender.send_once()
    assert SENDER not in [rcpt for _, _, rcpt in relay.sent[sent:]]
    await deliveries.release(house.gw, SYSTEM, row.id)
    await answer(house, thread_id, "Hello again?")
    await sender.send_once()
    assert SENDER in [rcpt for _, _, rcpt in relay.sent[sent:]]
    with pytest.raises(NotFound):
        await deliveries.release(house.gw, SYSTEM, row.id)


@pytest.mark.parametrize("kind", ["full", "policy", "content", "other"])
async def test_other_refusals_suppress_nothing(house: House, thread_id: str, relay: Relay, kind: str) -> None:
    relay.answers = [Refused("552 5.2.2 no", "mx.example", kind)]  # type: ignore[arg-type]
    await answer(house, thread_id)
    await Sender(house.gw, relay).send_once()
    delivery = await only(house)
    assert (delivery.state, delivery.refusal) == ("failed", kind)
    assert (await deliveries.suppressions(house.gw, SYSTEM, SuppressionQuery())).items == ()


def told(relay: Relay) -> list[tuple[str, str]]:
    """Whom the sellers' mails went to, and their subjects."""
    return [(str(m["To"].addresses[0].addr_spec), str(m["Subject"])) for m in relay.mails if m["To"] and is_report(m)]


def is_report(message: email.message.EmailMessage) -> bool:
    return str(message["To"].addresses[0].domain) == "shop.example"


async def test_a_stop_amid_a_claim_forgets_nothing(house: House, thread_id: str, relay: Relay, sender: Sender) -> None:
    await answer(house, thread_id)
    running = asyncio.create_task(Sender(house.gw, relay).run())
    for _ in range(3):  # until the claim is in its thread's hands
        await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await sender.send_once()
    assert ((await only(house)).state, len(relay.sent)) == ("sent", 1)


async def test_the_sellers_get_one_mail_when_it_is_late_and_one_when_it_failed(
    house: House, thread_id: str, relay: Relay, sender: Sender, clock: StillClock
) -> None:
    class Away(Relay):
        async def send(self, raw: bytes, mail_from: str, rcpt_to: str) -> Outcome:
            taken = await super().send(raw, mail_from, rcpt_to)
            return Deferred("no answer", "mx.example") if rcpt_to == SENDER else taken

    away = Away()
    sender = Sender(house.gw, away, jitter=lambda: 0.5)
    await answer(house, thread_id)
    seen: list[int] = []
    for hour in range(80):
        await sender.send_once()
        await sender.send_once()
        seen += [hour] * (len(told(away)) - len(seen))
        clock.forward(hours=1)
    assert (await only(house)).state == "failed"
    assert len(seen) == 4
    assert 4 <= seen[0] == seen[1] <= 8
    assert 72 <= seen[2] == seen[3] <= 77
    assert {address for address, _ in told(away)} == {"li@shop.example", "zhao@shop.example"}
    late, failed = told(away)[0][1], told(away)[2][1]
    assert late != failed
    assert "A-1001" in failed
    for message in away.mails:
        if is_report(message):
            assert message["Auto-Submitted"] == "auto-generated"
            assert SENDER not in message.as_string()


async def test_a_bounce_is_reported_and_a_lost_report_is_not(
    house: House, thread_id: str, relay: Relay, sender: Sender
) -> None:
    await answer(house, thread_id)
    await sender.send_once()
    await house.receive(DSN, relay.sent[0][1].partition("@")[0], "")
    relay.answers = [GONE, GONE]
    await sender.send_once()
    assert len(told(relay)) == 2
    assert await sender.send_once() == 0
    (delivery,) = [d for d in await house.all(Delivery) if d.kind == "reply"]
    assert (delivery.state, delivery.refusal) == ("bounced", "address")


async def test_the_schedule_is_kept_to_the_end(house: House, thread_id: str, clock: StillClock) -> None:
    relay = Relay()
    relay.answers = [Deferred("later", "mx.example") for _ in range(100)]
    sender = Sender(house.gw, relay)
    await answer(house, thread_id)
    moments: list[datetime] = []
    while (delivery := await only(house)).state != "failed":
        clock.at = max(clock.at, delivery.next_attempt_at)
        moments.append(clock.at)
        await sender.send_once()
    waits = [later - earlier for earlier, later in itertools.pairwise(moments)]
    for number, wait in enumerate(waits[:-1]):
        planned = WAITS[min(number, len(WAITS) - 1)]
        assert planned * 0.8 <= wait <= planned * 1.2
    assert moments[-1] - moments[0] == timedelta(hours=72)
    assert len({raw for raw, _, rcpt in relay.sent if rcpt == SENDER}) == 1


async def test_what_is_paused_waits_and_goes_on(
    house: House, thread_id: str, relay: Relay, sender: Sender, clock: StillClock
) -> None:
    relay.answers = [Deferred("later", "mx.example")]
    await answer(house, thread_id)
    await sender.send_once()
    by_shop = await deliveries.pause(house.gw, SYSTEM, "shop", "lotus", "holiday")
    by_domain = await deliveries.pause(house.gw, SYSTEM, "domain", "EXAMPLE.com")
    assert (by_shop.value, by_domain.value) == ("lotus", "example.com")
    clock.forward(hours=100)
    assert await sender.send_once() == 0
    (shown,) = (await deliveries.deliveries(house.gw, SYSTEM, DeliveryQuery(state="deferred"))).items
    assert shown.paused
    await deliveries.resume(house.gw, SYSTEM, by_shop.id)
    assert await sender.send_once() == 0
    await deliveries.resume(house.gw, SYSTEM, by_domain.id)
    relay.answers = [Deferred("later", "mx.example")]
    assert await sender.send_once() == 1
    assert (await only(house)).state == "deferred"
    with pytest.raises(NotFound):
        await deliveries.resume(house.gw, SYSTEM, by_shop.id)


async def test_a_pause_holds_back_no_other_shop_and_no_other_domain(
    house: House, thread_id: str, sender: Sender
) -> None:
    await deliveries.pause(house.gw, SYSTEM, "domain", "elsewhere.example")
    await answer(house, thread_id)
    assert await sender.send_once() == 1
    with pytest.raises(Conflict):
        await deliveries.pause(house.gw, SYSTEM, "domain", "elsewhere.example")
    with pytest.raises(Invalid):
        await deliveries.pause(house.gw, SYSTEM, "domain", "not a domain")
    with pytest.raises(NotFound):
        await deliveries.pause(house.gw, SYSTEM, "shop", "nobodys")
    with pytest.raises(Forbidden):
        await deliveries.pause(house.gw, Actor("token", "t", "lotus", "admin", ("x",)), "domain", "example.com")


async def test_an_admin_sends_again_what_failed_under_the_same_message_id(
    house: House, thread_id: str, relay: Relay, sender: Sender
) -> None:
    relay.answers = [Refused("554 5.7.1 spam", "mx.example", "policy")]
    await answer(house, thread_id)
    await sender.send_once()
    failed = await only(house)
    await deliveries.retry(house.gw, SYSTEM, failed.id)
    await sender.send_once()
    ours = [raw for raw, _, rcpt in relay.sent if rcpt == SENDER]
    assert len(ours) == 2
    assert ours[0] == ours[1]
    assert (await only(house)).state == "sent"
    with pytest.raises(Conflict):
        await deliveries.retry(house.gw, SYSTEM, failed.id)
    with pytest.raises(NotFound):
        await deliveries.retry(house.gw, SYSTEM, new_id())


async def test_an_admin_stops_what_has_not_left(house: House, thread_id: str, relay: Relay, sender: Sender) -> None:
    await answer(house, thread_id)
    queued = await only(house)
    detail = await deliveries.cancel(house.gw, SYSTEM, queued.id)
    assert (detail.mail.state, detail.mail.refusal) == ("failed", "cancelled")
    assert await sender.send_once() == 0
    assert relay.sent == []
    with pytest.raises(Conflict):
        await deliveries.cancel(house.gw, SYSTEM, queued.id)


async def test_what_is_on_its_way_can_neither_be_stopped_nor_sent_twice(house: House, thread_id: str) -> None:
    slow = Slow()
    await answer(house, thread_id)
    sending = asyncio.create_task(Sender(house.gw, slow).send_once())
    await asyncio.wait_for(slow.busy.wait(), 20)
    queued = await only(house)
    for act in (deliveries.cancel, deliveries.retry):
        with pytest.raises(Conflict):
            await act(house.gw, SYSTEM, queued.id)
    slow.let_go.set()
    await sending
    assert (await only(house)).state == "sent"


async def test_a_worker_that_lives_keeps_its_mail_and_one_that_died_leaves_it_to_others(
    house: House, thread_id: str, relay: Relay, clock: StillClock
) -> None:
    await answer(house, thread_id)
    slow = Slow()
    worker = Sender(house.gw, slow)
    dead = asyncio.create_task(worker.send_once())
    await asyncio.wait_for(slow.busy.wait(), 20)
    for _ in range(3):
        clock.forward(seconds=OUTGOING.total_seconds() - 1)
        await worker.renew()
    assert await Sender(house.gw, relay).send_once() == 0
    clock.forward(seconds=OUTGOING.total_seconds() + 1)
    assert await Sender(house.gw, relay).send_once() == 1
    dead.cancel()
    assert (await only(house)).state == "sent"


async def test_a_worker_never_takes_again_what_it_has_in_hand(house: House, thread_id: str, clock: StillClock) -> None:
    await answer(house, thread_id)
    slow = Slow()
    running = asyncio.create_task(Sender(house.gw, slow).run())
    await asyncio.wait_for(slow.busy.wait(), 20)
    clock.forward(seconds=OUTGOING.total_seconds() + 1)  # as after an hour without a database: nothing was renewed
    await answer(house, thread_id, "第二封")
    await eventually(house, "sent", 1)
    slow.let_go.set()
    await eventually(house, "sent", 2)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert len(slow.sent) == 2


async def test_a_fault_of_ours_stops_one_mail_and_not_the_others(house: House, thread_id: str) -> None:
    class Broken(Relay):
        async def send(self, raw: bytes, mail_from: str, rcpt_to: str) -> Outcome:
            await super().send(raw, mail_from, rcpt_to)
            if len(self.sent) == 1:
                raise RuntimeError("a mistake")
            return Sent("250 Ok", "mx.example")

    for text in ("one", "two"):
        await answer(house, thread_id, text)
    await Sender(house.gw, Broken()).send_once()
    assert sorted(delivery.state for delivery in await house.all(Delivery)) == ["deferred", "sent"]


async def test_the_queue_pages_and_keeps_shops_apart(house: House, thread_id: str, clock: StillClock) -> None:
    await add_order(house.gw.db, clock.now(), "A-2")
    for number in range(5):
        await answer(house, thread_id, f"{number}")
    query = DeliveryQuery(limit=2)
    seen: list[str] = []
    while True:
        page = await deliveries.deliveries(house.gw, SYSTEM, query)
        seen += [queued.id for queued in page.items]
        if page.next is None:
            break
        query = DeliveryQuery(limit=2, cursor=page.next)
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == 5
    stranger = Actor("token", "t", "jade", "admin", ("another",))
    assert (await deliveries.deliveries(house.gw, stranger, DeliveryQuery())).items == ()
    with pytest.raises(NotFound):
        await deliveries.delivery(house.gw, stranger, seen[0])
    with pytest.raises(NotFound):
        await deliveries.cancel(house.gw, stranger, seen[0])
    with pytest.raises(Invalid):
        await deliveries.deliveries(house.gw, SYSTEM, DeliveryQuery(cursor="x"))
