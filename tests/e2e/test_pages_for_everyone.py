"""Every page for every eye: no rule of WCAG 2.2 AA broken and nothing wider than the window, in light and dark."""

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page

from gateway.clock import new_id
from gateway.models import InboundEmail
from tests import builders
from tests.e2e.test_pages import window
from tests.web.conftest import Site

DATABASES = ("sqlite",)
"""SQLite alone: how a page looks does not depend on the database."""

pytestmark = pytest.mark.browser
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}}
PALETTE = "document.dispatchEvent(new KeyboardEvent('keydown', {key: 'k', ctrlKey: true, bubbles: true}))"
WINDOWS = [
    ("zh-CN", "light", 1440),
    pytest.param("en-US", "dark", 320, marks=pytest.mark.slow),
    pytest.param("en-US", "dark", 1440, marks=pytest.mark.slow),
    pytest.param("zh-CN", "dark", 320, marks=pytest.mark.slow),
    pytest.param("en-US", "light", 320, marks=pytest.mark.slow),
    pytest.param("zh-CN", "light", 3840, marks=pytest.mark.slow),
]


async def furnish(site: Site) -> None:
    """A thread with everything in it, and a held mail."""
    await site.message("Answer soon? " + "VeryLongWordWithoutAnySpace" * 9, trust={"verdict": "failed", "why": ""})
    await site.message("مرحبا، متى سيصل طلبي؟", trust={"verdict": "unverified", "why": ""})
    await site.message("On its way", direction="outbound", author_kind="seller")
    await site.message("Ask the carrier", direction="internal", author_kind="seller")
    await site.message("Order note", channel="order_note")
    async with site.gw.db.write() as session:
        raw = await builders.add_raw(session, b"held")
        at = site.clock.now()
        session.add(
            InboundEmail(
                id=new_id(),
                received_at=at,
                ingress="smtp",
                mail_from="stranger@example.net",
                rcpt_to="lantern@inbox.localhost",
                size=4,
                sha256=raw,
                state="held",
                why="not-a-buyer",
                next_attempt_at=at,
            )
        )


async def look(opened: Any, path: str, script: str = "") -> dict[str, object]:
    """What is wrong with a page."""
    page = opened.page
    await page.goto(f"{opened.base}{path}")
    if script:
        await page.evaluate(script)
    return await examined(page)


async def examined(page: Page) -> dict[str, object]:
    """What is wrong with the page as it stands."""
    await page.wait_for_load_state()
    results = await Axe().run(page, options=WCAG)
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    violations = {v["id"]: [node["html"][:200] for node in v["nodes"]][:3] for v in results.response["violations"]}
    return violations | ({"too wide": wide} if wide > 0 else {})


@pytest.mark.parametrize(("locale", "scheme", "width"), WINDOWS)
async def test_every_page_in_every_state(site: Site, chromium: Browser, locale: str, scheme: str, width: int) -> None:
    await furnish(site)
    options = {"locale": locale, "color_scheme": scheme, "viewport": {"width": width, "height": 800}}
    opened = await window(chromium, site, **options)
    unfold = "document.querySelectorAll('details').forEach((one) => { one.open = !one.classList.contains('menu'); })"
    menus = "document.querySelectorAll('details.menu:not(.up)').forEach((one) => { one.open = true; })"
    later = "document.querySelector('#menu-later').open = true"
    note = "document.querySelector('input[value=note]').click()"
    wrong = {"/login": "", "/sign-in/nonsense": "", "/nowhere": ""}
    found = {path: await look(opened, path, script) for path, script in wrong.items()}
    await opened.sign_in("admin@example.com")
    thread = f"/threads/{site.thread_id}"
    for name, path, script in (
        ("chosen", "/inbox?view=all", "document.querySelector('#pick-all').click()"),
        ("batch menus", "/inbox?view=all", f"document.querySelector('#pick-all').click(); {menus}"),
        ("search", "/inbox?q=answer+has:attachment+before:soon+label:x", ""),
        ("hits", "/inbox?q=answer+before:soon", ""),
        ("palette", "/inbox", PALETTE),
        ("inbox", "/inbox?view=all", ""),
        ("empty", "/inbox?view=closed", ""),
        ("no hits", "/inbox?q=umbrella", ""),
        ("thread", thread, ""),
        ("thread unfolded", thread, unfold),
        ("thread menus", thread, menus),
        ("send later", thread, later),
        ("note", thread, note),
        ("keys", "/inbox", "document.querySelector('#keys').showModal()"),
        ("ledger", "/ledger", ""),
        ("ledger empty", "/ledger?state=failed", ""),
        ("settings", "/settings?done=saved", ""),
    ):
        found[name] = await look(opened, path, script)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert opened.foreign == []
