"""Mails to people who work here: from the admins' inbox, in their language, and never a failure of the caller's."""

from gateway.models import Delivery
from gateway.outbound.sending import Sender
from gateway.outbound.system_mails import send_system_mail
from tests.couriers import Relay
from tests.house import House

LINK = {"link": "https://inbox.example/sign-in/m4", "minutes": 10}


async def test_a_mail_comes_from_the_admins_inbox_in_the_readers_language(house: House) -> None:
    async with house.gw.db.write() as session:
        assert await send_system_mail(house.gw, session, "sign-in", "lin@example.com", "zh_CN", LINK)
    relay = Relay()
    await Sender(house.gw, relay).send_once()
    (sent,) = relay.mails
    assert sent["To"] == "lin@example.com"
    assert sent["From"] == "znx <postmaster@inbox.example>"
    assert sent["Auto-Submitted"] == "auto-generated"
    body = sent.get_body(("plain",))
    assert body is not None
    assert LINK["link"] in body.get_content()
    assert "登录" in sent["Subject"]


async def test_an_address_that_no_mail_can_be_written_to_is_no_failure(house: House) -> None:
    async with house.gw.db.write() as session:
        assert not await send_system_mail(house.gw, session, "sign-in", "a b@exa mple", "", LINK)
    assert await house.all(Delivery) == []
