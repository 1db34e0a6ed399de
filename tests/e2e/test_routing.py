"""An admin's way in a real Chromium: make a channel, test it, make a rule, try it, switch it on; a mail obeys."""

import smtplib
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from gateway.admin import channels, rules, teams
from gateway.domain.actors import SYSTEM
from gateway.domain.routing.documents import ChannelDocument, PlacedRuleDocument, TeamDocument
from tests import builders
from tests.e2e.serving import eventually, gateway, open_store
from tests.e2e.test_pages import Window, window
from tests.e2e.test_pages_for_everyone import look
from tests.web.conftest import Site

pytestmark = pytest.mark.browser
DATABASES = ("sqlite",)
SHAPES = (("zh-CN", "dark", 320), ("zh-CN", "light", 1440), ("en-US", "dark", 1440), ("en-US", "light", 320))
MAIL = "From: Wang Fang <wang@example.com>\r\nSubject: My teapot\r\n\r\n{text}\r\n"


async def test_from_a_new_channel_to_a_mail_that_obeys_a_rule(tmp_path: Path, chromium: Browser) -> None:
    with gateway(tmp_path / "home") as znx:
        znx.start("serve")
        store = open_store(znx)
        znx.run("user", "add", "admin@example.com", "--role", "admin", given=f"{builders.PASSWORD}\n".encode())
        context = await chromium.new_context(locale="en-US")
        opened = Window(await context.new_page(), f"http://{znx.ports['web']}")
        page = opened.page
        await opened.sign_in("admin@example.com")

        await page.goto(f"{opened.base}/channels")
        await page.click("text=New channel")
        await page.fill("input[name=address]", "support")
        await page.fill("input[name=labels]", "support")
        await page.select_option("select[name=shop]", store.slug)
        await page.click("text=Save")
        await expect(page.locator(".done")).to_be_visible()
        await page.click("text=Where would this mail go?")
        await page.wait_for_url("**/channels/test?*")
        await expect(page.locator("input[name=address]")).to_have_value("support")
        await page.fill("textarea", MAIL.format(text="The lid is broken"))
        await page.click("text=Tell me")
        await expect(page.locator(".verdict h2")).to_have_text("It would be filed")
        await expect(page.locator(".steps")).to_contain_text("It would have the labels support.")

        _send(znx.port("smtp"), "The lid is broken")
        eventually(store.threads)
        await page.goto(f"{opened.base}/rules/new")
        await page.fill("input[name=name]", "Broken things")
        await page.select_option("select[name=c0]", "text.words any")
        await page.fill("input[name=cv0]", "broken, 坏了")
        await page.select_option("select[name=a0]", "assign")
        await page.fill("input[name=av0]", "admin@example.com")
        await page.select_option("select[name=a1]", "priority")
        await page.fill("input[name=av1]", "urgent")
        await page.click("text=Save")
        await expect(page.locator(".would")).to_contain_text("1 of the last 1 mails would stand elsewhere.")
        await expect(page.locator("tbody")).to_contain_text("admin@example.com")
        await page.click("text=Switch on")
        await expect(page.locator(".rule")).to_contain_text("When the text has any of “broken”, “坏了”")

        _send(znx.port("smtp"), "Now the cup is broken too")
        thread = store.thread(messages=2)
        assert (thread["assignee"], thread["priority"], thread["labels"]) == (
            "admin@example.com",
            "urgent",
            ["support"],
        )
        assert [acted["name"] for acted in thread["messages"][1]["rules"]] == ["Broken things"]
        await page.goto(f"{opened.base}/threads/{thread['id']}")
        await page.locator(".message .why summary").last.click()
        await expect(page.locator(".message .why").last).to_contain_text("Broken things: give it to admin@example.com")
        await expect(page.locator(".thread-sub")).to_contain_text("Urgent")


def _send(port: int, text: str) -> None:
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.sendmail("wang@example.com", ["support@inbox.example"], MAIL.format(text=text).encode())


async def furnish(site: Site) -> dict[str, str]:
    """Channels, rules and a team, and the pages that show them."""
    team = TeamDocument(name="Refund desk 退款组", hours={"mon": ["09:00", "18:00"]}, members=["lin@example.com"])
    made = await teams.put(site.gw, SYSTEM, team)
    door = ChannelDocument(
        kind="email",
        shop="lantern",
        address="support-*",
        name="Support 客服",
        team=made.id,
        labels=["vip"],
        response_minutes=240,
        entitlement="never",
        open_to_anyone=True,
    )
    channel = await channels.add(site.gw, SYSTEM, door)
    closed = ChannelDocument(kind="order_note", shop="teahouse", address="erp", enabled=False)
    await channels.add(site.gw, SYSTEM, closed)
    words = {"field": "text.words", "op": "any", "value": ["lamp", "灯笼" * 12]}
    act = [{"do": "round_robin", "value": made.id}, {"do": "priority", "value": "high"}]
    rule = PlacedRuleDocument(name="Lamps", conditions=[words], actions=act, stop=True, enabled=False)
    tried = await rules.add(site.gw, SYSTEM, rule)
    always = PlacedRuleDocument(name="All", shop="lantern", actions=[{"do": "label", "value": "all"}])
    await rules.add(site.gw, SYSTEM, always)
    return {
        "channels": "/channels",
        "new channel": "/channels/new",
        "channel": f"/channels/{channel.id}",
        "test": "/channels/test",
        "rules": "/rules",
        "rule": f"/rules/{tried.id}",
        "dry run": f"/rules/dry-run?rule={tried.id}",
        "teams": "/teams",
        "team": f"/teams/{made.id}",
    }


@pytest.mark.slow
@pytest.mark.parametrize(("locale", "scheme", "width"), SHAPES)
async def test_every_page_for_every_eye(site: Site, chromium: Browser, locale: str, scheme: str, width: int) -> None:
    pages = await furnish(site)
    options = {"locale": locale, "color_scheme": scheme, "viewport": {"width": width, "height": 800}}
    opened = await window(chromium, site, **options)
    await opened.sign_in("admin@example.com")
    found = {name: await look(opened, path) for name, path in pages.items()}
    await opened.page.goto(f"{opened.base}/channels/test?address=support-de")
    await opened.page.click("form.card button")
    await expect(opened.page.locator(".verdict")).to_be_visible()
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert opened.foreign == []


@pytest.mark.journey
async def test_rules_are_put_into_order_by_dragging(site: Site, chromium: Browser) -> None:
    for name in "abc":
        document = {"name": name, "enabled": True, "actions": [{"do": "label", "value": name}]}
        await rules.add(site.gw, SYSTEM, PlacedRuleDocument.model_validate(document))
    opened = await window(chromium, site, locale="en-US")
    await opened.sign_in("admin@example.com")
    await opened.page.goto(f"{opened.base}/rules")
    numbers = opened.page.locator(".rule-number")
    async with opened.page.expect_navigation():
        await numbers.nth(2).drag_to(opened.page.locator("li.rule").first, target_position={"x": 40, "y": 3})
    await expect(opened.page.locator(".rule h2 a")).to_have_text(["c", "a", "b"])
    assert [rule.name for rule in await rules.rules(site.gw, SYSTEM)] == ["c", "a", "b"]
