"""What we tell other programs: who wants to hear of what, what happened, and each call with its answer."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from gateway.models.columns import json_column


class Webhook(SQLModel, table=True):
    """An address of somebody's program and the events it wants; without a shop, those of all shops.

    Life cycle: enabled → disabled, by an admin or after days of failure (`disabled_why`) → enabled by an admin.
    `sealed` is the secret that signs, `former_sealed` the one before it, which signs too until `former_until`.
    """

    __tablename__ = "webhooks"

    id: str = Field(primary_key=True)
    shop_id: str | None = Field(default=None, foreign_key="shops.id", index=True)
    url: str
    description: str = ""
    events: list[str] = Field(default_factory=list, sa_column=json_column())
    sealed: bytes = Field(sa_type=LargeBinary)
    former_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    former_until: datetime | None = None
    enabled: bool = True
    disabled_why: str = ""
    failing_since: datetime | None = None
    last_success_at: datetime | None = None
    created_at: datetime


class WebhookEvent(SQLModel, table=True):
    """Something that happened, written in the transaction that made it happen. Its id is the `webhook-id`.

    Without a shop it is a test.
    """

    __tablename__ = "webhook_events"

    id: str = Field(primary_key=True)
    shop_id: str | None = Field(default=None, foreign_key="shops.id")
    kind: str
    data: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    at: datetime = Field(index=True)


class WebhookDelivery(SQLModel, table=True):
    """One event on its way to one webhook.

    Life cycle: waiting → sent | failed (given up, or the webhook was disabled); sent | failed → waiting (replayed).
    `attempts` is the fence of a worker's claim; `status` and `answer` are what the last try got.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index(
            "ix_webhook_deliveries_due",
            "next_attempt_at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_webhook_deliveries_webhook", "webhook_id", "id"),
    )

    id: str = Field(primary_key=True)
    webhook_id: str = Field(foreign_key="webhooks.id")
    event_id: str = Field(foreign_key="webhook_events.id", index=True)
    state: str = "waiting"
    attempts: int = 0
    first_attempt_at: datetime | None = None
    next_attempt_at: datetime
    status: int = 0
    answer: str = ""
    at: datetime


class WebhookCursor(SQLModel, table=True):
    """Up to which of a shop's change numbers the changed threads have been told; only while somebody wants to hear."""

    __tablename__ = "webhook_cursors"

    shop_id: str = Field(primary_key=True, foreign_key="shops.id")
    change_no: int
