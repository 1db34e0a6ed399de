"""Where orders come from and where events go, in a real Chromium: import with progress, connect, tell, teach."""

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from gateway.admin import channels
from gateway.domain.actors import SYSTEM
from gateway.domain.routing.documents import ChannelDocument
from tests.e2e.test_pages import Window, window
from tests.e2e.test_pages_for_everyone import examined
from tests.payloads import as_body, shopify_headers, shopify_order
from tests.web.conftest import Site

DATABASES = ("sqlite",)
pytestmark = pytest.mark.browser
SECRET = "shpss-0123456789abcdef"
WINDOWS = [
    ("zh-CN", "light", 1440),
    pytest.param("en-US", "dark", 320, marks=pytest.mark.slow),
    pytest.param("en-US", "light", 1440, marks=pytest.mark.slow),
    pytest.param("zh-CN", "dark", 320, marks=pytest.mark.slow),
]
NOTIFICATION = (
    b"From: x@platform.test\nSubject: Message about order 8123456789\nContent-Type: text/html; charset=utf-8\n\n"
    b"<p>Hello Lantern &amp; Silk,</p><p>Anna has sent you a message.</p><p>Order number: 8123456789</p>"
    b"<p>Message:</p><p>Could you wrap it in blue paper?</p><p>Please answer within 24 hours.</p>"
)
ORDERS = ("order_no,email\n" + "".join(f"P-{n},b{n}@buyer.test\n" for n in range(120)) + "Q-1,nobody\n").encode()


class Tour:
    """A window, and what is wrong with the pages that it came by."""

    def __init__(self, opened: Window, name: str) -> None:
        self.opened, self.page, self.name = opened, opened.page, name
        self.wrong: dict[str, Any] = {}

    async def look(self, place: str) -> None:
        """Examine the page as it stands; kept as a picture where PICTURES names a folder."""
        if wrong := await examined(self.page):
            self.wrong[place] = wrong
        if folder := os.environ.get("PICTURES"):
            await self.page.screenshot(path=str(Path(folder) / f"{place}-{self.name}.png"), full_page=True)


@pytest.mark.journey
@pytest.mark.parametrize(("locale", "scheme", "width"), WINDOWS)
async def test_a_day_of_set_up(site: Site, chromium: Browser, locale: str, scheme: Any, width: int) -> None:
    options: dict[str, Any] = {"color_scheme": scheme, "viewport": {"width": width, "height": 900}}
    opened = await window(chromium, site, locale=locale, **options)
    page, tour = opened.page, Tour(opened, f"{locale}-{scheme}-{width}")
    await opened.sign_in("admin@example.com")

    await page.goto(f"{opened.base}/import")
    file: Any = {"name": "orders.csv", "mimeType": "text/csv", "buffer": ORDERS}
    await page.set_input_files("input[name=file]", file)
    await page.click("#import button")
    await expect(page.locator("[data-count=created]")).to_have_text("120")
    await expect(page.locator("#errors tbody tr")).to_have_count(1)
    await expect(page.locator("#errors tbody")).to_contain_text("Q-1")
    await expect(page.locator("#import button")).to_be_enabled()
    assert await page.evaluate("document.getElementById('bar').position") == 1
    await tour.look("import")

    await page.goto(f"{opened.base}/sources")
    await page.fill("input[name=name]", "Main shop")
    await page.fill("input[name=secret]", SECRET)
    await page.click("main section:last-of-type button.primary")
    await expect(page.locator(".made .mono bdi").first).to_contain_text("/hooks/")
    hook = (await page.locator(".made .mono bdi").first.text_content() or "").partition("/hooks")[2]
    body = as_body(shopify_order(note="hello"))
    headers = shopify_headers(body, "orders/create", secret=SECRET)
    sent = await page.context.request.post(f"{opened.base}/hooks{hook}", data=body, headers=headers)
    assert sent.status == 200
    await tour.look("sources")
    await page.click(".entry a.button")
    await expect(page.locator("table")).to_contain_text("AE1001")
    await tour.look("source")

    await page.goto(f"{opened.base}/webhooks")
    await page.fill("input[name=url]", "https://8.8.8.8/hook")
    await page.click("main section:last-of-type button.primary")
    await expect(page.locator(".made")).to_contain_text("whsec_")
    await tour.look("webhooks")
    await page.click(".entry a.button")
    await page.wait_for_url("**/webhooks/*")
    await page.click("main .form-acts button.primary")
    await expect(page.locator("table tbody tr")).to_have_count(1)
    await tour.look("webhook")

    document = ChannelDocument(kind="order_note", shop="lantern", address="platform", name="Platform")
    made = await channels.add(site.gw, SYSTEM, document)
    await page.goto(f"{opened.base}/channels/{made.id}/reader")
    mail: Any = {"name": "mail.eml", "mimeType": "message/rfc822", "buffer": NOTIFICATION}
    await page.set_input_files("input[name=file]", mail)
    await page.click("main form button")
    await expect(page.locator("#example")).to_contain_text("Order number: 8123456789")
    await expect(page.locator("[data-mark=mark-note]")).to_be_visible()
    for field, words in (("order_no", "8123456789"), ("note", "Could you wrap it in blue paper?")):
        await page.evaluate(SELECT, words)
        await page.click(f"[data-mark=mark-{field}]")
        await expect(page.locator(f"#mark-{field}")).to_have_value(words)
    await page.click("button[value=teach]")
    await expect(page.locator("[role=status] .lines")).to_have_text("Could you wrap it in blue paper?")
    await tour.look("mapping")
    await page.click("button[value=keep]")
    await page.wait_for_url(f"**/channels/{made.id}")
    assert (await channels.channel(site.gw, SYSTEM, made.id)).reader == "mapping"
    assert opened.foreign == []
    assert opened.complaints == []
    assert tour.wrong == {}


SELECT = """words => {
  const node = document.getElementById("example").firstChild, at = node.data.indexOf(words), range = new Range();
  range.setStart(node, at);
  range.setEnd(node, at + words.length);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}"""
"""Selects words of the example, as a hand with a mouse does."""
