"""How admins set up shops and the tokens of the command line. Who works there is `people`'s."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from gateway.context import Gateway
from gateway.domain.actors import SYSTEM, Actor, Role
from gateway.domain.addresses import SLUG, valid_slug
from gateway.domain.auditing import On, changes
from gateway.domain.order_masks import checked_masks
from gateway.domain.rights import Scope
from gateway.domain.routing.teams import zone_of
from gateway.errors import Duplicate, Invalid
from gateway.people import tokens
from gateway.people.tokens import NewToken
from gateway.store import shops as store
from gateway.store.audit import record
from gateway.store.shops import ShopSetup

LISTED_SENDER = r"^([^\s@<>\x00-\x20]+@)?[^\s@<>\x00-\x20]+$"
"""An address, or a domain."""


@dataclass(frozen=True, slots=True)
class ShopChange:
    """How a shop is to be; None leaves a field as it is. `notes_from`: addresses or domains of its order systems.

    `mails` are the fields of MailOptions that are to change; `order_mask` says how order numbers are written.
    """

    name: str
    locale: str | None = None
    reply_name: str | None = None
    notes_from: tuple[str, ...] | None = None
    mails: Mapping[str, bool] = field(default_factory=dict)
    time_zone: str | None = None
    order_mask: str | None = None


async def shops(gw: Gateway, actor: Actor) -> list[ShopSetup]:
    """The shops that the actor reaches, by slug."""
    async with gw.db.read() as session:
        return await store.shops(session, actor)


async def put_shop(gw: Gateway, actor: Actor, slug: str, change: ShopChange) -> tuple[ShopSetup, bool]:
    """Set a shop up, or change it; and whether it is new.

    Raises Invalid, naming the field, and NotFound when the actor reaches only other shops.
    """
    if not valid_slug(slug):
        why = "this name is reserved" if SLUG.fullmatch(slug) else "expected 1 to 32 of a-z, 0-9 and - inside"
        raise Invalid(why, field="slug")
    values = _shop_values(change)
    try:
        return await _write_shop(gw, actor, slug, values, change.mails)
    except Duplicate:
        # Somebody else has made it a moment ago; now it is a change.
        return await _write_shop(gw, actor, slug, values, change.mails)


async def _write_shop(
    gw: Gateway, actor: Actor, slug: str, values: dict[str, Any], mails: Mapping[str, bool]
) -> tuple[ShopSetup, bool]:
    async with gw.db.write() as session:
        known = [shop for shop in await store.shops(session, actor) if shop.slug == slug]
        new = await store.put_shop(session, actor, slug, values, gw.clock.now())
        if mails:
            await store.change_mails(session, actor, slug, mails)
        shop = await store.shop(session, actor, slug)
        told = changes(asdict(known[0]) if known else {}, asdict(shop))
        if told:
            act = "shop.added" if new else "shop.changed"
            await record(session, actor, act, On(shop.id, shop.id, shop.name), gw.clock.now(), told)
        return shop, new


def _shop_values(change: ShopChange) -> dict[str, Any]:
    name = " ".join(change.name.split())
    if not name:
        raise Invalid("a shop has a name", field="name")
    values: dict[str, Any] = {"name": name}
    if change.locale is not None:
        values["locale"] = change.locale
    if change.reply_name is not None:
        values["reply_name"] = " ".join(change.reply_name.split())
    if change.time_zone is not None:
        values["time_zone"] = _zone(change.time_zone)
    if change.order_mask is not None:
        values["order_mask"] = checked_masks(change.order_mask)
    if change.notes_from is not None:
        values["notes_from"] = [_listed(sender) for sender in change.notes_from]
    return values


def _zone(name: str) -> str:
    try:
        zone_of(name)
    except Invalid as error:
        raise Invalid(str(error), field="time_zone") from None
    return name


def _listed(sender: str) -> str:
    if not re.fullmatch(LISTED_SENDER, sender):
        raise Invalid("expected addresses or domains", field="notes_from")
    return sender


async def add_token(gw: Gateway, role: Role, slug: str | None, scopes: tuple[Scope, ...] = ()) -> str:
    """A new API token of the system's, told only now. Raises NotFound, Invalid for a seller of no shop."""
    token, _ = await tokens.make(gw, SYSTEM, NewToken(role=role, shop=slug, scopes=scopes))
    return token
