"""Rules on real mail, and dry runs that tell beforehand what they will do."""

from datetime import timedelta
from typing import Any

import pytest

from gateway.admin import channels, rules, teams
from gateway.clock import new_id
from gateway.domain.actors import SYSTEM, Actor
from gateway.domain.orders import NoteDocument
from gateway.domain.parsing import parse
from gateway.domain.routing.documents import ChannelDocument, PlacedRuleDocument, TeamDocument
from gateway.domain.routing.rules import Rule
from gateway.domain.values import Peer
from gateway.errors import Forbidden, Invalid, NotFound
from gateway.models import CannedReply, Delivery, Message, Shop, Thread, Webhook, WebhookDelivery, WebhookEvent
from gateway.orders.recording import add_note
from gateway.store.inbound import raw_of
from tests import builders
from tests.conftest import StillClock
from tests.house import House, add_order, mail

REFUND = {"field": "text.words", "op": "any", "value": ["refund", "退款"]}


def document(*actions: tuple[str, Any], **fields: Any) -> PlacedRuleDocument:
    """A rule that does these things."""
    usual: dict[str, Any] = {"name": "Rule", "actions": [{"do": do, "value": value} for do, value in actions]}
    return PlacedRuleDocument(**usual | fields)


async def make(house: House, *actions: tuple[str, Any], **fields: Any) -> Rule:
    """The same, in the table."""
    return await rules.add(house.gw, SYSTEM, document(*actions, **fields))


async def staff(house: House, *emails: str, **fields: Any) -> str:
    """A team of new users who reach every shop; its id."""
    async with house.gw.db.write() as session:
        for email in emails:
            await builders.add_user(session, email, "admin", name=email.partition("@")[0])
    made = await teams.put(house.gw, SYSTEM, TeamDocument(name="Refunds", members=list(emails), **fields))
    return made.id


async def test_a_mail_is_where_the_rule_says_and_says_which_rule(house: House) -> None:
    team = await staff(house, "lin@example.com")
    actions = (("team", team), ("assign", "lin@example.com"), ("label", "refund"), ("priority", "high"))
    made = await make(house, *actions, name="Refunds", conditions=[REFUND])
    await house.receive(mail(text="I want a refund"))
    (thread,) = await house.all(Thread)
    (message,) = await house.all(Message)
    assert (thread.team_id, thread.labels, thread.priority) == (team, ["refund"], "high")
    assert thread.assignee_id is not None
    assert message.rules is not None
    assert [(acted["id"], acted["name"], acted["because"]) for acted in message.rules] == [
        (made.id, "Refunds", [REFUND])
    ]


async def test_a_channel_gives_what_no_rule_gives(house: House) -> None:
    first, second = await staff(house, "a@example.com"), TeamDocument(name="Front desk", members=["a@example.com"])
    desk = (await teams.put(house.gw, SYSTEM, second)).id
    fields: dict[str, Any] = {"team": desk, "assignee": "a@example.com", "labels": ["door"]}
    door = ChannelDocument(kind="email", shop="lotus", address="help-*", **fields)
    made = await channels.add(house.gw, SYSTEM, door)
    by_door = {"field": "channel", "op": "is", "value": [made.id]}
    await make(house, ("team", first), ("label", "rule"), conditions=[by_door])
    await house.inbound.check_recipient("help-de@inbox.example", Peer())
    await house.receive(mail(), "help-de")
    (thread,) = await house.all(Thread)
    assert (thread.team_id, thread.assignee_id is not None, thread.labels) == (first, True, ["door", "rule"])
    await channels.put(house.gw, SYSTEM, made.id, door.model_copy(update={"labels": []}))
    assert (await channels.channels(house.gw, SYSTEM))[0].labels == ()
    await channels.remove(house.gw, SYSTEM, made.id)


async def test_a_mail_that_no_rule_means_is_left_as_it_was(house: House) -> None:
    await make(house, ("label", "refund"), conditions=[REFUND])
    await house.receive(mail(text="Hello"))
    assert (await house.all(Thread))[0].labels == []
    assert (await house.all(Message))[0].rules is None


async def test_round_robin_shares_work_by_open_threads(house: House, clock: StillClock) -> None:
    team = await staff(house, "a@example.com", "b@example.com")
    await make(house, ("round_robin", team))
    for number in range(4):
        address = f"buyer{number}@example.com"
        await add_order(house.gw.db, clock.now(), f"B-{number}", address)
        await house.receive(mail(text=f"Hello {number}", sender=address), sender=address)
    given = [thread.assignee_id for thread in await house.all(Thread)]
    assert len(set(given)) == 2
    assert sorted(map(given.count, set(given))) == [2, 2]


async def test_who_has_a_thread_keeps_it_when_the_buyer_writes_again(house: House) -> None:
    team = await staff(house, "a@example.com", "b@example.com")
    await make(house, ("round_robin", team))
    await house.receive(mail(text="One"))
    first = (await house.all(Thread))[0].assignee_id
    await house.receive(mail(text="Two"))
    assert (await house.all(Thread))[0].assignee_id == first is not None


async def test_a_rule_may_close_or_put_off(house: House, clock: StillClock) -> None:
    for action, status in (
        (("status", "closed"), "closed"),
        (("status", "waiting"), "waiting"),
        (("snooze", 60), "snoozed"),
    ):
        rule = await make(house, action)
        await house.receive(mail(text=status))
        (thread,) = await house.all(Thread)
        assert (thread.status, thread.needs_reply) == (status, status == "snoozed")
        assert thread.closed_at == (clock.now() if status == "closed" else None)
        assert thread.snoozed_until == (clock.now() + timedelta(hours=1) if status == "snoozed" else None)
        await rules.remove(house.gw, SYSTEM, rule.id)


async def test_a_rule_may_acknowledge_with_a_canned_reply(house: House, clock: StillClock) -> None:
    async with house.gw.db.write() as session:
        shop = next(shop for shop in await house.all(Shop) if shop.slug == "lotus")
        row: dict[str, Any] = {"shop_id": shop.id, "name": "weekend", "updated_at": clock.now()}
        session.add(CannedReply(id=new_id(), locale="zh", text="{{buyer_name}}您好，我们周一回复您。", **row))
    await make(house, ("acknowledge", "weekend"))
    await house.receive(mail())
    (delivery,) = await house.all(Delivery)
    async with house.gw.db.read() as session:
        raw = await raw_of(session, delivery.sha256, house.gw.blobs)
    assert "王芳您好，我们周一回复您。" in parse(raw).text
    await house.receive(mail(text="And another"))
    assert len(await house.all(Delivery)) == 1


async def test_a_rule_may_mail_the_people_who_have_it_once_each(house: House) -> None:
    team = await staff(house, "a@example.com", "b@example.com")
    await make(house, ("team", team), ("notify", "team"), ("notify", "a@example.com"), ("notify", "assignee"))
    await house.receive(mail(text="Where is it?"))
    told = sorted(delivery.rcpt_to for delivery in await house.all(Delivery))
    assert told == ["a@example.com", "b@example.com"]


async def test_a_rule_may_tell_a_webhook(house: House, clock: StillClock) -> None:
    hooks = [new_id(), new_id()]
    async with house.gw.db.write() as session:
        for id_, events in zip(hooks, ([], ["message.routed"]), strict=True):
            row: dict[str, Any] = {"url": "https://program.example/", "events": events, "created_at": clock.now()}
            session.add(Webhook(id=id_, sealed=b"x", **row))
    named, everybody = await make(house, ("webhook", hooks[0])), await make(house, ("webhook", ""))
    row_ = await house.receive(mail())
    events_ = [event for event in await house.all(WebhookEvent) if event.kind == "message.routed"]
    told = {delivery.webhook_id: delivery.event_id for delivery in await house.all(WebhookDelivery)}
    assert set(told) == set(hooks)
    for event in events_:
        assert (event.data["message_id"], event.data["rules"]) == (row_.message_id, [named.id, everybody.id])
        assert "text" not in event.data


async def test_an_order_note_is_routed_too(house: House) -> None:
    await make(house, ("label", "note"), conditions=[{"field": "channel", "op": "is", "value": ["order_note"]}])
    await add_note(house.gw, SYSTEM, "lotus", "A-1001", NoteDocument(text="Gift wrap, please"))
    (thread,) = await house.all(Thread)
    assert thread.labels == ["note"]


async def test_a_machines_mail_is_no_matter_of_rules(house: House) -> None:
    await make(house, ("label", "seen"))
    await house.receive(mail(text="I am on holiday", Auto_Submitted="auto-replied"))
    assert (await house.all(Thread))[0].labels == []


async def test_rules_stand_in_an_order_that_can_be_changed(house: House) -> None:
    first, second, third = [await make(house, ("label", name), name=name) for name in "abc"]
    await rules.move(house.gw, SYSTEM, third.id, 1)
    assert [rule.name for rule in await rules.rules(house.gw, SYSTEM)] == ["c", "a", "b"]
    await rules.put(house.gw, SYSTEM, first.id, document(("label", "a"), name="a", position=9))
    assert [rule.name for rule in await rules.rules(house.gw, SYSTEM)] == ["c", "b", "a"]
    await rules.remove(house.gw, SYSTEM, second.id)
    assert [rule.name for rule in await rules.rules(house.gw, SYSTEM)] == ["c", "a"]
    await rules.enable(house.gw, SYSTEM, third.id, on=False)
    await house.receive(mail())
    assert (await house.all(Thread))[0].labels == ["a"]


async def test_a_shops_manager_moves_only_the_shops_own_rules(house: House, clock: StillClock) -> None:
    async with house.gw.db.write() as session:
        jade = await builders.add_shop(session, "jade", "Jade")
    for_all, theirs = await make(house, ("label", "x"), name="all"), await make(house, ("label", "y"), shop="lotus")
    manager = Actor("user", "u", "U", "manager", (jade.id,))
    mine = [await rules.add(house.gw, manager, document(("label", n), name=n, shop="jade")) for n in "ab"]
    assert [rule.name for rule in await rules.rules(house.gw, manager)] == ["all", "a", "b"]
    await rules.move(house.gw, manager, mine[1].id, 1)
    everything = [rule.name for rule in await rules.rules(house.gw, SYSTEM)]
    assert everything == ["b", "all", "Rule", "a"]
    for forbidden in (rules.remove(house.gw, manager, for_all.id), rules.move(house.gw, manager, for_all.id, 1)):
        with pytest.raises(Forbidden):
            await forbidden
    with pytest.raises(NotFound):
        await rules.remove(house.gw, manager, theirs.id)
    with pytest.raises(Invalid):
        await rules.add(house.gw, manager, document(("label", "z")))
    with pytest.raises(Forbidden):
        await rules.rules(house.gw, Actor("user", "u", "U", "seller", (jade.id,)))


WRONG: list[tuple[list[tuple[str, Any]], dict[str, Any], str]] = [
    # What can be no rule, and the field that is named.
    ([("assign", "nobody@example.com")], {}, "actions.0.value"),
    ([("label", "x"), ("team", "nothing")], {}, "actions.1.value"),
    ([("notify", "nobody@example.com")], {}, "actions.0.value"),
    ([("webhook", "nothing")], {}, "actions.0.value"),
    ([("label", "x")], {"shop": "nothing"}, "shop"),
    ([("label", "x")], {"conditions": [REFUND | {"op": "below"}]}, "conditions.0.op"),
]


async def test_a_wrong_rule_is_told_by_field(house: House) -> None:
    for actions, fields, field in WRONG:
        with pytest.raises(Invalid) as caught:
            await make(house, *actions, **fields)
        assert caught.value.field == field, actions


async def test_a_team_that_goes_leaves_its_threads_to_everybody(house: House) -> None:
    team = await staff(house, "a@example.com")
    await make(house, ("team", team))
    await house.receive(mail())
    await teams.remove(house.gw, SYSTEM, team)
    assert (await house.all(Thread))[0].team_id is None
    await house.receive(mail(text="Again"))
    assert (await house.all(Thread))[0].team_id is None
