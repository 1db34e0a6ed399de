"""Putting threads right from the page: merge, split, move, undo, block; and who else is looking."""

import re

import pytest

from gateway.domain.messages import Place
from gateway.inbox import threads
from gateway.models import Buyer
from tests import builders
from tests.web.conftest import Browser, Site


@pytest.fixture
async def seller(site: Site) -> Browser:
    """The seller of the shop."""
    return await site.browser("lin@example.com")


async def another(site: Site, order_no: str = "AE-1002") -> str:
    """One more thread of the same buyer, about an order of its own."""
    async with site.gw.db.write() as session:
        buyer = await session.get(Buyer, site.place.buyer_id)
        assert buyer is not None
        order = await builders.add_order(session, buyer, order_no)
        place = Place(site.lantern.id, buyer.id, order.id)
        return (await builders.add_message(session, place, "And my cups?", subject="Cups")).thread_id


async def opened(browser: Browser, thread_id: str) -> str:
    """The page of a thread, without the list beside it."""
    answer = await browser.get(f"/threads/{thread_id}")
    assert answer.status == 200
    return answer.text.partition('id="thread"')[2]


def undo_of(page: str) -> str:
    """Where the page's newest undo leads."""
    found: list[str] = re.findall(r'action="(/thread-events/[^"]+/undo)"', page)
    return found[-1]


async def test_a_merge_from_the_page_and_back(site: Site, seller: Browser) -> None:
    target = await another(site)
    assert f'<option value="{target}">Cups #AE-1002' in await opened(seller, site.thread_id)
    answer = await seller.post(f"/threads/{site.thread_id}/merge", {"into": target})
    assert answer.headers["Location"] == f"/threads/{target}"
    page = await opened(seller, target)
    for words in ("Where is my lamp?", "And my cups?", "lin@example.com merged another conversation into this one"):
        assert words in page
    assert (await seller.get(f"/threads/{site.thread_id}")).headers["Location"] == f"/threads/{target}"
    await seller.post(undo_of(page))
    assert "Where is my lamp?" not in await opened(seller, target)
    assert "Where is my lamp?" in await opened(seller, site.thread_id)


async def test_split_asks_which_messages_and_can_be_undone(site: Site, seller: Browser) -> None:
    other = await site.message("By the way, my cups?")
    page = (await seller.get(f"/threads/{site.thread_id}?split=1")).text
    assert f'name="m-{other}"' in page
    answer = await seller.post(f"/threads/{site.thread_id}/split", {f"m-{other}": "1"})
    fresh = answer.headers["Location"].rpartition("/")[2]
    assert "By the way, my cups?" in await opened(seller, fresh)
    page = await opened(seller, site.thread_id)
    assert f"/threads/{fresh}" in page
    await seller.post(undo_of(page))
    assert "By the way, my cups?" in await opened(seller, site.thread_id)
    assert (await seller.post(f"/threads/{site.thread_id}/split")).status == 422


async def test_moving_to_an_order_of_the_same_buyer(site: Site, seller: Browser) -> None:
    async with site.gw.db.write() as session:
        buyer = await session.get(Buyer, site.place.buyer_id)
        assert buyer is not None
        await builders.add_order(session, buyer, "AE-3003")
    await seller.post(f"/threads/{site.thread_id}/move", {"order_no": "AE-3003"})
    page = await opened(seller, site.thread_id)
    assert "lin@example.com moved this to order AE-3003" in page
    await seller.post(undo_of(page))
    assert (await threads.summary(site.gw, site.actor, site.thread_id)).order_no == "AE-1001"
    assert (await seller.post(f"/threads/{site.thread_id}/move", {"order_no": "ZZ-1"})).status == 404


async def test_a_buyer_is_blocked_and_unblocked_beside_the_thread(site: Site, seller: Browser) -> None:
    await seller.post(f"/threads/{site.thread_id}/block", {"reason": "Threats <i>!</i>"})
    page = await opened(seller, site.thread_id)
    for words in ("blocked this buyer", "Threats &lt;i&gt;!&lt;/i&gt;", "what this buyer writes is not shown"):
        assert words in page
    await seller.post(f"/threads/{site.thread_id}/unblock")
    assert "what this buyer writes is not shown" not in await opened(seller, site.thread_id)


async def test_only_an_admin_makes_one_buyer_of_two_and_may_undo_it(site: Site, seller: Browser) -> None:
    async with site.gw.db.write() as session:
        await builders.add_customer(session, site.lantern, "AE-2002", "b@example.com", "Bo")
    path = f"/threads/{site.thread_id}/merge-buyer"
    assert (await seller.post(path, {"buyer": "b@example.com"})).status == 403
    admin = await site.browser("admin@example.com")
    assert (await admin.post(path, {"buyer": "nobody@example.com"})).status == 422
    await admin.post(path, {"buyer": "AE-2002"})
    page = await opened(admin, site.thread_id)
    assert "two buyers are one: this one and Bo" in page
    assert "#AE-2002" in page
    assert (await seller.post(undo_of(page))).status == 403
    assert (await admin.post(undo_of(page))).status == 303


async def test_colleagues_see_who_looks_and_writes_until_they_go(site: Site, seller: Browser) -> None:
    admin = await site.browser("admin@example.com")
    path = f"/threads/{site.thread_id}/presence"
    before = (await threads.change_numbers(site.gw))[site.lantern.id]
    for state in ("here", "here", "typing", "typing"):
        assert (await admin.post(path, {"state": state})).status == 204
    assert (await threads.change_numbers(site.gw))[site.lantern.id] == before + 2
    assert "admin is writing" in await opened(seller, site.thread_id)
    assert "admin is writing" in (await seller.get("/inbox?view=all")).text
    assert "is writing" not in await opened(admin, site.thread_id)
    site.clock.forward(seconds=10)
    assert "admin is looking" in await opened(seller, site.thread_id)
    site.clock.forward(seconds=50)
    assert "is looking" not in await opened(seller, site.thread_id)
    await admin.post(path, {"state": "here"})
    await admin.post(path, {"state": "gone"})
    assert "is looking" not in await opened(seller, site.thread_id)
