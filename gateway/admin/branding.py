"""What admins do with a shop's brand: look, try on a mail, keep. What may be one is checked by `domain.brands`."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.auditing import On, changes
from gateway.domain.brands import ACCENT, BACKGROUND, BRANDED, Brand, checked
from gateway.errors import NotFound
from gateway.logos import logo_of
from gateway.rendering import Rendered
from gateway.store.audit import record
from gateway.store.brands import brand_of, put_brand
from gateway.store.shops import ShopSetup, shop


@dataclass(frozen=True, slots=True)
class BrandChange:
    """A whole brand but for the logo, which stays unless `logo` brings another (the file's bytes) or `remove_logo`."""

    accent: str = ACCENT
    background: str = BACKGROUND
    signatures: Mapping[str, str] = field(default_factory=dict)
    logo: bytes = b""
    remove_logo: bool = False


async def brand(gw: Gateway, actor: Actor, slug: str) -> Brand:
    """A shop's brand. Raises NotFound, Forbidden."""
    async with gw.db.read() as session:
        return (await _known(session, actor, slug))[1]


async def _known(session: AsyncSession, actor: Actor, slug: str) -> tuple[ShopSetup, Brand]:
    owner = await shop(session, actor.acting("manage"), slug)
    return owner, await brand_of(session, owner.id)


async def put(gw: Gateway, actor: Actor, slug: str, change: BrandChange) -> Brand:
    """Use this brand from the next mail on. Raises NotFound, Forbidden, Invalid that names the field."""
    drawn = await _with_logo(change)
    async with gw.db.write() as session:
        owner, before = await _known(session, actor, slug)
        now, chosen = gw.clock.now(), _kept(drawn, change, before)
        await put_brand(session, owner.id, chosen, now)
        if told := changes(_told(before), _told(chosen)):
            await record(session, actor, "brand.changed", On(owner.id, owner.id, owner.name), now, told)
    return chosen


async def preview(gw: Gateway, actor: Actor, slug: str, change: BrandChange, mail: tuple[str, str]) -> Rendered:
    """A mail to buyers (its name and language) as it would look on sample data. Raises as `put` does."""
    name, locale = mail
    if name not in BRANDED:
        raise NotFound("this mail has the product's look")
    drawn = await _with_logo(change)
    async with gw.db.read() as session:
        owner, before = await _known(session, actor, slug)
    sample = gw.renderer.sample(name) | {"shop_name": owner.reply_name or owner.name}
    return await asyncio.to_thread(gw.renderer.render, name, locale, sample, {}, _kept(drawn, change, before))


async def _with_logo(change: BrandChange) -> Brand:
    """The brand that a person chose. Raises Invalid."""
    logo = await asyncio.to_thread(logo_of, change.logo) if change.logo else None
    return checked(change.accent, change.background, change.signatures, logo)


def _kept(drawn: Brand, change: BrandChange, before: Brand) -> Brand:
    return drawn if drawn.logo or change.remove_logo else replace(drawn, logo=before.logo)


def _told(known: Brand) -> dict[str, Any]:
    """What the audit log says of a brand: a picture by its hash."""
    same = {"accent": known.accent, "background": known.background, "signatures": dict(known.signatures)}
    return same | {"logo": known.logo.sha256[:16] if known.logo else ""}
