"""Where orders come from: the shops' systems that call us or that we ask, and what each of them has told."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from gateway.models.columns import json_column


class OrderSource(SQLModel, table=True):
    """One shop system. `kind` is shopify or woocommerce (they call us), or woocommerce-pull (we ask it).

    `key` stands in the address that it calls. `sealed` is its secret, `former_sealed` the one before it, good until
    `former_until`. `url`, `cursor`, `next_pull_at`, `lease_until` and `failures` belong to pulling.
    """

    __tablename__ = "order_sources"
    __table_args__ = (Index("ix_order_sources_due", "next_pull_at"),)

    id: str = Field(primary_key=True)
    shop_id: str = Field(foreign_key="shops.id", index=True)
    kind: str
    name: str = ""
    key: str = Field(unique=True)
    sealed: bytes = Field(sa_type=LargeBinary)
    former_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    former_until: datetime | None = None
    enabled: bool = True
    url: str = ""
    cursor: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    next_pull_at: datetime | None = None
    lease_until: datetime | None = None
    failures: int = 0
    received: int = 0
    refused: int = 0
    last_at: datetime | None = None
    last_error: str = ""
    last_error_at: datetime | None = None
    created_at: datetime


class SourceDelivery(SQLModel, table=True):
    """One call of a shop system, by the name that it gave the call, and what became of it.

    `outcome` is applied, stale, waiting, ignored or failed; `why` a code of `domain.sources.reasons`.
    """

    __tablename__ = "source_deliveries"
    __table_args__ = (UniqueConstraint("source_id", "delivery_id", name="uq_source_deliveries_source_delivery"),)

    id: str = Field(primary_key=True)
    source_id: str = Field(foreign_key="order_sources.id", index=True)
    delivery_id: str
    topic: str
    order_no: str = ""
    outcome: str
    why: str = ""
    detail: str = ""
    size: int = 0
    repeats: int = 0
    at: datetime = Field(index=True)


class SourceOrder(SQLModel, table=True):
    """What is known of one order at its source: which version of it, and the newest word on each part.

    `parts` are [moment, value] by name, so that calls in any order end the same. Until the order itself has come
    (`order_no` is empty) the parts wait here.
    """

    __tablename__ = "source_orders"

    source_id: str = Field(primary_key=True, foreign_key="order_sources.id")
    external_id: str = Field(primary_key=True)
    order_no: str = ""
    version_at: datetime | None = None
    parts: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
