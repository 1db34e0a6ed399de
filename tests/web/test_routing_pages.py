"""Pages of channels, rules and teams: forms without scripts, in both languages, with what is wrong beside them."""

import re
from html import unescape

import pytest

from gateway.admin import channels, rules, teams
from gateway.domain.actors import SYSTEM
from gateway.domain.routing.documents import ChannelDocument, PlacedRuleDocument, TeamDocument
from gateway.inbound.routing import route
from tests.web.conftest import Browser, Site

DATABASES = ("sqlite",)
"""SQLite alone: what is written is the flows' part, and shown on both in tests/admin/test_channels.py."""

CHANNEL = {
    "kind": "email",
    "shop": "lantern",
    "address": "help",
    "name": "Help",
    "entitlement": "always",
    "enabled": "yes",
}
RULE = {"name": "Refunds", "c0": "text.words any", "cv0": "refund，退款", "a0": "label", "av0": "refund"}


@pytest.fixture
async def admin(site: Site) -> Browser:
    """The admin's browser."""
    return await site.browser("admin@example.com")


async def test_a_channel_is_made_changed_closed_and_removed(site: Site, admin: Browser) -> None:
    await admin.get("/channels/new")
    made = await admin.post(
        "/channels", CHANNEL | {"labels": "vip, help", "response_minutes": "30", "template_set": "VIP"}
    )
    assert made.status == 303
    (channel,) = await channels.channels(site.gw, SYSTEM)
    assert (channel.address, channel.labels, channel.response_minutes, channel.enabled) == (
        "help",
        ("vip", "help"),
        30,
        True,
    )
    page = await admin.get(f"/channels/{channel.id}")
    assert 'value="vip, help"' in page.text
    assert 'value="vip"' in page.text
    assert "Its conversations' mails use:" in unescape(page.text)
    await admin.post(f"/channels/{channel.id}", CHANNEL | {"acknowledge": "yes"})
    assert (await channels.channel(site.gw, SYSTEM, channel.id)).acknowledge is True
    await admin.post(f"/channels/{channel.id}/enabled", {"enabled": "no"})
    assert not (await channels.channel(site.gw, SYSTEM, channel.id)).enabled
    await admin.post(f"/channels/{channel.id}/remove")
    assert await channels.channels(site.gw, SYSTEM) == ()


WRONG_CHANNELS = [
    # What is wrong with a form, its status and its words.
    ({"address": ""}, 422, "The address is the part before the @"),
    ({"address": "taken"}, 409, "Another channel has this address."),
    ({"entitlement": "never"}, 422, "Say that you mean it"),
    ({"entitlement": "days"}, 422, "Say within how many days"),
    ({"response_minutes": "soon"}, 422, "A target is a number of minutes"),
    ({"shop": "nothing"}, 422, "Choose a shop."),
    ({"kind": "pigeon"}, 422, "does not take this kind"),
]


async def test_what_is_wrong_with_a_channel_stands_above_the_form(site: Site, admin: Browser) -> None:
    await channels.add(site.gw, SYSTEM, ChannelDocument(kind="email", shop="teahouse", address="taken"))
    await admin.get("/channels/new")
    for fields, status, words in WRONG_CHANNELS:
        answer = await admin.post("/channels", CHANNEL | {"name": "My <b>door</b>"} | fields)
        assert (answer.status, words in answer.text) == (status, True), fields
        assert "My &lt;b&gt;door&lt;/b&gt;" in answer.text
    assert len(await channels.channels(site.gw, SYSTEM)) == 1


async def test_a_channel_that_anybody_may_write_to_is_shown_as_such(site: Site, admin: Browser) -> None:
    await admin.get("/channels/new")
    answer = await admin.post("/channels", CHANNEL | {"entitlement": "never", "open_to_anyone": "yes"})
    assert answer.status == 303
    page = await admin.get("/channels")
    assert re.search(r'class="is-open".*Anybody, also without an order', page.text)


async def test_the_test_tells_where_a_mail_would_go(site: Site, admin: Browser) -> None:
    await channels.add(site.gw, SYSTEM, ChannelDocument(kind="email", shop="lantern", address="help-*", name="Help"))
    await admin.get("/channels/test")
    mail = "From: Mei <mei@example.com>\nSubject: Lamp\n\nWhere is it?\n"
    answer = await admin.post("/channels/test", {"address": "help-de", "mail": mail, "verified": "yes"})
    said = re.sub(r"<[^>]+>", "", answer.text)
    for words in (
        "It would be filed",
        "The channel Help (help-*) takes it",
        "That is the buyer 王小美",
        "No rule acts on it.",
    ):
        assert words in said
    assert (await admin.post("/channels/test", {"address": ""})).status == 422
    chinese = await site.browser("admin@example.com", **{"Accept-Language": "zh-CN"})
    await chinese.get("/channels/test")
    answer = await chinese.post("/channels/test", {"address": "help-de"})
    assert "由渠道 Help（help-*）接收" in answer.text


async def test_a_rule_is_made_tried_switched_on_moved_and_removed(site: Site, admin: Browser) -> None:
    await site.message("I want a refund")
    await admin.get("/rules/new")
    made = await admin.post("/rules", RULE)
    (rule,) = await rules.rules(site.gw, SYSTEM)
    assert (made.status, made.headers["Location"]) == (303, f"/rules/dry-run?rule={rule.id}")
    assert (rule.enabled, rule.conditions[0].value) == (False, ("refund", "退款"))
    tried = re.sub(r"<[^>]+>", "", (await admin.get(made.headers["Location"])).text)
    assert re.search(r"1\s+of the last \d+ mails would stand elsewhere", tried)
    await admin.post(f"/rules/{rule.id}/enabled", {"enabled": "yes"})
    second = await rules.add(
        site.gw, SYSTEM, PlacedRuleDocument(name="B", actions=[{"do": "priority", "value": "high"}])
    )
    await admin.get("/rules")
    await admin.post(f"/rules/{second.id}/move", {"to": "up"})
    assert [each.name for each in await rules.rules(site.gw, SYSTEM)] == ["B", "Refunds"]
    await admin.post(f"/rules/{second.id}/move", {"to": "2"})
    page = re.sub(r"<[^>]+>|\s+", " ", (await admin.get("/rules")).text)
    assert "the text has any of “refund”, “退款”" in page
    assert "set the priority to high" in page
    await admin.post(f"/rules/{rule.id}/remove")
    assert [each.name for each in await rules.rules(site.gw, SYSTEM)] == ["B"]


ALL = [
    # What is typed for each sort of value, and what a rule keeps of it.
    ("order.amount at_least", "1,200.50", 1200.5),
    ("order True", "", True),
    ("buyer.first_time False", "", False),
    ("trust is", "Verified, 未验证", ("verified", "unverified")),
    ("weekday is_not", "周六、Sunday", ("sat", "sun")),
    ("text.attachments any", "a picture", ("picture",)),
    ("text.attachments none", "a file", ("any",)),
    ("time between", "18:00 – 09:00", "18:00-09:00"),
    ("channel is", "Help", None),
]


async def test_values_are_typed_as_people_do_and_shown_again(site: Site, admin: Browser) -> None:
    door = await channels.add(
        site.gw, SYSTEM, ChannelDocument(kind="email", shop="lantern", address="help", name="Help")
    )
    await admin.get("/rules/new")
    for asked, typed, kept in ALL:
        made = await admin.post("/rules", RULE | {"c0": asked, "cv0": typed})
        rule = (await rules.rules(site.gw, SYSTEM))[-1]
        assert (made.status, rule.conditions[0].value) == (303, kept if kept is not None else (door.id,))
        page = (await admin.get(f"/rules/{rule.id}")).text
        again = {"c0": asked, "cv0": re.search(r'name="cv0" value="([^"]*)"', page)[1]}  # type: ignore[index]
        await admin.post(f"/rules/{rule.id}", RULE | again)
        assert (await rules.rule(site.gw, SYSTEM, rule.id)).conditions == rule.conditions


WRONG_RULES = (
    {"name": ""},
    {"a0": ""},
    {"cv0": ""},
    {"c0": "nothing at all"},
    {"c0": "order.amount below", "cv0": "much"},
    {"a0": "snooze", "av0": "long"},
    {"a0": "assign", "av0": "nobody@example.com"},
    {"a0": "team", "av0": "No such team"},
)


async def test_what_is_wrong_with_a_rule_is_said_and_nothing_is_kept(site: Site, admin: Browser) -> None:
    await admin.get("/rules/new")
    for fields in WRONG_RULES:
        answer = await admin.post("/rules", RULE | fields)
        assert (answer.status, 'role="alert"' in answer.text) == (422, True), fields
    assert await rules.rules(site.gw, SYSTEM) == ()


async def test_a_team_is_made_changed_and_removed(site: Site, admin: Browser) -> None:
    fields = {"name": "Front", "shop": "lantern", "zone": "Asia/Shanghai", "mon_from": "09:00", "mon_to": "18:00"}
    await admin.get("/teams/new")
    await admin.post("/teams", fields | {"member:lin@example.com": "yes"})
    (team,) = await teams.teams(site.gw, SYSTEM)
    assert (team.hours, [member.email for member in team.members]) == ({"mon": ("09:00", "18:00")}, ["lin@example.com"])
    answer = await admin.post(f"/teams/{team.id}", fields | {"mon_to": ""})
    assert (answer.status, "A day has a beginning and an end" in answer.text) == (422, True)
    await admin.post("/teams", fields)
    assert len(await teams.teams(site.gw, SYSTEM)) == 1
    await admin.post(f"/teams/{team.id}/remove")
    assert await teams.teams(site.gw, SYSTEM) == ()


async def test_a_shop_has_a_time_zone_for_its_rules(site: Site, admin: Browser) -> None:
    await admin.get("/shops/lantern")
    fields = {"name": "Lantern", "reply_name": "", "locale": "en", "time_zone": "Asia/Shanghai"}
    assert (await admin.post("/shops/lantern", fields)).status == 303
    assert "<option selected>Asia/Shanghai</option>" in (await admin.get("/shops/lantern")).text
    assert (await admin.post("/shops/lantern", fields | {"time_zone": "Mars/Olympus"})).status == 422
    assert (await admin.post("/shops/lantern", fields | {"order_mask": "la-######，X-####"})).status == 303
    assert 'value="la-######, X-####"' in (await admin.get("/shops/lantern")).text
    assert (await admin.post("/shops/lantern", fields | {"order_mask": "(a+)+$"})).status == 422


async def test_a_thread_says_its_team_and_a_message_which_rules_acted(site: Site, admin: Browser) -> None:
    team = await teams.put(site.gw, SYSTEM, TeamDocument(name="Refund desk"))
    rule = PlacedRuleDocument(
        name="Money back", actions=[{"do": "team", "value": team.id}, {"do": "priority", "value": "urgent"}]
    )
    await rules.add(site.gw, SYSTEM, rule)
    message_id = await site.message("I want a refund")
    async with site.gw.db.write() as session:
        await route(session, site.gw, message_id)
    page = re.sub(r"<[^>]+>|\s+", " ", (await admin.get(f"/threads/{site.thread_id}")).text)
    assert "Refund desk" in page
    assert "Money back" in page
    assert "give it to the team Refund desk" in page
    listed = (await admin.get("/inbox?view=all&q=team:%22Refund%20desk%22")).text
    assert f'href="/threads/{site.thread_id}' in listed
    assert "Refund desk" in re.sub(r"<[^>]+>", "", listed)
    assert f'href="/threads/{site.thread_id}' not in (await admin.get("/inbox?view=all&q=team:Others")).text
