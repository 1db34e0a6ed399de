"""All mail templates in a real Chromium: they fit a phone and a desk, in the light and in the dark, for every eye."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from gateway.rendering import Renderer
from tests.conftest import lacking
from tests.tools import find, missing

pytestmark = pytest.mark.browser
RENDERER = Renderer()
SCRIPTS = ("en", "zh_CN", "ar", "de")
"""Latin, Chinese, right to left, and the language with the longest words."""
ONE_OF_EACH_LAYOUT = "reply received sign-in not-entitled delivery-problem seller-notification seller-digest".split()
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; as root it starts only without its sandbox."""
    if reason := missing("chromium"):
        lacking(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(params=["light", "dark"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page that remembers what it was asked to fetch."""
    page = browser.new_page(color_scheme=request.param)
    yield page
    page.close()


@pytest.mark.parametrize("width", [320, 600, 1200])
def test_nothing_is_wider_than_the_window_and_nothing_is_fetched(page: Page, width: int) -> None:
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.set_viewport_size({"width": width, "height": 800})
    too_wide = []
    for template in RENDERER.names():
        for locale in SCRIPTS:
            page.set_content(RENDERER.render(template, locale, RENDERER.sample(template)).html or "")
            if page.evaluate("document.documentElement.scrollWidth") > width:
                too_wide.append((template, locale))
    assert (too_wide, fetched) == ([], [])


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_no_rule_of_wcag_is_broken(page: Page, locale: str) -> None:
    broken = {}
    for template in ONE_OF_EACH_LAYOUT:
        page.set_content(RENDERER.render(template, locale, RENDERER.sample(template)).html or "")
        results = Axe().run(page, options=WCAG)
        if results.violations_count:
            broken[template] = [violation["id"] for violation in results.response["violations"]]
    assert broken == {}


def test_long_words_of_others_do_not_break_the_page(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    word = "https://shop.test/" + "x" * 300
    sample = RENDERER.sample("reply")
    order = sample["order"] | {"lines": [{"title": word, "qty": 1, "price": "1"}], "no": "N" * 80}
    quote = sample["quote"] | {"text": word, "author": word}
    changed = sample | {"text": word, "shop_name": word, "files": [word], "order": order, "quote": quote}
    page.set_content(RENDERER.render("reply", "en", changed).html or "")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
