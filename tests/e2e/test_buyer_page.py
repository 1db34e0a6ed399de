"""The buyer's page in a real Chromium: on a phone, with and without scripts, in both languages, light and dark."""

import pytest
from playwright.async_api import Browser, expect

from gateway.inbox import threads
from gateway.outbound import answers
from tests.e2e.test_pages import Window, window
from tests.e2e.test_pages_for_everyone import examined, look
from tests.web.conftest import PNG, Site
from tests.web.test_buyer_pages import link_to

pytestmark = pytest.mark.browser
DATABASES = ("sqlite",)
SHAPES = (("zh-CN", "dark", 320), ("zh-CN", "light", 1440), ("en-US", "dark", 1440), ("en-US", "light", 320))
PHONE = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True}


async def phone(chromium: Browser, site: Site, **options: object) -> tuple[Window, str]:
    """A phone with the page open, and its path."""
    path = await link_to(site)
    opened = await window(chromium, site, **(PHONE | {"locale": "en-US"} | options))
    await opened.page.goto(f"{opened.base}{path}?lang=en")
    return opened, path


@pytest.mark.journey
async def test_a_buyers_answer_with_a_picture(site: Site, chromium: Browser) -> None:
    opened, _ = await phone(chromium, site)
    page = opened.page
    await page.fill("textarea", "It arrived broken, see the picture")
    await page.set_input_files("input[type=file]", {"name": "lamp.png", "mimeType": "image/png", "buffer": PNG})
    await expect(page.locator("[data-chosen] li")).to_contain_text("lamp.png")
    await page.click("form.write button")
    await expect(page.locator(".done")).to_be_visible()
    await expect(page.locator(".say.own").last).to_contain_text("It arrived broken")
    await page.click("text=Ask for a human")
    await expect(page.locator(".human")).to_contain_text("The shop knows")
    detail = await threads.thread(site.gw, site.actor, site.thread_id)
    assert [len(message.attachments) for message in detail.messages if message.channel == "site"] == [1, 0]
    assert await examined(page) == {}
    assert opened.foreign == []
    assert opened.complaints == []


@pytest.mark.slow
async def test_everything_works_without_scripts(site: Site, chromium: Browser) -> None:
    opened, _ = await phone(chromium, site, java_script_enabled=False)
    page = opened.page
    await page.fill("textarea", "Hello?")
    await page.set_input_files("input[type=file]", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"x"})
    await page.click("form.write button")
    await expect(page.locator(".say.own").last).to_contain_text("a.txt")
    await page.click("nav.shop-tabs a:nth-child(2)")
    await page.fill("input[name=subject]", "Cups")
    await page.fill("textarea", "Do you sell cups?")
    await page.click("form.write button")
    await expect(page.locator(".sent")).to_contain_text("Do you sell cups?")


@pytest.mark.slow
async def test_a_large_file_shows_how_far_it_is_and_one_too_large_is_said_before(site: Site, chromium: Browser) -> None:
    opened, _ = await phone(chromium, site)
    page = opened.page
    await page.evaluate(
        """() => { const seen = []; window.seen = seen;
        const bar = document.querySelector('progress');
        new MutationObserver(() => seen.push(bar.value)).observe(bar, {attributes: true}); }"""
    )
    for size, wrong in ((25 * 1_048_576 + 1, True), (20 * 1_048_576, False)):
        await page.evaluate(
            """(size) => { const files = new DataTransfer();
            files.items.add(new File([new Uint8Array(size)], 'film.bin'));
            const input = document.querySelector('input[type=file]');
            input.files = files.files; input.dispatchEvent(new Event('change')); }""",
            size,
        )
        assert await page.evaluate("!document.querySelector('form.write').checkValidity()") is wrong
    await page.fill("textarea", "A film")
    await page.click("form.write button")
    await expect(page.locator(".say.own").last).to_contain_text("film.bin")
    detail = await threads.thread(site.gw, site.actor, site.thread_id)
    assert detail.messages[-1].attachments[0].size == 20 * 1_048_576


@pytest.mark.slow
@pytest.mark.parametrize(("locale", "scheme", "width"), SHAPES)
async def test_every_buyers_page_in_every_state(
    site: Site, chromium: Browser, locale: str, scheme: str, width: int
) -> None:
    await site.message("On its way " + "VeryLongWordWithoutAnySpace" * 9, direction="outbound", author_kind="seller")
    await site.message("مرحبا، متى سيصل طلبي؟", channel="site")
    await answers.reply(site.gw, site.actor, site.thread_id, answers.ReplyDraft("明天发货。"))
    path = await link_to(site)
    options = {"locale": locale, "color_scheme": scheme, "viewport": {"width": width, "height": 800}}
    opened = await window(chromium, site, **options)
    lang = f"lang={locale.replace('-', '_')}"
    found = {}
    for name, tail in (
        ("talk", f"?{lang}"),
        ("sent just now", f"?{lang}&done=sent"),
        ("new", f"/new?{lang}"),
        ("sent", f"/sent?{lang}"),
    ):
        found[name] = await look(opened, path + tail)
    found["gone"] = await look(opened, f"/b/{'a' * 32}")
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert opened.foreign == []
