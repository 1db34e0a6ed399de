"""Filters and acts on many conversations, by pages and forms alone: they work without any script."""

import re
from html import unescape

import pytest
from aiohttp import FormData

from gateway.inbox import threads
from tests import builders
from tests.web.conftest import Answer, Browser, Site


@pytest.fixture
async def seller(site: Site) -> Browser:
    browser = await site.browser("lin@example.com")
    await browser.get("/inbox")
    return browser


async def second(site: Site) -> str:
    async with site.gw.db.write() as session:
        customer = await builders.add_customer(session, site.lantern, "AE-2", "bo@example.com", "Bo <b>")
        filed = await builders.add_message(session, customer.place, "灯笼坏了 <i>one</i>", subject="纸灯笼 & more")
    return filed.thread_id


async def send(seller: Browser, path: str, ids: list[str], **fields: str) -> Answer:
    form = FormData([("csrf", seller.csrf), *(("id", id_) for id_ in ids), *fields.items()])
    return await seller.post(path, form)


async def test_hits_are_marked_and_nothing_of_a_mail_becomes_markup(site: Site, seller: Browser) -> None:
    await second(site)
    page = (await seller.get("/inbox", params={"q": "灯笼"})).text
    assert "纸<mark>灯笼</mark> &amp; more" in page
    assert "<mark>灯笼</mark>坏了 &lt;i&gt;one&lt;/i&gt;" in page
    assert "About my order" not in page


async def test_filters_stand_as_chips_that_take_themselves_away(site: Site, seller: Browser) -> None:
    await second(site)
    page = (await seller.get("/inbox", params={"q": "lamp has:attachment order:AE-1001"})).text
    assert "About my order" in page
    assert 'class="chip" href="/inbox?q=lamp+order%3AAE-1001"' in page
    assert 'class="chip" href="/inbox?q=lamp+has%3Aattachment"' in page
    nothing = (await seller.get("/inbox", params={"q": "before:soon"})).text
    assert "write a date such as 2026-11-23" in nothing
    assert "Nothing of this search was understood." in nothing


async def test_a_filter_narrows_the_view_that_one_is_in(site: Site, seller: Browser) -> None:
    page = (await seller.get("/inbox")).text
    link = next(href for href in re.findall(r'href="([^"]+)"', page) if "is%3Aunread" in href).replace("&amp;", "&")
    assert "view=needs_reply" in link
    narrowed = (await seller.get(link)).text
    assert "About my order" in narrowed
    assert "Needs reply" in narrowed


async def test_many_are_changed_at_once_and_the_next_page_offers_to_undo(site: Site, seller: Browser) -> None:
    ids = [site.thread_id, await second(site)]
    answer = await send(seller, "/threads/batch", ids, status="closed", next="/inbox?view=all")
    page = (await seller.get(answer.headers["Location"])).text
    assert "2 conversations changed." in page
    assert [(await threads.summary(site.gw, site.actor, id_)).status for id_ in ids] == ["closed"] * 2
    undo = page.split('action="/threads/batch/')[2].split('"')[0]
    assert (await seller.post(f"/threads/batch/{undo}", {"next": "/inbox"})).headers["Location"] == "/inbox"
    assert [(await threads.summary(site.gw, site.actor, id_)).status for id_ in ids] == ["open"] * 2


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"assignee": "me"}, "assignee:me"),
        ({"do": "label", "add_label": "补 发"}, 'label:"补 发"'),
        ({"snooze": "1d"}, "status:snoozed"),
    ],
)
async def test_each_button_does_what_it_says(site: Site, seller: Browser, fields: dict[str, str], shown: str) -> None:
    ids = [site.thread_id, await second(site)]
    await send(seller, "/threads/batch", ids, **({"add_label": ""} | fields))
    page = (await seller.get("/inbox", params={"q": shown})).text
    assert all(id_ in page for id_ in ids)


async def test_one_text_answers_many_after_a_look_at_the_first(site: Site, seller: Browser) -> None:
    ids, text = [site.thread_id, await second(site)], "{{buyer_name}}, order {{order_no}} is on its way."
    empty = await send(seller, "/threads/batch/answer", ids, next="/inbox?view=all")
    assert "Answer 2 conversations" in empty.text
    preview = await send(seller, "/threads/batch/answer", ids, text=text, step="preview", form_id="f1")
    assert "王小美, order AE-1001 is on its way." in preview.text
    assert "Send 2 answers" in preview.text
    sent = await send(seller, "/threads/batch/answer", ids, text=text, after="waiting", form_id="f1")
    page = (await seller.get(sent.headers["Location"])).text
    assert "2 answers leave in a moment." in page
    assert "Bo &lt;b&gt;, order AE-2 is on its way." in (await seller.get(f"/threads/{ids[1]}")).text
    wrong = await send(seller, "/threads/batch/answer", ids, text="{{password}}", step="preview")
    assert wrong.status == 422
    assert "only the variables below are known" in wrong.text


def with_file(seller: Browser, ids: list[str], name: str, **fields: str) -> FormData:
    form = FormData([("csrf", seller.csrf), *(("id", id_) for id_ in ids), *fields.items()], quote_fields=False)
    form.add_field("files", b"%PDF-1.7 how to hang it", filename=name, content_type="application/pdf")
    return form


async def test_files_stay_between_the_look_and_the_sending(site: Site, seller: Browser) -> None:
    ids = [site.thread_id, await second(site)]
    look = with_file(seller, ids, "说明.pdf", text="See the file.", step="preview", form_id="f2")
    ticket = re.findall(r'name="kept" value="([^"]+)"', (await seller.post("/threads/batch/answer", look)).text)
    assert len(ticket) == 1
    fields = {"text": "See the file.", "after": "waiting", "form_id": "f2", "kept": unescape(ticket[0])}
    await seller.post("/threads/batch/answer", with_file(seller, ids, "map.pdf", **fields))
    for id_ in ids:
        page = (await seller.get(f"/threads/{id_}")).text
        assert "说明.pdf" in page
        assert "map.pdf" in page


async def test_too_many_files_are_named_and_the_text_stays(site: Site, seller: Browser) -> None:
    form = with_file(seller, [site.thread_id], "0.pdf", text="Hello", after="waiting")
    for number in range(1, 21):
        form.add_field("files", b"x", filename=f"{number}.pdf", content_type="application/pdf")
    refused = await seller.post("/threads/batch/answer", form)
    assert refused.status == 422
    assert "These files are too many or too large: see the rule beside them." in refused.text
    assert "Up to 20 files, 25 MiB together: each buyer gets a copy of them." in refused.text
    assert "Hello</textarea>" in refused.text


async def test_nothing_of_another_shop_is_touched(site: Site) -> None:
    other = await site.browser("zhao@example.com")
    await other.get("/inbox")
    await send(other, "/threads/batch", [site.thread_id], status="closed")
    answered = await send(other, "/threads/batch/answer", [site.thread_id], text="Hello", after="waiting")
    assert answered.status == 303
    page = await send(other, "/threads/batch/answer", [site.thread_id], text="Hello {{order_no}}", step="preview")
    assert "AE-1001" not in page.text
    row = await threads.summary(site.gw, site.actor, site.thread_id)
    assert (row.status, row.message_count) == ("open", 1)


async def test_nothing_chosen_changes_nothing(site: Site, seller: Browser) -> None:
    assert (await send(seller, "/threads/batch", [], status="closed")).headers["Location"] == "/inbox"
    assert (await send(seller, "/threads/batch", ["x"], status="closed")).status == 422
