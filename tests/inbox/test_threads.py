"""What sellers do with threads: changes and their rules, notes, files, originals, and the JSON that programs read."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.blobs import LocalBlobs
from gateway.context import Gateway
from gateway.domain.actors import SYSTEM, Actor
from gateway.domain.conversations import ThreadQuery, clean_text
from gateway.domain.editing import columns_of
from gateway.domain.messages import Place
from gateway.domain.shapes import detail_json, thread_json
from gateway.errors import Invalid, NotFound
from gateway.inbox import desks, threads
from gateway.rendering import Renderer
from gateway.settings import Settings
from gateway.store.db import Database
from gateway.store.filing import FiledMessage
from tests import builders
from tests.conftest import StillClock

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture
def gw(db: Database, blobs: LocalBlobs, clock: StillClock) -> Gateway:
    return Gateway(Settings(), db, blobs, clock, b"k" * 32, Renderer())


@pytest.fixture
async def filed(gw: Gateway, blobs: LocalBlobs) -> FiledMessage:
    async with gw.db.write() as session:
        shop = await builders.add_shop(session)
        await builders.add_user(session, "Lin@Example.com", "seller", shop, name="Lin")
        customer = await builders.add_customer(session, shop)
        file = builders.stored_file(blobs, "发票.pdf", b"%PDF-1.4", "application/pdf")
        return await builders.add_message(session, customer.place, attachments=(file,), quoted_text="> before")


async def stranger(gw: Gateway) -> Actor:
    async with gw.db.write() as session:
        shop = await builders.add_shop(session, "teahouse", "Teahouse")
        return builders.actor_for(await builders.add_user(session, "b@example.com", "seller", shop), shop)


async def test_programs_read_exactly_the_promised_shapes(gw: Gateway, filed: FiledMessage) -> None:
    document = detail_json(await threads.thread(gw, SYSTEM, filed.thread_id))
    [message] = document.pop("messages")
    [file] = message.pop("attachments")
    assert set(document) - {"snoozed_until"} == set(
        "id shop order_no subject buyer status assignee labels unread last_message_at message_count snippet "
        "needs_reply due_at team priority".split()
    )
    assert document["buyer"] | {"id": ""} == {"id": "", "name": "王小美", "email_masked": "m***@e***.com"}
    assert (document["shop"], document["order_no"], document["assignee"]) == ("lantern", "AE-1001", None)
    assert document["last_message_at"] == "2026-11-23T07:00:00Z"
    assert set(message) == set(
        "id thread_id direction channel author subject text fresh_text quoted_text html internet_message_id sent_at "
        "received_at trust filed_because automatic deliveries rules".split()
    )
    assert set(message["trust"].pop("why_text")) == {"en", "zh"}
    assert message["trust"] == {
        "verdict": "verified",
        "spf": "pass",
        "dkim": "pass",
        "dmarc": "pass",
        "arc": "",
        "why": "",
    }
    assert message["automatic"] is False
    assert message["filed_because"] == [{"clue": "order-address", "detail": "AE-1001"}]
    assert set(file) == set("id filename content_type declared_type size sha256 inline content_id".split())


@pytest.mark.parametrize("wanted", ["lin@example.com", " LIN@EXAMPLE.COM "])
async def test_an_assignee_is_named_by_address(gw: Gateway, filed: FiledMessage, wanted: str) -> None:
    changed = await threads.change_thread(gw, SYSTEM, filed.thread_id, {"assignee": wanted})
    assert thread_json(changed)["assignee"] == "Lin@Example.com"
    changed = await threads.change_thread(gw, SYSTEM, filed.thread_id, {"assignee": None})
    assert changed.assignee is None


@pytest.mark.parametrize("wanted", ["nobody@example.com", 7, "b@example.com"])
async def test_only_a_colleague_of_the_shop_can_be_given_a_thread(
    gw: Gateway, filed: FiledMessage, wanted: object
) -> None:
    await stranger(gw)
    with pytest.raises(Invalid) as caught:
        await threads.change_thread(gw, SYSTEM, filed.thread_id, {"assignee": wanted})
    assert caught.value.field == "assignee"


async def test_closing_and_opening_say_whether_a_reply_is_needed(gw: Gateway, filed: FiledMessage) -> None:
    closed = await threads.change_thread(gw, SYSTEM, filed.thread_id, {"status": "closed"})
    assert not closed.needs_reply
    opened = await threads.change_thread(gw, SYSTEM, filed.thread_id, {"status": "open"})
    assert opened.needs_reply


async def test_every_change_is_told_to_open_pages(gw: Gateway, filed: FiledMessage) -> None:
    before = await threads.change_version(gw, SYSTEM)
    changed = await threads.change_thread(gw, SYSTEM, filed.thread_id, {"labels": ["VIP"]})
    await threads.add_note(gw, SYSTEM, filed.thread_id, "Look")
    await threads.mark_seen(gw, SYSTEM, filed.thread_id)
    await threads.mark_seen(gw, SYSTEM, filed.thread_id)
    assert await threads.change_version(gw, SYSTEM) == before + 3
    assert changed.change_no == before + 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"status": "gone"}, "status"),
        ({"status": None}, "status"),
        ({"status": ["open"]}, "status"),
        ({"status": "snoozed"}, "snoozed_until"),
        ({"snoozed_until": "2026-11-23T07:59:00Z"}, "snoozed_until"),
        ({"snoozed_until": "2026-11-24T09:00:00"}, "snoozed_until"),
        ({"snoozed_until": "tomorrow"}, "snoozed_until"),
        ({"snoozed_until": 5}, "snoozed_until"),
        ({"status": "open", "snoozed_until": "2026-11-24T09:00:00Z"}, "snoozed_until"),
        ({"labels": "VIP"}, "labels"),
        ({"labels": [1]}, "labels"),
        ({"labels": ["x" * 41]}, "labels"),
        ({"labels": [str(number) for number in range(21)]}, "labels"),
        ({"subject": "Mine"}, "subject"),
    ],
)
def test_wrong_changes_name_their_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        columns_of(changes, NOW)
    assert caught.value.field == field


def test_right_changes_become_columns() -> None:
    assert columns_of({"labels": [" VIP ", "VIP", "补 发\0", ""]}, NOW) == {"labels": ["VIP", "补 发"]}
    snoozed = columns_of({"snoozed_until": "2026-11-23T17:00:00+08:00"}, NOW)
    assert snoozed["status"] == "snoozed"
    assert snoozed["snoozed_until"] == NOW + timedelta(hours=1)
    assert columns_of({}, NOW) == {}


@pytest.mark.parametrize("text", ["", "  \n", "\0", "x" * 100_001])
async def test_an_empty_or_endless_note_is_refused(gw: Gateway, filed: FiledMessage, text: str) -> None:
    with pytest.raises(Invalid) as caught:
        await threads.add_note(gw, SYSTEM, filed.thread_id, text)
    assert caught.value.field == "text"


@pytest.mark.parametrize(
    ("text", "clean"), [("a\0b\r\nc\rd\x1be", "ab\nc\nde"), ("\ud800x", "?x"), ("灯\t笼", "灯\t笼")]
)
def test_a_persons_text_is_storable(text: str, clean: str) -> None:
    assert clean_text(text) == clean


async def test_nothing_of_another_shop_is_there(gw: Gateway, filed: FiledMessage) -> None:
    other = await stranger(gw)
    detail = await threads.thread(gw, SYSTEM, filed.thread_id)
    [message] = detail.messages
    [file] = message.attachments
    for act in (
        threads.thread(gw, other, filed.thread_id),
        threads.summary(gw, other, filed.thread_id),
        threads.message(gw, other, message.id),
        threads.raw(gw, other, message.id),
        threads.attachment(gw, other, file.id),
        threads.change_thread(gw, other, filed.thread_id, {"status": "closed"}),
        threads.add_note(gw, other, filed.thread_id, "x"),
        threads.mark_seen(gw, other, filed.thread_id),
        threads.colleagues(gw, other, filed.thread_id),
        threads.list_threads(gw, other, ThreadQuery(shop="lantern")),
        desks.desk(gw, other, ThreadQuery(shop="lantern")),
    ):
        with pytest.raises(NotFound):
            await act
    assert await threads.change_version(gw, other) == 0


async def test_files_and_messages_come_back_whole(gw: Gateway, filed: FiledMessage) -> None:
    message = await threads.message(gw, SYSTEM, filed.message_id)
    view, content = await threads.attachment(gw, SYSTEM, message.attachments[0].id)
    assert (view.filename, content) == ("发票.pdf", b"%PDF-1.4")
    with pytest.raises(NotFound):
        await threads.raw(gw, SYSTEM, filed.message_id)


async def test_a_page_knows_the_buyers_other_threads_and_orders(gw: Gateway, filed: FiledMessage) -> None:
    detail = await threads.thread(gw, SYSTEM, filed.thread_id)
    place = Place(detail.thread.shop.id, detail.thread.buyer.id)
    async with gw.db.write() as session:
        other = await builders.add_message(session, place, "Something else", subject="Other")
    detail = await threads.thread(gw, SYSTEM, filed.thread_id)
    assert [thread.id for thread in detail.other_threads] == [other.thread_id]
    assert detail.order is not None
    assert detail.order.order_no == "AE-1001"
    assert detail.other_orders == ()
    assert (await threads.thread(gw, SYSTEM, other.thread_id)).order is None


@pytest.mark.parametrize("query", [{"view": "x"}, {"limit": 0}, {"limit": 101}, {"cursor": "x"}])
async def test_wrong_queries_name_their_field(gw: Gateway, query: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        await threads.list_threads(gw, SYSTEM, ThreadQuery(**query))
    assert caught.value.field == next(iter(query))
