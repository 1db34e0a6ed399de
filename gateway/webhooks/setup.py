"""How webhooks are made, changed, tried out, and how missed events are sent again. The sending: `webhooks`."""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway import maillog
from gateway.clock import new_id
from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.auditing import On, changes
from gateway.domain.ids import check_cursor, checked_id
from gateway.domain.sealing import NONCE_BYTES, seal
from gateway.domain.webhooks.events import KINDS, TEST
from gateway.domain.webhooks.setup import MAX_DESCRIPTION, MAX_URL, CallPage, CallView, Made, WebhookView, webhook_json
from gateway.domain.webhooks.signing import SECRET_BYTES, secret_of, shown_secret
from gateway.errors import Forbidden, Invalid
from gateway.outcalls import Caller
from gateway.store import webhook_setup as store
from gateway.store.audit import record
from gateway.store.shops import shop
from gateway.store.webhook_events import queue
from gateway.webhooks.dispatching import SEALED_FOR

FORMER_LIFE = timedelta(hours=24)
"""How long the secret before the present one signs beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWebhook:
    """Where to, and what of; without a `shop` (its slug) of all shops; without a `secret` one is made."""

    url: str
    events: Collection[str]
    shop: str = ""
    description: str = ""
    secret: str = ""


async def webhooks(gw: Gateway, actor: Actor) -> tuple[WebhookView, ...]:
    """Those that the actor reaches."""
    async with gw.db.read() as session:
        return tuple(await store.webhooks(session, actor))


async def webhook(gw: Gateway, actor: Actor, id_: str) -> WebhookView:
    """One. Raises NotFound."""
    async with gw.db.read() as session:
        return await _webhook(session, actor, id_)


async def add(gw: Gateway, actor: Actor, new: NewWebhook) -> Made:
    """Make one. Raises Invalid that names the field, NotFound for a shop out of reach, Forbidden for all shops."""
    if not new.shop and actor.shop_ids is not None:
        raise Forbidden("a webhook of all shops needs an admin of all of them: name a shop")
    secret = _secret(new.secret)
    id_, now = new_id(), gw.clock.now()
    values: dict[str, Any] = {"id": id_, "url": await _url(gw, new.url), "events": _events(new.events)}
    values |= {"description": _description(new.description), "sealed": _sealed(gw, secret), "created_at": now}
    async with gw.db.write() as session:
        values["shop_id"] = (await shop(session, actor, new.shop)).id if new.shop else None
        await store.add(session, values)
        view = await _webhook(session, actor, id_)
        await record(session, actor, "webhook.added", _on(view), now, changes({}, webhook_json(view)))
    return Made(view, shown_secret(secret))


async def change(gw: Gateway, actor: Actor, id_: str, wanted: Mapping[str, Any]) -> WebhookView:
    """Set `url`, `events`, `description`, `enabled`. Raises NotFound, Invalid that names the field."""
    values: dict[str, Any] = {}
    if "url" in wanted:
        values["url"] = await _url(gw, wanted["url"])
    if "events" in wanted:
        values["events"] = _events(wanted["events"])
    if "description" in wanted:
        values["description"] = _description(wanted["description"])
    if "enabled" in wanted:
        values |= {"enabled": bool(wanted["enabled"]), "disabled_why": "", "failing_since": None}
    async with gw.db.write() as session:
        before = await _webhook(session, actor, id_)
        if values:
            await store.change(session, id_, values)
        view = await _webhook(session, actor, id_)
        told = changes(webhook_json(before), webhook_json(view))
        await record(session, actor, "webhook.changed", _on(view), gw.clock.now(), told)
    return view


async def rotate(gw: Gateway, actor: Actor, id_: str, secret: str = "") -> Made:
    """Another secret; for a day calls carry a signature of both. Raises NotFound, Invalid."""
    new, now = _secret(secret), gw.clock.now()
    values: dict[str, Any] = {"sealed": _sealed(gw, new), "former_until": now + FORMER_LIFE}
    async with gw.db.write() as session:
        view = await _webhook(session, actor, id_)
        values["former_sealed"] = await store.sealed(session, id_)
        await store.change(session, id_, values)
        await record(session, actor, "webhook.changed", _on(view), now, {"secret": "changed"})
    return Made(view, shown_secret(new))


async def remove(gw: Gateway, actor: Actor, id_: str) -> None:
    """Take one away with its deliveries. Raises NotFound."""
    async with gw.db.write() as session:
        view = await _webhook(session, actor, id_)
        await store.remove(session, id_)
        await record(session, actor, "webhook.removed", _on(view), gw.clock.now())


async def calls(gw: Gateway, actor: Actor, id_: str, cursor: str | None = None, limit: int = 50) -> CallPage:
    """What was sent to it, newest first. Raises NotFound, Invalid for a cursor that is not one of ours."""
    check_cursor(cursor)
    async with gw.db.read() as session:
        await _webhook(session, actor, id_)
        rows = await store.calls(session, id_, cursor, limit)
    page = tuple(rows[:limit])
    return CallPage(page, page[-1].id if len(rows) > limit else None)


async def test(gw: Gateway, actor: Actor, id_: str) -> CallView:
    """Queue a test event for it alone. Raises NotFound."""
    now = gw.clock.now()
    async with gw.db.write() as session:
        view = await _webhook(session, actor, id_)
        told = {"shop": view.shop, "webhook_id": view.id}
        event = {"shop_id": view.shop_id, "kind": TEST, "data": told, "at": now}
        event_id = await queue(session, [id_], event)
        return await store.call_of(session, id_, event_id)


async def replay(gw: Gateway, actor: Actor, id_: str, delivery_id: str = "") -> int:
    """Send a delivery again, or all that failed; how many. Raises NotFound."""
    now = gw.clock.now()
    async with gw.db.write() as session:
        view = await _webhook(session, actor, id_)
        count = await store.replay(session, id_, delivery_id, now)
        await record(session, actor, "webhook.replayed", _on(view), now, {"count": count})
    maillog.event("webhook.changed", id=id_, replayed=count)
    return count


async def _webhook(session: AsyncSession, actor: Actor, id_: str) -> WebhookView:
    checked_id(id_, "there is no such webhook")
    return await store.webhook(session, actor, id_)


async def _url(gw: Gateway, url: str) -> str:
    tidy = url.strip()
    if len(tidy) > MAX_URL:
        raise Invalid(f"expected at most {MAX_URL} characters", field="url")
    await Caller(gw.settings.webhook_networks).check(tidy)
    return tidy


def _events(events: Collection[str]) -> list[str]:
    if not events or set(events) - set(KINDS):
        raise Invalid(f"expected one or more of {', '.join(KINDS)}", field="events")
    return [kind for kind in KINDS if kind in events]


def _description(text: str) -> str:
    return " ".join(text.split())[:MAX_DESCRIPTION]


def _secret(shown: str) -> bytes:
    if not shown:
        return os.urandom(SECRET_BYTES)
    secret = secret_of(shown.strip())
    if secret is None:
        raise Invalid("expected whsec_ and the base64 of 24 to 64 random bytes", field="secret")
    return secret


def _sealed(gw: Gateway, secret: bytes) -> bytes:
    return seal(gw.secret, SEALED_FOR, secret, os.urandom(NONCE_BYTES))


def _on(view: WebhookView) -> On:
    return On(view.id, view.shop_id, view.description or "webhook")
