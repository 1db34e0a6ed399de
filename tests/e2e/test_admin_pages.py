"""An admin's way through people, templates and the dashboard in a real Chromium, and the rules of WCAG 2.2 AA."""

import pytest
from playwright.async_api import Browser, expect

from gateway.admin import dashboard
from tests.e2e.test_pages import window
from tests.e2e.test_pages_for_everyone import look
from tests.web.conftest import Site

pytestmark = pytest.mark.browser
DATABASES = ("sqlite",)
PAGES = (
    "/dashboard",
    "/ledger",
    "/health",
    "/shops",
    "/shops/lantern",
    "/shops/lantern/brand",
    "/templates",
    "/people",
    "/tokens",
    "/audit",
)


@pytest.mark.journey
async def test_an_admins_way(site: Site, chromium: Browser) -> None:
    await dashboard.refresh(site.gw)
    opened = await window(chromium, site, locale="en-US")
    page = opened.page
    await opened.sign_in("admin@example.com")
    await page.goto(f"{opened.base}/people")
    await page.fill("input[name=email]", "new@example.com")
    await page.select_option("select[name='role.lantern']", "seller")
    await page.click("main button.primary")
    await expect(page.locator("main")).to_contain_text("new@example.com is invited")
    await page.goto(f"{opened.base}/templates/reply/en?shop=lantern")
    await page.fill("textarea[name=subject]", "Hello from {{ shop_name }}")
    shown = page.frame_locator("iframe[name=preview]").locator("body")
    await expect(shown).to_contain_text("Hello from Lotus Teahouse")
    await page.fill("textarea[name=subject]", "Hello {{ nobody }}")
    await expect(shown).to_contain_text("line 1")
    await page.click("main button.primary")
    await expect(page.locator(".problem")).to_contain_text("line 1: there is no variable 'nobody'")
    await page.fill("textarea[name=subject]", "Hello from {{ shop_name }}")
    await page.click("main button.primary")
    await expect(page.locator(".versions li")).to_have_count(1)
    await page.goto(f"{opened.base}/dashboard?range=7d")
    await expect(page.locator("#volume canvas")).to_be_visible()
    await page.goto(f"{opened.base}/audit")
    await expect(page.locator("tbody tr").first).to_contain_text("changed the words of a mail")
    assert opened.foreign == []


@pytest.mark.parametrize(
    ("locale", "scheme", "width"),
    [("zh-CN", "light", 1440), pytest.param("en-US", "dark", 320, marks=pytest.mark.slow)],
)
async def test_the_pages_are_for_everyone(site: Site, chromium: Browser, locale: str, scheme: str, width: int) -> None:
    await dashboard.refresh(site.gw)
    options = {"locale": locale, "color_scheme": scheme, "viewport": {"width": width, "height": 800}}
    opened = await window(chromium, site, **options)
    await opened.sign_in("admin@example.com")
    unfold = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"
    paths = (*PAGES, f"/people/{site.other.id}", "/templates/reply/ar?shop=lantern", "/invitation/nonsense")
    found = {path: await look(opened, path, unfold) for path in paths}
    assert {path: wrong for path, wrong in found.items() if wrong} == {}
