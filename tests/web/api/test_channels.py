"""Channels, rules and teams by the API: whole documents, wrong fields named, and who may."""

from typing import Any

from gateway.admin.shops import add_token
from gateway.clock import new_id
from tests.house import mail
from tests.web.api.conftest import Api

DATABASES = ("sqlite",)
"""SQLite alone: the flows below are shown on both in tests/admin/test_channels.py and tests/inbound/test_routing.py."""

CHANNEL = {"kind": "email", "shop": "lotus", "address": "support", "labels": ["vip"]}
RULE = {"name": "Refunds", "actions": [{"do": "label", "value": "refund"}]}
REFUND = {"field": "text.words", "op": "any", "value": ["refund"]}


async def test_a_channel_lives_by_the_api(api: Api) -> None:
    made = await api.post("/channels", CHANNEL, "lotus-admin")
    assert (made.status, made.headers["Location"]) == (201, f"/api/v1/channels/{made.json['id']}")
    path = f"/channels/{made.json['id']}"
    assert made.json["name"] == made.json["address"] == "support"
    assert (await api.get(path)).json == made.json
    row = await api.house.receive(mail(), "support")
    assert (await api.get(f"/threads/{row.thread_id}")).json["labels"] == ["vip"]
    changed = await api.put(path, CHANNEL | {"enabled": False, "response_minutes": 60})
    assert (changed.status, changed.json["enabled"], changed.json["response_minutes"]) == (200, False, 60)
    assert [each["id"] for each in (await api.get("/channels", "lotus-admin")).json["items"]] == [made.json["id"]]
    assert (await api.get("/channels", "jade-admin")).json["items"] == []
    assert (await api.call("DELETE", path)).status == 200
    assert (await api.get(path)).status == 404


WRONG_CHANNELS: list[tuple[dict[str, Any], str]] = [
    ({"kind": "pigeon"}, "kind"),
    ({"colour": "red"}, "colour"),
    ({"address": "r.abc"}, "address"),
    ({"shop": "nothing"}, "shop"),
    ({"entitlement": "never"}, "open_to_anyone"),
    ({"entitlement_days": 0}, "entitlement_days"),
    ({"response_minutes": "60"}, "response_minutes"),
    ({"labels": ["x" * 41]}, "labels.0"),
    ({"reader": "regex"}, "reader"),
    ({"assignee": "nobody@example.com"}, "assignee"),
]


async def test_a_problem_names_the_field(api: Api) -> None:
    for changes, field in WRONG_CHANNELS:
        reply = await api.post("/channels", CHANNEL | changes)
        assert (reply.status, reply.headers["Content-Type"]) == (422, "application/problem+json")
        assert [error["field"] for error in reply.json["errors"]] == [field]


async def test_an_address_that_is_taken_is_a_conflict(api: Api) -> None:
    await api.post("/channels", CHANNEL)
    assert (await api.post("/channels", CHANNEL | {"shop": "jade"}, "jade-admin")).status == 409


async def test_the_test_tells_each_step_in_both_languages(api: Api) -> None:
    await api.post("/channels", CHANNEL | {"name": "Support"})
    await api.post("/rules", RULE | {"conditions": [REFUND]})
    body = {"address": "support@inbox.example", "mail": mail(text="A refund please").as_string()}
    found = (await api.post("/channels/test", body)).json
    assert (found["state"], found["shop"], found["channel"]["name"]) == ("filed", "lotus", "Support")
    assert (found["labels"], found["thread_id"]) == (["vip", "refund"], None)
    said = {step["step"]: step["text"] for step in found["steps"]}
    assert said["rule"] == {
        "en": "The rule “Refunds” acts: label it “refund”.",
        "zh": "规则“Refunds”生效：加标签 “refund”。",
    }
    assert (await api.get("/threads")).json["items"] == []
    assert (await api.post("/channels/test", {"address": "nowhere"})).json["state"] == "refused"
    assert (await api.post("/channels/test", {})).json["errors"][0]["field"] == "address"


async def test_rules_live_by_the_api_in_their_order(api: Api) -> None:
    first = (await api.post("/rules", RULE | {"name": "one"})).json
    second = (await api.post("/rules", RULE | {"name": "two", "position": 1})).json
    assert [rule["name"] for rule in (await api.get("/rules")).json["items"]] == ["two", "one"]
    moved = await api.put(f"/rules/{second['id']}", RULE | {"name": "two", "position": 2, "stop": True})
    assert (moved.json["position"], moved.json["stop"]) == (2, True)
    row = await api.house.receive(mail())
    message = (await api.get(f"/messages/{row.message_id}")).json
    assert [(acted["id"], acted["name"]) for acted in message["rules"]] == [(first["id"], "one"), (second["id"], "two")]
    assert (await api.call("DELETE", f"/rules/{first['id']}")).status == 200
    assert (await api.get(f"/rules/{first['id']}")).status == 404


WRONG_RULES: list[tuple[dict[str, Any], str]] = [
    ({"name": " "}, "name"),
    ({"actions": []}, "actions"),
    ({"actions": [{"do": "label", "value": ""}]}, "actions.0.value"),
    ({"actions": [{"do": "round_robin", "value": "nobody"}]}, "actions.0.value"),
    ({"conditions": [{"field": "trust", "op": "is", "value": ["good"]}]}, "conditions.0.value"),
    ({"conditions": [{"field": "order.amount", "op": "is", "value": 3}]}, "conditions.0.op"),
]


async def test_a_wrong_rule_is_told_by_field(api: Api) -> None:
    for changes, field in WRONG_RULES:
        reply = await api.post("/rules", RULE | changes)
        assert (reply.status, [error["field"] for error in reply.json["errors"]]) == (422, [field])
        tried = await api.post("/rules/dry-run", {"rules": [RULE | changes]})
        assert (tried.status, tried.json["errors"][0]["field"]) == (422, f"rules.0.{field}")


async def test_a_dry_run_by_the_api(api: Api) -> None:
    row = await api.house.receive(mail(text="I want a refund"))
    await api.house.receive(mail(text="Hello", sender="eve@evil.test"), sender="eve@evil.test")
    draft = RULE | {"conditions": [REFUND]}
    found = (await api.post("/rules/dry-run", {"rules": [draft], "last": 10})).json
    assert (found["looked_at"], found["acted_on"], found["would_change"]) == (1, 1, 1)
    (item,) = found["items"]
    assert (item["message_id"], item["changed"]) == (row.message_id, ["labels"])
    assert (item["before"]["labels"], item["after"]["labels"]) == ([], ["refund"])
    assert (await api.post("/rules/dry-run", {})).json["would_change"] == 0
    assert (await api.post("/rules/dry-run", {"rules": [draft | {"shop": "jade"}]}, "jade-admin")).json[
        "looked_at"
    ] == 0


async def test_teams_live_by_the_api(api: Api) -> None:
    body = {"name": "Refunds", "shop": "lotus", "zone": "Asia/Shanghai", "hours": {"mon": ["09:00", "18:00"]}}
    made = await api.post("/teams", body, "lotus-admin")
    assert (made.status, made.json["members"], made.json["hours"]) == (201, [], {"mon": ["09:00", "18:00"]})
    assert (await api.post("/teams", body | {"name": "REFUNDS"})).status == 409
    path = f"/teams/{made.json['id']}"
    assert (await api.put(path, body | {"name": "Money"}, "lotus-admin")).json["name"] == "Money"
    assert [team["name"] for team in (await api.get("/teams", "lotus-seller")).json["items"]] == ["Money"]
    assert (await api.get("/teams", "jade-seller")).json["items"] == []
    await api.post("/rules", RULE | {"actions": [{"do": "team", "value": "Money"}]})
    row = await api.house.receive(mail())
    thread = (await api.get(f"/threads/{row.thread_id}")).json
    assert thread["team"] == {"id": made.json["id"], "name": "Money"}
    found = (await api.get(f"/threads?team={made.json['id']}")).json["items"]
    assert [each["id"] for each in found] == [thread["id"]]
    assert (await api.get(f"/threads?team={new_id()}")).json["items"] == []
    assert len((await api.get("/threads?q=team:Money")).json["items"]) == 1
    assert (await api.get("/threads?q=team:Nobody")).json["items"] == []
    assert (await api.call("DELETE", path)).status == 200
    assert (await api.get(f"/threads/{row.thread_id}")).json["team"] is None


WRONG_TEAMS: list[tuple[dict[str, Any], str]] = [
    ({"zone": "Mars/Olympus"}, "zone"),
    ({"hours": {"mon": ["09:00"]}}, "hours.mon"),
    ({"hours": {"mon": ["09:00", "09:00"]}}, "hours.mon"),
    ({"members": ["nobody@example.com"]}, "members"),
    ({"shop": "nothing"}, "shop"),
]


async def test_a_wrong_team_is_told_by_field(api: Api) -> None:
    for changes, field in WRONG_TEAMS:
        reply = await api.post("/teams", {"name": "Refunds", "shop": "lotus"} | changes)
        assert (reply.status, [error["field"] for error in reply.json["errors"]]) == (422, [field])


async def test_managers_make_rules_and_teams_but_no_channels(api: Api) -> None:
    api.tokens |= {"manager": await add_token(api.house.gw, "manager", "lotus")}  # type: ignore[operator]
    assert (await api.get("/channels", "manager")).status == 200
    for call in (api.post("/channels", CHANNEL, "manager"), api.post("/channels/test", {"address": "x"}, "manager")):
        assert (await call).status == 403
    assert (await api.post("/rules", RULE | {"shop": "lotus"}, "manager")).status == 201
    assert (await api.post("/rules", RULE, "manager")).status == 422
    assert (await api.post("/teams", {"name": "Mine", "shop": "lotus"}, "manager")).status == 201


async def test_a_thread_may_be_given_a_team_and_a_priority(api: Api) -> None:
    row = await api.house.receive(mail())
    team = (await api.post("/teams", {"name": "Refunds", "shop": "lotus"})).json
    foreign = (await api.post("/teams", {"name": "Theirs", "shop": "jade"})).json
    path = f"/threads/{row.thread_id}"
    changed = await api.call("PATCH", path, json={"team": team["id"], "priority": "urgent"})
    assert (changed.json["team"]["name"], changed.json["priority"]) == ("Refunds", "urgent")
    assert (await api.call("PATCH", path, json={"team": None})).json["team"] is None
    wrong = await api.call("PATCH", path, json={"team": foreign["id"]})
    assert (wrong.status, wrong.json["errors"][0]["field"]) == (422, "team")
