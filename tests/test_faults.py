"""A relay that fails at each stage in each way: nothing is lost, and a double only where the 250 was, with one id."""

import email
import email.policy

import pytest

from gateway.domain.actors import Actor
from gateway.models import Delivery, DeliveryAttempt, Thread
from gateway.outbound.answers import ReplyDraft, reply
from gateway.outbound.sending import Sender
from smtp.courier import courier_for
from tests.conftest import StillClock
from tests.house import SENDER, House, mail
from tests.smtp.relay import DROP, SILENCE, STAGES, Relay, impatient, listening

DATABASES = ("sqlite",)
"""SQLite alone: what the two databases do with an outcome is shown elsewhere."""

SELLER = Actor("user", "u1", "Li Na", "seller", None)
LATER, CLOSING, NEVER = "451 4.3.0 come again", "421 4.3.2 closing", "550 5.7.1 not here"
FAULTS = (LATER, CLOSING, NEVER, DROP, SILENCE)
LOST = (DROP, SILENCE)


@pytest.fixture
async def thread_id(house: House) -> str:
    """A thread to answer."""
    await house.receive(mail())
    (thread,) = await house.all(Thread)
    return thread.id


def first_state(stage: str, fault: str) -> str:
    """What the mail is after the fault."""
    if stage == "EHLO" and fault in (LATER, NEVER):
        return "sent"  # RFC 5321 section 3.2: a server without EHLO is greeted in the old way
    if fault == NEVER and stage not in ("CONNECT", "EHLO"):
        return "failed"
    return "deferred"


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("stage", STAGES)
async def test_a_fault_at_any_stage_loses_nothing(
    house: House, thread_id: str, clock: StillClock, stage: str, fault: str
) -> None:
    async with listening(Relay({stage: [fault]})) as relay:
        given = impatient(stage) if fault == SILENCE else None
        courier, later = (courier_for(f"{relay.url}?tls=off", "inbox.example", timeouts=one) for one in (given, None))
        sender = Sender(house.gw, courier)
        await reply(house.gw, SELLER, thread_id, ReplyDraft("On its way."))
        await sender.send_once()
        (delivery,) = await house.all(Delivery)
        assert delivery.state == first_state(stage, fault)
        clock.forward(minutes=2)
        await (Sender(house.gw, later) if fault == SILENCE else sender).send_once()
        await courier.close()
        await later.close()
    (delivery,) = await house.all(Delivery)
    assert delivery.state == ("failed" if first_state(stage, fault) == "failed" else "sent")
    refused_whole = stage == "END" and fault not in LOST
    taken = len(relay.mails) - refused_whole
    doubles = int(stage == "END" and fault in LOST)
    assert taken == (0 if delivery.state == "failed" else 1 + doubles)
    ids = {email.message_from_bytes(one.original_content or b"")["Message-ID"] for one in relay.mails}
    assert ids <= {f"<{delivery.internet_message_id}>"}
    assert {rcpt for one in relay.mails for rcpt in one.rcpt_tos} <= {SENDER}
    attempts = await house.all(DeliveryAttempt)
    assert all(attempt.dialogue and attempt.smtp_reply for attempt in attempts)


async def test_a_relay_that_is_away_for_a_day_gets_every_mail_once(
    house: House, thread_id: str, clock: StillClock
) -> None:
    async with listening(Relay()) as relay:
        port = relay.port
    courier = courier_for(f"smtp://127.0.0.1:{port}?tls=off", "inbox.example")
    sender = Sender(house.gw, courier)
    for number in range(10):
        await reply(house.gw, SELLER, thread_id, ReplyDraft(f"{number}"))
    for _ in range(24):
        await sender.send_once()
        clock.forward(hours=1)
    assert {delivery.state for delivery in await house.all(Delivery)} == {"deferred"}
    async with listening(Relay()) as relay:
        back = courier_for(f"{relay.url}?tls=off", "inbox.example")
        clock.forward(hours=5)
        await Sender(house.gw, back).send_once()
        await back.close()
    assert len(relay.mails) == 10
    assert {delivery.state for delivery in await house.all(Delivery)} == {"sent"}
