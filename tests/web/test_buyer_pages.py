"""The buyer's page: one conversation by its link, nothing of anybody else's, and every way of writing by it."""

import hashlib
import re
from datetime import timedelta
from io import BytesIO

import pytest
from aiohttp import FormData
from sqlmodel import select

from gateway.domain.actors import SYSTEM
from gateway.inbox import threads as inbox
from gateway.models import BuyerLink, Delivery, InboundEmail, Message, RawEmail, Thread
from gateway.outbound import answers, buyer_links, buyer_notices
from gateway.store.conversation import conversation
from gateway.store.deliveries import INLINE_BYTES
from tests import builders
from tests.web.conftest import PNG, Answer, Browser, Site

DATABASES = ("sqlite",)
"""tests/outbound/test_buyer_links.py runs the statements on both."""


async def link_to(site: Site, thread_id: str = "") -> str:
    """The path of a fresh link, as a mail would carry it."""
    async with site.gw.db.write() as session:
        made = buyer_links.make(
            site.gw, await conversation(session, SYSTEM, thread_id or site.thread_id), site.clock.now()
        )
        await buyer_links.keep_link(session, made.row)
    return made.url.removeprefix(site.gw.settings.public_url)


async def opened(site: Site) -> tuple[Browser, str]:
    """A phone in the buyer's hand, and the path of the link."""
    return await site.browser(**{"Accept-Language": "en"}), await link_to(site)


def form(text: str = "Any news?", *files: tuple[str, bytes, str], **fields: str) -> FormData:
    """What the page sends."""
    data = FormData(quote_fields=False, default_to_multipart=True)  # names in UTF-8, as browsers send them
    data.add_field("text", text)
    for name, value in fields.items():
        data.add_field(name, value)
    for name, content, kind in files:
        data.add_field("files", BytesIO(content), filename=name, content_type=kind)
    return data


async def rows_of(site: Site, model: type) -> list:  # type: ignore[type-arg]
    async with site.gw.db.read() as session:
        return list((await session.exec(select(model))).all())


async def test_the_page_shows_the_conversation_and_nothing_internal(site: Site) -> None:
    await site.message("The customer is difficult", direction="internal", author_kind="seller")
    await site.message("Labels changed", direction="system", author_kind="system")
    await site.message("mailbox full for mei@example.com", automatic="bounce")
    await site.message("On its way", direction="outbound", author_kind="seller", author_name="lin@example.com")
    browser, path = await opened(site)
    page = await browser.get(path)
    assert page.status == 200
    assert "Where is my lamp?" in page.text
    assert "On its way" in page.text
    assert "AE-1001" in page.text
    assert "LP00123456789CN" in page.text
    assert not re.search(r"difficult|Labels changed|mailbox full|old words", page.text)
    assert not re.search(r"[\w.]+@[\w.]+", page.text), "an address leaks"


async def test_the_page_tells_nobody_its_address(site: Site) -> None:
    browser, path = await opened(site)
    page = await browser.get(path)
    assert page.headers["Referrer-Policy"] == "strict-origin"
    assert page.headers["Cache-Control"] == "no-store"
    assert "noindex" in page.headers["X-Robots-Tag"]
    token = path.rpartition("/")[2]
    kept = (await rows_of(site, BuyerLink))[0].fingerprint
    assert kept == hashlib.sha256(token.encode()).hexdigest()


async def test_looking_changes_nothing(site: Site) -> None:
    browser, path = await opened(site)
    before = (await rows_of(site, Thread))[0].model_dump()
    for tail in ("", "/new", "/sent", f"/files/{site.file_id}", f"/pictures/{site.picture_id}"):
        assert (await browser.get(path + tail)).status == 200
        async with browser.client.head(path + tail) as answer:
            assert answer.status == 200
    assert (await rows_of(site, Thread))[0].model_dump() == before


@pytest.mark.parametrize("what", ["altered", "expired", "revoked", "unknown"])
async def test_a_link_that_is_not_good_opens_nothing(site: Site, what: str) -> None:
    browser, path = await opened(site)
    if what == "altered":
        path = path[:-1] + ("a" if path[-1] != "a" else "b")
    elif what == "unknown":
        path = "/b/" + "a" * 32
    elif what == "expired":
        site.clock.forward(days=14)
    else:
        assert await buyer_links.revoke(site.gw, site.actor, site.thread_id) == 1
    for tail in ("", "/new", "/sent", f"/files/{site.file_id}", f"/pictures/{site.picture_id}"):
        assert (await browser.get(path + tail)).status == 404
    for tail in ("", "/new", "/human"):
        assert (await browser.post(path + tail, form(subject="x"))).status == 404
    assert len(await rows_of(site, Message)) == 1


async def test_a_link_reaches_no_other_conversation(site: Site) -> None:
    async with site.gw.db.write() as session:
        stranger = await builders.add_customer(session, site.lantern, "AE-2002", "b@example.com", "Bo")
        filed = await builders.add_message(
            session,
            stranger.place,
            "Something private",
            attachments=(builders.stored_file(site.blobs, "p.png", PNG, "image/png"),),
        )
    detail = await inbox.thread(site.gw, site.actor, filed.thread_id)
    theirs = detail.messages[0].attachments[0].id
    browser, path = await opened(site)
    assert "Something private" not in (await browser.get(path)).text
    assert (await browser.get(f"{path}/files/{theirs}")).status == 404
    assert (await browser.get(f"{path}/pictures/{theirs}")).status == 404


async def test_files_of_a_note_are_not_the_buyers(site: Site) -> None:
    secret = builders.stored_file(site.blobs, "plan.pdf", b"%PDF", "application/pdf")
    await site.message("See the plan", direction="internal", author_kind="seller", attachments=(secret,))
    browser, path = await opened(site)
    assert (await browser.get(f"{path}/files/{secret.id}")).status == 404
    assert "plan.pdf" not in (await browser.get(path)).text


async def test_what_has_not_left_yet_is_not_shown(site: Site) -> None:
    draft = answers.ReplyDraft("Tomorrow, I promise", send_at=site.clock.now() + timedelta(hours=1))
    await answers.reply(site.gw, site.actor, site.thread_id, draft)
    browser, path = await opened(site)
    assert "Tomorrow, I promise" not in (await browser.get(path)).text
    site.clock.forward(hours=2)
    assert "Tomorrow, I promise" in (await browser.get(path)).text


async def test_an_answer_is_in_the_thread_and_in_the_ledger(site: Site) -> None:
    browser, path = await opened(site)
    await browser.get(path)
    files = (("灯.png", PNG, "image/png"), ("evil.png", b"<svg onload=alert(1)>", "image/png"))
    answer = await browser.post(path, form("Here is a picture", *files, form_id="one"))
    assert (answer.status, answer.headers["Location"]) == (303, f"{path}?done=sent#write")
    await browser.post(path, form("Here is a picture", *files, form_id="one"))
    detail = await inbox.thread(site.gw, site.actor, site.thread_id)
    said = detail.messages[-1]
    assert len(detail.messages) == 2
    assert (said.channel, said.direction, said.text) == ("site", "inbound", "Here is a picture")
    assert (said.trust["verdict"], said.trust["why"]) == ("verified", "page-link")
    assert [(f.filename, f.content_type) for f in said.attachments] == [
        ("灯.png", "image/png"),
        ("evil.png", "image/svg+xml"),
    ]
    assert (detail.thread.needs_reply, detail.thread.unread) == (True, True)
    (row,) = await rows_of(site, InboundEmail)
    assert (row.state, row.why, row.ingress, row.message_id) == ("filed", "page-link", "api", said.id)
    assert row.thread_id == site.thread_id
    raw = next(raw for raw in await rows_of(site, RawEmail) if raw.sha256 == row.sha256)
    assert hashlib.sha256(raw.content).hexdigest() == row.sha256
    assert (await inbox.attachment(site.gw, site.actor, said.attachments[0].id))[1] == PNG
    assert "Here is a picture" in (await browser.get(path)).text


@pytest.mark.parametrize(
    ("text", "tail", "fields", "status"),
    [("  ", "", {}, 422), ("x" * 100_001, "", {}, 422), ("hello", "/new", {"subject": " "}, 422)],
    ids=["empty", "too long", "no subject"],
)
async def test_a_form_that_is_refused_keeps_its_text(
    site: Site, text: str, tail: str, fields: dict[str, str], status: int
) -> None:
    browser, path = await opened(site)
    answer = await browser.post(path + tail, form(text, **fields))
    assert answer.status == status
    assert 'role="alert"' in answer.text
    assert text.strip()[:50] in answer.text
    assert len(await rows_of(site, Message)) == 1


async def test_files_up_to_the_limit_are_kept_and_one_byte_more_is_not(site: Site) -> None:
    browser, path = await opened(site)
    whole = b"\xff\xd8\xff" + b"x" * (25 * 1_048_576 - 3)
    assert (await browser.post(path, form("large", ("a.jpg", whole, "image/jpeg")))).status == 303
    answer = await browser.post(path, form("larger", ("a.jpg", whole + b"x", "image/jpeg")))
    assert answer.status in (413, 422)
    assert "25 MiB" in answer.text
    assert "larger" in answer.text
    detail = await inbox.thread(site.gw, site.actor, site.thread_id)
    (kept,) = detail.messages[-1].attachments
    assert (kept.size, kept.content_type, detail.messages[-1].text) == (len(whole), "image/jpeg", "large")
    assert kept.sha256 == hashlib.sha256(whole).hexdigest()
    assert not list(site.gw.settings.home.glob("upload-*")), "temporary files stay behind"


async def test_one_file_too_many_is_refused_before_it_is_kept(site: Site) -> None:
    browser, path = await opened(site)
    files = [(f"{number}.txt", b"x", "text/plain") for number in range(21)]
    assert (await browser.post(path, form("twenty", *files[:20]))).status == 303
    assert (await browser.post(path, form("one more", *files))).status == 413
    fields = {f"field-{number}": "x" for number in range(30)}
    assert (await browser.post(path, form("many fields", **fields))).status == 413
    assert len(await rows_of(site, Message)) == 2


async def test_another_matter_becomes_a_conversation_of_its_own(site: Site) -> None:
    browser, path = await opened(site)
    answer = await browser.post(f"{path}/new", form("Do you sell cups?", subject="Cups\nBcc: x@example.com"))
    assert (answer.status, answer.headers["Location"]) == (303, f"{path}/sent?done=matter")
    threads = {thread.id: thread for thread in await rows_of(site, Thread)}
    (new,) = set(threads) - {site.thread_id}
    assert threads[new].subject == "Cups Bcc: x@example.com"
    assert threads[new].buyer_id == threads[site.thread_id].buyer_id
    (row,) = await rows_of(site, InboundEmail)
    raw = next(raw for raw in await rows_of(site, RawEmail) if raw.sha256 == row.sha256)
    assert b"\nBcc:" not in raw.content
    sent = await browser.get(f"{path}/sent?lang=en")
    assert "Do you sell cups?" in sent.text
    assert "With the shop" in sent.text
    other = await link_to(site)
    assert "Do you sell cups?" not in (await browser.get(f"{other}/sent")).text
    assert "Do you sell cups?" not in (await browser.get(path)).text
    site.clock.forward(minutes=1)
    later = answers.ReplyDraft("We do", send_at=site.clock.now() + timedelta(minutes=5))
    await answers.reply(site.gw, site.actor, new, later)
    assert "With the shop" in (await browser.get(f"{path}/sent?lang=en")).text
    site.clock.forward(minutes=5)
    assert "Answered" in (await browser.get(f"{path}/sent?lang=en")).text


async def test_asking_for_a_human_brings_the_thread_back_once(site: Site) -> None:
    await inbox.change_thread(site.gw, site.actor, site.thread_id, {"status": "closed"})
    browser, path = await opened(site)
    assert (await browser.post(f"{path}/human")).headers["Location"] == f"{path}?done=human"
    assert (await browser.post(f"{path}/human")).headers["Location"] == f"{path}?done=asked"
    detail = await inbox.thread(site.gw, site.actor, site.thread_id)
    assert (detail.thread.status, detail.thread.needs_reply, detail.thread.labels) == ("open", True, ("human",))
    assert detail.thread.priority == "high"
    assert [message.direction for message in detail.messages] == ["inbound", "system"]
    assert "You have asked for a person" in (await browser.get(f"{path}?lang=en")).text


async def test_too_many_messages_are_stopped(site: Site) -> None:
    limited = site.gw.settings.sender_per_hour
    browser, path = await opened(site)
    for number in range(limited):
        assert (await browser.post(path, form(f"message {number}"))).status == 303
    kept = sorted(site.blobs.root.rglob("*"))
    answer = await browser.post(path, form("one more", ("a.txt", b"nobody's file", "text/plain")))
    assert answer.status == 429
    assert sorted(site.blobs.root.rglob("*")) == kept
    assert "Retry-After" in answer.headers
    assert "one more" in answer.text


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
async def test_other_sites_can_send_none_of_its_forms(site: Site, headers: dict[str, str]) -> None:
    browser, path = await opened(site)
    for tail in ("", "/new", "/human"):
        assert (await browser.post(path + tail, form(subject="x"), headers=headers)).status == 403
    assert len(await rows_of(site, Message)) == 1


async def language_of(page: Answer) -> str:
    found = re.search(r'<html lang="([^"]+)"', page.text)
    assert found is not None
    return found[1]


async def test_the_page_speaks_the_buyers_language_unless_asked_for_another(site: Site) -> None:
    browser, path = await opened(site)
    assert await language_of(await browser.get(path)) == "zh-CN"
    assert await language_of(await browser.get(f"{path}?lang=en")) == "en"


async def test_every_mail_to_the_buyer_carries_a_link_of_its_own(site: Site) -> None:
    await answers.reply(site.gw, site.actor, site.thread_id, answers.ReplyDraft("On its way"))
    await answers.reply(site.gw, site.actor, site.thread_id, answers.ReplyDraft("Arrived?"))
    hashes = {delivery.sha256 for delivery in await rows_of(site, Delivery)}
    mails = [raw.content for raw in await rows_of(site, RawEmail) if raw.sha256 in hashes and raw.size < INLINE_BYTES]
    links = {match for mail in mails for match in re.findall(rb"/b/[a-z2-7]{32}", mail.replace(b"=\r\n", b""))}
    assert len(links) == 2
    browser = await site.browser()
    for link in links:
        assert "On its way" in (await browser.get(link.decode())).text


async def test_the_mail_that_closes_a_conversation_carries_a_link_too(site: Site) -> None:
    async with site.gw.db.write() as session:
        talk = await conversation(session, SYSTEM, site.thread_id)
        assert await buyer_notices._about_thread(session, site.gw, talk, "conversation-closed")
    assert len(await rows_of(site, BuyerLink)) == 1


async def test_a_seller_stops_the_links_from_the_thread(site: Site) -> None:
    buyer, path = await opened(site)
    seller = await site.browser("lin@example.com")
    page = await seller.get(f"/threads/{site.thread_id}")
    assert "Stop all links" in page.text
    answer = await seller.post(f"/threads/{site.thread_id}/links/revoke", {"next": f"/threads/{site.thread_id}"})
    assert (answer.status, answer.headers["Location"]) == (303, f"/threads/{site.thread_id}")
    assert (await buyer.get(path)).status == 404
    assert (await buyer.get(await link_to(site))).status == 200
