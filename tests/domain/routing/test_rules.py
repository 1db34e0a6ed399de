"""Rules: each question, each action, and the table as a whole."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from gateway.domain.routing.actions import ACTIONS, Action, Outcome, read_action
from gateway.domain.routing.changes import Standing, after, by_channel, differences
from gateway.domain.routing.conditions import QUESTIONS, Condition, holds, read_condition
from gateway.domain.routing.facts import OrderFacts, RoutingFacts, kind_of
from gateway.domain.routing.rules import Rule, decide
from gateway.domain.routing.sentences import DOES, FIELDS, OPS, action_words, condition_words
from gateway.domain.routing.teams import Member, Team
from gateway.errors import Invalid
from tests.domain.routing.test_channels import channel

MONDAY = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)
ORDER = OrderFacts("shipped", Decimal("120.50"), "USD", "DE", MONDAY - timedelta(days=10, hours=3))
TEAM = Team("team", "Refunds", members=(Member("lin", "lin@example.com"), Member("mei", "mei@example.com")))
FACTS = RoutingFacts(
    channel="email",
    channel_id="chan",
    shop="lotus",
    at=MONDAY,
    local=MONDAY,
    order=ORDER,
    buyer_language="zh_CN",
    buyer_orders=2,
    first_time=True,
    text="Refund please\nThe lid is broken. 我要退款",
    language="en",
    attachments=frozenset({"picture"}),
    trust="verified",
    people={"lin@example.com": "lin"},
    teams={"team": TEAM},
)


def asked(field: str, op: str, value: Any, facts: RoutingFacts = FACTS) -> bool:
    """The answer to one question."""
    return holds(read_condition({"field": field, "op": op, "value": value}, ""), facts)


@pytest.mark.parametrize(
    ("field", "op", "value", "answer"),
    [
        ("channel", "is", ["email", "chat"], True),
        ("channel", "is", ["chan"], True),
        ("channel", "is_not", ["order_note"], True),
        ("shop", "is", ["lotus"], True),
        ("shop", "is_not", ["lotus"], False),
        ("order", "is", True, True),
        ("order", "is", False, False),
        ("order.status", "is", ["Shipped"], True),
        ("order.amount", "at_least", 120.5, True),
        ("order.amount", "below", 120.5, False),
        ("order.currency", "is", ["usd"], True),
        ("order.country", "is_not", ["CN"], True),
        ("order.age_days", "at_least", 10, True),
        ("order.age_days", "at_least", 11, False),
        ("buyer.language", "is", ["zh"], True),
        ("buyer.language", "is", ["zh_TW"], False),
        ("buyer.first_time", "is", True, True),
        ("buyer.orders", "below", 2, False),
        ("text.words", "any", ["REFUND", "return"], True),
        ("text.words", "all", ["refund", "return"], False),
        ("text.words", "none", ["return"], True),
        ("text.words", "any", ["fund"], False),
        ("text.words", "any", ["退款"], True),
        ("text.words", "any", ["lid is broken"], True),
        ("text.words", "any", ["broken.*", "("], False),
        ("text.language", "is", ["en"], True),
        ("text.attachments", "any", ["picture"], True),
        ("text.attachments", "any", ["pdf"], False),
        ("text.attachments", "none", ["any"], False),
        ("trust", "is", ["verified"], True),
        ("time", "between", "09:00-18:00", True),
        ("time", "outside", "18:00-09:00", True),
        ("weekday", "is", ["mon"], True),
        ("weekday", "is_not", ["sat", "sun"], True),
    ],
)
def test_each_question(field: str, op: str, value: Any, answer: bool) -> None:
    assert asked(field, op, value) is answer


@pytest.mark.parametrize("field", ["order.status", "order.amount", "order.age_days", "order.country"])
def test_what_a_thread_without_an_order_is_asked(field: str) -> None:
    facts = replace(FACTS, order=None)
    value: Any = 0 if QUESTIONS[field].sort == "number" else ["x"]
    assert not any(asked(field, op, value, facts) for op in QUESTIONS[field].ops if op != "is_not")


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"field": "mood", "op": "is", "value": ["x"]}, "c.field"),
        ({"field": "shop", "op": "any", "value": ["x"]}, "c.op"),
        ({"field": "shop", "op": "is", "value": []}, "c.value"),
        ({"field": "shop", "op": "is", "value": 7}, "c.value"),
        ({"field": "order.amount", "op": "below", "value": "7"}, "c.value"),
        ({"field": "order.amount", "op": "below", "value": -1}, "c.value"),
        ({"field": "order", "op": "is", "value": "yes"}, "c.value"),
        ({"field": "time", "op": "between", "value": "9-18"}, "c.value"),
        ({"field": "weekday", "op": "is", "value": ["Monday"]}, "c.value"),
        ({"field": "trust", "op": "is", "value": ["good"]}, "c.value"),
    ],
)
def test_a_wrong_question_is_named(document: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_condition(document, "c")
    assert caught.value.field == field


@pytest.mark.parametrize(
    "document",
    [
        {"do": "explode"},
        {"do": "assign", "value": ""},
        {"do": "priority", "value": "top"},
        {"do": "status", "value": "snoozed"},
        {"do": "snooze", "value": 0},
        {"do": "snooze", "value": True},
        {"do": "label", "value": "x" * 41},
    ],
)
def test_a_wrong_action_is_named(document: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        read_action(document, "a")
    assert caught.value.field in ("a.do", "a.value")


def rule(*actions: tuple[str, Any], conditions: tuple[Condition, ...] = (), **fields: Any) -> Rule:
    """A rule that does these things."""
    usual: dict[str, Any] = {"id": "r", "name": "Rule"} | fields
    return Rule(conditions=conditions, actions=tuple(Action(do, value) for do, value in actions), **usual)


NEVER = Condition("shop", "is", ("jade",))


def test_rules_act_in_order_and_the_later_has_the_last_word() -> None:
    table = (
        rule(("label", "a"), ("priority", "high"), id="1"),
        rule(("label", "never"), conditions=(NEVER,), id="2"),
        rule(("label", "off"), enabled=False, id="3"),
        rule(("label", "elsewhere"), shop="jade", id="4"),
        rule(("label", "b"), ("priority", "low"), shop="lotus", id="5"),
    )
    outcome = decide(table, FACTS)
    assert (outcome.labels, outcome.priority) == (("a", "b"), "low")
    assert [acted.rule_id for acted in outcome.acted] == ["1", "5"]


def test_a_rule_may_end_the_table() -> None:
    outcome = decide((rule(("label", "a"), stop=True), rule(("label", "b"))), FACTS)
    assert outcome.labels == ("a",)
    passed_over = decide((rule(("label", "a"), stop=True, conditions=(NEVER,)), rule(("label", "b"))), FACTS)
    assert passed_over.labels == ("b",)


def test_a_message_keeps_why_a_rule_acted() -> None:
    why = Condition("text.words", "any", ("refund",))
    (acted,) = decide((rule(("team", "team"), conditions=(why,)),), FACTS).acted
    assert acted.as_json() == {
        "id": "r",
        "name": "Rule",
        "because": [{"field": "text.words", "op": "any", "value": ["refund"]}],
        "did": [{"do": "team", "value": "team"}],
    }


@pytest.mark.parametrize(
    ("do", "value", "wanted"),
    [
        ("assign", "LIN@example.com", {"assignee_id": "lin"}),
        ("assign", "gone@example.com", {}),
        ("team", "team", {"team_id": "team"}),
        ("team", "gone", {}),
        ("round_robin", "team", {"team_id": "team", "assignee_id": "mei"}),
        ("round_robin", "gone", {}),
        ("label", "vip", {"labels": ("vip",)}),
        ("priority", "urgent", {"priority": "urgent"}),
        ("status", "closed", {"status": "closed"}),
        ("snooze", 60, {"status": "snoozed", "snooze_minutes": 60}),
        ("acknowledge", "thanks", {"acknowledge": "thanks"}),
        ("notify", "team", {"notify": ("team",)}),
        ("webhook", "", {"webhooks": ("",)}),
    ],
)
def test_each_action(do: str, value: Any, wanted: dict[str, Any]) -> None:
    outcome = decide((rule((do, value)),), replace(FACTS, loads={"lin": 3}))
    assert replace(outcome, acted=()) == Outcome(**wanted)


def test_round_robin_gives_it_to_the_team_alone_outside_of_its_hours() -> None:
    closed = replace(TEAM, hours={"sun": ("09:00", "10:00")})
    outcome = decide((rule(("round_robin", "team")),), replace(FACTS, teams={"team": closed}))
    assert (outcome.team_id, outcome.assignee_id) == ("team", None)


def test_whoever_has_a_thread_keeps_it() -> None:
    taken = Standing(assignee_id="mei", labels=("old",), due_at=MONDAY)
    outcome = Outcome(assignee_id="lin", team_id="team", labels=("new",), priority="high", status="closed")
    now = after(taken, outcome, MONDAY + timedelta(hours=1))
    assert now == Standing("mei", "team", ("old", "new"), "high", "closed", MONDAY)
    assert differences(taken, now) == ("team_id", "labels", "priority", "status")


def test_a_channels_wishes_stand_below_those_of_the_rules() -> None:
    door = channel("support", team_id="first", assignee_id="mei", labels=("door",))
    both = by_channel(Outcome(team_id="team", labels=("rule",)), door)
    assert (both.team_id, both.assignee_id, both.labels) == ("team", "mei", ("door", "rule"))


def test_everything_that_rules_know_can_be_said() -> None:
    assert FIELDS.keys() == QUESTIONS.keys()
    assert DOES.keys() == ACTIONS.keys()
    assert OPS.keys() == {op for question in QUESTIONS.values() for op in question.ops}


def test_rules_read_as_sentences_in_both_languages() -> None:
    words = {"field": "text.words", "op": "any", "value": ["refund", "退款"]}
    assert condition_words(words) == ("the text has any of “refund”, “退款”", "正文含有 “refund”、“退款” 之一")
    flag = {"field": "buyer.first_time", "op": "is", "value": True}
    assert condition_words(flag) == ("the buyer writes for the first time", "买家首次来信")
    team = {"do": "team", "value": "team"}
    assert action_words(team, {"team": "Refunds"}) == ("give it to the team Refunds", "交给团队 Refunds")
    assert action_words({"do": "snooze", "value": 120}) == ("snooze it for 2 hours", "稍后处理，推迟 2 小时")


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [("image/png", "picture"), ("application/pdf", "pdf"), ("application/zip", "archive"), ("x/y", "other")],
)
def test_kinds_of_files(content_type: str, kind: str) -> None:
    assert kind_of(content_type) == kind
