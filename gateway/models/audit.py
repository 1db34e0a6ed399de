"""The audit log: one row for each privileged act, each naming the hash of the one before it."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class AuditEntry(SQLModel, table=True):
    """Who did what to what, and when. Rows are only ever added.

    `details` is canonical JSON, kept as text, since its bytes are part of `hash`. Nothing here refers to other tables
    by key: a row outlives what it speaks of.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_shop", "shop_id", "number"),
        Index("ix_audit_entries_act", "act", "number"),
        Index("ix_audit_entries_actor", "actor_id", "number"),
        Index("ix_audit_entries_on", "on_id", "number"),
        Index("ix_audit_entries_at", "at"),
    )

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime
    actor_kind: str
    actor_id: str
    actor_name: str
    act: str
    on_id: str
    on_name: str
    shop_id: str | None = None
    details: str
    previous: str
    hash: str


class AuditHead(SQLModel, table=True):
    """The one row that says how long the log is and how it ends; whoever appends holds it until the commit."""

    __tablename__ = "audit_heads"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    number: int = 0
    hash: str
