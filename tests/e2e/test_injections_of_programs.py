"""The same 240 by what programs and admins hand in: order systems, webhooks, brands, templates, names of shops."""

import re
from datetime import datetime
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.admin import branding, channels, rules, teams
from gateway.admin.branding import BrandChange
from gateway.clock import new_id
from gateway.domain.actors import Actor
from gateway.domain.locales import LOCALES
from gateway.domain.routing.documents import ChannelDocument, PlacedRuleDocument, TeamDocument
from gateway.domain.sources.setup import NewSource
from gateway.models import Shop, SourceDelivery, TemplateVersion, WebhookDelivery, WebhookEvent
from gateway.orders import sources
from gateway.webhooks import setup
from tests import builders
from tests.e2e.test_injections import UNFOLD, wrong_with
from tests.e2e.test_pages import window
from tests.injections import LEAVES, PAYLOADS
from tests.web.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DATABASES = ("sqlite",)
PARTS = [PAYLOADS[n :: len(LEAVES)] for n in range(len(LEAVES))]
"""As many as one page of a log shows."""
VALUES = "fields => fields.map((field) => field.value)"


async def names(site: Site, boss: Actor) -> list[str]:
    """A brand, channels, rules and teams that are called so; where they are shown."""
    gw, act = site.gw, {"do": "label", "value": PAYLOADS[0][:40]}
    signatures = dict(zip(LOCALES, PAYLOADS, strict=False))
    await branding.put(gw, boss, "lantern", BrandChange(signatures=signatures))
    for number, (payload, *_) in enumerate(PARTS):
        name = payload[:60]
        channel = ChannelDocument(kind="order_note", shop="lantern", name=name, address=f"told-{number}")
        await channels.add(gw, boss, channel)
        rule: dict[str, Any] = {"name": name, "shop": "lantern", "actions": [act]}
        await rules.add(gw, boss, PlacedRuleDocument.model_validate(rule))
        await teams.put(gw, boss, TeamDocument(name=name, shop="lantern"))
    return ["/shops/lantern/brand", "/channels", "/rules", "/teams"]


async def programs(site: Site, boss: Actor) -> list[str]:
    """Order systems and webhooks, and what each of them said."""
    gw, paths = site.gw, ["/sources", "/webhooks"]
    for part in PARTS:
        source = await sources.connect(gw, boss, NewSource(shop="lantern", kind="woocommerce", name=part[0][:80]))
        to: dict[str, Any] = {"url": "https://192.0.9.1/", "events": ["message.held"], "shop": "lantern"}
        hook = await setup.add(gw, boss, setup.NewWebhook(**to, description=part[0][:80]))
        paths += [f"/sources/{source.source.id}", f"/webhooks/{hook.webhook.id}"]
        async with gw.db.write() as session:
            for payload in part:
                await _said(session, source.source.id, hook.webhook.id, payload, site.clock.now())
    return paths


async def _said(session: AsyncSession, source: str, hook: str, payload: str, now: datetime) -> None:
    told: dict[str, Any] = {"topic": payload, "order_no": payload, "why": payload, "detail": payload}
    session.add(SourceDelivery(id=new_id(), source_id=source, delivery_id=payload, outcome="failed", at=now, **told))
    event = WebhookEvent(id=new_id(), kind="message.held", at=now)
    session.add(event)
    await session.flush()
    answered: dict[str, Any] = {"state": "failed", "attempts": 1, "status": 500, "answer": payload}
    times: dict[str, Any] = dict.fromkeys(("next_attempt_at", "at"), now)
    session.add(WebhookDelivery(id=new_id(), webhook_id=hook, event_id=event.id, **answered, **times))


async def templates(site: Site) -> list[str]:
    """The words of mails, a version for each part."""
    async with site.gw.db.write() as session:
        for number, part in enumerate(PARTS):
            words: dict[str, Any] = {
                "subject": part[0],
                "text": "\n".join(part),
                "html": "\n".join(part),
                "by_name": part[1],
            }
            where: dict[str, Any] = {"shop_id": site.lantern.id, "name": "reply", "locale": LOCALES[number]}
            session.add(TemplateVersion(id=new_id(), version=1, at=site.clock.now(), **where, **words))
    return ["/templates?shop=lantern", *(f"/templates/reply/{locale}?shop=lantern" for locale in LOCALES[: len(PARTS)])]


async def dashboards(site: Site) -> list[str]:
    """Shops that are called so, and whoever answers there."""
    async with site.gw.db.write() as session:
        for number, (name, *_) in enumerate(PARTS):
            shop: Shop = await builders.add_shop(session, f"shop-{number}", name)
            await builders.add_user(session, f"x{number}@example.org", "seller", shop, name=name)
    return ["/dashboard", "/dashboard?range=1y", "/shops", "/shops/shop-1", "/people", "/import", "/health", "/tokens"]


async def trapped(page: Page) -> list[str]:
    """What a page really asks of somebody else: what a policy refuses is no request."""
    asked: list[str] = []

    async def refuse(route: Route) -> None:
        asked.append(route.request.url)
        await route.abort()

    await page.route(re.compile("evil"), refuse)
    return asked


async def test_nothing_runs_and_nothing_is_asked_on_any_page_of_admins(site: Site, chromium: Browser) -> None:
    boss = builders.actor_for(site.admin)
    paths = [*await names(site, boss), *await programs(site, boss), *await templates(site), *await dashboards(site)]
    opened = await window(chromium, site, locale="zh-CN")
    asked = await trapped(opened.page)
    await opened.sign_in("admin@example.com")
    found, seen = {}, ""
    for path in paths:
        found[path] = await wrong_with(opened.page, opened.base + path, UNFOLD)
        seen += await opened.page.inner_text("body")
        seen += "".join(await opened.page.locator("textarea, input[name=subject]").evaluate_all(VALUES))
        if path.startswith(("/sources/", "/webhooks/", "/templates/")):
            assert "evil.example" in seen, path
            seen = ""
    assert {path: wrong for path, wrong in found.items() if wrong} == {}
    assert asked == []
    # The editor shows the template's HTML in a frame: the browser says what it refused there, 422 what is no template.
    refused = re.compile("Content Security Policy|sandboxed|422")
    assert [said for said in opened.complaints if not refused.search(said)] == []
