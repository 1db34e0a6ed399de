"""Automatic mails that a shop may switch on, and buyers who don't want them: at most one a day, never to a machine."""

import re
from dataclasses import replace

import pytest

from gateway.admin import shops
from gateway.admin.shops import ShopChange
from gateway.buyers import pages
from gateway.domain.actors import SYSTEM, Actor
from gateway.domain.orders import OrderDocument
from gateway.errors import NotFound
from gateway.inbound.processing import Processor
from gateway.inbox import threads
from gateway.models import Delivery, Suppression, Thread
from gateway.orders import recording
from gateway.outbound import preferences
from gateway.outbound.answers import ReplyDraft, reply
from gateway.outbound.mailing import unsubscribe_token
from gateway.outbound.sending import Sender
from tests.conftest import StillClock
from tests.couriers import Relay
from tests.house import SENDER, House, Says, mail

SELLER = Actor("user", "u1", "Li Na", "seller", None)
EVERYTHING = {"order_placed": True, "received": True, "conversation_closed": True}


@pytest.fixture
def relay() -> Relay:
    """A relay that takes everything."""
    return Relay()


@pytest.fixture
async def shop(house: House) -> House:
    """The house on https, with every automatic mail switched on."""
    settings = house.gw.settings.model_copy(update={"public_url": "https://shop.example"})
    gw = replace(house.gw, settings=settings)
    await shops.put_shop(gw, SYSTEM, "lotus", ShopChange("莲花", mails=EVERYTHING))
    return House(gw, house.inbound, Processor(gw, house.reader, Says()), house.reader)


async def kinds(house: House) -> list[str]:
    return [delivery.kind for delivery in await house.all(Delivery)]


async def test_nothing_is_sent_by_itself_unless_the_shop_wants_it(house: House) -> None:
    row = await house.receive(mail())
    await threads.change_thread(house.gw, SELLER, str(row.thread_id), {"status": "closed"})
    await recording.put_order(house.gw, SYSTEM, "lotus", "A-2", OrderDocument.model_validate(order()))
    assert await kinds(house) == []


def order(email: str = SENDER) -> dict[str, object]:
    return {"buyer": {"email": email, "name": "王芳", "locale": "zh"}, "total": "12.50", "currency": "CNY"}


async def test_a_message_is_acknowledged_once_a_day(shop: House, relay: Relay, clock: StillClock) -> None:
    await shop.receive(mail("包裹在哪里", "你好，在哪里？"))
    await shop.receive(mail("还在吗", "你好？"))
    await Sender(shop.gw, relay).send_once()
    (sent,) = relay.mails
    assert (sent["Auto-Submitted"], relay.sent[0][1:]) == ("auto-replied", ("", SENDER))
    assert sent["Reply-To"].addresses[0].username.startswith("r.")
    assert sent["In-Reply-To"]
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert str(sent["List-Unsubscribe"]).startswith("<https://shop.example/unsubscribe/")
    clock.forward(hours=25)
    await shop.receive(mail("And now?", "Hello?"))
    assert await kinds(shop) == ["received", "received"]


async def test_the_buyers_answer_to_an_acknowledgement_joins_the_thread(shop: House, relay: Relay) -> None:
    first = await shop.receive(mail("包裹在哪里", "你好，在哪里？"))
    await Sender(shop.gw, relay).send_once()
    row = await shop.receive(mail("Re: thanks", "Thanks"), relay.mails[0]["Reply-To"].addresses[0].username)
    assert (row.why, row.thread_id) == ("reply-token", first.thread_id)


@pytest.mark.parametrize(
    "headers", [{"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"List_Id": "<news.example.com>"}]
)
async def test_machines_get_no_acknowledgement(shop: House, headers: dict[str, str]) -> None:
    await shop.receive(mail("Out of office", "I am away", **headers))
    assert await kinds(shop) == []


async def test_an_order_is_confirmed_once_and_old_ones_are_not(shop: House, relay: Relay) -> None:
    document = OrderDocument.model_validate(order())
    for _ in range(2):
        await recording.put_order(shop.gw, SYSTEM, "lotus", "A-2", document)
    history = OrderDocument.model_validate(order() | {"placed_at": "2024-01-01T00:00:00Z"})
    await recording.put_order(shop.gw, SYSTEM, "lotus", "A-3", history)
    await Sender(shop.gw, relay).send_once()
    (sent,) = relay.mails
    assert sent["Reply-To"].addresses[0].username == "order-A-2.lotus"
    text, html = (sent.get_body((part,)) for part in ("plain", "html"))
    assert text is not None
    assert html is not None
    (token,) = re.findall(r"https://shop\.example/b/([a-z2-7]+)", text.get_content())
    assert token in html.get_content()
    opened = await pages.conversation(shop.gw, token)
    assert (opened.entries, opened.link.subject) == ((), "A-2")
    assert sent["Auto-Submitted"] == "auto-generated"
    row = await shop.receive(mail("Thanks", "When?"), "order-a-2.lotus")
    assert row.state == "filed"


async def test_closing_a_conversation_tells_the_buyer(shop: House, clock: StillClock) -> None:
    row = await shop.receive(mail())
    await threads.change_thread(shop.gw, SELLER, str(row.thread_id), {"status": "closed"})
    assert await kinds(shop) == ["received"]
    await threads.change_thread(shop.gw, SELLER, str(row.thread_id), {"status": "open"})
    clock.forward(hours=25)
    await threads.change_thread(shop.gw, SELLER, str(row.thread_id), {"status": "closed"})
    await threads.change_thread(shop.gw, SELLER, str(row.thread_id), {"status": "closed"})
    assert await kinds(shop) == ["received", "conversation-closed"]


async def test_who_turns_notifications_off_gets_none_but_still_gets_answers(
    shop: House, relay: Relay, clock: StillClock
) -> None:
    row = await shop.receive(mail())
    (delivery,) = await shop.all(Delivery)
    token = unsubscribe_token(shop.gw, delivery.id)
    assert (await preferences.look(shop.gw, delivery.id, token)).on
    assert (await preferences.look(shop.gw, delivery.id, token)).on
    for _ in range(2):
        assert not (await preferences.turn_off(shop.gw, delivery.id, token)).on
    clock.forward(hours=25)
    await shop.receive(mail("Hello?", "Again"))
    await reply(shop.gw, SELLER, str(row.thread_id), ReplyDraft("On its way."))
    assert await kinds(shop) == ["received", "reply"]
    await preferences.turn_on(shop.gw, delivery.id, token)
    assert (await preferences.look(shop.gw, delivery.id, token)).on


async def test_a_link_that_is_not_ours_does_nothing(shop: House) -> None:
    await shop.receive(mail())
    (delivery,) = await shop.all(Delivery)
    good = unsubscribe_token(shop.gw, delivery.id)
    altered = ("b" if good[0] == "a" else "a") + good[1:]
    for id_, token in ((delivery.id, altered), (delivery.id, ""), (delivery.id, "ж"), ("nothing", good)):
        with pytest.raises(NotFound):
            await preferences.turn_off(shop.gw, id_, token)
    assert await shop.all(Suppression) == []


def complaint(about: str) -> bytes:
    """An abuse report as RFC 5965 wants it."""
    return f"""\
From: feedback@mailbox.example\r
To: abuse@inbox.example\r
Subject: complaint\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=feedback-report; boundary=b\r
\r
--b\r
Content-Type: text/plain\r
\r
This is an abuse report.\r
--b\r
Content-Type: message/feedback-report\r
\r
Feedback-Type: abuse\r
User-Agent: mailbox/1.0\r
Version: 1\r
\r
--b\r
Content-Type: message/rfc822\r
\r
Message-ID: <{about}>\r
Subject: Re: hello\r
\r
hello\r
--b--\r
""".encode()


async def test_a_complaint_turns_notifications_off_wherever_it_comes_to(shop: House, relay: Relay) -> None:
    row = await shop.receive(mail())
    await reply(shop.gw, SELLER, str(row.thread_id), ReplyDraft("On its way."))
    await Sender(shop.gw, relay).send_once()
    acknowledged, answered = await shop.all(Delivery)
    await shop.receive(complaint("nothing@inbox.example"), "abuse", "feedback@mailbox.example")
    assert await shop.all(Suppression) == []
    await shop.receive(complaint(acknowledged.internet_message_id), "abuse", "feedback@mailbox.example")
    (listed,) = await shop.all(Suppression)
    assert (listed.reason, listed.scope, listed.address) == ("complaint", "notifications", SENDER)
    await shop.receive(complaint("x@y.example"), answered.mail_from.partition("@")[0], "feedback@mailbox.example")
    assert len(await shop.all(Suppression)) == 1
    (thread,) = [thread for thread in await shop.all(Thread) if thread.id == row.thread_id]
    assert not thread.needs_reply


async def test_quoting_is_the_shops_choice(house: House, relay: Relay) -> None:
    row = await house.receive(mail("Hello", "Where is my teapot?"))
    for quote in (True, False):
        await shops.put_shop(house.gw, SYSTEM, "lotus", ShopChange("莲花", mails={"quote_history": quote}))
        await reply(house.gw, SELLER, str(row.thread_id), ReplyDraft("On its way."))
    await Sender(house.gw, relay).send_once()
    texts = [sent.get_body(("plain",)).get_content() for sent in relay.mails]  # type: ignore[union-attr]
    assert ["> Where is my teapot?" in text for text in texts] == [True, False]
