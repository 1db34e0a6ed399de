"""One real thing of each kind that pages are about, all of one shop: who may not see it sees nothing that is there."""

from typing import Any

from gateway.admin import channels, deliveries, rules, teams
from gateway.clock import new_id
from gateway.domain.actors import Actor
from gateway.domain.canned import Canned
from gateway.domain.routing.documents import ChannelDocument, PlacedRuleDocument, TeamDocument
from gateway.domain.sources.setup import NewSource
from gateway.inbox import batch, canned, restructuring
from gateway.models import Delivery, InboundEmail
from gateway.models.columns import table_of
from gateway.orders import sources
from gateway.outbound import answers
from gateway.people import tokens
from gateway.people.tokens import NewToken
from gateway.store.suppressions import suppress, suppression
from gateway.webhooks import setup
from tests import builders
from tests.web.conftest import Site


async def furnish(site: Site) -> dict[str, str]:
    """What there is of the shop lantern, by the words that a path begins with."""
    boss = Actor("user", site.admin.id, "Boss", "admin", None, user_id=site.admin.id)
    things = {"shops": "lantern", "people": site.seller.id, "threads": site.thread_id, "messages": site.message_id}
    things |= {"attachments": site.file_id, "pictures": site.picture_id}
    return things | await _setup(site, boss) | await _programs(site, boss) | await _mails(site, boss)


async def _setup(site: Site, boss: Actor) -> dict[str, str]:
    gw, shop = site.gw, "lantern"
    channel = await channels.add(gw, boss, ChannelDocument(kind="order_note", shop=shop, name="N", address="told"))
    act: dict[str, Any] = {"do": "label", "value": "x"}
    rule = await rules.add(gw, boss, PlacedRuleDocument.model_validate({"name": "R", "shop": shop, "actions": [act]}))
    team = await teams.put(gw, boss, TeamDocument(name="Night", shop=shop))
    text = await canned.save(gw, boss, shop, Canned("", "Hello", "en", "Hello"))
    _, token = await tokens.make(gw, boss, NewToken(role="seller", shop=shop, name="erp"))
    return {"channels": channel.id, "rules": rule.id, "teams": team.id, "canned": text, "tokens": token}


async def _programs(site: Site, boss: Actor) -> dict[str, str]:
    source = await sources.connect(site.gw, boss, NewSource(shop="lantern", kind="woocommerce"))
    new = setup.NewWebhook(shop="lantern", url="https://192.0.9.1/", events=["message.held"])
    webhook = await setup.add(site.gw, boss, new)
    return {"sources": source.source.id, "webhooks": webhook.webhook.id}


async def _mails(site: Site, boss: Actor) -> dict[str, str]:
    """An answer in the queue, a pause, a suppressed address, a held mail, a thread that was split."""
    gw, now, of_shop = site.gw, site.clock.now(), {"shop_id": site.lantern.id}
    second = await site.message("And my vase?")
    other, event = await restructuring.split(gw, boss, site.thread_id, [second])
    labelled = await batch.change(gw, boss, [site.thread_id], {"add_labels": ["vip"]})
    await answers.reply(gw, boss, site.thread_id, answers.ReplyDraft("Hello"))
    pause = await deliveries.pause(gw, boss, "shop", "lantern")
    held: dict[str, Any] = {"id": new_id(), "received_at": now, "ingress": "smtp", "size": 1, "next_attempt_at": now}
    held |= {"mail_from": "eve@evil.test", "rcpt_to": "lantern@x", "state": "held", "why": "unverified", **of_shop}
    suppressed = suppression(site.lantern.id, "li@buyer.test", "all", "address", now)
    async with gw.db.write() as session:
        session.add(InboundEmail(sha256=await builders.add_raw(session, b"held"), **held))
        await suppress(session, suppressed)
        queue = table_of(Delivery)
        delivery = (await (await session.connection()).execute(queue.select())).first()
    assert delivery is not None
    found = {"deliveries": delivery.id, "pauses": pause.id, "suppressions": suppressed.id, "ledger": held["id"]}
    return found | {"thread-events": event, "batch": labelled.act.id, "another thread": other}
