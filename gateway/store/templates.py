"""Keeps the versions of mails' words that admins write, and finds those that count."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.clock import new_id
from gateway.domain.locales import best_locale
from gateway.models import TemplateVersion
from gateway.models.columns import table_of
from gateway.store.threads import rows

_VERSIONS = table_of(TemplateVersion)
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


async def _newest(session: AsyncSession, shop_ids: tuple[str, ...], locale: str | None = None) -> list[Any]:
    """The newest versions of these owners, in the order of the owners given."""
    same = ("shop_id", "name", "locale")
    newest = select(*(_VERSIONS.c[name] for name in same), func.max(_VERSIONS.c.version).label("version"))
    newest = newest.where(_VERSIONS.c.shop_id.in_(shop_ids)).group_by(*(_VERSIONS.c[name] for name in same))
    if locale is not None:
        newest = newest.where(_VERSIONS.c.locale == locale)
    last = newest.subquery()
    joined = _VERSIONS.join(last, (_VERSIONS.c.version == last.c.version) & _same(last, same))
    found = await rows(session, select(_VERSIONS).select_from(joined))
    return sorted(found, key=lambda row: shop_ids.index(row.shop_id))


def _same(last: Any, names: tuple[str, ...]) -> Any:
    first, *rest = (_VERSIONS.c[name] == last.c[name] for name in names)
    for one in rest:
        first = first & one
    return first


async def stored(session: AsyncSession, shop_id: str, locale: str) -> dict[str, str]:
    """The sources that take the place of the product's for a shop and a language, by `name/locale/file`.

    The shop's own come before those for all shops.
    """
    found: dict[str, str] = {}
    for row in await _newest(session, ("", shop_id) if shop_id else ("",), best_locale(locale)):
        if not row.original:
            found |= {f"{row.name}/{row.locale}/{file}": getattr(row, column) for column, file in FILES.items()}
    return found


async def changed(session: AsyncSession, shop_id: str) -> frozenset[tuple[str, str]]:
    """The mails (name, language) that a shop, or the empty id of all shops, has words of its own for."""
    return frozenset((row.name, row.locale) for row in await _newest(session, (shop_id,)) if not row.original)


async def versions(session: AsyncSession, shop_id: str, name: str, locale: str) -> tuple[Version, ...]:
    """Every version of one mail, newest first."""
    statement = select(_VERSIONS).where(
        _VERSIONS.c.shop_id == shop_id, _VERSIONS.c.name == name, _VERSIONS.c.locale == locale
    )
    found = await rows(session, statement.order_by(_VERSIONS.c.version.desc()))
    return tuple(Version(**{field: getattr(row, field) for field in Version.__slots__}) for row in found)


async def add_version(session: AsyncSession, shop_id: str, version: Version) -> None:
    """Keep a version. Raises Duplicate at the end of the transaction when somebody else has just written that one."""
    values = {field: getattr(version, field) for field in Version.__slots__}
    await (await session.connection()).execute(insert(_VERSIONS), {"id": new_id(), "shop_id": shop_id, **values})
