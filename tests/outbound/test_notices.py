"""What we send by ourselves: to proven or registered addresses only, rarely, and with nothing of the sender's in it."""

import email
import email.policy
import re
from email.message import EmailMessage

import pytest

from gateway.buyers import confirming
from gateway.domain.values import Trust
from gateway.errors import NotFound
from gateway.inbound.messages import trust_json
from gateway.models import Delivery, InboundEmail, Message
from gateway.store.inbound import raw_of
from tests.conftest import StillClock
from tests.house import House, Says, add_order, mail

UNVERIFIED = Says(Trust("unverified", "nothing-passed"))
STRANGER = "stranger@elsewhere.example"


async def notices(house: House) -> list[tuple[Delivery, EmailMessage]]:
    """The automatic mails in the queue, parsed."""
    found = []
    for row in await house.all(Delivery):
        async with house.gw.db.read() as session:
            raw = await raw_of(session, row.sha256, house.gw.blobs)
        found.append((row, email.message_from_bytes(raw, policy=email.policy.default)))
    return found


def text_of(letter: EmailMessage) -> str:
    """Its plain text."""
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


async def token(house: House) -> str:
    """The token of the confirmation link that was sent."""
    ((_, letter),) = await notices(house)
    match = re.search(r"/confirm/([a-z2-7]+)", text_of(letter))
    assert match is not None
    return match[1]


async def test_a_doubtful_mail_asks_the_registered_address_once_a_day(house: House, clock: StillClock) -> None:
    house = house.with_witness(UNVERIFIED)
    for number in range(5):
        await house.receive(mail("Secret subject", f"secret words {number}"))
    ((row, letter),) = await notices(house)
    assert (row.kind, row.rcpt_to, row.mail_from) == ("held-confirm", "wang@example.com", "")
    assert letter["Auto-Submitted"] == "auto-replied"
    assert "ecret" not in letter.as_string()
    assert "/confirm/" in text_of(letter)
    clock.forward(hours=23)
    await house.receive(mail("later", "later"))
    assert len(await notices(house)) == 1
    clock.forward(hours=2)
    await house.receive(mail("a day later", "a day later"))
    assert len(await notices(house)) == 2


async def test_confirming_lets_in_what_was_held_and_only_that(house: House, clock: StillClock) -> None:
    await add_order(house.gw.db, clock.now(), "B-1", "li@example.com", "Li")
    house = house.with_witness(UNVERIFIED)
    await house.receive(mail("one", "one"))
    key = await token(house)
    await house.receive(mail("two", "two"))
    await house.receive(mail("from Li", "from Li", "li@example.com"), sender="li@example.com")
    assert await confirming.confirm(house.gw, key) == 2
    while await house.processor.run_once():
        pass
    states = {row.author: row.state for row in await house.all(InboundEmail)}
    assert states == {"wang@example.com": "filed", "li@example.com": "held"}
    filed = await house.all(Message)
    assert [clue["clue"] for clue in filed[0].filed_because] == ["only-order", "confirmed"]
    assert filed[0].trust == trust_json(UNVERIFIED.trust)


async def test_looking_at_the_link_changes_nothing_and_it_ends_after_14_days(house: House, clock: StillClock) -> None:
    house = house.with_witness(UNVERIFIED)
    await house.receive(mail("one", "one"))
    key = await token(house)
    link = await confirming.look(house.gw, key)
    assert link.shop.slug == "lotus"
    assert [row.state for row in await house.all(InboundEmail)] == ["held"]
    clock.forward(days=15)
    for act in (confirming.look, confirming.confirm):
        with pytest.raises(NotFound):
            await act(house.gw, key)
    with pytest.raises(NotFound):
        await confirming.look(house.gw, "a" * 32)


async def test_a_verified_stranger_is_told_once_how_to_go_on(house: House) -> None:
    for number in range(3):
        await house.receive(mail("Hello", str(number), STRANGER), sender=STRANGER)
    ((row, letter),) = await notices(house)
    assert (row.kind, row.rcpt_to, row.mail_from) == ("not-entitled", STRANGER, "")
    assert "lotus@inbox.example" in text_of(letter)


async def test_nobody_who_is_not_proven_and_no_machine_is_ever_answered(house: House) -> None:
    doubtful = house.with_witness(UNVERIFIED)
    await doubtful.receive(mail("Hello", "spam", STRANGER), sender=STRANGER)
    await house.receive(mail("Away", "I am away", STRANGER, Auto_Submitted="auto-replied"), sender=STRANGER)
    await house.receive(mail("News", "x", STRANGER, List_Id="<news.example>", Precedence="bulk"), sender=STRANGER)
    await house.receive(mail("Undelivered", "x", STRANGER), sender="")
    for number in range(20):
        forged = house.with_witness(Says(Trust("failed", "dmarc-reject")))
        await forged.receive(mail("Forged", str(number)))
    assert await notices(house) == []


async def test_a_notice_that_comes_back_is_not_answered(house: House) -> None:
    await house.receive(mail("Hello", "hi", STRANGER), sender=STRANGER)
    ((_, letter),) = await notices(house)
    assert letter["X-Znx-Loop"] == "inbox.example"
    bounced = await house.receive(mail("Undelivered", "your notice", STRANGER), sender="")
    assert (bounced.state, bounced.why) == ("discarded", "null-sender")
    assert len(await notices(house)) == 1
