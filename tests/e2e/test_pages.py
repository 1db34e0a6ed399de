"""A seller's day in a real Chromium: sign in, read, answer, note, close; live, by keys, without scripts, composing."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, Request, expect

from gateway.inbox import threads
from tests import builders
from tests.e2e.serving import DEADLINE
from tests.web.conftest import Site

pytestmark = pytest.mark.browser


@dataclass
class Window:
    """A page and everything that it asked for or complained about."""

    page: Page
    base: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def foreign(self) -> list[str]:
        """What went to somebody else."""
        return [url for url in self.requests if not url.startswith((self.base, "data:"))]

    async def sign_in(self, email: str = "lin@example.com") -> None:
        """Through the form."""
        await self.page.goto(f"{self.base}/login")
        await self.page.fill("input[name=email]", email)
        await self.page.fill("input[name=password]", builders.PASSWORD)
        await self.page.click("main button")
        await self.page.wait_for_url("**/inbox")


async def window(chromium: Browser, site: Site, **options: Any) -> Window:
    """A fresh window of a browser of its own, whose colours are at once what they will be."""
    options = {"timezone_id": "Asia/Shanghai", "reduced_motion": "reduce"} | options
    context = await chromium.new_context(**options)
    context.set_default_timeout(DEADLINE * 1000)
    page = await context.new_page()
    opened = Window(page, str(site.server.make_url("")).rstrip("/"))

    def asked(request: Request) -> None:
        opened.requests.append(request.url)

    page.on("request", asked)
    page.on("console", lambda message: opened.complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    page.on("dialog", lambda dialog: opened.complaints.append(f"dialog: {dialog.message}"))
    return opened


async def stand_still(opened: Window) -> None:
    """No second passes in the page: what it says or offers for some seconds stays until everything was looked at."""
    now = datetime.now(UTC)
    await opened.page.clock.install(time=now)
    await opened.page.clock.pause_at(now + timedelta(minutes=1))


async def test_a_sellers_day(site: Site, chromium: Browser) -> None:
    opened = await window(chromium, site, locale="zh-CN")
    page = opened.page
    await opened.sign_in()
    await expect(page.locator(".list-head h1")).to_have_text("未回复")
    await page.keyboard.press("j")
    await page.keyboard.press("o")
    await expect(page.locator("#thread h1")).to_have_text("About my order")
    await expect(page.locator(".row.unread")).to_have_count(0)
    await site.message("请问什么时候发货？")
    await expect(page.locator(".message").last).to_contain_text("请问什么时候发货？")
    await page.keyboard.press("n")
    await page.keyboard.type("问一下仓库")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".message.note")).to_contain_text("问一下仓库")
    await expect(page.locator("#text")).to_have_value("")
    await page.keyboard.press("r")
    await page.keyboard.type("明天发货。")
    await page.set_input_files(
        "input[type=file]", {"name": "发票.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"}
    )
    await expect(page.locator("#chosen li")).to_contain_text("发票.pdf")
    await page.keyboard.press("Control+Enter")
    sent = page.locator(".message.seller")
    await expect(sent).to_contain_text("明天发货。")
    await expect(sent).to_contain_text("发票.pdf")
    await expect(sent.locator(".delivery")).to_contain_text("即将发送")
    await page.locator("#thread-head").click()
    await page.keyboard.press("e")
    await expect(page.locator(".status")).to_have_text("已关闭")
    assert opened.foreign == []
    assert opened.complaints == []


async def test_new_mail_appears_by_itself_and_a_text_in_work_stays(site: Site, chromium: Browser) -> None:
    opened = await window(chromium, site, locale="en-US")
    page = opened.page
    await opened.sign_in()
    await page.goto(f"{opened.base}/threads/{site.thread_id}")
    await page.click("#text")
    await page.keyboard.type("Half a sent")
    async with site.gw.db.write() as session:
        customer = await builders.add_customer(session, site.lantern, "AE-2002", "b@example.com", "Bo")
        await builders.add_message(session, customer.place, subject="Brand new")
    await expect(page.locator(".row").first).to_be_visible()
    await expect(page.locator(".rows")).to_contain_text("Brand new")
    await page.keyboard.type("ence")
    await expect(page.locator("#text")).to_have_value("Half a sentence")
    await expect(page).to_have_title(re.compile(r"\(2\)"))
    await page.reload()
    await expect(page.locator("#text")).to_have_value("Half a sentence")


async def test_no_key_acts_while_an_input_method_composes(site: Site, chromium: Browser) -> None:
    opened = await window(chromium, site, locale="zh-CN")
    page = opened.page
    await opened.sign_in()
    await page.goto(f"{opened.base}/threads/{site.thread_id}")
    await page.fill("#text", "ni hao")
    for target in ("document.body", "document.querySelector('#text')"):
        for key, options in (("e", ""), ("Enter", "ctrlKey: true,"), ("r", ""), ("/", "")):
            await page.evaluate(
                f"{target}.dispatchEvent(new KeyboardEvent('keydown', "
                f"{{key: '{key}', {options} bubbles: true, cancelable: true, isComposing: true}}))"
            )
    client = await page.context.new_cdp_session(page)
    await page.focus("#text")
    await client.send("Input.imeSetComposition", {"text": "你", "selectionStart": 1, "selectionEnd": 1})
    await client.send("Input.insertText", {"text": "你好"})
    await expect(page.locator("#text")).to_have_value("ni hao你好")
    detail = await threads.thread(site.gw, site.actor, site.thread_id)
    assert len(detail.messages) == 1
    assert detail.thread.status == "open"


async def test_everything_works_without_scripts(site: Site, chromium: Browser) -> None:
    opened = await window(chromium, site, locale="en-US", java_script_enabled=False)
    page = opened.page
    await opened.sign_in()
    await page.click(".row")
    await expect(page.locator("#thread h1")).to_have_text("About my order")
    await page.check("input[value=note]")
    await page.fill("#text", "Only for us")
    await page.click("text=Add note")
    await expect(page.locator(".message.note")).to_contain_text("Only for us")
    await page.fill("#text", "On its way")
    await page.set_input_files("input[type=file]", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"x"})
    await page.click("#send")
    await expect(page.locator(".message.seller")).to_contain_text("a.txt")
    await page.click("#menu-snooze summary")
    await page.click("#menu-snooze >> text=1 day")
    await expect(page.locator(".status")).to_contain_text("Snoozed")
    await page.click("[title^='Sign out']")
    await page.wait_for_url("**/login")


HOSTILE = """<p>hello</p><script>parent.alert(1)</script><img src=x onerror=alert(1)>
<img src="EVIL/track.gif"><link rel=stylesheet href="EVIL/a.css">
<style>body{background:url(EVIL/b.png)} @import "EVIL/c.css";</style><svg onload=alert(1)></svg>
<iframe src="EVIL/d"></iframe><object data="EVIL/e"></object><embed src="EVIL/f">
<form action="EVIL/g"><input autofocus onfocus=alert(1)></form>
<meta http-equiv=refresh content="0;url=EVIL/h"><video src="EVIL/v" poster="EVIL/p"></video>
<a href="javascript:alert(1)">x</a><base href="EVIL/"><img src="relative.gif">"""


async def test_a_hostile_mail_neither_acts_nor_fetches(site: Site, chromium: Browser) -> None:
    """The HTML is stored as it came, as if cleaning had failed: the frame and its policy hold by themselves."""
    reached: list[str] = []

    async def trap(request: web.Request) -> web.Response:
        reached.append(request.path)
        return web.Response()

    app = web.Application()
    app.router.add_get("/{rest:.*}", trap)
    evil = TestServer(app)
    await site.stack.enter_async_context(evil)
    message_id = await site.message("hello", html=HOSTILE.replace("EVIL", str(evil.make_url("")).rstrip("/")))
    opened = await window(chromium, site, locale="en-US")
    page = opened.page
    await opened.sign_in()
    await page.goto(f"{opened.base}/threads/{site.thread_id}")
    await page.click(f"#f-{message_id} summary")
    await expect(page.frame_locator(f"#f-{message_id} iframe").locator("p").first).to_have_text("hello")
    await page.goto(f"{opened.base}/messages/{message_id}/formatted")
    await expect(page.locator("p").first).to_have_text("hello")
    await page.wait_for_load_state("networkidle")
    assert reached == []
    assert not [complaint for complaint in opened.complaints if complaint.startswith("dialog")]
    assert page.url.startswith(opened.base)


async def test_a_deleted_session_leads_to_the_door(site: Site, chromium: Browser) -> None:
    opened = await window(chromium, site, locale="en-US")
    await opened.sign_in()
    site.clock.forward(hours=13)
    await opened.page.click(".row")
    await opened.page.wait_for_url("**/login?next=**")


async def test_of_many_tabs_one_listens_for_all_and_another_takes_over(site: Site, chromium: Browser) -> None:
    opened = await window(chromium, site, locale="en-US")
    await opened.sign_in()
    tabs = [await opened.page.context.new_page() for _ in range(8)]
    for tab in tabs:
        await tab.goto(f"{opened.base}/threads/{site.thread_id}")
    await site.message("First news")
    for tab in tabs:
        await expect(tab.locator(".message").last).to_contain_text("First news")
    await opened.page.close()
    await tabs[0].close()
    await site.message("Second news")
    for tab in tabs[1:]:
        await expect(tab.locator(".message").last).to_contain_text("Second news")
