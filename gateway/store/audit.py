"""Appends to the audit log, in the transaction of the act itself, and reads it; the words are the domain's."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, insert, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.domain.actors import Actor
from gateway.domain.auditing import ACTS, AuditQuery, Entry, On, canonical, chained, without_secrets
from gateway.errors import Unavailable
from gateway.models import AuditEntry, AuditHead, Shop
from gateway.models.columns import table_of

_ENTRIES, _HEADS, _SHOPS = table_of(AuditEntry), table_of(AuditHead), table_of(Shop)
_BATCH = 1000


async def record(
    session: AsyncSession, actor: Actor, act: str, on: On, now: datetime, details: Mapping[str, Any] | None = None
) -> None:
    """Append a row in the caller's transaction: the act and its row are kept together, or neither.

    `act` is a name of ACTS (else KeyError). `details` says what changed, best as `changes(before, after)`; secrets
    and bodies in it become a mark. Call it last in the transaction: others who record wait until it ends.
    """
    ACTS[act]
    connection = await session.connection()
    claim = update(_HEADS).where(_HEADS.c.id == 1).values(number=_HEADS.c.number + 1)
    head = (await connection.execute(claim.returning(_HEADS.c.number, _HEADS.c.hash))).first()
    if head is None:
        raise Unavailable("the audit log has lost its head: run `znx audit verify`")
    entry = Entry(
        number=head.number,
        at=now,
        actor_kind=actor.kind,
        actor_id=actor.user_id or actor.id,
        actor_name=_plain(actor.name),
        act=act,
        on_id=_plain(on.id),
        on_name=_plain(on.name),
        shop_id=on.shop_id,
        details=canonical(without_secrets(details or {})),
        previous=head.hash,
    )
    entry = replace(entry, hash=chained(entry))
    await connection.execute(insert(_ENTRIES), {name: getattr(entry, name) for name in Entry.__slots__})
    await connection.execute(update(_HEADS).where(_HEADS.c.id == 1).values(hash=entry.hash))


def _plain(text: str) -> str:
    """What every database can keep: PostgreSQL has no NUL, and UTF-8 no lone surrogates."""
    return text.replace("\0", "�").encode("utf-8", "replace").decode()[:300]


async def head(session: AsyncSession) -> tuple[int, str] | None:
    """How many rows there should be, and the hash of the last one; None when even that is missing."""
    row = (await (await session.connection()).execute(select(_HEADS.c.number, _HEADS.c.hash))).first()
    return (row.number, row.hash) if row else None


async def all_entries(session: AsyncSession) -> AsyncIterator[Entry]:
    """The whole log by number, read in pieces."""
    connection, last = await session.connection(), None
    while True:
        statement = select(*(_ENTRIES.c[name] for name in Entry.__slots__)).order_by(_ENTRIES.c.number).limit(_BATCH)
        if last is not None:
            statement = statement.where(_ENTRIES.c.number > last)
        rows = (await connection.execute(statement)).all()
        for row in rows:
            yield Entry(**row._mapping)
        if len(rows) < _BATCH:
            return
        last = rows[-1].number


async def entries(session: AsyncSession, actor: Actor, query: AuditQuery) -> list[Entry]:
    """Up to `limit + 1` rows, newest first: of the actor's shops, and for who reaches all also those of no shop."""
    statement = select(*(_ENTRIES.c[name] for name in Entry.__slots__)).order_by(_ENTRIES.c.number.desc())
    for wanted in _wanted(actor, query):
        statement = statement.where(wanted)
    found = await (await session.connection()).execute(statement.limit(query.limit + 1))
    return [Entry(**row._mapping) for row in found]


def _wanted(actor: Actor, query: AuditQuery) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if actor.shop_ids is not None:
        wanted.append(_ENTRIES.c.shop_id.in_(actor.shop_ids))
    if query.shop:
        wanted.append(_ENTRIES.c.shop_id.in_(select(_SHOPS.c.id).where(_SHOPS.c.slug == query.shop)))
    if query.act:
        wanted.append(or_(_ENTRIES.c.act == query.act, _ENTRIES.c.act.startswith(f"{query.act}.", autoescape=True)))
    if query.actor:
        wanted.append(or_(_ENTRIES.c.actor_id == query.actor, _ENTRIES.c.actor_name == query.actor))
    if query.on:
        wanted.append(or_(_ENTRIES.c.on_id == query.on, _ENTRIES.c.on_name == query.on))
    if query.since is not None:
        wanted.append(_ENTRIES.c.at >= query.since)
    if query.until is not None:
        wanted.append(_ENTRIES.c.at < query.until)
    if query.before is not None:
        wanted.append(_ENTRIES.c.number < query.before)
    return wanted


async def recorded_since(session: AsyncSession, actor: Actor, act: str, on_name: str, since: datetime) -> bool:
    """True when the actor did the same since then."""
    same = (_ENTRIES.c.actor_id == (actor.user_id or actor.id), _ENTRIES.c.act == act, _ENTRIES.c.at > since)
    statement = select(_ENTRIES.c.number).where(*same, _ENTRIES.c.on_name == on_name).limit(1)
    return (await (await session.connection()).execute(statement)).first() is not None
