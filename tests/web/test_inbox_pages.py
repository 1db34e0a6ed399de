"""What a seller sees and does in the inbox, by pages and forms alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import FormData
from sqlalchemy import Engine, event

from gateway.domain.actors import SYSTEM
from gateway.inbox import threads as inbox
from gateway.models import Order
from gateway.store import threads
from tests import builders
from tests.web.conftest import Browser, Site


@pytest.fixture
async def seller(site: Site) -> Browser:
    return await site.browser("lin@example.com")


async def test_the_inbox_shows_who_wants_what(site: Site, seller: Browser) -> None:
    page = (await seller.get("/inbox")).text
    for words in ("王小美", "About my order", "Where is my lamp?", "#AE-1001", "Needs reply", "to answer", "Lantern"):
        assert words in page
    assert "mei@example.com" not in page
    assert "Teahouse" not in page


async def test_an_empty_inbox_says_so(site: Site) -> None:
    browser = await site.browser("zhao@example.com")
    assert "Every buyer has an answer." in (await browser.get("/inbox")).text
    assert "contains all of these words" in (await browser.get("/inbox?q=umbrella")).text


async def test_a_search_finds_words_of_one_character(site: Site, seller: Browser) -> None:
    await site.message("灯笼坏了")
    for words in ("灯", "灯笼", "lamp", "AE-1001", "evil.svg"):
        assert f"/threads/{site.thread_id}" in (await seller.get("/inbox", params={"q": words})).text
    assert f"/threads/{site.thread_id}" not in (await seller.get("/inbox?q=umbrella")).text


async def test_a_thread_shows_its_messages_files_trust_and_order(site: Site, seller: Browser) -> None:
    page = (await seller.get(f"/threads/{site.thread_id}")).text
    for words in ("Where is my lamp?", "evil.svg", "Verified", "it came to the address of order AE-1001"):
        assert words in page
    for words in ("m***@e***.com", "Paper lantern", "LP00123456789CN", "$42.50", "&gt; old words"):
        assert words in page
    assert f"/attachments/{site.picture_id}/picture" in page
    assert f'<img src="/attachments/{site.file_id}/picture"' not in page
    assert f"/messages/{site.message_id}/raw" in page
    assert 'sandbox="allow-popups' in page


@pytest.mark.parametrize(("offset", "told"), [(-300, "02:00 UTC-5"), (345, "12:45 UTC+5:45")])
async def test_a_message_tells_the_buyers_time_too(site: Site, seller: Browser, offset: int, told: str) -> None:
    assert "Buyer&#39;s time" not in (await seller.get(f"/threads/{site.thread_id}")).text
    await site.message("It is late here", sent_offset=offset)
    page = (await seller.get(f"/threads/{site.thread_id}")).text
    assert page.count(told) == 1


async def test_looking_changes_nothing_and_saying_seen_does(site: Site, seller: Browser) -> None:
    await seller.get(f"/threads/{site.thread_id}")
    assert (await inbox.summary(site.gw, site.actor, site.thread_id)).unread
    await seller.post(f"/threads/{site.thread_id}/seen")
    assert not (await inbox.summary(site.gw, site.actor, site.thread_id)).unread


async def test_an_answer_with_a_file_is_queued_and_shown(site: Site, seller: Browser) -> None:
    await seller.get(f"/threads/{site.thread_id}")
    fields = {"csrf": seller.csrf, "kind": "reply", "text": "It is on its way. 马上到！", "after": "waiting"}
    form = FormData(fields, quote_fields=False)
    form.add_field("files", b"%PDF-1.4 invoice", filename="发票.pdf", content_type="application/pdf")
    answer = await seller.post(f"/threads/{site.thread_id}/messages?view=all", form)
    assert answer.status == 303
    assert answer.headers["Location"].startswith(f"/threads/{site.thread_id}?view=all#m-")
    page = (await seller.get(answer.headers["Location"])).text
    for words in ("It is on its way. 马上到！", "发票.pdf", "Sending", "Waiting for buyer"):
        assert words in page


async def test_the_same_form_sent_twice_answers_once(site: Site, seller: Browser) -> None:
    fields = {"kind": "reply", "text": "Once only", "form_id": "f-1", "after": "waiting"}
    places = {(await seller.post(f"/threads/{site.thread_id}/messages", fields)).headers["Location"] for _ in range(3)}
    assert len(places) == 1


async def test_an_answer_can_close_the_thread(site: Site, seller: Browser) -> None:
    await seller.post(f"/threads/{site.thread_id}/messages", {"text": "Done.", "after": "closed"})
    assert (await inbox.summary(site.gw, site.actor, site.thread_id)).status == "closed"


@pytest.mark.parametrize("kind", ["reply", "note"])
async def test_a_refused_text_is_kept_in_the_form(site: Site, seller: Browser, kind: str) -> None:
    long = "字" * 100_001
    answer = await seller.post(f"/threads/{site.thread_id}/messages", {"kind": kind, "text": long})
    assert answer.status == 422
    assert long in answer.text
    assert 'role="alert"' in answer.text
    empty = await seller.post(f"/threads/{site.thread_id}/messages", {"kind": kind, "text": "  "})
    assert empty.status == 422


async def test_a_note_stays_inside(site: Site, seller: Browser) -> None:
    answer = await seller.post(f"/threads/{site.thread_id}/messages", {"kind": "note", "text": "Ask the carrier"})
    assert "Internal note" in (await seller.get(answer.headers["Location"])).text
    detail = await inbox.thread(site.gw, site.actor, site.thread_id)
    assert [(message.direction, message.deliveries) for message in detail.messages][1:] == [("internal", ())]
    assert detail.thread.needs_reply


@pytest.mark.parametrize(
    ("fields", "view"),
    [
        ({"status": "closed"}, "closed"),
        ({"snooze": "1d"}, "snoozed"),
        ({"assignee": "me"}, "mine"),
        ({"add_label": "补发"}, "needs_reply"),
    ],
)
async def test_changes_move_the_thread_to_its_view(
    site: Site, seller: Browser, fields: dict[str, str], view: str
) -> None:
    answer = await seller.post(f"/threads/{site.thread_id}/change", fields | {"next": f"/inbox?view={view}"})
    page = (await seller.get(answer.headers["Location"])).text
    assert f"/threads/{site.thread_id}" in page
    assert fields.get("add_label", "") in page


async def test_labels_come_and_go(site: Site, seller: Browser) -> None:
    for fields in ({"add_label": "VIP"}, {"add_label": "补发"}, {"remove_label": "VIP"}):
        await seller.post(f"/threads/{site.thread_id}/change", fields)
    assert (await inbox.summary(site.gw, site.actor, site.thread_id)).labels == ("补发",)


@pytest.mark.parametrize(
    "fields", [{"status": "gone"}, {"snooze": "99y"}, {"assignee": "zhao@example.com"}, {"add_label": "x" * 41}]
)
async def test_wrong_changes_are_refused(site: Site, seller: Browser, fields: dict[str, str]) -> None:
    before = await inbox.summary(site.gw, site.actor, site.thread_id)
    assert (await seller.post(f"/threads/{site.thread_id}/change", fields)).status == 422
    assert await inbox.summary(site.gw, site.actor, site.thread_id) == before


async def test_long_lists_have_pages(site: Site, seller: Browser) -> None:
    async with site.gw.db.write() as session:
        for number in range(45):
            buyer = await builders.add_customer(session, site.lantern, f"B-{number}", f"b{number}@example.com")
            await builders.add_message(
                session, buyer.place, subject=f"Matter {number}", received_at=builders.NOW - timedelta(hours=number + 1)
            )
    first = (await seller.get("/inbox")).text
    assert "Matter 38" in first
    assert "Matter 40" not in first
    cursor = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = (await seller.get(cursor)).text
    assert "Matter 44" in second
    assert "Back to the top" in second


async def test_a_page_costs_the_same_few_queries_however_long_the_list(
    site: Site, seller: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy import event

    engines = {site.gw.db._readers.sync_engine, site.gw.db._writers.sync_engine}
    count = 0

    def counted(*_arguments: object) -> None:
        nonlocal count
        count += 1

    for engine in engines:
        event.listen(engine, "before_cursor_execute", counted)
    await seller.get(f"/threads/{site.thread_id}")
    few = count
    async with site.gw.db.write() as session:
        for number in range(30):
            buyer = await builders.add_customer(session, site.lantern, f"B-{number}", f"b{number}@example.com")
            await builders.add_message(session, buyer.place)
            await builders.add_message(session, site.place, f"More {number}")
    count = 0
    await seller.get(f"/threads/{site.thread_id}")
    assert count == few
    assert few < 35


async def test_an_admin_sees_both_shops_and_may_look_at_one(site: Site) -> None:
    admin = await site.browser("admin@example.com")
    page = (await admin.get("/inbox")).text
    assert "Lantern" in page
    assert "Teahouse" in page
    assert site.thread_id in (await admin.get("/inbox?shop=lantern")).text
    assert site.thread_id not in (await admin.get("/inbox?shop=teahouse")).text
    assert (await admin.get("/inbox?shop=nowhere")).status == 404


async def test_a_neighbours_shop_is_not_there(site: Site, seller: Browser) -> None:
    assert (await seller.get("/inbox?shop=teahouse")).status == 404


@pytest.mark.parametrize(
    "query", ["cursor=x", "cursor=%00", "q=%00", "view=nonsense", "shop=%00", "q=%ff", "q=" + "x" * 500]
)
async def test_odd_addresses_are_answered(site: Site, seller: Browser, query: str) -> None:
    assert (await seller.get(f"/inbox?{query}")).status in (200, 404, 422)


@pytest.mark.parametrize("id_", ["x", "%00", "..%2f..", "01900000-0000-7000-8000-000000000000", "é"])
async def test_what_is_not_there_gets_a_page_that_says_so(site: Site, seller: Browser, id_: str) -> None:
    answer = await seller.get(f"/threads/{id_}")
    assert answer.status == 404
    assert "There is nothing here" in answer.text


async def test_each_reader_chooses_the_order_of_each_view(site: Site, seller: Browser) -> None:
    """Next to breach first is kept where it was chosen; what has no target comes last."""
    urgent = await another_thread(site, "AE-7", "Urgent matter")
    async with site.gw.db.write() as session:
        soon = {"due_at": site.clock.now() + timedelta(minutes=30)}
        await threads.update_thread(session, SYSTEM, site.thread_id, soon)
    first = (await seller.get("/inbox")).text
    assert first.index(urgent) < first.index(site.thread_id)
    chosen = await seller.post("/settings/sort", {"view": "needs_reply", "sort": "due", "next": "/inbox"})
    assert (chosen.status, chosen.headers["Location"]) == (303, "/inbox")
    again = (await (await site.browser("lin@example.com")).get("/inbox")).text
    assert again.index(site.thread_id) < again.index(urgent)
    other = (await seller.get("/inbox?view=all")).text
    assert other.index(urgent) < other.index(site.thread_id)
    await seller.post("/settings/sort", {"view": "needs_reply", "sort": "newest"})
    assert (await seller.get("/inbox")).text.count("Newest first") == first.count("Newest first")
    assert (await seller.post("/settings/sort", {"view": "needs_reply", "sort": "sideways"})).status == 422
    assert 'id="menu-sort"' not in (await seller.get("/inbox?q=lamp")).text


async def another_thread(site: Site, order_no: str, subject: str) -> str:
    async with site.gw.db.write() as session:
        customer = await builders.add_customer(session, site.lantern, order_no, f"{order_no}@example.com".lower())
        at = site.clock.now() + timedelta(minutes=1)
        return (await builders.add_message(session, customer.place, subject=subject, received_at=at)).thread_id


async def test_a_state_that_we_know_no_words_for_is_text(site: Site, seller: Browser) -> None:
    """Shops' systems name the states of orders as they like."""
    async with site.gw.db.write() as session:
        order = await session.get_one(Order, site.place.order_id)
        order.status = "<b>50% paid</b> %(name)s"
        place = replace(site.place, thread_id=None)
        await builders.add_message(session, place, "please pack well", channel="order_note")
    for path in ("/inbox?view=order_notes", f"/threads/{site.thread_id}"):
        page = await seller.get(path)
        assert page.status == 200
        assert "&lt;b&gt;50% paid&lt;/b&gt; %(name)s" in page.text


MOST_STATEMENTS = {"/inbox": 9, "/inbox?q=lamp": 13, "/threads/{id}": 22}
"""What a page may ask of the database, whoever is signed in included; PostgreSQL needs three more for a search."""


@contextmanager
def statements() -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement != "BEGIN":
            asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def test_a_page_asks_no_more_for_many_conversations_than_for_one(site: Site, seller: Browser) -> None:
    async def counted() -> dict[str, int]:
        found = {}
        for path in MOST_STATEMENTS:
            with statements() as asked:
                assert (await seller.get(path.format(id=site.thread_id))).status == 200
            found[path] = len(asked)
        return found

    few = await counted()
    assert all(number <= MOST_STATEMENTS[path] + 3 * (not site.gw.db.sqlite) for path, number in few.items()), few
    for number in range(5):
        await another_thread(site, f"AE-2{number}", "Where is my lamp?")
        await site.message(f"And my lamp no. {number}?")
    assert await counted() == few
