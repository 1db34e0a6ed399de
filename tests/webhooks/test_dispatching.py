"""What other programs hear: each event once, signed, with ids alone; again later, until it was taken or given up."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from gateway.admin import auditing, deliveries, examining, shops
from gateway.admin.shops import ShopChange
from gateway.clock import SystemClock
from gateway.context import Gateway
from gateway.domain.actors import SYSTEM
from gateway.domain.auditing import AuditQuery
from gateway.domain.emails import Bounce, BouncedRecipient
from gateway.domain.webhooks.events import KINDS
from gateway.inbox import threads, unsending
from gateway.models import Delivery, Shop, WebhookEvent
from gateway.outbound import answers
from gateway.outbound.sending import Sender
from gateway.outcalls import Caller
from gateway.store.deliveries import record_bounce
from gateway.webhooks import setup
from gateway.webhooks.dispatching import Dispatcher, forget_old_events
from gateway.webhooks.setup import NewWebhook
from tests import builders
from tests.conftest import StillClock
from tests.couriers import Relay
from tests.house import House, mail
from tests.outside import Program, listening

BOUNCE = Bounce("failed", "5.1.1", "hard", (BouncedRecipient("wang@example.com", "5.1.1", "no such user"),), None)


class Office:
    """The house, a program that hears of it, and the worker between them."""

    def __init__(self, house: House, gw: Gateway, clock: StillClock, program: Program, caller: Caller) -> None:
        self.house, self.gw, self.clock, self.program, self.caller = house, gw, clock, program, caller
        self.id = self.secret = ""

    async def subscribe(self, *events: str, shop: str = "lotus") -> None:
        """Let the program hear of events."""
        new = NewWebhook(url=self.program.url, events=events or KINDS, shop=shop)
        made = await setup.add(self.gw, SYSTEM, new)
        self.id, self.secret = made.webhook.id, made.secret

    async def work(self) -> None:
        """Send what is due."""
        await self.work_with(self.gw)

    async def work_with(self, gw: Gateway) -> None:
        """The same with other parts."""
        while await Dispatcher(gw, self.caller, jitter=lambda: 0.5).run_once():
            pass

    def told(self) -> list[dict[str, Any]]:
        """What the program was told, in order, each call checked by the specification's library."""
        return [json.loads(call.body) for call in self.program.calls]

    def kinds(self) -> list[str]:
        """The types of what it was told."""
        return [one["type"] for one in self.told()]

    async def states(self) -> list[tuple[str, int]]:
        """State and attempts of each delivery, oldest first."""
        page = await setup.calls(self.gw, SYSTEM, self.id)
        return [(one.state, one.attempts) for one in reversed(page.items)]


@pytest.fixture
async def office(house: House, clock: StillClock) -> AsyncIterator[Office]:
    """See Office; its webhooks may go to loopback."""
    settings = house.gw.settings.model_copy(update={"webhook_allow_private": "127.0.0.0/8"})
    gw = replace(house.gw, settings=settings)
    async with listening() as program, Caller(settings.webhook_networks) as caller:
        yield Office(house, gw, clock, program, caller)


async def test_who_runs_the_house_hears_of_a_webhook_that_was_switched_off(office: Office) -> None:
    shop = next(one for one in await office.house.all(Shop) if one.slug == "lotus")
    async with office.gw.db.write() as session:
        await builders.add_user(session, "boss@example.com", "admin")
        await builders.add_user(session, "mei@example.com", "manager", shop)
        await builders.add_user(session, "lin@example.com", "seller", shop)
    await office.subscribe("message.received", "thread.changed")
    office.program.answers = lambda _: web.Response(status=410)
    await office.house.receive(mail())
    await office.house.receive(mail("Another"))
    await office.work()
    relay = Relay()
    while await Sender(office.gw, relay).send_once():
        pass
    letters = {str(one["To"]): one for one in relay.mails if "webhook" in str(one["Subject"]).lower()}
    assert set(letters) == {"boss@example.com", "mei@example.com"}
    text = letters["boss@example.com"].get_body(("plain",))
    assert text is not None
    assert f"/webhooks/{office.id}" in text.get_content()
    assert "410 Gone" in text.get_content()
    found = {one.check: one async for one in examining.findings(office.gw)}
    assert not found["webhooks"].ok
    page = await auditing.entries(office.gw, SYSTEM, AuditQuery(on=office.id))
    assert (page.items[0].act, page.items[0].actor_kind) == ("webhook.changed", "system")


async def test_a_conversation_is_told_by_ids_alone(office: Office) -> None:
    await office.subscribe("message.received", "message.replied", "message.held")
    row = await office.house.receive(mail(text="My secret words"))
    await answers.reply(office.gw, SYSTEM, row.thread_id or "", answers.ReplyDraft("Private answer"))
    await Sender(office.gw, Relay()).send_once()
    held = await office.house.receive(mail(sender="eve@evil.test"), sender="eve@evil.test")
    await office.work()
    told = {one["type"]: one["data"] for one in office.told()}
    assert set(told) == {"message.received", "message.replied", "message.held"}
    assert told["message.received"] == {
        "shop": "lotus",
        "thread_id": row.thread_id,
        "message_id": row.message_id,
        "channel": "email",
        "automatic": False,
    }
    assert told["message.held"]["inbound_id"] == held.id
    assert told["message.held"]["why"] == "not-a-buyer"
    everything = b"".join(call.body for call in office.program.calls)
    for private in (b"secret words", b"Private", b"wang@", b"eve@", b"Wang"):
        assert private not in everything
    for call in office.program.calls:
        assert call.headers["webhook-id"]


async def test_each_kind_of_event_verifies_by_the_specifications_library(office: Office) -> None:
    """Received, replied, held, bounced, changed: and no byte of any may be another."""
    await office.subscribe("message.received", "message.replied", "message.held", "delivery.bounced", "thread.changed")
    await office.work()
    row = await office.house.receive(mail())
    await office.house.receive(mail(sender="eve@evil.test"), sender="eve@evil.test")
    await answers.reply(office.gw, SYSTEM, row.thread_id or "", answers.ReplyDraft("Hello"))
    await Sender(office.gw, Relay()).send_once()
    (delivery,) = [one for one in await office.house.all(Delivery) if one.kind == "reply"]
    async with office.gw.db.write() as session:
        await record_bounce(session, delivery.id, BOUNCE, office.clock.now())
    # The library wants calls of the last five minutes.
    await office.work_with(replace(office.gw, clock=SystemClock()))
    verifier = Verifier(office.secret)
    told = {verifier.verify(call.body, call.headers)["type"] for call in office.program.calls}
    assert told == {"message.received", "message.replied", "message.held", "delivery.bounced", "thread.changed"}
    call = office.program.calls[0]
    with pytest.raises(WebhookVerificationError):
        verifier.verify(call.body.replace(b"lotus", b"jades"), call.headers)


@pytest.mark.parametrize("end", ["sent", "taken back", "cancelled"])
async def test_an_answer_is_told_when_it_leaves_and_never_when_it_does_not(office: Office, end: str) -> None:
    await office.subscribe("message.replied")
    row = await office.house.receive(mail())
    later = answers.ReplyDraft("Hello", send_at=office.clock.now() + timedelta(seconds=20))
    message_id = await answers.reply(office.gw, SYSTEM, row.thread_id or "", later)
    await office.work()
    office.clock.forward(seconds=30)
    await office.work()
    assert office.kinds() == []
    if end == "sent":
        await Sender(office.gw, Relay()).send_once()
    elif end == "taken back":
        await unsending.take_back(office.gw, SYSTEM, message_id)
    else:
        (delivery,) = [one for one in await office.house.all(Delivery) if one.kind == "reply"]
        await deliveries.cancel(office.gw, SYSTEM, delivery.id)
    office.clock.forward(seconds=5)
    await office.work()
    assert office.kinds() == (["message.replied"] if end == "sent" else [])
    assert await office.states() == ([("sent", 1)] if end == "sent" else [])


async def test_changed_threads_are_told_from_now_on_and_once_each(office: Office) -> None:
    row = await office.house.receive(mail())
    await office.subscribe("thread.changed")
    await office.work()
    assert office.kinds() == []
    await threads.change_thread(office.gw, SYSTEM, row.thread_id or "", {"status": "closed"})
    await office.work()
    await office.work()
    (told,) = office.told()
    assert (told["type"], told["data"]["thread_id"], told["data"]["status"]) == (
        "thread.changed",
        row.thread_id,
        "closed",
    )


async def test_a_mail_that_comes_back_is_told(office: Office) -> None:
    row = await office.house.receive(mail())
    await answers.reply(office.gw, SYSTEM, row.thread_id or "", answers.ReplyDraft("Hello"))
    await office.subscribe("delivery.bounced")
    (delivery,) = await office.house.all(Delivery)
    async with office.gw.db.write() as session:
        await record_bounce(session, delivery.id, BOUNCE, office.clock.now())
    await office.work()
    (told,) = office.told()
    assert told["data"]["delivery_id"] == delivery.id
    assert told["data"]["to_masked"] == "w***@e***.com"


async def test_what_was_not_taken_comes_again_with_the_same_id_and_then_is_given_up(office: Office) -> None:
    await office.subscribe("message.received")
    office.program.answers = lambda _: web.Response(status=500, text="over\0loaded")
    await office.house.receive(mail())
    for _ in range(12):
        await office.work()
        office.clock.forward(hours=25)
    assert len({call.headers["webhook-id"] for call in office.program.calls}) == 1
    assert await office.states() in ([("failed", 10)], [("waiting", 6)])
    page = await setup.calls(office.gw, SYSTEM, office.id)
    assert (page.items[0].status, page.items[0].answer) == (500, "overloaded")


async def test_a_webhook_that_fails_for_days_is_switched_off_and_what_waited_comes_when_it_is_on_again(
    office: Office,
) -> None:
    await office.subscribe("message.received")
    office.program.answers = lambda _: web.Response(status=503)
    await office.house.receive(mail())
    for _ in range(6):
        await office.work()
        office.clock.forward(days=1, minutes=1)
    view = await setup.webhook(office.gw, SYSTEM, office.id)
    assert (view.enabled, view.disabled_why) == (False, "failing")
    calls = len(office.program.calls)
    await office.work()
    assert len(office.program.calls) == calls
    office.program.answers = lambda _: web.Response(status=200)
    await setup.change(office.gw, SYSTEM, office.id, {"enabled": True})
    office.clock.forward(days=2)
    await office.work()
    assert [state for state, _ in await office.states()] == ["sent"]


async def test_gone_means_gone(office: Office) -> None:
    await office.subscribe("message.received")
    office.program.answers = lambda _: web.Response(status=410)
    await office.house.receive(mail())
    await office.work()
    view = await setup.webhook(office.gw, SYSTEM, office.id)
    assert (view.enabled, view.disabled_why, await office.states()) == (False, "gone", [("failed", 1)])


async def test_what_failed_or_was_taken_can_be_sent_again(office: Office) -> None:
    await office.subscribe("message.received")
    await office.house.receive(mail())
    await office.work()
    page = await setup.calls(office.gw, SYSTEM, office.id)
    assert await setup.replay(office.gw, SYSTEM, office.id) == 0
    assert await setup.replay(office.gw, SYSTEM, office.id, page.items[0].id) == 1
    await office.work()
    assert [call.headers["webhook-id"] for call in office.program.calls] == [page.items[0].event_id] * 2


async def test_two_workers_send_each_event_once(office: Office) -> None:
    await office.subscribe("message.received")
    for number in range(6):
        await office.house.receive(mail(subject=f"Number {number}"))
    await asyncio.gather(office.work(), office.work())
    ids = [call.headers["webhook-id"] for call in office.program.calls]
    assert len(ids) == len(set(ids)) == 6


async def test_neighbours_and_those_who_want_something_else_hear_nothing(office: Office) -> None:
    await office.subscribe("message.replied")
    await shops.put_shop(office.gw, SYSTEM, "jade", ShopChange("Jade"))
    await office.subscribe("message.received", shop="jade")
    await office.house.receive(mail())
    assert await office.house.all(WebhookEvent) == []


async def test_old_events_are_forgotten(office: Office) -> None:
    await office.subscribe("message.received")
    await office.house.receive(mail())
    assert await forget_old_events(office.gw) == 0
    office.clock.forward(days=31)
    assert await forget_old_events(office.gw) == 1
    assert await office.house.all(WebhookEvent) == []
