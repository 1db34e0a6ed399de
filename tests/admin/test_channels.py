"""Channels from the door to the thread: reached at RCPT, who may write by them, what they add."""

from datetime import timedelta
from typing import Any

import pytest

from gateway.admin import channels, teams, tracing
from gateway.domain.actors import SYSTEM, Actor, Role
from gateway.domain.routing.channels import Channel
from gateway.domain.routing.documents import ChannelDocument, TeamDocument
from gateway.domain.values import Peer, Trust
from gateway.errors import Conflict, Forbidden, Invalid, NotFound, Refused, UnknownRecipient
from gateway.models import AuditEntry, Buyer, Delivery, Message, Shop, Thread
from tests import builders
from tests.conftest import StillClock
from tests.house import SENDER, House, Says, add_order, mail

DATABASES = ("sqlite",)
"""SQLite alone: tests/inbound/test_routing.py makes, reaches and changes channels on both."""

PEER = Peer(ip="192.0.2.7")
STRANGER = "eve@else.example"


async def open_channel(house: House, address: str = "support", **fields: Any) -> Channel:
    """An admin's channel of the shop lotus."""
    usual: dict[str, Any] = {"kind": "email", "shop": "lotus", "address": address, "name": "Support"}
    return await channels.add(house.gw, SYSTEM, ChannelDocument(**usual | fields))


async def reached(house: House, local: str) -> bool:
    """Whether a client may send there."""
    try:
        await house.inbound.check_recipient(f"{local}@inbox.example", PEER)
    except UnknownRecipient:
        return False
    return True


async def test_a_channel_is_reached_at_the_door_and_leads_to_its_shop(house: House) -> None:
    assert not await reached(house, "support")
    made = await open_channel(house)
    assert await reached(house, "support")
    assert await reached(house, "SUPPORT")
    row = await house.receive(mail(), "support")
    assert (row.state, row.why) == ("filed", "only-order")
    (message,) = await house.all(Message)
    (thread,) = await house.all(Thread)
    assert (message.channel_id, thread.channel_id) == (made.id, made.id)
    assert {"clue": "channel", "detail": "Support"} in message.filed_because


async def test_patterns_and_a_catch_all_take_what_nothing_else_takes(house: House) -> None:
    await open_channel(house, "help-*", labels=["help"])
    assert [await reached(house, local) for local in ("help-de", "other", "lotus")] == [True, False, True]
    await open_channel(house, "*", labels=["stray"])
    assert await reached(house, "other")
    for local in ("help-de", "other", "lotus"):
        await house.receive(mail(text=local), local)
    (thread,) = await house.all(Thread)
    assert thread.labels == ["help", "stray"]
    kinds = [message.channel_id is None for message in await house.all(Message)]
    assert kinds == [False, False, True]


async def test_mail_for_another_domain_is_refused_whatever_a_catch_all_says(house: House) -> None:
    await open_channel(house, "*")
    with pytest.raises(Refused):
        await house.inbound.check_recipient("support@elsewhere.example", PEER)


async def test_a_channel_adds_labels_a_person_a_team_a_target_and_a_language(house: House, clock: StillClock) -> None:
    async with house.gw.db.write() as session:
        await builders.add_user(session, "lin@example.com", "admin")
    team = await teams.put(house.gw, SYSTEM, TeamDocument(name="Front desk", members=["lin@example.com"]))
    fields: dict[str, Any] = {"labels": ["vip"], "team": team.id, "assignee": "lin@example.com", "response_minutes": 30}
    await open_channel(house, language="ru", **fields)
    await house.receive(mail(), "support")
    (thread,) = await house.all(Thread)
    assert (thread.labels, thread.team_id, thread.assignee_id is not None) == (["vip"], team.id, True)
    assert thread.due_at == clock.now() + timedelta(minutes=30)
    assert (await house.all(Buyer))[0].locale == "ru"
    clock.forward(minutes=10)
    await house.receive(mail(text="Hello again"), "support")
    (thread,) = await house.all(Thread)
    assert thread.due_at == clock.now() + timedelta(minutes=20)


async def test_a_shops_own_address_may_have_a_channel_that_says_more(house: House) -> None:
    await open_channel(house, "lotus", labels=["front"])
    await house.receive(mail(), "lotus")
    (thread,) = await house.all(Thread)
    assert thread.labels == ["front"]


async def test_a_channel_that_is_off_refuses_and_a_shops_own_address_goes_on(house: House) -> None:
    made, own = await open_channel(house), await open_channel(house, "lotus", labels=["front"])
    for channel in (made, own):
        await channels.enable(house.gw, SYSTEM, channel.id, on=False)
    assert [await reached(house, "support"), await reached(house, "lotus")] == [False, True]
    await house.receive(mail(), "lotus")
    assert (await house.all(Thread))[0].labels == []


@pytest.mark.parametrize(
    ("wanted", "of_shop", "sent"), [(True, False, 1), (False, True, 0), (None, True, 1), (None, False, 0)]
)
async def test_a_channel_says_whether_mail_is_acknowledged(
    house: House, wanted: bool | None, of_shop: bool, sent: int
) -> None:
    from gateway.admin.shops import ShopChange, put_shop

    await put_shop(house.gw, SYSTEM, "lotus", ShopChange("莲花", mails={"received": of_shop}))
    await open_channel(house, acknowledge=wanted)
    await house.receive(mail(), "support")
    assert len(await house.all(Delivery)) == sent


async def test_who_has_not_ordered_lately_is_held_and_comes_in_with_the_next_order(
    house: House, clock: StillClock
) -> None:
    await open_channel(house, entitlement="days", entitlement_days=30)
    clock.forward(days=31)
    row = await house.receive(mail(), "support")
    assert (row.state, row.why, row.details) == ("held", "order-too-old", {"days": "30"})
    from gateway.domain.orders import OrderDocument
    from gateway.orders.recording import put_order

    document = OrderDocument.model_validate({"buyer": {"email": SENDER}, "placed_at": clock.now()})
    await put_order(house.gw, SYSTEM, "lotus", "A-2002", document)
    await house.processor.run_once()
    assert (await house.row(row.id)).state == "filed"


async def test_an_open_channel_lets_in_proven_strangers_and_only_there(house: House) -> None:
    await open_channel(house, "hello", entitlement="never", open_to_anyone=True, acknowledge=True)
    row = await house.receive(mail(sender=STRANGER), "hello", STRANGER)
    assert (row.state, row.why) == ("filed", "open-channel")
    assert [delivery.rcpt_to for delivery in await house.all(Delivery)] == [STRANGER]
    row = await house.receive(mail(text="Me again", sender=STRANGER), "lotus", STRANGER)
    assert (row.state, row.why) == ("held", "not-a-buyer")
    doubtful = house.with_witness(Says(Trust("unverified", "nothing-passed")))
    row = await doubtful.receive(mail(text="Psst", sender="mallory@else.example"), "hello", "mallory@else.example")
    assert (row.state, row.why) == ("held", "unverified")
    assert len(await house.all(Thread)) == 1


async def test_order_notes_come_by_a_channel_and_are_read_its_way(house: House) -> None:
    note = "Order: A-1001\nBuyer: wang@example.com\nNote: gift wrap"
    await open_channel(house, "erp", kind="order_note", reader="key_value", name="ERP")
    await open_channel(house, "json-erp", kind="order_note", reader="jsonld", name="JSON")
    row = await house.receive(mail("New order", note, sender="erp@example.org"), "erp")
    assert (row.state, row.why) == ("filed", "order-note")
    (message,) = await house.all(Message)
    assert (message.channel, message.text) == ("order_note", "gift wrap")
    row = await house.receive(mail("Again", note, sender="erp@example.org"), "json-erp")
    assert (row.state, row.why) == ("held", "note-unreadable")


WRONG: list[tuple[dict[str, Any], str]] = [
    # What can be no channel, and the field that is named.
    ({"address": ""}, "address"),
    ({"address": "a@else.example"}, "address"),
    ({"address": "jade"}, "address"),
    ({"address": "notes.lotus"}, "kind"),
    ({"address": "lotus", "kind": "order_note"}, "kind"),
    ({"shop": "nothing"}, "shop"),
    ({"team": "nothing"}, "team"),
    ({"assignee": "nobody@example.com"}, "assignee"),
    ({"entitlement": "days"}, "entitlement_days"),
    ({"entitlement": "never"}, "open_to_anyone"),
    ({"entitlement": "never", "open_to_anyone": True, "kind": "order_note"}, "entitlement"),
    ({"reader": "jsonld"}, "reader"),
    ({"kind": "order_note", "reader_config": {"a": "\0"}}, "reader_config"),
    ({"kind": "order_note", "reader_config": {"a": float("inf")}}, "reader_config"),
    ({"kind": "chat"}, "address"),
]


async def test_what_can_be_no_channel_is_told_by_field(house: House) -> None:
    async with house.gw.db.write() as session:
        await builders.add_shop(session, "jade", "Jade")
    for fields, field in WRONG:
        with pytest.raises(Invalid) as caught:
            await open_channel(house, **fields)
        assert caught.value.field == field, fields


async def test_two_channels_cant_have_one_address(house: House) -> None:
    made = await open_channel(house)
    with pytest.raises(Conflict):
        await open_channel(house, "SUPPORT@inbox.example")
    await channels.put(house.gw, SYSTEM, made.id, ChannelDocument(kind="email", shop="lotus", address="support"))
    await channels.remove(house.gw, SYSTEM, made.id)
    assert not await reached(house, "support-gone")
    acts = [entry.act for entry in await house.all(AuditEntry)]
    assert acts == ["channel.added", "channel.changed", "channel.removed"]


async def test_a_channel_of_a_chat_has_a_key_and_no_address(house: House) -> None:
    made = await open_channel(house, "", kind="chat")
    assert (made.pattern, len(made.webhook_key or "")) == (None, 32)


async def test_only_admins_of_the_shop_make_channels(house: House) -> None:
    shop = next(shop for shop in await house.all(Shop) if shop.slug == "lotus")
    document = ChannelDocument(kind="email", shop="lotus", address="support")
    roles: tuple[Role, ...] = ("manager", "seller")
    for role in roles:
        actor = Actor("user", "u", "U", role, (shop.id,))
        with pytest.raises(Forbidden):
            await channels.add(house.gw, actor, document)
    with pytest.raises(Invalid):
        await channels.add(house.gw, Actor("token", "t", "T", "admin", ("other",)), document)
    made = await channels.add(house.gw, Actor("token", "t", "T", "admin", (shop.id,)), document)
    with pytest.raises(NotFound):
        await channels.channel(house.gw, Actor("token", "t", "T", "admin", ("other",)), made.id)


def steps(trace: tracing.Trace) -> list[str]:
    """The steps' codes."""
    return [step.step for step in trace.steps]


async def test_the_test_button_explains_an_address(house: House) -> None:
    await open_channel(house, "help-*", name="Help")
    await open_channel(house, "*", name="All")
    off = await open_channel(house, "help-de", name="German", enabled=False, entitlement="paid")
    assert off.enabled is False
    found = await tracing.trace(house.gw, SYSTEM, "help-de")
    assert steps(found) == ["for", "channel-off", "channel", "channel-passed", "ask-always"]
    assert (found.state, found.shop, found.channel and found.channel.name) == ("accepted", "lotus", "Help")
    assert steps(await tracing.trace(house.gw, SYSTEM, "lotus")) == ["for", "built-in", "no-channel", "ask-always"]
    assert steps(await tracing.trace(house.gw, SYSTEM, "a@else.example")) == ["for", "foreign"]
    assert steps(await tracing.trace(house.gw, SYSTEM, "postmaster")) == ["for", "role"]


async def test_the_test_button_explains_a_mail_and_changes_nothing(house: House) -> None:
    await open_channel(house, labels=["vip"], acknowledge=True, response_minutes=60)
    found = await tracing.trace(house.gw, SYSTEM, "support", mail().as_string())
    assert (found.state, found.why, found.acknowledged) == ("filed", "only-order", True)
    assert steps(found)[-7:] == ["filed", "no-rule", "nobody", "labels", "due", "acknowledged", "template"]
    stranger = await tracing.trace(house.gw, SYSTEM, "support", mail(sender=STRANGER).as_string())
    assert (stranger.state, stranger.why, steps(stranger)[-2:]) == ("held", "not-a-buyer", ["stranger", "held"])
    doubted = await tracing.trace(house.gw, SYSTEM, "support", mail().as_string(), verified=False)
    assert (doubted.state, doubted.why) == ("held", "unverified")
    for model in (Message, Thread, Delivery):
        assert await house.all(model) == []
    row = await house.receive(mail(), "support")
    assert (row.state, row.why) == (found.state, found.why)


async def test_the_test_button_tells_nothing_of_another_shop(house: House, clock: StillClock) -> None:
    async with house.gw.db.write() as session:
        jade = await builders.add_shop(session, "jade", "Jade")
    await add_order(house.gw.db, clock.now(), "A-1002")
    await open_channel(house)
    actor = Actor("token", "t", "T", "admin", (jade.id,))
    for address in ("support", "lotus", "nothing-at-all"):
        found = await tracing.trace(house.gw, actor, address)
        assert (steps(found), found.state) == (["for", "nowhere"], "refused")
