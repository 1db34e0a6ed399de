"""Keeps shops' brands; what one may be is checked by the domain."""

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.domain.brands import PLAIN, Brand, Logo
from gateway.models import ShopBrand
from gateway.models.columns import table_of

_BRANDS = table_of(ShopBrand)
_BRAND = select(_BRANDS).where(_BRANDS.c.shop_id == bindparam("shop"))


async def brand_of(session: AsyncSession, shop_id: str) -> Brand:
    """A shop's brand; PLAIN for one that has chosen nothing."""
    row = (await (await session.connection()).execute(_BRAND, {"shop": shop_id})).first()
    if row is None:
        return PLAIN
    logo = Logo(row.logo, row.logo_width, row.logo_height, row.logo_sha256) if row.logo else None
    return Brand(row.accent, row.background, row.signatures, logo)


async def put_brand(session: AsyncSession, shop_id: str, brand: Brand, now: datetime) -> None:
    """Keep a shop's brand, whole."""
    connection, logo = await session.connection(), brand.logo
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    values = {
        "accent": brand.accent,
        "background": brand.background,
        "signatures": dict(brand.signatures),
        "logo": logo.content if logo else None,
        "logo_width": logo.width if logo else 0,
        "logo_height": logo.height if logo else 0,
        "logo_sha256": logo.sha256 if logo else "",
        "updated_at": now,
    }
    statement = dialect.insert(_BRANDS).values(shop_id=shop_id, **values)
    await connection.execute(statement.on_conflict_do_update(index_elements=["shop_id"], set_=values))
