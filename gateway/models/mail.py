"""Mail as it travels: the bytes, the ledger of what came in, and the queue of what goes out."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from gateway.models.columns import json_column


class RawEmail(SQLModel, table=True):
    """The bytes of one mail, once for each content. Small ones stand here, large ones in the blob store."""

    __tablename__ = "raw_emails"

    sha256: str = Field(primary_key=True)
    size: int
    content: bytes | None = Field(default=None, sa_type=LargeBinary)
    blob_key: str | None = None
    created_at: datetime


class InboundEmail(SQLModel, table=True):
    """One recipient of one accepted mail: the ledger's row.

    Life cycle: pending → filed | held | discarded | failed; held → pending (released) | discarded;
    failed → pending (reprocessed). `why` is a reason code, `details` its particulars.
    `content_key` names recipient and content, and is taken by the one row that was filed or held: a mail sent
    again because its 250 was lost can't take it, and is discarded as a duplicate.
    """

    __tablename__ = "inbound_emails"
    __table_args__ = (
        Index(
            "ix_inbound_due",
            "next_attempt_at",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        Index("ix_inbound_state", "state", "id"),
        Index("ix_inbound_author", "author", "received_at"),
        Index("ix_inbound_sha256", "sha256"),
        Index("ix_inbound_shop", "shop_id", "state", "id"),
    )

    id: str = Field(primary_key=True)
    received_at: datetime
    ingress: str
    peer: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    mail_from: str
    rcpt_to: str
    author: str = ""
    size: int
    sha256: str = Field(foreign_key="raw_emails.sha256")
    state: str = "pending"
    why: str = ""
    details: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    content_key: str | None = Field(default=None, unique=True)
    shop_id: str | None = None
    order_no: str = ""
    message_id: str | None = None
    thread_id: str | None = None
    released_by: str = ""
    attempts: int = 0
    next_attempt_at: datetime
    decided_at: datetime | None = None


class Delivery(SQLModel, table=True):
    """One outgoing mail to one person.

    Life cycle: queued → sent | deferred | failed; deferred → sent | failed; sent → bounced.
    The mail itself is composed once, when it is queued, and kept by its hash: every attempt sends the same bytes.
    Leases work as those of InboundEmail do. `relay_message_id` is the name that the relay gave it: some relays
    replace our Message-ID by their own. `notice_key` allows one automatic mail a shop, address and day.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        Index(
            "ix_deliveries_due",
            "next_attempt_at",
            sqlite_where=text("state IN ('queued', 'deferred')"),
            postgresql_where=text("state IN ('queued', 'deferred')"),
        ),
    )

    id: str = Field(primary_key=True)
    shop_id: str | None = Field(default=None, index=True)
    thread_id: str | None = None
    message_id: str | None = Field(default=None, index=True)
    kind: str = "reply"
    mail_from: str
    rcpt_to: str
    sha256: str = Field(foreign_key="raw_emails.sha256")
    internet_message_id: str
    relay_message_id: str = Field(default="", index=True)
    notice_key: str | None = Field(default=None, unique=True)
    bounce_fingerprint: str | None = Field(default=None, unique=True)
    bounce_expires_at: datetime | None = None
    state: str = "queued"
    attempts: int = 0
    smtp_reply: str = ""
    queued_at: datetime
    at: datetime
    next_attempt_at: datetime


class DeliveryAttempt(SQLModel, table=True):
    """One try of a delivery and what the other server said."""

    __tablename__ = "delivery_attempts"

    id: str = Field(primary_key=True)
    delivery_id: str = Field(foreign_key="deliveries.id", index=True)
    at: datetime
    outcome: str
    smtp_reply: str = ""
    host: str = ""
