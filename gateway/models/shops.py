"""Shops: the tenants. Everything else belongs to exactly one."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from gateway.models.columns import json_column


class Shop(SQLModel, table=True):
    """A seller's shop. `slug` is its address and never changes.

    `system` marks the one shop that stands for the admins' own inbox (postmaster@, abuse@).
    `change_no` grows with every change that an open page of the shop must show. `order_mask` says how the shop writes
    its order numbers.
    """

    __tablename__ = "shops"

    id: str = Field(primary_key=True)
    slug: str = Field(unique=True)
    name: str
    locale: str = "en"
    reply_name: str = ""
    time_zone: str = ""
    notes_from: list[str] = Field(default_factory=list, sa_column=json_column())
    order_mask: str = ""
    system: bool = False
    change_no: int = 0
    settings: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    created_at: datetime
