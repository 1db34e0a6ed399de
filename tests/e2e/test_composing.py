"""Writing in a real Chromium: a draft in two browsers, undo, canned replies by "/", colleagues at the same thread."""

import asyncio
import re
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route, expect

from gateway.domain.canned import Canned
from gateway.inbox import blocking, canned, presence, restructuring, threads
from gateway.outbound.answers import ReplyDraft, reply
from tests import builders
from tests.e2e.test_pages import stand_still, window
from tests.e2e.test_pages_for_everyone import WINDOWS, look
from tests.web.conftest import Site

pytestmark = pytest.mark.browser
DATABASES = ("sqlite",)
"""What the database does is shown on both in tests/web."""


def saving(page: Page, words: str) -> AbstractAsyncContextManager[Any]:
    """Until the server has kept a draft with these words."""
    return page.expect_response(lambda answer: words in (answer.request.post_data or ""))


@pytest.mark.journey
async def test_a_draft_follows_its_writer_and_an_answer_can_be_undone(site: Site, chromium: Browser) -> None:
    here, there = await window(chromium, site, locale="en-US"), await window(chromium, site, locale="zh-CN")
    thread = f"/threads/{site.thread_id}"
    await canned.save(site.gw, site.actor, "lantern", Canned("", "Tracking", "zh_CN", "单号 {{tracking_no}}。"))
    for opened in (here, there):
        await opened.sign_in()
    page = here.page
    await page.goto(here.base + thread)
    await page.click("#text")
    await page.keyboard.type("Dear Mei, /")
    await page.keyboard.type("track")
    async with saving(page, "LP00123456789CN"):
        await page.keyboard.press("Enter")
        await expect(page.locator("#text")).to_have_value("Dear Mei, 单号 LP00123456789CN。")
        await page.keyboard.press("Control+End")
        await page.check("input[value=note]")
        await expect(page.locator("#text")).to_have_value("")
    await expect(page.locator("#draft-state")).to_contain_text("Draft saved")
    site.clock.forward(seconds=1)
    async with saving(page, "A note"):
        await page.fill("#text", "A note")
    await there.page.goto(there.base + thread)
    await expect(there.page.locator("#text")).to_have_value("A note")
    await there.page.check("input[value=reply]")
    await expect(there.page.locator("#text")).to_have_value("Dear Mei, 单号 LP00123456789CN。")
    await stand_still(there)
    await there.page.focus("#text")
    await there.page.keyboard.press("Control+Enter")
    await expect(there.page.locator(".message.seller")).to_contain_text("单号 LP00123456789CN")
    await expect(there.page.locator("#text")).to_have_value("A note")
    await expect(there.page.locator(".countdown")).to_have_text(re.compile(r"^([1-9]|10)$"))
    await expect(there.page.locator("#said")).to_have_text("答复将在 10 秒后发出，在此之前可以撤销。")
    site.clock.forward(seconds=1)
    await there.page.click(".delivery .undo")
    await expect(there.page.locator(".message.seller")).to_have_count(0)
    await expect(there.page.locator("#text")).to_have_value("Dear Mei, 单号 LP00123456789CN。")
    assert here.complaints + there.complaints == []
    assert here.foreign + there.foreign == []


@pytest.mark.journey
async def test_colleagues_see_each_other_and_the_second_answer_asks_first(site: Site, chromium: Browser) -> None:
    here, there = await window(chromium, site, locale="en-US"), await window(chromium, site, locale="en-US")
    thread = f"/threads/{site.thread_id}"
    await here.sign_in()
    await there.sign_in("admin@example.com")
    for opened in (here, there):
        await opened.page.goto(opened.base + thread)
    await stand_still(there)
    await expect(here.page.locator("#others")).to_contain_text("admin is looking")
    await there.page.fill("#text", "I have it")
    await expect(here.page.locator("#others")).to_contain_text("admin is writing")
    await expect(here.page.locator("#writing")).to_have_text("admin is writing")
    await here.page.fill("#text", "Me too")
    await there.page.click("#send")
    await expect(there.page.locator(".message.seller")).to_contain_text("I have it")
    await here.page.click("#send")
    await expect(here.page.locator("#composer .problem")).to_contain_text("A colleague has answered meanwhile")
    await expect(here.page.locator("#text")).to_have_value("Me too")
    await here.page.click("text=Send anyway")
    await expect(here.page.locator(".message.seller")).to_have_count(2)
    await here.page.fill("#text", "Sent before the draft could be saved")
    await here.page.click("#send")
    await expect(here.page.locator(".message.seller")).to_have_count(3)
    await expect(here.page.locator("#text")).to_have_value("")
    await there.page.goto(f"{there.base}/inbox")
    await expect(here.page.locator("#others")).to_have_count(0)


async def furnish(site: Site) -> None:
    """Everything that a thread can show of what people did."""
    gw, admin = site.gw, builders.actor_for(site.admin)
    split_off = await site.message("Another matter")
    await restructuring.split(gw, site.actor, site.thread_id, [split_off])
    for seconds in (9, 90_000):
        at = site.clock.now() + timedelta(seconds=seconds)
        await reply(gw, site.actor, site.thread_id, ReplyDraft("See you", send_at=at))
    await threads.add_note(gw, admin, site.thread_id, "@lin look")
    await blocking.block(gw, site.actor, site.thread_id, "Threats")
    await presence.here(gw, admin, site.thread_id, typing=True)
    await canned.save(gw, site.actor, "lantern", Canned("", "Tracking", "en", "It is {{tracking_no}}."))
    await canned.set_signature(gw, site.seller.id, "", "{{seller_name}}")


@pytest.mark.slow
@pytest.mark.parametrize(("locale", "scheme", "width"), WINDOWS)
async def test_every_state_of_the_composer_and_its_pages(
    site: Site, chromium: Browser, locale: str, scheme: str, width: int
) -> None:
    await furnish(site)
    options = {"locale": locale, "color_scheme": scheme, "viewport": {"width": width, "height": 800}}
    opened = await window(chromium, site, **options)
    await opened.sign_in()
    menus = "document.querySelectorAll('#composer details, details.person-act').forEach((one) => { one.open = true; })"
    thread, found = f"/threads/{site.thread_id}", {}
    for name, path, script in (
        ("thread", thread, ""),
        ("composer menus", thread, menus),
        ("note menus", thread, f"document.querySelector('input[value=note]').click(); {menus}"),
        ("thread menu", thread, "document.querySelector('#menu-more').open = true"),
        ("splitting", f"{thread}?split=1", ""),
        ("preview", f"{thread}/preview?signature=1", ""),
        ("canned", "/canned", ""),
        ("canned refused", "/canned?shop=lantern&done=removed", ""),
        ("writing", "/settings/writing?done=saved", ""),
    ):
        found[name] = await look(opened, path, script)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert opened.foreign == []


@pytest.mark.slow
async def test_an_older_look_at_the_page_takes_back_nothing_that_was_done(site: Site, chromium: Browser) -> None:
    opened = await window(chromium, site, locale="en-US")
    page, looked, let_go = opened.page, asyncio.Event(), asyncio.Event()
    await opened.sign_in()

    async def keep_the_first_back(route: Route) -> None:
        if looked.is_set() or "x-background" not in route.request.headers:
            await route.continue_()
        else:
            older = await route.fetch()
            looked.set()
            await let_go.wait()
            await route.fulfill(response=older)

    await page.goto(f"{opened.base}/threads/{site.thread_id}")
    await page.route("**/threads/*", keep_the_first_back)
    await threads.change_thread(site.gw, builders.actor_for(site.admin), site.thread_id, {"labels": ["lamp"]})
    await looked.wait()
    await page.keyboard.press("e")
    await expect(page.locator(".status")).to_have_text("Closed")
    async with page.expect_response(lambda answer: answer.ok and "x-background" in answer.request.headers) as kept:
        let_go.set()
    await (await kept.value).finished()
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    # At once, and not only by the look of each minute.
    await expect(page.locator("#thread")).to_contain_text("lamp", timeout=30_000)
    await expect(page.locator(".status")).to_have_text("Closed", timeout=30_000)
