"""How admins connect shops' systems: made, switched on and off, given new secrets, removed. Calls: `source_calls`."""

import os
from datetime import timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway import maillog
from gateway.clock import new_id
from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.auditing import On, changes
from gateway.domain.ids import check_cursor, checked_id
from gateway.domain.sealing import NONCE_BYTES, seal, unseal
from gateway.domain.sources.hearing import Kind
from gateway.domain.sources.setup import (
    KINDS,
    MAX_NAME,
    MAX_SECRET,
    CallPage,
    Connected,
    NewSource,
    SourceView,
    source_json,
)
from gateway.domain.tokens import from_entropy
from gateway.errors import Invalid
from gateway.orders.source_calls import SEALED_FOR
from gateway.outcalls import Caller
from gateway.store import source_setup as store
from gateway.store.audit import record
from gateway.store.shops import shop

PULLED: Kind = "woocommerce-pull"
FORMER_LIFE = timedelta(hours=24)
"""How long calls may still be signed with the secret before the present one."""


async def sources(gw: Gateway, actor: Actor, slug: str = "") -> tuple[SourceView, ...]:
    """The sources of a shop, or of all that the actor reaches. Raises NotFound for a shop out of reach."""
    async with gw.db.read() as session:
        if slug:
            await shop(session, actor, slug)
        return tuple(await store.sources(session, actor, slug, _hooks(gw)))


async def source(gw: Gateway, actor: Actor, id_: str) -> SourceView:
    """One source. Raises NotFound."""
    async with gw.db.read() as session:
        return await _source(gw, session, actor, id_)


async def connect(gw: Gateway, actor: Actor, new: NewSource) -> Connected:
    """Connect a shop's system. Raises NotFound for a shop out of reach, Invalid for what can't be."""
    if new.kind not in KINDS:
        raise Invalid("expected shopify, woocommerce or woocommerce-pull", field="kind")
    made = "" if new.secret else _fresh_secret(new.kind)
    secret = _secret(new.secret or made)
    id_, now = new_id(), gw.clock.now()
    values: dict[str, Any] = {"id": id_, "kind": new.kind, "name": _name(new.name), "created_at": now}
    values |= {"key": from_entropy(os.urandom(20))}
    if new.kind == PULLED:
        secret = f"{_secret(new.consumer_key, 'consumer_key')}:{secret}"
        values |= {"url": await _site(gw, new.url), "next_pull_at": now}
    values["sealed"] = _sealed(gw, secret)
    async with gw.db.write() as session:
        values["shop_id"] = (await shop(session, actor, new.shop)).id
        await store.add(session, values)
        view = await _source(gw, session, actor, id_)
        await record(session, actor, "source.added", _on(view), now, changes({}, source_json(view)))
    _log(actor, id_, "connected")
    return Connected(view, made)


async def change(
    gw: Gateway, actor: Actor, id_: str, name: str | None = None, enabled: bool | None = None
) -> SourceView:
    """Give a source another name, switch it on or off. Raises NotFound, Invalid."""
    values: dict[str, Any] = {} if name is None else {"name": _name(name)}
    if enabled is not None:
        values["enabled"] = enabled
    async with gw.db.write() as session:
        before = await _source(gw, session, actor, id_)
        if values:
            await store.change(session, id_, values)
        view = await _source(gw, session, actor, id_)
        told = changes(source_json(before), source_json(view))
        await record(session, actor, "source.changed", _on(view), gw.clock.now(), told)
    _log(actor, id_, "changed")
    return view


async def rotate(gw: Gateway, actor: Actor, id_: str, secret: str = "") -> Connected:
    """Give a source another secret, or one that we make; the one before works for a day more. Raises NotFound."""
    now = gw.clock.now()
    async with gw.db.write() as session:
        before = await _source(gw, session, actor, id_)
        made = "" if secret else _fresh_secret(before.kind)
        former = await store.sealed(session, id_)
        new = _secret(secret or made)
        if before.kind == PULLED:
            key = unseal(gw.secret, SEALED_FOR, former).decode().partition(":")[0]
            new = f"{key}:{new}"
        values = {"sealed": _sealed(gw, new), "former_sealed": former, "former_until": now + FORMER_LIFE}
        await store.change(session, id_, values)
        view = await _source(gw, session, actor, id_)
        await record(session, actor, "source.changed", _on(view), now, {"secret": "changed"})
    _log(actor, id_, "secret changed")
    return Connected(view, made)


async def remove(gw: Gateway, actor: Actor, id_: str) -> None:
    """Take a source away with its log; the orders that it told of stay. Raises NotFound."""
    async with gw.db.write() as session:
        view = await _source(gw, session, actor, id_)
        await store.remove(session, id_)
        await record(session, actor, "source.removed", _on(view), gw.clock.now())
    _log(actor, id_, "removed")


async def calls(gw: Gateway, actor: Actor, id_: str, cursor: str | None = None, limit: int = 50) -> CallPage:
    """The log of a source's calls, newest first. Raises NotFound, Invalid for a cursor that is not one of ours."""
    check_cursor(cursor)
    async with gw.db.read() as session:
        await _source(gw, session, actor, id_)
        rows = await store.calls(session, id_, cursor, limit)
    page = tuple(rows[:limit])
    return CallPage(page, page[-1].id if len(rows) > limit else None)


async def _source(gw: Gateway, session: AsyncSession, actor: Actor, id_: str) -> SourceView:
    checked_id(id_, "there is no such order source")
    return await store.source(session, actor, id_, _hooks(gw))


def _hooks(gw: Gateway) -> str:
    return f"{gw.settings.public_url}/hooks"


def _fresh_secret(kind: Kind) -> str:
    """Some systems make their own secret, and none of ours can be put in there."""
    if kind == "shopify":
        raise Invalid("copy it from Shopify: Settings, Notifications, Webhooks", field="secret")
    if kind == PULLED:
        raise Invalid("copy it from WooCommerce: Settings, Advanced, REST API", field="secret")
    return from_entropy(os.urandom(20))


def _secret(text: str, field: str = "secret") -> str:
    tidy = text.strip()
    if not 8 <= len(tidy) <= MAX_SECRET or not tidy.isascii() or not tidy.isprintable():
        raise Invalid(f"expected 8 to {MAX_SECRET} visible ASCII characters", field=field)
    return tidy


async def _site(gw: Gateway, url: str) -> str:
    """The address of a shop that we ask: as public as those that webhooks go to."""
    await Caller(gw.settings.webhook_networks).check(url)
    if "?" in url or "#" in url:
        raise Invalid("expected the address of the shop alone", field="url")
    return url.strip().rstrip("/")


def _name(text: str) -> str:
    return " ".join(text.split())[:MAX_NAME]


def _sealed(gw: Gateway, secret: str) -> bytes:
    return seal(gw.secret, SEALED_FOR, secret.encode(), os.urandom(NONCE_BYTES))


def _on(view: SourceView) -> On:
    return On(view.id, view.shop_id, view.name or view.kind)


def _log(actor: Actor, id_: str, what: str) -> None:
    maillog.event("source.changed", id=id_, what=what, by=actor.user_id or actor.id)
