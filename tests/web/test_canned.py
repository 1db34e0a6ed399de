"""Canned replies, signatures and mentions as sellers meet them."""

import re

import pytest

from gateway.inbox import threads
from tests import builders
from tests.web.conftest import Browser, Site
from tests.web.test_composing import composer, write


@pytest.fixture
async def seller(site: Site) -> Browser:
    """The seller of the shop."""
    return await site.browser("lin@example.com")


async def keep(browser: Browser, name: str, text: str, locale: str = "zh_CN", shop: str = "lantern") -> int:
    """Write a canned reply; the status."""
    fields = {"shop": shop, "name": name, "locale": locale, "text": text}
    return (await browser.post("/canned", fields)).status


async def test_a_canned_reply_comes_filled_in_the_buyers_language(site: Site, seller: Browser) -> None:
    assert await keep(seller, "发货", "{{buyer_name}}，单号 {{tracking_no}} <b>") == 303
    assert await keep(seller, "发货", "{{buyer_name}}, it is {{tracking_no}}", "en") == 303
    (text,) = await (await seller.client.get(f"/threads/{site.thread_id}/canned")).json()
    assert (text["name"], text["text"]) == ("发货", "王小美，单号 LP00123456789CN <b>")
    page = (await seller.get(f"/threads/{site.thread_id}")).text
    assert f'name="canned" value="{text["id"]}"' in page
    await seller.post(f"/threads/{site.thread_id}/draft", {"kind": "reply", "text": "Hi", "canned": text["id"]})
    page = (await seller.get(f"/threads/{site.thread_id}")).text
    assert composer(page) == "Hi\n王小美，单号 LP00123456789CN &lt;b&gt;"


async def test_it_can_be_changed_and_removed_and_has_one_name_a_language(site: Site, seller: Browser) -> None:
    await keep(seller, "Hello", "One")
    assert await keep(seller, "Hello", "Two") == 409
    match = re.search(r"edit=([0-9a-f-]{36})", (await seller.get("/canned")).text)
    assert match is not None
    fields = {"shop": "lantern", "id": match[1], "name": "Hello", "locale": "zh_CN", "text": "Three"}
    assert (await seller.post("/canned", fields)).status == 303
    page = (await seller.get("/canned")).text
    assert "Three" in page
    assert "One" not in page
    await seller.post(f"/canned/{match[1]}/remove")
    assert "Three" not in (await seller.get("/canned")).text


async def test_an_unknown_variable_is_told_where_it_is_written(site: Site, seller: Browser) -> None:
    answer = await seller.post("/canned", {"shop": "lantern", "name": "x", "locale": "en", "text": "{{buyer}} hello"})
    assert answer.status == 422
    for words in ("There is no such variable", "{{buyer}} hello", "{{buyer_name}}"):
        assert words in answer.text


async def test_another_shops_texts_are_not_there(site: Site, seller: Browser) -> None:
    await keep(seller, "Ours", "Only ours")
    match = re.search(r"edit=([0-9a-f-]{36})", (await seller.get("/canned")).text)
    assert match is not None
    other = await site.browser("zhao@example.com")
    assert "Only ours" not in (await other.get("/canned")).text
    assert (await other.get("/canned?shop=lantern")).status == 404
    assert await keep(other, "Mine", "x", shop="lantern") == 404
    theirs = {"shop": "teahouse", "id": match[1], "name": "Mine", "locale": "en", "text": "x"}
    assert (await other.post("/canned", theirs)).status == 404
    assert (await other.post(f"/canned/{match[1]}/remove")).status == 404


async def test_nothing_leaves_half_filled(site: Site, seller: Browser) -> None:
    answer = await seller.post(f"/threads/{site.thread_id}/messages", {"text": "It is {{tracking_no}}."})
    assert answer.status == 422
    assert "Fill in what still stands in double braces." in answer.text


async def test_a_signature_stands_below_an_answer_until_it_is_taken_back(site: Site, seller: Browser) -> None:
    for locale, text in (("zh_CN", "{{seller_name}}\n{{shop_name}}"), ("", "Lin"), ("en", "Lin, Lantern")):
        await seller.post("/settings/signature", {"locale": locale, "text": text})
    assert "lin@example.com\nLantern &amp; Silk" in (await seller.get(f"/threads/{site.thread_id}")).text
    await write(site, seller, text="On its way", signature="1")
    newest = (await threads.thread(site.gw, site.actor, site.thread_id)).messages[-1]
    assert newest.text == "On its way\n\nlin@example.com\nLantern & Silk"
    await seller.post(f"/messages/{newest.id}/take-back")
    assert composer((await seller.get(f"/threads/{site.thread_id}")).text) == "On its way"
    await seller.post("/settings/signature", {"locale": "zh_CN", "text": ""})
    assert 'class="signature-words" dir="auto">Lin<' in (await seller.get(f"/threads/{site.thread_id}")).text
    assert (await seller.post("/settings/signature", {"locale": "en", "text": "{{oops}}"})).status == 422


async def test_each_seller_chooses_how_long_an_answer_waits(site: Site, seller: Browser) -> None:
    await seller.post("/settings/undo", {"seconds": "0"})
    assert "Sending in a moment" not in await write(site, seller)
    await seller.post("/settings/undo", {"seconds": "20"})
    assert "Sending in a moment" in await write(site, seller)
    assert (await seller.post("/settings/undo", {"seconds": "3600"})).status == 422


async def test_whoever_a_note_calls_finds_it_among_the_mentions(site: Site, seller: Browser) -> None:
    admin = await site.browser("admin@example.com")
    await threads.mark_seen(site.gw, site.actor, site.thread_id)
    await threads.add_note(site.gw, builders.actor_for(site.admin), site.thread_id, "@lin and @admin: look")
    assert f"row-{site.thread_id}" in (await seller.get("/inbox?view=mentions")).text
    assert f"row-{site.thread_id}" not in (await admin.get("/inbox?view=mentions")).text
    assert (await threads.counts(site.gw, site.actor))["mentions"] == 1
    assert "data-unread" in (await seller.get(f"/threads/{site.thread_id}")).text
    await seller.post(f"/threads/{site.thread_id}/seen")
    assert (await threads.counts(site.gw, site.actor))["mentions"] == 0
    assert f"row-{site.thread_id}" in (await seller.get("/inbox?view=mentions")).text
