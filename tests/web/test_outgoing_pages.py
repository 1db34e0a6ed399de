"""What an admin sees of outgoing mail, and what a recipient can do with the link in a notification."""

import hashlib
import re
from typing import Any
from urllib.parse import urlsplit

from sqlmodel import select

from gateway.domain.couriers import Deferred, Refused
from gateway.models import Delivery, RawEmail, Suppression
from gateway.outbound.answers import ReplyDraft, reply
from gateway.outbound.mailing import unsubscribe_link
from gateway.outbound.sending import Sender
from gateway.store import deliveries
from tests.couriers import Relay
from tests.web.conftest import Site

DATABASES = ("sqlite",)
"""SQLite alone: the statements are shown on both databases in tests/outbound/test_sending.py."""


async def send(site: Site, relay: Relay) -> str:
    """An answer, tried once; the delivery's id."""
    await reply(site.gw, site.actor, site.thread_id, ReplyDraft("On its way <b>soon</b>."))
    await Sender(site.gw, relay).send_once()
    async with site.gw.db.read() as session:
        return (await session.exec(select(Delivery.id).where(Delivery.kind == "reply"))).one()


async def test_a_delayed_mail_is_listed_with_its_words_sent_again_and_stopped(site: Site) -> None:
    relay = Relay()
    said = ("C: RCPT TO:<mei@example.com>", "S: 451 4.7.1 <script>Greylisted</script>")
    relay.answers = [Deferred("451 4.7.1 <script>Greylisted</script>", "mx.example:25", said)] * 2
    id_ = await send(site, relay)
    admin = await site.browser("admin@example.com")
    page = await admin.get("/deliveries?state=deferred")
    assert "mei@example.com" in page.text
    assert "&lt;script&gt;Greylisted" in page.text
    assert id_ not in (await admin.get("/deliveries?state=sent")).text
    dialogue = await admin.get(f"/deliveries/{id_}")
    assert "C: RCPT TO:&lt;mei@example.com&gt;" in dialogue.text
    assert (await admin.post(f"/deliveries/{id_}/retry", {"next": "/deliveries"})).status == 303
    assert await Sender(site.gw, relay).send_once() == 1
    await admin.get(f"/deliveries/{id_}")
    assert (await admin.post(f"/deliveries/{id_}/cancel")).status == 303
    assert (await admin.post(f"/deliveries/{id_}/cancel")).status == 409
    stopped = await admin.get("/deliveries?state=failed")
    assert "An admin stopped it." in stopped.text


async def test_a_pause_is_shown_and_ended(site: Site) -> None:
    admin = await site.browser("admin@example.com")
    await admin.get("/deliveries")
    assert (await admin.post("/pauses", {"kind": "shop", "value": "lantern", "reason": "holiday"})).status == 303
    page = await admin.get("/deliveries")
    assert "holiday" in page.text
    relay = Relay()
    await send(site, relay)
    assert relay.sent == []
    resume = re.search(r'action="(/pauses/[^"]+/resume)"', page.text)
    assert resume is not None
    assert (await admin.post(resume[1])).status == 303
    await Sender(site.gw, relay).send_once()
    assert len(relay.sent) == 1


async def test_a_suppressed_address_is_shown_and_released(site: Site) -> None:
    relay = Relay()
    relay.answers = [Refused("550 5.1.1 No such user", "mx.example:25", "address", ("S: 550 5.1.1 No such user",))]
    await send(site, relay)
    admin = await site.browser("admin@example.com")
    page = await admin.get("/suppressions")
    assert "mei@example.com" in page.text
    release = re.search(r'action="(/suppressions/[^"]+/release)"', page.text)
    assert release is not None
    assert (await admin.post(release[1])).status == 303
    assert "mei@example.com" not in (await admin.get("/suppressions")).text


async def notification(site: Site) -> str:
    """The path of the link in a notification to the buyer."""
    raw, now = b"Subject: hello\r\n\r\nhello\r\n", site.gw.clock.now()
    row: dict[str, Any] = {"id": "01a20000-0000-7000-8000-000000000001", "shop_id": site.lantern.id, "kind": "received"}
    row |= {"mail_from": "", "rcpt_to": "mei@example.com", "sha256": hashlib.sha256(raw).hexdigest()}
    row |= {"internet_message_id": "x@inbox.example", "queued_at": now, "at": now, "next_attempt_at": now}
    async with site.gw.db.write() as session:
        await deliveries.queue(session, row, raw, None)
        assert await session.get(RawEmail, row["sha256"]) is not None
    return urlsplit(unsubscribe_link(site.gw, str(row["id"]))).path


async def listed(site: Site) -> list[str]:
    async with site.gw.db.read() as session:
        return list((await session.exec(select(Suppression.reason))).all())


async def test_looking_at_the_link_changes_nothing_and_one_click_does(site: Site) -> None:
    path = await notification(site)
    scanner = await site.browser()
    for _ in range(3):
        page = await scanner.get(path)
        assert page.status == 200
        assert "m***@e***.com" in page.text
        assert "mei@example.com" not in page.text
        assert (await scanner.client.head(path)).status == 200
    assert await listed(site) == []
    program = await site.browser()
    answer = await program.post(path, {"List-Unsubscribe": "One-Click", "csrf": ""})
    assert answer.status == 200
    assert await listed(site) == ["unsubscribed"]
    await program.post(path, {"notifications": "on", "csrf": ""})
    assert await listed(site) == []


async def test_a_guessed_link_is_not_there(site: Site) -> None:
    path = await notification(site)
    browser = await site.browser()
    for wrong in (f"{path[:-1]}x", path.replace("0001/", "0002/"), "/unsubscribe/x/y"):
        assert (await browser.get(wrong)).status == 404
        assert (await browser.post(wrong, {"List-Unsubscribe": "One-Click"})).status == 404
    assert await listed(site) == []
