"""Files in a real Chromium: dropped, taken away, too large, cut off; at the composer and at the form for many."""

import pytest
from playwright.async_api import Browser, Page, expect

from tests import builders
from tests.e2e.test_pages import window
from tests.web.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DATABASES = ("sqlite",)
REFUSAL = "<main><h1>No</h1><p>Ask.</p></main>"
DROP = """([selector, name, bytes]) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([new Uint8Array(bytes)], name, { type: "image/png" }));
  const options = { dataTransfer, bubbles: true, cancelable: true };
  for (const kind of ["dragover", "drop"]) document.querySelector(selector).dispatchEvent(new DragEvent(kind, options));
}"""


async def drop(page: Page, selector: str, name: str, size: int = 9) -> None:
    await page.evaluate(DROP, [selector, name, size])


async def test_an_answer_to_many_takes_what_is_dropped_on_it(site: Site, chromium: Browser) -> None:
    opened = await window(chromium, site, locale="zh-CN")
    page = opened.page
    await opened.sign_in()
    await page.check("#pick-all")
    await page.click("#batch [formaction]")
    await expect(page.locator("#file-rules")).to_have_text("最多 20 个文件，合计 25 MiB：每位买家各收到一份。")
    await drop(page, ".answer-all", "清单.png")
    await drop(page, ".answer-all", "太大.png", 27_000_000)
    await expect(page.locator("[data-chosen] li")).to_have_count(2)
    await page.fill("#text", "您好")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".problem[role=alert]").first).to_contain_text("文件太多或太大")
    await page.get_by_role("button", name="移除 太大.png").click()
    await expect(page.locator(".rules.broken")).to_have_count(0)
    await page.context.set_offline(True)
    await page.click("button[value=preview]")
    await expect(page.locator("[data-trouble]")).to_contain_text("未发送")
    await page.context.set_offline(False)
    await expect(page.locator("#text")).to_have_value("您好")
    await page.click("button[value=preview]")
    await expect(page.locator(".preview-text")).to_have_text("您好")
    await expect(page.locator(".handed-in .chip").first).to_contain_text("清单.png")
    await page.click("button.primary[value=waiting]")
    await expect(page.locator("#act")).to_contain_text("1 封回复即将发出")
    await page.goto(f"{opened.base}/threads/{site.thread_id}")
    await expect(page.locator(".message.seller")).to_contain_text("清单.png")
    assert opened.foreign == []


async def test_nothing_is_lost_when_an_answer_is_refused_or_cut_off(site: Site, chromium: Browser) -> None:
    opened = await window(chromium, site, locale="en-US")
    page = opened.page
    await opened.sign_in()
    await page.goto(f"{opened.base}/threads/{site.thread_id}")
    await expect(page.locator("#composer[data-ready]")).to_be_visible()
    await page.fill("#text", "With a picture")
    await drop(page, "#composer", "big.png", 27_000_000)
    await page.click("#send")
    problem = page.locator("#composer .problem")
    await expect(problem).to_have_text("At most 20 files and 25 MiB together.")
    await page.get_by_role("button", name="Remove big.png").click()
    await drop(page, "#composer", "small.png")
    await page.route("**/messages*", lambda route: route.abort())
    await page.click("#send")
    await expect(problem).to_contain_text("Not sent: the connection is lost.")
    await page.unroute("**/messages*")
    await page.route("**/messages*", lambda route: route.fulfill(status=403, content_type="text/html", body=REFUSAL))
    await page.click("#send")
    await expect(problem).to_have_text("No Ask.")
    await page.unroute("**/messages*")
    await expect(page.locator("#text")).to_have_value("With a picture")
    await page.click("#send")
    await expect(page.locator(".message.seller")).to_contain_text("small.png")
    assert opened.foreign == []


async def test_what_was_written_when_the_session_ran_out_is_there_after_signing_in(
    site: Site, chromium: Browser
) -> None:
    opened = await window(chromium, site, locale="en-US")
    page = opened.page
    await opened.sign_in()
    await page.goto(f"{opened.base}/threads/{site.thread_id}")
    await expect(page.locator("#composer[data-ready]")).to_be_visible()
    await page.route("**/draft", lambda route: route.abort())
    await page.fill("#text", "Nearly finished")
    site.clock.forward(hours=13)
    # The page may find out by itself before anybody presses the button.
    await page.evaluate("document.querySelector('#send')?.click()")
    await page.wait_for_url("**/login?next=**")
    await page.fill("input[name=email]", "lin@example.com")
    await page.fill("input[name=password]", builders.PASSWORD)
    await page.click("main button")
    await expect(page.locator("#text")).to_have_value("Nearly finished")
