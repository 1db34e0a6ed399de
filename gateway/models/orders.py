"""Buyers, their addresses and their orders, as the shops' order systems tell them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from gateway.models.columns import json_column


class Buyer(SQLModel, table=True):
    """A person who buys from one shop. The same person at two shops is two buyers: shops never see each other.

    Since `blocked_at` what they write to the shop is not shown.
    """

    __tablename__ = "buyers"

    id: str = Field(primary_key=True)
    shop_id: str = Field(foreign_key="shops.id", index=True)
    name: str = ""
    locale: str = ""
    blocked_at: datetime | None = None
    created_at: datetime


class BuyerAddress(SQLModel, table=True):
    """An email address of a buyer; `folded` is the form in which addresses are compared.

    The address that stands in an order is `confirmed`: the shop vouches for it.
    """

    __tablename__ = "buyer_addresses"
    __table_args__ = (UniqueConstraint("shop_id", "folded", name="uq_buyer_addresses_shop_folded"),)

    id: str = Field(primary_key=True)
    shop_id: str = Field(foreign_key="shops.id")
    buyer_id: str = Field(foreign_key="buyers.id", index=True)
    address: str
    folded: str
    confirmed_at: datetime | None = None
    created_at: datetime


class Order(SQLModel, table=True):
    """An order of a buyer. `order_no_folded` is how it is looked up: mail servers fold local parts."""

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("shop_id", "order_no_folded", name="uq_orders_shop_order_no"),
        Index("ix_orders_buyer_placed", "buyer_id", "placed_at"),
    )

    id: str = Field(primary_key=True)
    shop_id: str = Field(foreign_key="shops.id")
    buyer_id: str = Field(foreign_key="buyers.id")
    order_no: str
    order_no_folded: str
    status: str = ""
    placed_at: datetime | None = None
    paid_at: datetime | None = None
    currency: str = ""
    total: str = ""
    items: list[dict[str, Any]] = Field(default_factory=list, sa_column=json_column())
    tracking_no: str = ""
    country: str = ""
    created_at: datetime
    updated_at: datetime
