"""Sellers are told by mail as they chose, never twice and never of what is nobody's to see; and they answer by mail."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from email.message import EmailMessage
from typing import Any

import pytest

from gateway.domain.actors import SYSTEM
from gateway.domain.notifying import MOST_IN_AN_HOUR, Choice
from gateway.domain.values import Trust
from gateway.inbound.processing import Processor
from gateway.inbox import seller_answers, threads
from gateway.models import Delivery, Membership, Message, Shop, User
from gateway.outbound import answers, preferences, seller_notices
from gateway.outbound.mailing import unsubscribe_token
from gateway.outbound.sending import Sender
from tests import builders
from tests.conftest import StillClock
from tests.couriers import Relay
from tests.house import House, Says, add_order, mail

LIN, ZHAO = "lin@sellers.test", "zhao@sellers.test"
NOW = Choice(mode="immediately")
DATABASES = ("sqlite",)
"""tests/store/test_seller_notices.py runs what speaks SQL on the other one."""


@pytest.fixture
async def shop(house: House) -> House:
    """The house on https, with Lin and Zhao working for its shop."""
    settings = house.gw.settings.model_copy(update={"public_url": "https://shop.example"})
    gw = replace(house.gw, settings=settings)
    (lotus,) = [one for one in await house.all(Shop) if one.slug == "lotus"]
    async with gw.db.write() as session:
        for address, name in ((LIN, "Li Lin"), (ZHAO, "Zhao")):
            await builders.add_user(session, address, "seller", lotus, name=name, locale="en")
    processor = Processor(gw, house.reader, Says(), reply=seller_answers.send)
    return House(gw, house.inbound, processor, house.reader)


async def chose(house: House, choice: Choice = NOW, address: str = LIN) -> None:
    (user,) = [one for one in await house.all(User) if one.email == address]
    await seller_notices.choose(house.gw, builders.actor_for(user), address, choice)


async def told(house: House) -> list[EmailMessage]:
    """Every mail to a seller that has left by now."""
    while await seller_notices.tell_once(house.gw):
        pass
    relay = Relay()
    await Sender(house.gw, relay).send_once()
    return [sent for sent in relay.mails if sent["To"] and "sellers.test" in sent["To"]]


def body(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def answer(to: EmailMessage, text: str = "It left today.", sender: str = LIN, **headers: str) -> EmailMessage:
    """What a seller's mail program sends back."""
    quoted = "\n".join(f"> {line}" for line in body(to).splitlines())
    reply = mail(f"Re: {to['Subject']}", f"{text}\n\nOn 23 Nov 2026, 莲花 wrote:\n{quoted}", sender, **headers)
    reply.replace_header("From", f"Li Lin <{sender}>")
    reply["In-Reply-To"] = to["Message-ID"]
    return reply


def address_of(message: EmailMessage) -> str:
    """The local part that an answer goes to."""
    return str(message["Reply-To"].addresses[0].username)


async def test_nobody_is_told_before_they_chose_so(shop: House) -> None:
    await shop.receive(mail())
    assert await told(shop) == []


async def test_a_message_is_told_once_and_names_no_address(shop: House) -> None:
    await chose(shop)
    await shop.receive(mail("Where is it?", "Please tell me where it is"))
    (sent,) = await told(shop)
    assert LIN in sent["To"]
    assert "Please tell me where it is" in body(sent)
    assert "wang@example.com" not in sent.as_string()
    assert sent["Auto-Submitted"] == "auto-generated"
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert await told(shop) == []


Deed = Callable[[House], Awaitable[Any]]


async def held(house: House) -> None:
    await house.with_witness(Says(Trust("unverified", "no-proof"))).receive(mail())


async def automatic(house: House) -> None:
    await house.receive(mail(Auto_Submitted="auto-replied"))


async def answered(house: House) -> None:
    row = await house.receive(mail())
    await answers.reply(house.gw, SYSTEM, str(row.thread_id), answers.ReplyDraft("Done"))


async def given_to_zhao(house: House) -> None:
    first = await house.receive(mail())
    await told(house)
    await threads.change_thread(house.gw, SYSTEM, str(first.thread_id), {"assignee": ZHAO})
    await house.receive(mail("Again", "Still there?"))


async def left_the_shop(house: House) -> None:
    await house.receive(mail())
    async with house.gw.db.write() as session:
        for row in await house.all(Membership):
            await session.delete(await session.merge(row))


@pytest.mark.parametrize("deed", [held, automatic, answered, given_to_zhao, left_the_shop])
async def test_what_is_not_told(shop: House, deed: Deed) -> None:
    await chose(shop)
    await deed(shop)
    assert await told(shop) == []


async def test_a_fast_writer_is_told_of_every_ten_minutes(shop: House, clock: StillClock) -> None:
    await chose(shop)
    await shop.receive(mail("One", "first"))
    assert len(await told(shop)) == 1
    for number in range(3):
        await shop.receive(mail("One", f"more {number}"))
    assert await told(shop) == []
    clock.forward(minutes=10)
    (sent,) = await told(shop)
    assert "more 2" in body(sent)


async def test_several_conversations_at_once_are_one_digest(shop: House, clock: StillClock) -> None:
    await chose(shop, Choice(mode="hourly"))
    await add_order(shop.gw.db, clock.now(), "A-2002", "bo@example.com", "Bo")
    await shop.receive(mail("Lamp", "Where?"))
    await shop.receive(mail("Cup", "Broken", "bo@example.com"))
    assert await told(shop) == []
    clock.forward(hours=1)
    (sent,) = await told(shop)
    assert "Lamp" in body(sent)
    assert "Cup" in body(sent)
    assert "lotus@" in str(sent["Reply-To"])


async def test_each_conversation_of_a_digest_is_answered_at_its_own_address(shop: House, clock: StillClock) -> None:
    await chose(shop, Choice(mode="hourly"))
    await add_order(shop.gw.db, clock.now(), "A-2002", "bo@example.com", "Bo")
    await shop.receive(mail("Lamp", "Where?"))
    cup = await shop.receive(mail("Cup", "Broken", "bo@example.com"))
    clock.forward(hours=1)
    (sent,) = await told(shop)
    addresses = re.findall(r"r\.[a-z0-9]+(?=@)", body(sent))
    assert len(set(addresses)) == 2
    written = mail("Re: Cup", "We send another one", LIN)
    ended = await shop.receive(written, addresses[1], LIN)
    assert (ended.state, ended.why, ended.thread_id) == ("filed", "seller-answer", cup.thread_id)
    stranger = await shop.receive(mail("Re: Lamp", "From a colleague", ZHAO), addresses[0], ZHAO)
    assert (stranger.state, stranger.why) == ("held", "seller-another")
    html = sent.get_body(("html",))
    assert html is not None
    assert f'href="mailto:{addresses[1]}@inbox.example?subject=Re%3A%20Cup"' in html.get_content()


async def test_a_digest_of_one_conversation_is_answered_as_a_notification_is(shop: House, clock: StillClock) -> None:
    await chose(shop, Choice(mode="hourly"))
    row = await shop.receive(mail("Lamp", "Where?"))
    clock.forward(hours=1)
    (sent,) = await told(shop)
    ended = await shop.receive(answer(sent, "On its way"), address_of(sent), LIN)
    assert (ended.state, ended.thread_id) == ("filed", row.thread_id)
    assert (await shop.all(Message))[-1].text == "On its way"


async def test_there_is_a_most_in_an_hour(shop: House, clock: StillClock) -> None:
    await chose(shop)
    async with shop.gw.db.write() as session:
        raw = await builders.add_raw(session, b"earlier")
        for number in range(MOST_IN_AN_HOUR):
            times: dict[str, Any] = dict.fromkeys(("queued_at", "at", "next_attempt_at"), clock.now())
            same: dict[str, Any] = {"rcpt_to": LIN, "kind": "seller-notification", "mail_from": "", "state": "sent"}
            row = Delivery(id=f"d{number}", sha256=raw, internet_message_id=f"{number}@x", **same, **times)
            session.add(row)
    await shop.receive(mail("One too many", "Hello"))
    assert await told(shop) == []
    clock.forward(hours=1)
    (rest,) = await told(shop)
    assert "One too many" in str(rest["Subject"])


async def test_one_click_turns_them_off_for_the_shop_and_choosing_again_on(shop: House, clock: StillClock) -> None:
    await chose(shop)
    await shop.receive(mail())
    await told(shop)
    (sent,) = [row for row in await shop.all(Delivery) if row.kind == "seller-notification"]
    await preferences.turn_off(shop.gw, sent.id, unsubscribe_token(shop.gw, sent.id))
    clock.forward(hours=1)
    await shop.receive(mail("Again", "Hello?"))
    assert await told(shop) == []
    await chose(shop)
    clock.forward(hours=1)
    await shop.receive(mail("Once more", "Hello??"))
    assert len(await told(shop)) == 1


async def test_a_seller_answers_by_mail(shop: House) -> None:
    await chose(shop)
    row = await shop.receive(mail("Where is it?", "Please tell me where it is"))
    (notice,) = await told(shop)
    reply = answer(notice, f"It left today. Write to {LIN} if not.")
    ended = await shop.receive(reply, address_of(notice), LIN)
    assert (ended.state, ended.why, ended.thread_id) == ("filed", "seller-answer", row.thread_id)
    said = (await shop.all(Message))[-1]
    assert (said.direction, said.text, said.author_name) == (
        "outbound",
        "It left today. Write to *** if not.",
        "Li Lin",
    )
    relay = Relay()
    await Sender(shop.gw, relay).send_once()
    (left,) = relay.mails
    assert "wang@example.com" in left["To"]
    assert not any(word in left.as_string() for word in (LIN, "Li Lin", "sellers.test"))
    again = await shop.receive(reply, address_of(notice), LIN)
    assert (again.state, again.why) == ("discarded", "duplicate")
    assert len(await shop.all(Message)) == 2


FORGED = Says(Trust("unverified", "no-proof"))


@pytest.mark.parametrize(
    ("sender", "says", "text", "state", "why"),
    [
        (LIN, FORGED, "Send money", "held", "seller-unverified"),
        (ZHAO, Says(), "From a colleague's address", "held", "seller-another"),
        ("wang@example.com", Says(), "From the buyer", "held", "seller-another"),
        ("stranger@example.net", Says(), "From nobody", "held", "seller-another"),
        (LIN, Says(), "", "held", "seller-empty"),
        (LIN, Says(Trust("failed", "dmarc-fail")), "Forged", "discarded", "sender-refused"),
    ],
)
async def test_what_is_not_proven_is_not_sent(
    shop: House, sender: str, says: Says, text: str, state: str, why: str
) -> None:
    await chose(shop)
    await shop.receive(mail())
    (notice,) = await told(shop)
    processor = Processor(shop.gw, shop.reader, says, reply=seller_answers.send)
    house = House(shop.gw, shop.inbound, processor, shop.reader)
    row = await house.receive(answer(notice, text, sender), address_of(notice), sender)
    assert (row.state, row.why) == (state, why)
    assert len(await shop.all(Message)) == 1
    assert [one.kind for one in await shop.all(Delivery)] == ["seller-notification"]


async def test_a_vacation_notice_of_a_seller_goes_nowhere(shop: House) -> None:
    await chose(shop)
    await shop.receive(mail())
    (notice,) = await told(shop)
    row = await shop.receive(answer(notice, "I am away", Auto_Submitted="auto-replied"), address_of(notice), LIN)
    assert (row.state, row.why) == ("discarded", "seller-automatic")


async def test_who_left_the_shop_answers_no_more(shop: House) -> None:
    await chose(shop)
    await shop.receive(mail())
    (notice,) = await told(shop)
    async with shop.gw.db.write() as session:
        for membership in await shop.all(Membership):
            await session.delete(await session.merge(membership))
    row = await shop.receive(answer(notice), address_of(notice), LIN)
    assert (row.state, row.why) == ("held", "seller-another")
    assert len(await shop.all(Message)) == 1


async def test_what_an_admin_releases_is_sent_for_that_seller_alone(shop: House) -> None:
    from gateway.admin import ledger

    await chose(shop)
    await shop.receive(mail())
    (notice,) = await told(shop)
    forged = Processor(shop.gw, shop.reader, FORGED, reply=seller_answers.send)
    row = await House(shop.gw, shop.inbound, forged, shop.reader).receive(
        answer(notice, "Really me"), address_of(notice), LIN
    )
    await ledger.release(shop.gw, SYSTEM, row.id)
    await forged.run_once()
    assert (await shop.row(row.id)).state == "filed"
    assert (await shop.all(Message))[-1].text == "Really me"
