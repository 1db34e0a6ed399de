"""What admins do with the words of mails: look, change, try out, send to themselves, bring older ones back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.admin.template_checking import check, run
from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.auditing import On
from gateway.domain.brands import BRANDED, PLAIN, Brand
from gateway.domain.ids import checked_id
from gateway.domain.locales import LOCALES
from gateway.domain.template_sets import SET_PATTERN, Origin, Shelf
from gateway.errors import Conflict, Duplicate, Forbidden, Invalid, NotFound
from gateway.outbound import letters
from gateway.outbound.mailing import Notice, post
from gateway.rendering import PARTS, Rendered
from gateway.store import people
from gateway.store import shops as shop_store
from gateway.store import templates as store
from gateway.store.audit import record
from gateway.store.brands import brand_of
from gateway.store.conversation import conversation
from gateway.store.notices import system_words
from gateway.store.templates import FILES, Version

TRIED = "…"
IN_SETS = ("reply", "received", "conversation-closed")
"""The mails of a conversation: its channel names their set. All others are about no channel."""


@dataclass(frozen=True, slots=True)
class Place:
    """Which words: of a mail, in a language, for a shop (its slug; empty: for all that have none of their own).

    `template_set` is what a channel may choose; the empty one is for all that choose none.
    """

    name: str
    locale: str
    shop: str = ""
    template_set: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """The sources that count at a place, and where they come from; and every own version, newest first."""

    parts: Mapping[str, str]
    own: bool
    origin: Origin
    versions: tuple[Version, ...]
    variables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """The names of all mails, which (name, language) have words of their own, and all sets."""

    names: tuple[str, ...]
    changed: frozenset[tuple[str, str]]
    sets: tuple[str, ...]


async def overview(gw: Gateway, actor: Actor, shop: str = "", template_set: str = "") -> Overview:
    """What there is for a shop (empty: for all shops), in a set. Raises NotFound, Forbidden, Invalid."""
    _check_set(template_set)
    actor = actor.acting("manage")
    async with gw.db.read() as session:
        owner = await _owner(session, actor, shop, for_all=True)
        changed = await store.changed(session, Shelf(owner, template_set))
        return Overview(gw.renderer.names(), changed, await store.sets(session, actor.shop_ids))


async def used(gw: Gateway, actor: Actor, shop: str, template_set: str, locale: str) -> dict[str, Origin]:
    """Where the words of each mail to buyers come from, by its name. Raises NotFound, Forbidden, Invalid."""
    _check_set(template_set)
    async with gw.db.read() as session:
        owner = await _owner(session, actor.acting("manage"), shop, for_all=True)
        found = await store.origins(session, owner, locale, template_set)
    return {name: found.get(name, "product") for name in gw.renderer.names() if name in IN_SETS}


def _check_set(template_set: str) -> None:
    if not re.fullmatch(SET_PATTERN, template_set):
        raise Invalid("a set is named with a-z, 0-9 and -, at most 40 of them", "template_set")


async def _owner(session: AsyncSession, actor: Actor, shop: str, for_all: bool) -> str:
    """The id of the shop; the empty one for all, which managers may read and admins write."""
    if shop:
        return (await shop_store.shop(session, actor, shop)).id
    if not for_all and not actor.may("govern"):
        raise Forbidden("words for all shops need an admin of all shops")
    return ""


def _check(gw: Gateway, place: Place) -> None:
    gw.renderer.check_known(place.name)
    _check_set(place.template_set)
    if place.locale not in LOCALES:
        raise NotFound("no such language")
    if place.template_set and place.name not in IN_SETS:
        raise NotFound("this mail is about no channel, so it is in no set")


async def words(gw: Gateway, actor: Actor, place: Place) -> Words:
    """What is written at a place. Raises NotFound, Forbidden."""
    _check(gw, place)
    async with gw.db.read() as session:
        owner = await _owner(session, actor.acting("manage"), place.shop, for_all=True)
        stored = await store.stored(session, owner, place.locale, place.template_set)
        origins = await store.origins(session, owner, place.locale, place.template_set)
        known = await store.versions(session, Shelf(owner, place.template_set), place.name, place.locale)
    parts = {part: stored.get(f"{place.name}/{place.locale}/{part}") or _ours(gw, place, part) for part in PARTS}
    variables = tuple(sorted(gw.renderer.variables(place.name)))
    own = bool(known) and not known[0].original
    return Words(parts, own, origins.get(place.name, "product"), known, variables)


def _ours(gw: Gateway, place: Place, part: str) -> str:
    return gw.renderer.source(place.name, place.locale, part)


async def preview(gw: Gateway, actor: Actor, place: Place, parts: Mapping[str, str], thread_id: str = "") -> Rendered:
    """The mail that the words would be, on sample data; an answer also on a real conversation.

    Raises Invalid with the file and the line, NotFound, Forbidden.
    """
    _check(gw, place)
    actor = actor.acting("manage")
    check(gw.renderer, place.name, place.locale, parts)
    context = gw.renderer.sample(place.name)
    async with gw.db.read() as session:
        brand = await _brand(session, actor, place)
        if thread_id and place.name == "reply":
            talk = await conversation(session, actor, checked_id(thread_id, "no such thread"))
            there, brand = replace(talk, buyer_locale=place.locale), talk.brand
            context = letters.context_of(there, letters.Words(TRIED))
    return run(gw.renderer, place.name, place.locale, parts, context, brand)


async def _brand(session: AsyncSession, actor: Actor, place: Place) -> Brand:
    """The look of the place's shop, in mails to its buyers."""
    if not place.shop or place.name not in BRANDED:
        return PLAIN
    return await brand_of(session, (await shop_store.shop(session, actor, place.shop)).id)


async def save(gw: Gateway, actor: Actor, place: Place, parts: Mapping[str, str]) -> int:
    """Use these words from now on; the version's number.

    Raises Invalid with the file and the line, Forbidden, NotFound, Conflict.
    """
    _check(gw, place)
    check(gw.renderer, place.name, place.locale, parts)
    return await _add(gw, actor, place, parts, "template.changed")


async def restore(gw: Gateway, actor: Actor, place: Place, version: int) -> int:
    """Use an older version's words again; 0: the product's own. Raises NotFound, Forbidden, Invalid."""
    _check(gw, place)
    known = (await words(gw, actor, place)).versions
    if version == 0:
        return await _add(gw, actor, place, None, "template.restored")
    old = next((one for one in known if one.version == version and not one.original), None)
    if old is None:
        raise NotFound("there is no such version")
    parts = {file: str(getattr(old, column)) for column, file in FILES.items()}
    check(gw.renderer, place.name, place.locale, parts)
    return await _add(gw, actor, place, parts, "template.restored")


async def _add(gw: Gateway, actor: Actor, place: Place, parts: Mapping[str, str] | None, act: str) -> int:
    actor, now = actor.acting("manage"), gw.clock.now()
    try:
        async with gw.db.write() as session:
            owner = await _owner(session, actor, place.shop, for_all=False)
            shelf = Shelf(owner, place.template_set)
            known = await store.versions(session, shelf, place.name, place.locale)
            sources = {column: (parts or {}).get(file, "") for column, file in FILES.items()}
            number = known[0].version + 1 if known else 1
            same = {"name": place.name, "locale": place.locale, "by_name": actor.name}
            version = Version(version=number, original=parts is None, at=now, **same, **sources)
            await store.add_version(session, shelf, version)
            told = {"version": number, "language": place.locale, "original": parts is None}
            told |= {"set": place.template_set} if place.template_set else {}
            await record(session, actor, act, On(f"{place.name}/{place.locale}", owner or None, place.name), now, told)
    except Duplicate:
        raise Conflict("somebody else has just saved these words") from None
    return number


async def send_to_oneself(gw: Gateway, actor: Actor, place: Place, parts: Mapping[str, str]) -> str:
    """Queue the mail on its sample data to the actor's own address, which is returned.

    Raises Invalid with the file and the line, Forbidden for whoever is no user.
    """
    _check(gw, place)
    check(gw.renderer, place.name, place.locale, parts)
    async with gw.db.write() as session:
        account = await people.account_by_id(session, actor.acting("manage").user_id)
        if account is None:
            raise Forbidden("only a person has an address to send to")
        notice = Notice(
            kind=place.name,
            shop=await system_words(session, "znx"),
            address=account.email,
            locale=place.locale,
            context=gw.renderer.sample(place.name),
            words={f"{place.name}/{place.locale}/{part}": parts[part] for part in PARTS},
            brand=await _brand(session, actor, place),
            auto="auto-generated",
        )
        if not await post(session, gw, notice, gw.clock.now()):
            raise Invalid("your own address is on the suppression list", "email")
    gw.outbound_signal.wake()
    return account.email
