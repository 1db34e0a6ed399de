"""Keeps and finds the API's tokens, by their fingerprints only."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.clock import new_id
from gateway.domain.actors import Role
from gateway.models import ApiToken, Shop
from gateway.models.columns import table_of

_TOKENS, _SHOPS = table_of(ApiToken), table_of(Shop)


@dataclass(frozen=True, slots=True)
class TokenRow:
    """What a token gives: a role, in one shop or (None) in all."""

    id: str
    role: Role
    shop_id: str | None
    shop_name: str | None


async def keep_token(session: AsyncSession, fingerprint: str, role: str, shop_id: str | None, now: datetime) -> str:
    """The id of the new token's row."""
    id_ = new_id()
    values = {"id": id_, "fingerprint": fingerprint, "role": role, "shop_id": shop_id, "created_at": now}
    await (await session.connection()).execute(insert(_TOKENS), values)
    return id_


async def valid_token(session: AsyncSession, fingerprint: str) -> TokenRow | None:
    """The token of a fingerprint, unless it is unknown or revoked."""
    statement = (
        select(_TOKENS.c.id, _TOKENS.c.role, _TOKENS.c.shop_id, _SHOPS.c.name)
        .outerjoin(_SHOPS, _SHOPS.c.id == _TOKENS.c.shop_id)
        .where(_TOKENS.c.fingerprint == fingerprint, _TOKENS.c.revoked_at.is_(None))
    )
    row = (await (await session.connection()).execute(statement)).first()
    return TokenRow(*row) if row else None
