"""Long names, words, labels, states and file names in a real Chromium: nothing is wider than its place."""

import pytest
from playwright.async_api import Browser, expect

from gateway.inbox import threads
from tests import builders
from tests.e2e.test_pages import window
from tests.web.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DATABASES = ("sqlite",)
WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
SPILT = """() => [...document.querySelectorAll("main *, aside *")].filter((element) => {
  const [box, style] = [element.getBoundingClientRect(), getComputedStyle(element)];
  if (!box.width || element.closest("details.menu, .view-list, .sr, svg, .row, .ellipsis")) return false;
  if (box.right > innerWidth + 1 || box.left < -1) return true;
  return style.overflowX === "visible" && element.scrollWidth > element.clientWidth + 2
    && style.display !== "inline" && element.matches(".card, .card *, .bubble, .message-head, .thread-head");
}).map((element) => element.outerHTML.slice(0, 160))"""
"""What stands outside of the window, or of its own box; rows and what ends in dots cut it off."""


@pytest.mark.parametrize("width", [320, 768, 1024, 1440])
async def test_nothing_spills_out_of_its_place(site: Site, chromium: Browser, width: int) -> None:
    item = {"sku": WORD, "title": WORD, "qty": 1200, "price": "1234567.89"}
    async with site.gw.db.write() as session:
        buyer = await builders.add_buyer(session, site.lantern, "donau@example.com", f"Dr. {WORD} Müller")
        order = await builders.add_order(
            session, buyer, f"DE-{'0123456789' * 4}", items=[item], tracking_no="J" * 40, status=WORD.lower()
        )
        file = builders.stored_file(site.blobs, f"{WORD}.pdf", b"%PDF", "application/pdf")
        place = builders.Customer(site.lantern, buyer, order).place
        filed = await builders.add_message(session, place, f"{WORD} ok", subject=f"{WORD} {WORD}", attachments=(file,))
    await threads.change_thread(site.gw, site.actor, filed.thread_id, {"labels": [WORD[:40], "四" * 20, "VIP"]})
    opened = await window(chromium, site, locale="en-US", viewport={"width": width, "height": 800})
    page = opened.page
    await opened.sign_in()
    for path, sign in (("/inbox?view=all", ".row"), (f"/threads/{filed.thread_id}", "#composer[data-ready]")):
        await page.goto(opened.base + path)
        await expect(page.locator(sign).first).to_be_visible()
        assert await page.evaluate(SPILT) == [], path
