"""Dry runs tell beforehand what rules will do: the same outcome, and nothing written."""

import random
from datetime import timedelta

import pytest

from gateway.admin import rules, teams
from gateway.domain.actors import SYSTEM, Actor
from gateway.domain.messages import Place
from gateway.domain.routing.documents import RuleDocument, TeamDocument
from gateway.inbound import routing
from gateway.models import Message, Thread
from tests import builders
from tests.house import House, mail
from tests.inbound.test_routing import REFUND, make, staff


async def test_a_dry_run_changes_nothing_and_tells_before_and_after(house: House) -> None:
    await house.receive(mail(text="I want a refund"))
    await house.receive(mail(text="Hello"))
    team = await staff(house, "a@example.com")
    tried = RuleDocument(name="Try", conditions=[REFUND], actions=[{"do": "team", "value": team}])
    compared = await routing.dry_run(house.gw, SYSTEM, await rules.drafts(house.gw, SYSTEM, [tried]), 500)
    assert (compared.looked_at, compared.acted_on, len(compared.changed)) == (2, 1, 2)
    assert {each.now.team_id for each in compared.changed} == {team}
    assert (await house.all(Thread))[0].team_id is None
    assert (await routing.dry_run(house.gw, SYSTEM, None, 500)).changed == ()
    manager_of_another = Actor("user", "u", "U", "manager", ("other",))
    assert (await routing.dry_run(house.gw, manager_of_another, (), 500)).looked_at == 0


WORDS = ("refund", "退款", "hello", "where is my parcel", "broken lid", "谢谢", "please", "urgent", "你好", "invoice")
STATUSES = ("paid", "shipped", "cancelled", "")


async def thousand(house: House, count: int) -> list[str]:
    """Generated mails of as many buyers, filed as if nothing had routed them; their ids."""
    chance, ids = random.Random(2026), []
    async with house.gw.db.write() as session:
        shops = [
            await builders.add_shop(session, f"shop-{n}", f"Shop {n}", time_zone="Asia/Shanghai") for n in range(3)
        ]
        for number in range(count):
            shop, at = chance.choice(shops), builders.NOW + timedelta(minutes=17 * number)
            buyer = await builders.add_buyer(session, shop, f"b{number}@example.com")
            total, status = f"{chance.randrange(500)}.00", chance.choice(STATUSES)
            placed = at - timedelta(days=chance.randrange(90))
            order = await builders.add_order(
                session, buyer, f"N-{number}", total=total, status=status, placed_at=placed
            )
            place = Place(shop.id, buyer.id, chance.choice((order.id, None)))
            text = " ".join(chance.sample(WORDS, 3))
            trust = {"verdict": chance.choice(("verified", "unverified"))}
            channel = chance.choice(("email", "email", "order_note"))
            filed = await builders.add_message(
                session, place, text, subject=chance.choice(WORDS), trust=trust, channel=channel, received_at=at
            )
            ids.append(filed.message_id)
    return ids


async def a_whole_table(house: House) -> None:
    """Rules that ask everything and do most things."""
    first = await staff(house, "a@example.com", "b@example.com", "c@example.com")
    night = TeamDocument(name="Night", zone="UTC", hours={"mon": ["20:00", "06:00"]}, members=["a@example.com"])
    second = (await teams.put(house.gw, SYSTEM, night)).id
    about = {
        "amount": {"field": "order.amount", "op": "at_least", "value": 250},
        "old": {"field": "order.age_days", "op": "at_least", "value": 30},
        "night": {"field": "time", "op": "between", "value": "22:00-08:00"},
        "zh": {"field": "text.language", "op": "is", "value": ["zh"]},
        "note": {"field": "channel", "op": "is", "value": ["order_note"]},
        "weekend": {"field": "weekday", "op": "is", "value": ["sat", "sun"]},
        "doubt": {"field": "trust", "op": "is_not", "value": ["verified"]},
    }
    await make(house, ("status", "closed"), conditions=[about["note"]], stop=True)
    await make(house, ("round_robin", first), ("label", "refund"), conditions=[REFUND])
    await make(house, ("round_robin", second), ("label", "night"), conditions=[about["night"]])
    await make(house, ("priority", "high"), conditions=[about["amount"]])
    await make(house, ("assign", "c@example.com"), conditions=[about["old"], about["zh"]])
    await make(house, ("snooze", 600), ("priority", "low"), conditions=[about["weekend"]], shop="shop-1")
    await make(house, ("label", "doubtful"), conditions=[about["doubt"]], stop=True)
    await make(house, ("label", "last"))


async def agreement(house: House, count: int) -> int:
    """How many mails stand where the dry run said; all others are told by the failure."""
    ids = await thousand(house, count)
    await a_whole_table(house)
    compared = await routing.dry_run(house.gw, SYSTEM, None, count)
    assert compared.looked_at == count
    said = {each.routed.message_id: each for each in compared.changed}
    async with house.gw.db.write() as session:
        for id_ in ids:
            await routing.route(session, house.gw, id_)
    threads = {thread.id: thread for thread in await house.all(Thread)}
    for message in await house.all(Message):
        thread, wanted = threads[message.thread_id], said[message.id].now
        stands = (thread.assignee_id, thread.team_id, tuple(thread.labels), thread.priority, thread.status)
        assert stands == (wanted.assignee_id, wanted.team_id, wanted.labels, wanted.priority, wanted.status)
        assert [each["id"] for each in message.rules or ()] == [
            acted.rule_id for acted in said[message.id].outcome.acted
        ]
    assert len({thread.assignee_id for thread in threads.values()}) == 4
    return len(said)


async def test_dry_run_and_real_run_agree_on_generated_mails(house: House) -> None:
    assert await agreement(house, 60) == 60


@pytest.mark.slow
async def test_dry_run_and_real_run_agree_on_a_thousand_generated_mails(house: House) -> None:
    assert await agreement(house, 1000) == 1000
