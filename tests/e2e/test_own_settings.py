"""One's own settings and the door in a real Chromium: a second factor from set-up to sign-in, and axe on every page."""

import re
from typing import Any

import pyotp
import pytest
from playwright.async_api import Browser, Page, expect

from gateway.outbound.sending import Sender
from gateway.people import account_mails
from tests import builders
from tests.couriers import Relay
from tests.e2e.test_pages import window
from tests.e2e.test_pages_for_everyone import examined, look
from tests.web.conftest import Site

pytestmark = pytest.mark.browser
DATABASES = ("sqlite",)
SHAPES = (("en-US", "dark", 320), ("zh-CN", "light", 1440), ("zh-CN", "dark", 1440), ("en-US", "light", 320))


async def secret_on(page: Page) -> str:
    """What an authenticator is given where no camera reads the code; all of it."""
    shown = page.locator(".secret")
    await expect(shown).to_have_text(re.compile(r"^\s*([A-Z2-7]{4} ?){8}\s*$"))
    return (await shown.inner_text()).replace(" ", "")


@pytest.mark.journey
async def test_a_second_factor_from_set_up_to_sign_in(site: Site, chromium: Browser) -> None:
    opened = await window(chromium, site, locale="en-US")
    page = opened.page
    await opened.sign_in()
    await page.goto(f"{opened.base}/settings/security")
    await page.click("text=Set up")
    secret = await secret_on(page)
    await page.fill("input[name=code]", pyotp.TOTP(secret).at(site.clock.now()))
    await page.click("text=Switch on")
    await expect(page.locator(".codes li")).to_have_count(10)
    await page.click("text=Sign out everywhere")
    await page.fill("input[name=email]", "lin@example.com")
    await page.fill("input[name=password]", builders.PASSWORD)
    await page.click("main button")
    site.clock.forward(seconds=30)
    await page.fill("input[name=code]", pyotp.TOTP(secret).at(site.clock.now()))
    await page.click("main button")
    await page.wait_for_url("**/inbox**")
    assert opened.foreign == []
    assert opened.complaints == []


async def reset_path(site: Site) -> str:
    """The path of a link that changes a password."""
    await account_mails.ask(site.gw, "reset", "lin@example.com", "en", "192.0.2.9")
    await account_mails.send_once(site.gw)
    relay = Relay()
    await Sender(site.gw, relay).send_once()
    body = relay.mails[0].get_body(("plain",))
    assert body is not None
    found = re.search(r"/password/\S+", body.get_content())
    assert found is not None
    return found[0]


@pytest.mark.parametrize(
    ("locale", "scheme", "width"),
    [pytest.param(*shape, marks=pytest.mark.slow) for shape in SHAPES],
)
async def test_every_page_of_ones_own(site: Site, chromium: Browser, locale: str, scheme: str, width: int) -> None:
    options: dict[str, Any] = {"locale": locale, "color_scheme": scheme, "viewport": {"width": width, "height": 800}}
    opened = await window(chromium, site, **options)
    page = opened.page
    found = {path: await look(opened, path) for path in ("/login?done=password", "/login/mail?kind=reset")}
    found["password"] = await look(opened, await reset_path(site))
    found["over"] = await look(opened, f"/password/{'a' * 32}")
    await opened.sign_in()
    for path in ("/settings?done=saved", "/settings/notifications?done=saved", "/settings/security?done=ended"):
        found[path] = await look(opened, path)
    await page.click("#factor button")
    await page.wait_for_selector(".qr")
    secret = await secret_on(page)
    found["enrolling"] = await look(opened, "/settings/security")
    await page.fill("input[name=code]", pyotp.TOTP(secret).at(site.clock.now()))
    await page.click(".steps button")
    await page.wait_for_selector(".codes")
    found["on"] = await look(opened, "/settings/security")
    await page.click("button[value=all]")
    await page.fill("input[name=email]", "lin@example.com")
    await page.fill("input[name=password]", builders.PASSWORD)
    await page.click("main button")
    await page.wait_for_selector("input[name=step]", state="attached")
    found["second step"] = await examined(page)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert opened.foreign == []
