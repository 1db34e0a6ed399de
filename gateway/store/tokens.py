"""Keeps, lists and finds the API's tokens, by their fingerprints only."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, insert, or_, select, true, update
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.domain.actors import Actor, Role
from gateway.domain.rights import Scope
from gateway.errors import NotFound
from gateway.models import ApiToken, Shop, User
from gateway.models.columns import table_of

_TOKENS, _SHOPS, _USERS = table_of(ApiToken), table_of(Shop), table_of(User)
TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRow:
    """What a token gives: a role, less what its scopes take away, in one shop or (None) in all; and its life."""

    id: str
    name: str
    role: Role
    scopes: tuple[Scope, ...]
    shop_id: str | None
    shop: str | None
    shop_name: str | None
    made_by: str
    maker: str | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


def _rows() -> Select[Any]:
    same = "id name role scopes shop_id made_by created_at expires_at last_used_at revoked_at".split()
    return (
        select(
            *(_TOKENS.c[name] for name in same),
            _SHOPS.c.slug.label("shop"),
            _SHOPS.c.name.label("shop_name"),
            _USERS.c.email.label("maker"),
        )
        .outerjoin(_SHOPS, _SHOPS.c.id == _TOKENS.c.shop_id)
        .outerjoin(_USERS, _USERS.c.id == _TOKENS.c.made_by)
    )


def _row(found: Row[Any]) -> TokenRow:
    return TokenRow(**dict(found._mapping) | {"scopes": tuple(found.scopes)})


def _owned(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.shop_ids is None else _TOKENS.c.shop_id.in_(actor.shop_ids)


async def keep_token(session: AsyncSession, values: dict[str, Any]) -> None:
    """Write the row of a new token."""
    await (await session.connection()).execute(insert(_TOKENS), values)


async def valid_token(session: AsyncSession, fingerprint: str, now: datetime) -> TokenRow | None:
    """The token of a fingerprint, unless it is unknown, revoked or has run out."""
    alive = (_TOKENS.c.revoked_at.is_(None), or_(_TOKENS.c.expires_at.is_(None), _TOKENS.c.expires_at > now))
    found = await session.connection()
    row = (await found.execute(_rows().where(_TOKENS.c.fingerprint == fingerprint, *alive))).first()
    return _row(row) if row else None


async def token(session: AsyncSession, id_: str) -> TokenRow | None:
    """A token by its id."""
    row = (await (await session.connection()).execute(_rows().where(_TOKENS.c.id == id_))).first()
    return _row(row) if row else None


async def touch_token(session: AsyncSession, id_: str, now: datetime) -> None:
    """Note that the token is in use."""
    await (await session.connection()).execute(update(_TOKENS).where(_TOKENS.c.id == id_).values(last_used_at=now))


async def tokens(session: AsyncSession, actor: Actor) -> tuple[TokenRow, ...]:
    """The tokens of the actor's shops that are not revoked, newest first; those of all shops for who reaches all."""
    statement = _rows().where(_owned(actor), _TOKENS.c.revoked_at.is_(None)).order_by(_TOKENS.c.id.desc())
    return tuple(_row(row) for row in await (await session.connection()).execute(statement))


async def revoke(session: AsyncSession, actor: Actor, id_: str, now: datetime) -> TokenRow:
    """End a token; as it was. Raises NotFound for one that the actor does not reach, or that is revoked."""
    connection = await session.connection()
    alive = (_TOKENS.c.id == id_, _owned(actor), _TOKENS.c.revoked_at.is_(None))
    row = (await connection.execute(_rows().where(*alive))).first()
    if row is None or not (await connection.execute(update(_TOKENS).where(*alive).values(revoked_at=now))).rowcount:
        raise NotFound("there is no such token")
    return _row(row)


async def of_maker(session: AsyncSession, user_id: str) -> tuple[TokenRow, ...]:
    """The living tokens that a user made."""
    statement = _rows().where(_TOKENS.c.made_by == user_id, _TOKENS.c.revoked_at.is_(None))
    return tuple(_row(row) for row in await (await session.connection()).execute(statement))
