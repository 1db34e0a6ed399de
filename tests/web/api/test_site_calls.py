"""What sites and chats post for buyers: one conversation with the buyer's mails, by the key alone, once."""

import hashlib
from typing import Any

import pytest

from gateway.clock import new_id
from gateway.domain.actors import SYSTEM
from gateway.models import Delivery, InboundEmail, Message, RawEmail, Thread
from gateway.outbound import answers
from gateway.store import site_calls
from gateway.store.site_calls import CallEntry
from tests.house import SENDER, add_order, mail
from tests.web.api.conftest import Api, Reply

DATABASES = ("sqlite",)


async def open_channel(api: Api, **fields: Any) -> dict[str, Any]:
    """A channel of a chat."""
    made = await api.post("/channels", {"kind": "chat", "shop": "lotus", "name": "Shop chat"} | fields)
    assert made.status == 201
    return dict(made.json)


def said(text: str = "Is it red?", external_id: str = "m-1", **fields: Any) -> dict[str, Any]:
    """What a chat posts."""
    return {"external_id": external_id, "text": text, "buyer": {"email": SENDER, "name": "Wang Fang"}} | fields


async def post(api: Api, channel: dict[str, Any], document: Any, key: str = "", **options: Any) -> Reply:
    """One call."""
    key = key or channel["webhook_key"]
    return await api.call("POST", f"//hooks/channels/{channel['id']}", key, json=document, **options)


async def row_of(api: Api, reply: Reply) -> InboundEmail:
    await api.work()
    return await api.house.row(reply.json["id"])


async def test_a_message_stands_in_the_conversation_of_its_buyer_and_order(api: Api) -> None:
    await api.house.receive(mail("About A-1001"))
    channel = await open_channel(api, labels=["chat"])
    posted = await post(api, channel, said(order_no="a-1001", sent_at="2026-11-23T07:59:00Z"))
    assert posted.status == 202
    row = await row_of(api, posted)
    assert (row.state, row.why, row.ingress) == ("filed", "order-address", "webhook")
    (thread,) = await api.house.all(Thread)
    assert (row.thread_id, thread.labels, thread.needs_reply) == (thread.id, ["chat"], True)
    (message,) = [one for one in await api.house.all(Message) if one.channel == "chat"]
    assert (message.text, message.author_name) == ("Is it red?", "Wang Fang")
    assert (message.trust["verdict"], message.trust["why"]) == ("verified", "channel-key")
    assert (await api.get(f"/messages/{message.id}")).json["channel"] == "chat"


async def test_the_bytes_are_kept_as_they_came(api: Api) -> None:
    channel = await open_channel(api)
    body = '{"text" : "你好\\u0021",  "external_id":"x",\n "buyer":{"email":"wang@example.com"}, "more": [1]}'.encode()
    headers = {"Content-Type": "application/json"}
    reply = await api.call(
        "POST", f"//hooks/channels/{channel['id']}", channel["webhook_key"], data=body, headers=headers
    )
    row = await row_of(api, reply)
    assert (row.state, row.sha256) == ("filed", hashlib.sha256(body).hexdigest())
    assert [raw.content for raw in await api.house.all(RawEmail)] == [body]
    (message,) = await api.house.all(Message)
    assert message.text == "你好!"
    original = await api.get(f"/messages/{message.id}/raw")
    assert (original.body, original.headers["Content-Type"]) == (body, "application/json")
    assert f'"{message.id}.json"' in original.headers["Content-Disposition"]
    await answers.reply(api.house.gw, SYSTEM, row.thread_id or "", answers.ReplyDraft("你好!"))
    (left,) = [one for one in await api.house.all(Message) if one.direction == "outbound"]
    assert (await api.get(f"/messages/{left.id}/raw")).headers["Content-Type"] == "message/rfc822"


async def test_what_is_posted_again_is_there_once(api: Api) -> None:
    channel = await open_channel(api)
    first, again = await post(api, channel, said()), await post(api, channel, said())
    assert (first.status, again.status, again.json) == (202, 200, first.json)
    await api.work()
    late, corrected = await post(api, channel, said()), await post(api, channel, said("Is it red or blue?"))
    assert (late.status, late.json, corrected.status) == (200, first.json, 202)
    await post(api, await open_channel(api, kind="site"), said())
    await api.work()
    states = [(row.state, row.message_id is not None) for row in await api.house.all(InboundEmail)]
    assert states == [("filed", True)] * 3
    assert [(one.channel, one.text) for one in await api.house.all(Message)] == [
        ("chat", "Is it red?"),
        ("site", "Is it red?"),
    ]


async def test_a_buyer_without_an_address_is_known_by_the_order_and_answered_by_mail(api: Api) -> None:
    channel = await open_channel(api)
    row = await row_of(api, await post(api, channel, said(buyer={}, order_no="A-1001")))
    assert row.state == "filed"
    await answers.reply(api.house.gw, SYSTEM, row.thread_id or "", answers.ReplyDraft("It is red."))
    assert [(one.kind, one.rcpt_to) for one in await api.house.all(Delivery)] == [("reply", SENDER)]


@pytest.mark.parametrize(
    ("fields", "document", "state", "why"),
    [
        ({}, {"buyer": {"email": "nobody@example.net"}}, "held", "not-a-buyer"),
        (
            {"entitlement": "never", "open_to_anyone": True},
            {"buyer": {"email": "nobody@example.net"}},
            "filed",
            "open-channel",
        ),
        ({"entitlement": "paid"}, {}, "held", "order-not-paid"),
        ({}, {"order_no": "B-2002"}, "held", "order-of-another"),
        ({}, {"order_no": "Z-9"}, "held", "unknown-order"),
    ],
)
async def test_who_may_write_is_the_rule_of_all_doors(
    api: Api, fields: dict[str, Any], document: dict[str, Any], state: str, why: str
) -> None:
    await add_order(api.house.gw.db, api.house.gw.clock.now(), "B-2002", "li@example.com", "李")
    row = await row_of(api, await post(api, await open_channel(api, **fields), said(**document)))
    assert (row.state, row.why) == (state, why)


async def test_what_was_held_comes_in_when_the_order_does(api: Api) -> None:
    row = await row_of(api, await post(api, await open_channel(api), said(buyer={"email": "new@example.com"})))
    assert row.state == "held"
    order = {"buyer": {"email": "new@example.com"}}
    assert (await api.put("/shops/lotus/orders/N-1", order)).status == 201
    await api.work()
    assert (await api.house.row(row.id)).state == "filed"


async def test_without_the_key_nothing_is_taken_and_nothing_told(api: Api) -> None:
    channel = await open_channel(api)
    other, by_mail = (
        await open_channel(api),
        await api.post("/channels", {"kind": "email", "shop": "lotus", "address": "x"}),
    )
    nowhere = channel | {"id": "01900000-0000-7000-8000-000000000000"}
    wrong = [
        await post(api, channel, said(), other["webhook_key"]),
        await post(api, channel, said(), "x"),
        await post(api, by_mail.json, said(), "x"),
        await post(api, nowhere, said()),
        await post(api, channel | {"id": "../channels"}, said()),
        await api.call("POST", f"//hooks/channels/{channel['id']}", None, json=said()),
    ]
    assert {reply.status for reply in wrong[:4] + wrong[5:]} == {401}
    assert len({reply.json["detail"] for reply in wrong[:4]}) == 1
    closed = {name: channel[name] for name in ("kind", "shop", "name")} | {"enabled": False}
    await api.put(f"/channels/{channel['id']}", closed)
    assert (await post(api, channel, said())).status == 401
    assert await api.house.all(InboundEmail) == []


NO_MESSAGES: list[tuple[Any, int, str]] = [
    ([], 422, ""),
    ({"text": "Hello"}, 422, "external_id"),
    (said(" \n"), 422, "text"),
    (said("x" * 20_001), 422, "text"),
    (said(external_id="x" * 201), 422, "external_id"),
    (said(buyer={}), 422, ""),
    (said(buyer={}, order_no="Z-9"), 422, "order_no"),
    (said(buyer={"email": "a@b@c"}), 422, "buyer.email"),
    (said(buyer={"email": "lotus@inbox.example"}), 422, "buyer.email"),
    (said(more="x" * 300_000), 413, ""),
]
"""What is posted, the status that it gets, and the field that is named."""


async def test_what_is_no_message_is_told(api: Api) -> None:
    channel = await open_channel(api)
    for document, status, field in NO_MESSAGES:
        refused = await post(api, channel, document)
        assert refused.status == status
        assert not field or refused.json["errors"][0]["field"] == field
    assert await api.house.all(InboundEmail) == []


async def test_one_buyer_cant_flood_a_channel(api: Api) -> None:
    channel, gw = await open_channel(api), api.house.gw
    before = {"rcpt_to": "x", "mail_from": SENDER, "author": SENDER, "shop_id": "", "peer_ip": ""}
    async with gw.db.write() as session:
        for number in range(gw.settings.sender_per_hour - 1):
            body = f"{number}".encode()
            entry = CallEntry(id=new_id(), sha256=hashlib.sha256(body).hexdigest(), **before)
            await site_calls.add(session, entry, body, gw.clock.now())
    assert [(await post(api, channel, said(external_id=one))).status for one in "ab"] == [202, 429]
