"""What a program that answers buyers sees: threads, messages, files, replies, notes and changes."""

import base64
import hashlib
import io
import json
from email import message_from_bytes, policy
from typing import Any

import pytest

from gateway.clock import new_id
from gateway.inbox import presence
from gateway.models import Delivery, Message
from gateway.store.inbound import raw_of
from tests import builders
from tests.house import mail
from tests.web.api.conftest import Api, order
from web.api.schemas import Message as MessageShape
from web.api.schemas import ThreadPage, ThreadWithMessages

PDF = b"%PDF-1.4 " + bytes(range(256))


def file(content: bytes = PDF, **fields: str) -> dict[str, str]:
    """A file to send."""
    told = {"filename": "发票.pdf", "content_type": "application/pdf"} | fields
    return told | {"content_base64": base64.b64encode(content).decode()}


async def test_a_mail_is_listed_and_read_as_the_contract_says(api: Api) -> None:
    row = await api.house.receive(mail("包裹在哪里", "你好"))
    page = (await api.get("/threads")).json
    assert page["next"] is None
    (thread,) = page["items"]
    assert thread == {
        "id": row.thread_id,
        "shop": "lotus",
        "order_no": "A-1001",
        "subject": "包裹在哪里",
        "buyer": {"id": thread["buyer"]["id"], "name": "王芳", "email_masked": "w***@e***.com"},
        "status": "open",
        "assignee": None,
        "labels": [],
        "unread": True,
        "last_message_at": "2026-11-23T08:00:00Z",
        "message_count": 1,
        "snippet": "你好",
        "needs_reply": True,
        "due_at": None,
        "viewers": [],
        "team": None,
        "priority": "normal",
        "snoozed_until": None,
    }
    whole = (await api.get(f"/threads/{row.thread_id}")).json
    (message,) = whole.pop("messages")
    assert whole | {"viewers": []} == thread
    assert message == (await api.get(f"/messages/{row.message_id}")).json
    assert (message["direction"], message["channel"], message["automatic"]) == ("inbound", "email", False)
    assert (message["trust"]["verdict"], message["deliveries"]) == ("verified", [])
    assert "wang@example.com" not in json.dumps(whole | message)


async def test_a_list_tells_who_looks_at_what_and_what_is_due_first(api: Api) -> None:
    first = await api.house.receive(mail("包裹在哪里", "你好"))
    gw = api.house.gw
    async with gw.db.write() as session:
        seller = builders.actor_for(await builders.add_user(session, "boss@example.com", "admin", name="Boss"))
    assert first.thread_id is not None
    await presence.here(gw, seller, first.thread_id, typing=True)
    (thread,) = (await api.get("/threads?sort=due")).json["items"]
    assert thread["viewers"] == [{"name": seller.name, "typing": True}]
    await presence.gone(gw, seller, first.thread_id)
    assert (await api.get("/threads")).json["items"][0]["viewers"] == []
    assert (await api.get("/threads?sort=sideways")).status == 422


async def test_the_original_comes_back_byte_for_byte_as_a_download(api: Api) -> None:
    raw = b"From: wang@example.com\r\nTo: lotus@inbox.example\r\nSubject: =?gb2312?B?xOO6ww==?=\r\n\r\nhi \x80\xff\r\n"
    row = await api.house.receive(raw)
    reply = await api.get(f"/messages/{row.message_id}/raw")
    assert reply.body == raw
    assert reply.headers["Content-Type"] == "message/rfc822"
    assert reply.headers["Content-Disposition"].startswith("attachment;")


async def test_a_file_is_a_download_that_no_browser_runs(api: Api) -> None:
    letter = mail()
    letter.add_attachment(b"<svg onload=alert(1)>", maintype="image", subtype="svg+xml", filename='a"发\u202e票.svg')
    row = await api.house.receive(letter)
    (shown,) = (await api.get(f"/messages/{row.message_id}")).json["attachments"]
    reply = await api.get(f"/attachments/{shown['id']}")
    assert reply.body == b"<svg onload=alert(1)>"
    assert hashlib.sha256(reply.body).hexdigest() == shown["sha256"]
    assert reply.headers["Content-Disposition"].startswith("attachment;")
    assert "filename*=UTF-8''" in reply.headers["Content-Disposition"]
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in reply.headers["Content-Security-Policy"]


async def test_a_message_that_was_no_mail_has_no_original(api: Api) -> None:
    note = (await api.post("/shops/lotus/orders/A-1001/notes", {"text": "hello"})).json
    assert (await api.get(f"/messages/{note['id']}/raw")).status == 404


async def test_pages_follow_each_other_without_gap_or_repetition(api: Api) -> None:
    for number in range(5):
        await api.put(f"/shops/lotus/orders/N-{number}", order(note="hello"))
    seen: list[str] = []
    cursor = ""
    for _ in range(3):
        page = (await api.get(f"/threads?limit=2&cursor={cursor}")).json
        seen += [thread["order_no"] for thread in page["items"]]
        cursor = page["next"]
    assert cursor is None
    assert sorted(seen) == [f"N-{number}" for number in range(5)]


async def test_lists_narrow_down_by_shop_view_words_and_order(api: Api) -> None:
    await api.house.receive(mail("parcel", "lost in 上海"))
    await api.put("/shops/jade/orders/J-1", order(note="hello"))

    async def orders(query: str) -> list[str]:
        return [thread["order_no"] for thread in (await api.get(f"/threads?{query}")).json["items"]]

    assert await orders("shop=jade") == ["J-1"]
    assert await orders("q=上海") == ["A-1001"]
    assert await orders("order_no=a-1001") == ["A-1001"]
    assert await orders("view=order_notes") == ["J-1"]
    assert await orders("view=closed") == []


async def test_a_reply_leaves_as_mail_with_its_files(api: Api) -> None:
    row = await api.house.receive(mail())
    reply = await api.post(f"/threads/{row.thread_id}/replies", {"text": "已发货", "attachments": [file()]})
    assert reply.status == 201
    assert reply.headers["Location"] == f"/api/v1/messages/{reply.json['id']}"
    assert (reply.json["direction"], reply.json["text"], reply.json["thread_id"]) == (
        "outbound",
        "已发货",
        row.thread_id,
    )
    assert reply.json["deliveries"][0]["state"] == "queued"
    (sent,) = await api.house.all(Delivery)
    async with api.house.gw.db.read() as session:
        letter = message_from_bytes(await raw_of(session, sent.sha256, api.house.gw.blobs), policy=policy.default)
    (part,) = letter.iter_attachments()
    assert (sent.rcpt_to, part.get_filename(), part.get_content()) == ("wang@example.com", "发票.pdf", PDF)
    (shown,) = reply.json["attachments"]
    assert (await api.get(f"/attachments/{shown['id']}")).body == PDF


async def test_files_alone_are_a_reply(api: Api) -> None:
    row = await api.house.receive(mail())
    assert (await api.post(f"/threads/{row.thread_id}/replies", {"attachments": [file()]})).status == 201


async def test_the_same_idempotency_key_sends_once(api: Api) -> None:
    row = await api.house.receive(mail())
    path, key = f"/threads/{row.thread_id}/replies", {"Idempotency-Key": "k-1"}
    first, again = [await api.post(path, {"text": "sent"}, headers=key) for _ in range(2)]
    other = await api.post(path, {"text": "sent"}, headers={"Idempotency-Key": "k-2"})
    assert (first.status, again.status, other.status) == (201, 201, 201)
    assert first.json["id"] == again.json["id"] != other.json["id"]
    assert len(await api.house.all(Delivery)) == 2


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({}, "text"),
        ({"text": "  "}, "text"),
        ({"text": "a\0b"}, "text"),
        ({"text": "x" * 100_001}, "text"),
        ({"text": "x", "template": "none"}, "template"),
        ({"text": "x", "attachments": [file(filename="")]}, "attachments.0.filename"),
        ({"text": "x", "attachments": [file(content_type="text/plain\r\nBcc: x")]}, "attachments.0.content_type"),
        ({"text": "x", "attachments": [{"filename": "a", "content_base64": "§"}]}, "attachments.0.content_base64"),
        ({"text": "x", "attachments": [file(b"")] * 21}, "attachments"),
    ],
)
async def test_what_can_not_be_sent_names_the_field(api: Api, document: Any, field: str) -> None:
    row = await api.house.receive(mail())
    reply = await api.post(f"/threads/{row.thread_id}/replies", document)
    assert reply.status == 422
    assert [error["field"] for error in reply.json["errors"]] == [field]
    assert len(await api.house.all(Message)) == 1


async def test_a_reply_may_carry_25_mib_and_not_more(api: Api) -> None:
    row = await api.house.receive(mail())
    half = 25 * 1024 * 1024 // 2

    async def send(extra: int) -> int:
        files = [file(b"\0" * half), file(b"\0" * (half + extra))]
        body = io.BytesIO(json.dumps({"attachments": files}).encode())
        headers = {"Content-Type": "application/json"}
        return (await api.call("POST", f"/threads/{row.thread_id}/replies", data=body, headers=headers)).status

    assert await send(0) == 201
    assert await send(1) == 422
    assert await send(8 * 1024 * 1024) == 413


async def test_a_mail_of_a_dangerous_kind_leaves_as_plain_bytes(api: Api) -> None:
    row = await api.house.receive(mail())
    for kind in ("multipart/mixed; boundary=x", "message/rfc822", "text/html; charset=utf-7"):
        body = {"text": "see", "attachments": [file(b"--x\r\n\r\nBcc: y", content_type=kind, filename="a.eml")]}
        assert (await api.post(f"/threads/{row.thread_id}/replies", body)).status == 201
    for sent in await api.house.all(Delivery):
        async with api.house.gw.db.read() as session:
            letter = message_from_bytes(await raw_of(session, sent.sha256, api.house.gw.blobs), policy=policy.default)
        (part,) = letter.iter_attachments()
        assert part.get_payload(decode=True) == b"--x\r\n\r\nBcc: y"


async def test_a_note_for_colleagues_never_leaves(api: Api) -> None:
    row = await api.house.receive(mail())
    note = await api.post(f"/threads/{row.thread_id}/notes", {"text": "ask the warehouse"})
    assert (note.status, note.json["direction"]) == (201, "internal")
    assert await api.house.all(Delivery) == []
    assert (await api.get(f"/threads/{row.thread_id}")).json["needs_reply"] is True


async def test_a_threads_state_changes_and_stays_where_nothing_is_said(api: Api) -> None:
    row = await api.house.receive(mail())
    path = f"/threads/{row.thread_id}"
    changed = await api.call("PATCH", path, json={"labels": ["退款", " vip "], "status": "closed"})
    assert changed.status == 200
    assert (changed.json["labels"], changed.json["status"]) == (["退款", "vip"], "closed")
    again = (
        await api.call("PATCH", path, json={"snoozed_until": "2026-12-01T09:00:00+08:00", "status": "snoozed"})
    ).json
    assert (again["labels"], again["snoozed_until"]) == (["退款", "vip"], "2026-12-01T01:00:00Z")
    assert again == (await api.call("PATCH", path, json={})).json


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"status": "lost"}, "status"),
        ({"status": None}, "status"),
        ({"labels": "vip"}, "labels"),
        ({"labels": ["x" * 41]}, "labels.0"),
        ({"assignee": "stranger@nowhere.test"}, "assignee"),
        ({"snoozed_until": "tomorrow"}, "snoozed_until"),
        ({"snoozed_until": "2020-01-01T00:00:00Z"}, "snoozed_until"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_change_that_can_not_be_names_its_field(api: Api, change: dict[str, Any], field: str) -> None:
    row = await api.house.receive(mail())
    reply = await api.call("PATCH", f"/threads/{row.thread_id}", json=change)
    assert (reply.status, [error["field"] for error in reply.json["errors"]]) == (422, [field])


async def test_answers_are_what_the_documentation_says(api: Api) -> None:
    letter = mail()
    letter.add_alternative('<p>hi</p><img src="cid:x">', subtype="html")
    letter.add_attachment(PDF, maintype="application", subtype="pdf", filename="a.pdf")
    row = await api.house.receive(letter)
    await api.post(f"/threads/{row.thread_id}/replies", {"text": "sent", "attachments": [file()]})
    await api.post(f"/threads/{row.thread_id}/notes", {"text": "note"})
    ThreadPage.model_validate_json((await api.get("/threads")).body, strict=True)
    whole = ThreadWithMessages.model_validate_json((await api.get(f"/threads/{row.thread_id}")).body, strict=True)
    assert [message.direction for message in whole.messages] == ["inbound", "outbound", "internal"]
    for message in whole.messages:
        MessageShape.model_validate_json((await api.get(f"/messages/{message.id}")).body, strict=True)


async def test_ids_of_nothing_are_404(api: Api) -> None:
    for path in ("threads", "messages", "attachments", "inbound"):
        for id_ in (new_id(), "x", "00000000-0000-0000-0000-000000000000", "%00"):
            assert (await api.get(f"/{path}/{id_}")).status == 404
