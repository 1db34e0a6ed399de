"""The list in a real Chromium: choose many, undo, filter, the palette, new mail; keys that leave Chinese alone."""

import re

import pytest
from playwright.async_api import Browser, expect

from gateway.domain.conversations import ThreadQuery
from gateway.inbox import threads
from tests import builders
from tests.e2e.test_pages import Window, stand_still, window
from tests.web.conftest import Site

pytestmark = pytest.mark.browser
DATABASES = ("sqlite",)


async def furnished(site: Site, chromium: Browser, locale: str) -> Window:
    """Four conversations, and a seller who looks at them."""
    async with site.gw.db.write() as session:
        for number, name in enumerate(("李雷", "Bo", "韩梅梅")):
            customer = await builders.add_customer(session, site.lantern, f"B-{number}", f"b{number}@example.com", name)
            await builders.add_message(session, customer.place, "灯笼坏了", subject=f"Matter {number}")
    opened = await window(chromium, site, locale=locale)
    await opened.sign_in()
    return opened


async def statuses(site: Site) -> list[str]:
    page = await threads.list_threads(site.gw, site.actor, ThreadQuery())
    return sorted(row.status for row in page.items)


@pytest.mark.journey
async def test_a_morning_of_a_chinese_seller(site: Site, chromium: Browser) -> None:
    opened = await furnished(site, chromium, "zh-CN")
    page = opened.page
    rows = page.locator(".rows .pick input")
    await expect(rows).to_have_count(4)
    await expect(page.locator("#batch")).to_be_hidden()
    await page.keyboard.press("j")
    await page.keyboard.press("x")
    await expect(page.locator("#batch-count")).to_have_text("已选 1 个")
    await rows.nth(2).click(modifiers=["Shift"])
    await expect(page.locator("#batch-count")).to_have_text("已选 3 个")
    await stand_still(opened)
    await page.locator("#batch button[value=closed]").click()
    await expect(page.locator("#act")).to_contain_text("已更改 3 个会话")
    await expect(page.locator("#act .countdown")).to_have_text(re.compile(r"^([1-9]|10)$"))
    assert await statuses(site) == ["closed", "closed", "closed", "open"]
    await expect(rows).to_have_count(1)
    await page.click("#act button")
    await expect(rows).to_have_count(4)
    await expect(page.locator("#act")).to_have_count(0)
    await page.clock.resume()
    assert await statuses(site) == ["open"] * 4
    await page.evaluate("list.style.height = '20rem'; list.scrollTop = 300")
    await page.click("#menu-sort summary")
    await page.click("#menu-sort button[value=due]")
    await expect(page.locator("#menu-sort summary")).to_have_text("时限")
    assert await page.evaluate("list.scrollTop") == 0
    await page.check("#pick-all")
    await page.click("#batch [formaction]")
    await page.fill("#text", "{{buyer_name}}您好，订单 {{order_no}} 已发货。")
    await page.click("button[value=preview]")
    await expect(page.locator(".preview-text")).to_contain_text("您好，订单")
    await page.click("button.primary[value=waiting]")
    await expect(page.locator("#act")).to_contain_text("4 封回复即将发出")
    await expect(page).not_to_have_url(re.compile("act="))
    assert await statuses(site) == ["waiting"] * 4
    assert opened.foreign == []
    assert opened.complaints == []


@pytest.mark.journey
async def test_everything_is_a_few_letters_away(site: Site, chromium: Browser) -> None:
    opened = await furnished(site, chromium, "en-US")
    page = opened.page
    # The second of two keys counts for a second and a half, which a slow machine must not use up.
    await page.clock.set_fixed_time(site.clock.now())
    await page.keyboard.press("Control+k")
    await page.keyboard.type("snooz")
    await expect(page.locator("#palette-list [aria-selected=true]")).to_contain_text("Snoozed")
    await page.keyboard.press("Enter")
    await expect(page.locator(".list-title h1")).to_have_text("Snoozed")
    await page.keyboard.press("Control+k")
    client = await page.context.new_cdp_session(page)
    await client.send("Input.imeSetComposition", {"text": "han", "selectionStart": 3, "selectionEnd": 3})
    await page.evaluate(
        "document.querySelector('#palette-input').dispatchEvent(new KeyboardEvent('keydown', "
        "{key: 'Enter', bubbles: true, cancelable: true, isComposing: true}))"
    )
    await expect(page.locator("#palette")).to_be_visible()
    await client.send("Input.insertText", {"text": "韩梅梅"})
    await expect(page.locator("#palette-list")).to_contain_text("Matter 2")
    await page.keyboard.press("Enter")
    await expect(page.locator("#thread h1")).to_have_text("Matter 2")
    await expect(page.locator("#pick-all")).to_be_visible()
    await page.keyboard.press("g")
    await page.keyboard.press("a")
    await expect(page.locator(".list-title h1")).to_have_text("All")
    await page.keyboard.press("f")
    await page.click("#menu-filter >> text=Email")
    await expect(page.locator(".chips")).to_contain_text("Email")
    await expect(page.locator(".row")).to_have_count(4)
    await page.keyboard.press("/")
    await page.keyboard.type("灯笼")
    await page.keyboard.press("Enter")
    await expect(page.locator("mark").first).to_have_text("灯笼")
    await expect(page.locator(".row")).to_have_count(3)
    assert opened.complaints == []


@pytest.mark.journey
async def test_a_hidden_page_tells_of_new_mail_once_it_may(site: Site, chromium: Browser) -> None:
    opened = await furnished(site, chromium, "en-US")
    page = opened.page
    await page.add_init_script(
        "window.Notification = class { static permission = 'default'; "
        "static async requestPermission() { this.permission = 'granted'; return 'granted'; } "
        "constructor(title, options) { document.documentElement.dataset.told = `${title}: ${options.body}`; } "
        "addEventListener() {} }; "
        "Object.defineProperty(document, 'hidden', { get: () => window.away === true });"
    )
    await page.reload()
    await page.click("#notify")
    await expect(page.locator("#notify")).to_be_hidden()
    await page.evaluate("window.away = true")
    await site.message("请问发货了吗？", subject="News", received_at=site.clock.now())
    await expect(page.locator("html")).to_have_attribute("data-told", "王小美: About my order")
    await expect(page).to_have_title(re.compile(r"^\(4\) "))
