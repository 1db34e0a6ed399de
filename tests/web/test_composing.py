"""Writing an answer: drafts that any browser shows, time to take it back, sending later, a colleague who was faster."""

import re
from datetime import timedelta

import pytest
from aiohttp import FormData

from gateway.inbox import threads
from gateway.outbound.answers import ReplyDraft, reply
from tests import builders
from tests.web.conftest import Browser, Site


@pytest.fixture
async def seller(site: Site) -> Browser:
    """The seller of the shop."""
    return await site.browser("lin@example.com")


def composer(page: str) -> str:
    """What the composer holds."""
    match = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert match is not None
    return match[1]


async def write(site: Site, browser: Browser, **fields: str) -> str:
    """Send an answer; the page that follows."""
    answer = await browser.post(f"/threads/{site.thread_id}/messages", {"text": "On its way"} | fields)
    assert answer.status == 303, answer.text
    return (await browser.get(answer.headers["Location"])).text


async def test_a_draft_is_there_in_another_browser_and_its_kind_with_it(site: Site, seller: Browser) -> None:
    path = f"/threads/{site.thread_id}/draft"
    script = {"Accept": "application/json"}
    assert (await seller.post(path, {"kind": "reply", "text": "Half an ans"}, headers=script)).status == 204
    site.clock.forward(seconds=5)
    assert (await seller.post(path, {"kind": "note", "text": "Ask <Bo>"})).status == 303
    other = await site.browser("lin@example.com")
    page = (await other.get(f"/threads/{site.thread_id}")).text
    assert composer(page) == "Ask &lt;Bo&gt;"
    assert 'data-other="Half an ans"' in page
    assert 'value="note" data-key="n" checked' in page
    colleague = await site.browser("admin@example.com")
    assert "Half an ans" not in (await colleague.get(f"/threads/{site.thread_id}")).text


async def test_sending_clears_the_draft_and_what_is_saved_too_late_is_none(site: Site, seller: Browser) -> None:
    draft = {"kind": "reply", "text": "On its way", "form_id": "f-1"}
    await seller.post(f"/threads/{site.thread_id}/draft", draft)
    await write(site, seller, form_id="f-1")
    await seller.post(f"/threads/{site.thread_id}/draft", draft)
    assert composer((await seller.get(f"/threads/{site.thread_id}")).text) == ""


async def test_an_empty_draft_is_none(site: Site, seller: Browser) -> None:
    for text in ("Something", " "):
        await seller.post(f"/threads/{site.thread_id}/draft", {"kind": "reply", "text": text})
    assert "Draft saved</" not in (await seller.get(f"/threads/{site.thread_id}")).text
    assert composer((await seller.get(f"/threads/{site.thread_id}")).text) == ""


async def test_an_answer_can_be_undone_and_sent_again_with_its_file(site: Site, seller: Browser) -> None:
    form = FormData({"csrf": seller.csrf, "kind": "reply", "text": "See the file"})
    form.add_field("files", b"%PDF-1.4", filename="a.pdf", content_type="application/pdf")
    location = (await seller.post(f"/threads/{site.thread_id}/messages", form)).headers["Location"]
    page = (await seller.get(location)).text
    assert "Sending in a moment" in page
    message_id = location.partition("#m-")[2]
    assert (await seller.post(f"/messages/{message_id}/take-back")).status == 303
    page = (await seller.get(f"/threads/{site.thread_id}")).text
    assert composer(page) == "See the file"
    assert "Sending in a moment" not in page
    kept = re.search(r'name="(kept-[^"]+)"', page)
    assert kept is not None
    await write(site, seller, text="See the file", **{kept[1]: "1"})
    newest = (await threads.thread(site.gw, site.actor, site.thread_id)).messages[-1]
    assert [file.filename for file in newest.attachments] == ["a.pdf"]
    site.clock.forward(seconds=11)
    assert ">Undo<" not in re.sub(r"<svg.*?</svg>", "", (await seller.get(f"/threads/{site.thread_id}")).text)


@pytest.mark.parametrize(
    ("fields", "hours"),
    [
        ({"later": "1h"}, 1),
        # The clock stands at 16:00 of a Monday in Shanghai.
        ({"later": "tomorrow", "zone": "Asia/Shanghai"}, 17),
        ({"later": "monday", "zone": "Asia/Shanghai"}, 17 + 6 * 24),
        ({"later": "at", "send_at": "2026-11-23T18:30", "zone": "Asia/Shanghai"}, 2.5),
        ({"later": "at", "send_at": "2026-11-23T18:30", "zone": "No/where"}, 10.5),
    ],
)
async def test_later_is_a_moment_in_the_sellers_zone(
    site: Site, seller: Browser, fields: dict[str, str], hours: float
) -> None:
    page = await write(site, seller, **fields)
    (delivery,) = (await threads.thread(site.gw, site.actor, site.thread_id)).messages[-1].deliveries
    assert delivery.next_attempt_at - site.clock.now() == timedelta(hours=hours)
    assert "Will be sent" in page


@pytest.mark.parametrize("moment", ["", "soon", "2026-11-22T10:00", "2099-01-01T10:00"])
async def test_what_is_no_moment_to_come_sends_nothing(site: Site, seller: Browser, moment: str) -> None:
    fields = {"text": "Later", "later": "at", "send_at": moment, "zone": "UTC"}
    answer = await seller.post(f"/threads/{site.thread_id}/messages", fields)
    assert answer.status == 422
    assert "Choose a moment to come" in answer.text
    assert composer(answer.text) == "Later"


async def test_a_colleague_was_faster_and_the_writer_is_asked(site: Site, seller: Browser) -> None:
    theirs = await reply(site.gw, builders.actor_for(site.admin), site.thread_id, ReplyDraft("Shipped today."))
    fields = {"text": "Ships soon", "seen": site.message_id}
    answer = await seller.post(f"/threads/{site.thread_id}/messages", fields)
    assert answer.status == 409
    for words in ("A colleague has answered meanwhile", "Shipped today.", f'href="#m-{theirs}"', "Send anyway"):
        assert words in answer.text
    assert composer(answer.text) == "Ships soon"
    assert "Ships soon" in await write(site, seller, **fields, anyway="1")


async def test_a_note_sent_twice_is_one(site: Site, seller: Browser) -> None:
    for _ in range(2):
        await write(site, seller, kind="note", text="Only once", form_id="f-2")
    notes = [
        m for m in (await threads.thread(site.gw, site.actor, site.thread_id)).messages if m.direction == "internal"
    ]
    assert len(notes) == 1


async def test_the_preview_is_the_mail_that_the_buyer_gets(site: Site, seller: Browser) -> None:
    form = {"kind": "reply", "text": "On its way <b>", "preview": "1", "signature": "1"}
    await seller.post("/settings/signature", {"locale": "zh_CN", "text": "Lin"})
    answer = await seller.post(f"/threads/{site.thread_id}/draft", form)
    assert answer.headers["Location"] == f"/threads/{site.thread_id}/preview?signature=1"
    page = (await seller.get(answer.headers["Location"])).text
    for words in ("Re: About my order", "王小美", "m***@e***.com", "On its way &lt;b&gt;\n\nLin", 'sandbox=""'):
        assert words in page
    mail = await seller.get(f"/threads/{site.thread_id}/preview/mail?signature=1")
    assert "On its way &lt;b&gt;" in mail.text
    assert "sandbox" in mail.headers["Content-Security-Policy"]
    assert composer((await seller.get(f"/threads/{site.thread_id}")).text) == "On its way &lt;b&gt;"
