"""What admins do with channels: list, make, change, enable, remove. What one does to a mail is decided elsewhere."""

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.clock import new_id
from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.addresses import NotesAddress, ShopAddress, recipient_of
from gateway.domain.auditing import On, changes
from gateway.domain.ids import checked_id
from gateway.domain.note_mapping import mapping_of
from gateway.domain.routing.channels import BY_MAIL, Channel, pattern_of
from gateway.domain.routing.documents import ChannelDocument
from gateway.domain.routing.shapes import channel_json
from gateway.domain.tokens import from_entropy
from gateway.errors import Conflict, Forbidden, Invalid, NotFound
from gateway.store import channels as store
from gateway.store import people, teams
from gateway.store.audit import record
from gateway.store.shops import ShopSetup, shop

KEY_BYTES = 20
MAX_CONFIG_CHARS = 50_000


def admins_only(actor: Actor) -> Actor:
    """The same actor, who reaches only the shops that it is an admin of. Raises Forbidden for whoever is none."""
    actor = actor.acting("manage")
    if actor.shop_ids is None:
        mine: tuple[str, ...] | None = None if actor.role == "admin" else ()
    else:
        mine = tuple(id_ for id_ in actor.shop_ids if actor.role_in(id_) == "admin")
    if mine == ():
        raise Forbidden("channels are set up by admins")
    return replace(actor, shop_ids=mine)


async def channels(gw: Gateway, actor: Actor) -> tuple[Channel, ...]:
    """All that the actor reaches, by shop and name."""
    async with gw.db.read() as session:
        return await store.channels(session, actor.acting("manage"))


async def channel(gw: Gateway, actor: Actor, id_: str) -> Channel:
    """One channel. Raises NotFound."""
    async with gw.db.read() as session:
        return await store.channel(session, actor.acting("manage"), _id(id_))


async def add(gw: Gateway, actor: Actor, document: ChannelDocument) -> Channel:
    """Make a channel. Raises Forbidden, Invalid that names the field, Conflict for an address that another has."""
    actor, id_, now = admins_only(actor), new_id(), gw.clock.now()
    async with gw.db.write() as session:
        values = await _values(session, gw, actor, document, id_)
        key = from_entropy(os.urandom(KEY_BYTES)) if document.kind not in BY_MAIL else None
        await store.add(session, values | {"id": id_, "webhook_key": key, "created_at": now, "updated_at": now})
        made = await store.channel(session, actor, id_)
        await record(session, actor, "channel.added", _on(made), now, changes({}, channel_json(made)))
    return made


async def put(gw: Gateway, actor: Actor, id_: str, document: ChannelDocument) -> Channel:
    """Write a channel anew, whole; one of mail stays one. Raises NotFound, and as `add` does."""
    async with gw.db.write() as session:
        actor, known = await _mine(session, actor, id_)
        if (known.kind in BY_MAIL) != (document.kind in BY_MAIL):
            raise Invalid("a channel of mail stays one; make another", field="kind")
        values = await _values(session, gw, actor, document, id_)
        await store.change(session, id_, values | {"updated_at": gw.clock.now()})
        changed = await store.channel(session, actor, id_)
        told = changes(channel_json(known), channel_json(changed))
        await record(session, actor, "channel.changed", _on(changed), gw.clock.now(), told)
    return changed


async def enable(gw: Gateway, actor: Actor, id_: str, on: bool) -> Channel:
    """Open or close a channel. Mail to a closed one is refused, unless it is a shop's own. Raises NotFound."""
    async with gw.db.write() as session:
        actor, _ = await _mine(session, actor, id_)
        await store.change(session, id_, {"enabled": on, "updated_at": gw.clock.now()})
        changed = await store.channel(session, actor, id_)
        await record(session, actor, "channel.changed", _on(changed), gw.clock.now(), {"enabled": on})
    return changed


async def remove(gw: Gateway, actor: Actor, id_: str) -> None:
    """Forget a channel; what came by it stays. Raises NotFound."""
    async with gw.db.write() as session:
        actor, known = await _mine(session, actor, id_)
        await store.remove(session, id_)
        await record(session, actor, "channel.removed", _on(known), gw.clock.now())


async def _mine(session: AsyncSession, actor: Actor, id_: str) -> tuple[Actor, Channel]:
    """A channel that the actor may change. Managers see it and may not: Forbidden; for others it is not there."""
    known = await store.channel(session, actor.acting("manage"), _id(id_))
    admin = admins_only(actor)
    if admin.shop_ids is not None and known.shop_id not in admin.shop_ids:
        raise Forbidden("channels are set up by admins")
    return admin, known


def _on(known: Channel) -> On:
    return On(known.id, known.shop_id, known.name)


def _id(text: str) -> str:
    return checked_id(text, "there is no such channel")


async def _values(
    session: AsyncSession, gw: Gateway, actor: Actor, document: ChannelDocument, id_: str
) -> dict[str, Any]:
    """The columns that a document sets, checked against each other and against what there is."""
    try:
        owner = await shop(session, actor, document.shop)
    except NotFound:
        raise Invalid("there is no such shop", field="shop") from None
    _check_entitlement(document)
    _check_reader(document)
    pattern = await _pattern(session, gw, owner, document, id_)
    same = "kind template_set language acknowledge response_minutes entitlement reader reader_config enabled".split()
    values = {name: getattr(document, name) for name in same}
    return values | {
        "shop_id": owner.id,
        "name": " ".join(document.name.split()) or document.address.strip() or document.kind,
        "address": document.address.strip().lower(),
        "pattern": pattern,
        "wildcard": "*" in (pattern or ""),
        "team_id": await _team(session, actor, owner, document.team),
        "assignee_id": await _assignee(session, owner, document.assignee),
        "labels": list(dict.fromkeys(" ".join(label.split()) for label in document.labels if label.strip())),
        "entitlement_days": document.entitlement_days if document.entitlement == "days" else None,
    }


def _check_entitlement(document: ChannelDocument) -> None:
    if document.entitlement == "days" and document.entitlement_days is None:
        raise Invalid("say within how many days somebody must have ordered", field="entitlement_days")
    if document.entitlement == "never" and not document.open_to_anyone:
        raise Invalid("anybody could write here without ever having ordered: say true to mean it", "open_to_anyone")
    if document.entitlement == "never" and document.kind == "order_note":
        raise Invalid("an order note is always about an order", field="entitlement")


def _check_reader(document: ChannelDocument) -> None:
    if document.kind != "order_note" and (document.reader or document.reader_config):
        raise Invalid("only order notes are read", field="reader")
    if not storable(document.reader_config):
        raise Invalid(f"at most {MAX_CONFIG_CHARS} characters of plain JSON", field="reader_config")
    if document.reader == "mapping" and document.reader_config:
        mapping_of(document.reader_config)


def storable(config: Mapping[str, Any]) -> bool:
    """Whether PostgreSQL takes it as jsonb too: no NUL in a text, no number without end."""
    try:
        text = json.dumps(config, allow_nan=False)
    except ValueError:
        return False
    return len(text) <= MAX_CONFIG_CHARS and "\\u0000" not in text


async def _pattern(
    session: AsyncSession, gw: Gateway, owner: ShopSetup, document: ChannelDocument, id_: str
) -> str | None:
    if document.kind not in BY_MAIL:
        if document.address.strip():
            raise Invalid("only channels of mail have an address", field="address")
        return None
    pattern = pattern_of(document.address, gw.settings.mail_domain)
    await _check_built_in(session, gw, owner, document, pattern)
    if await store.pattern_taken(session, pattern, id_):
        raise Conflict("another channel has this address")
    return pattern


async def _check_built_in(
    session: AsyncSession, gw: Gateway, owner: ShopSetup, document: ChannelDocument, pattern: str
) -> None:
    """An address that is some shop's own without any channel can't be taken away from it."""
    recipient = recipient_of(f"{pattern}@{gw.settings.mail_domain}", gw.settings.mail_domain)
    if "*" in pattern or not isinstance(recipient, ShopAddress | NotesAddress):
        return
    if recipient.slug != owner.slug and await store.slug_taken(session, recipient.slug):
        raise Invalid("this is another shop's own address", field="address")
    meant = "email" if isinstance(recipient, ShopAddress) else "order_note"
    if recipient.slug == owner.slug and document.kind != meant:
        raise Invalid(f"the shop's own address takes {meant} only", field="kind")


async def _team(session: AsyncSession, actor: Actor, owner: ShopSetup, wanted: str | None) -> str | None:
    """By id or name."""
    if not wanted:
        return None
    for team in await teams.teams(session, actor, owner.id):
        if wanted in (team.id, team.name):
            return team.id
    raise Invalid("no team of this shop has this name", field="team")


async def _assignee(session: AsyncSession, owner: ShopSetup, wanted: str | None) -> str | None:
    if not wanted:
        return None
    for person in await people.colleagues(session, owner.id):
        if wanted.strip().lower() in (person.id, person.email.lower()):
            return person.id
    raise Invalid("nobody of this shop has this address", field="assignee")
