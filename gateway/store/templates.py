"""Keeps the versions of mails' words that admins write, and finds those that count."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, insert, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.clock import new_id
from gateway.domain.locales import best_locale
from gateway.domain.template_sets import Origin, Shelf, shelves
from gateway.models import Buyer, Channel, Shop, TemplateVersion, Thread
from gateway.models.columns import table_of
from gateway.store.threads import rows

_VERSIONS, _CHANNELS, _THREADS = table_of(TemplateVersion), table_of(Channel), table_of(Thread)
_BUYERS, _SHOPS = table_of(Buyer), table_of(Shop)
FILES = {"subject": "subject.txt", "text": "body.txt", "html": "body.html"}
"""Which file of the product each column takes the place of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a mail's words."""

    name: str
    locale: str
    version: int
    subject: str
    text: str
    html: str
    original: bool
    by_name: str
    at: datetime


_KEYS = ("shop_id", "template_set", "name", "locale")


def _same(last: Any) -> Any:
    first, *rest = (_VERSIONS.c[name] == last.c[name] for name in _KEYS)
    for one in rest:
        first = first & one
    return first


def _newest_of(*locale: ColumnElement[bool]) -> Select[Any]:
    newest = select(*(_VERSIONS.c[name] for name in _KEYS), func.max(_VERSIONS.c.version).label("version"))
    newest = newest.where(_VERSIONS.c.shop_id.in_(bindparam("shops", expanding=True)))
    newest = newest.where(_VERSIONS.c.template_set.in_(bindparam("sets", expanding=True)), *locale)
    last = newest.group_by(*(_VERSIONS.c[name] for name in _KEYS)).subquery()
    joined = _VERSIONS.join(last, (_VERSIONS.c.version == last.c.version) & _same(last))
    return select(_VERSIONS).select_from(joined)


# Made once: making them costs several times as much as running them, and each mail does.
_NEWEST, _NEWEST_IN = _newest_of(), _newest_of(_VERSIONS.c.locale == bindparam("locale"))


async def _newest(session: AsyncSession, looked_at: tuple[Shelf, ...], locale: str | None = None) -> list[Any]:
    """The newest versions on these shelves, those of the last shelf first."""
    given: dict[str, Any] = {"shops": sorted({one.shop_id for one in looked_at})}
    given |= {"sets": sorted({one.template_set for one in looked_at})}
    connection = await session.connection()
    if locale is None:
        found = (await connection.execute(_NEWEST, given)).all()
    else:
        found = (await connection.execute(_NEWEST_IN, given | {"locale": locale})).all()
    return sorted(found, key=lambda row: -looked_at.index(Shelf(row.shop_id, row.template_set)))


async def stored(session: AsyncSession, shop_id: str, locale: str, template_set: str = "") -> dict[str, str]:
    """The sources that take the place of the product's for a shop, a set and a language, by `name/locale/file`.

    Which come before which, `domain.template_sets.shelves` says.
    """
    found: dict[str, str] = {}
    for row in await _newest(session, shelves(shop_id, template_set), best_locale(locale)):
        if not row.original:
            found |= {f"{row.name}/{row.locale}/{file}": getattr(row, column) for column, file in FILES.items()}
    return found


async def origins(session: AsyncSession, shop_id: str, locale: str, template_set: str = "") -> dict[str, Origin]:
    """Where the words of each mail come from that has any but the product's, by its name."""
    rows_ = await _newest(session, shelves(shop_id, template_set), best_locale(locale))
    return {row.name: Shelf(row.shop_id, row.template_set).origin for row in rows_ if not row.original}


@dataclass(frozen=True, slots=True)
class WordsPlace:
    """Where a conversation's mails look for their words."""

    shop_id: str
    template_set: str
    locale: str


async def of_thread(session: AsyncSession, thread_id: str) -> tuple[WordsPlace, dict[str, Origin]]:
    """Where a thread that there is looks for words, and where it finds those that are not the product's."""
    language = func.coalesce(func.nullif(_BUYERS.c.locale, ""), _SHOPS.c.locale)
    asked = (
        select(_THREADS.c.shop_id, _CHANNELS.c.template_set, language.label("locale"))
        .join(_SHOPS, _SHOPS.c.id == _THREADS.c.shop_id)
        .join(_BUYERS, _BUYERS.c.id == _THREADS.c.buyer_id)
        .outerjoin(_CHANNELS, _CHANNELS.c.id == _THREADS.c.channel_id)
        .where(_THREADS.c.id == thread_id)
    )
    (row,) = await rows(session, asked)
    place = WordsPlace(row.shop_id, row.template_set or "", best_locale(row.locale))
    return place, await origins(session, place.shop_id, place.locale, place.template_set)


async def sets(session: AsyncSession, shop_ids: tuple[str, ...] | None) -> tuple[str, ...]:
    """The sets that the channels of these shops (None: of all) name, or that words are kept in, by name."""
    named = select(_CHANNELS.c.template_set).where(_CHANNELS.c.template_set != "")
    kept = select(_VERSIONS.c.template_set).where(_VERSIONS.c.template_set != "")
    if shop_ids is not None:
        named = named.where(_CHANNELS.c.shop_id.in_(shop_ids))
        kept = kept.where(_VERSIONS.c.shop_id.in_((*shop_ids, "")))
    return tuple(sorted(row.template_set for row in await rows(session, named.union(kept))))


async def changed(session: AsyncSession, shelf: Shelf) -> frozenset[tuple[str, str]]:
    """The mails (name, language) that have words of their own on a shelf."""
    return frozenset((row.name, row.locale) for row in await _newest(session, (shelf,)) if not row.original)


async def versions(session: AsyncSession, shelf: Shelf, name: str, locale: str) -> tuple[Version, ...]:
    """Every version of one mail on a shelf, newest first."""
    statement = select(_VERSIONS).where(_VERSIONS.c.name == name, _VERSIONS.c.locale == locale)
    statement = statement.where(_VERSIONS.c.shop_id == shelf.shop_id, _VERSIONS.c.template_set == shelf.template_set)
    found = await rows(session, statement.order_by(_VERSIONS.c.version.desc()))
    return tuple(Version(**{field: getattr(row, field) for field in Version.__slots__}) for row in found)


async def add_version(session: AsyncSession, shelf: Shelf, version: Version) -> None:
    """Keep a version. Raises Duplicate at the end of the transaction when somebody else has just written that one."""
    values = {field: getattr(version, field) for field in Version.__slots__}
    kept = {"id": new_id(), "shop_id": shelf.shop_id, "template_set": shelf.template_set}
    await (await session.connection()).execute(insert(_VERSIONS), kept | values)
