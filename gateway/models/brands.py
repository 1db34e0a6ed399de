"""What shops' mails to buyers look like: colours, logo, signatures."""

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel

from gateway.models.columns import json_column


class ShopBrand(SQLModel, table=True):
    """One shop's brand; a shop without a row has the product's look.

    `logo` is a small PNG that we wrote ourselves, `logo_width` and `logo_height` its size in CSS pixels. `signatures`
    are texts by language.
    """

    __tablename__ = "shop_brands"

    shop_id: str = Field(primary_key=True, foreign_key="shops.id")
    accent: str
    background: str
    signatures: dict[str, str] = Field(default_factory=dict, sa_column=json_column())
    logo: bytes | None = Field(default=None, sa_type=LargeBinary)
    logo_width: int = 0
    logo_height: int = 0
    logo_sha256: str = ""
    updated_at: datetime
