"""Mail as it travels: the bytes, the ledger of what came in, and the queue of what goes out."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, UniqueConstraint, text
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
    again because its 250 was lost can't take it, and is discarded as a duplicate. `lane` is the queue that it waits
    in: those of different shops take turns.
    """

    __tablename__ = "inbound_emails"
    __table_args__ = (
        Index(
            "ix_inbound_due",
            "next_attempt_at",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        Index(
            "ix_inbound_lane",
            *("lane", "next_attempt_at"),
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        Index("ix_inbound_state", "state", "id"),
        Index("ix_inbound_why", "why", "id"),
        Index("ix_inbound_author", "author", "received_at"),
        Index("ix_inbound_received", "received_at"),
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
    lane: str = ""
    decided_at: datetime | None = None


class Delivery(SQLModel, table=True):
    """One outgoing mail to one person.

    Life cycle: queued → sent | deferred | failed; deferred → sent | failed; sent → bounced;
    failed | deferred | bounced → queued (an admin tries again).
    The mail itself is composed once, when it is queued, and kept by its hash: every attempt sends the same bytes.
    `lease_until` is set while a worker has it; `attempts` is the fence. `attempts_before` and `first_attempt_at` say
    where the schedule of retries began. `refusal` is the kind of the last 5xx, or "cancelled". `domain` is the
    recipient's. `relay_message_id` is the name that the relay gave it: some relays replace our Message-ID by their
    own. `notice_key` allows one automatic mail of a kind; `late_told_at` is when the sellers heard of a delay.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        Index(
            "ix_deliveries_due",
            "next_attempt_at",
            sqlite_where=text("state IN ('queued', 'deferred')"),
            postgresql_where=text("state IN ('queued', 'deferred')"),
        ),
        Index("ix_deliveries_state", "state", "id"),
        Index("ix_deliveries_at", "state", "at"),
    )

    id: str = Field(primary_key=True)
    shop_id: str | None = Field(default=None, index=True)
    thread_id: str | None = None
    message_id: str | None = Field(default=None, index=True)
    kind: str = "reply"
    mail_from: str
    rcpt_to: str
    domain: str = ""
    sha256: str = Field(foreign_key="raw_emails.sha256")
    internet_message_id: str = Field(index=True)
    relay_message_id: str = Field(default="", index=True)
    notice_key: str | None = Field(default=None, unique=True)
    bounce_fingerprint: str | None = Field(default=None, unique=True)
    bounce_expires_at: datetime | None = None
    state: str = "queued"
    refusal: str = ""
    attempts: int = 0
    attempts_before: int = 0
    smtp_reply: str = ""
    queued_at: datetime
    at: datetime
    next_attempt_at: datetime
    first_attempt_at: datetime | None = None
    lease_until: datetime | None = None
    late_told_at: datetime | None = None


class DeliveryAttempt(SQLModel, table=True):
    """One try of a delivery and what the other server said: its last line, and the whole dialogue."""

    __tablename__ = "delivery_attempts"

    id: str = Field(primary_key=True)
    delivery_id: str = Field(foreign_key="deliveries.id", index=True)
    at: datetime
    outcome: str
    refusal: str = ""
    smtp_reply: str = ""
    host: str = ""
    dialogue: list[str] = Field(default_factory=list, sa_column=json_column())


class Suppression(SQLModel, table=True):
    """An address that gets no more mail of a shop: none (`scope` all), or none that can be done without.

    `reason` is address (it does not exist), unsubscribed or complaint; `detail` the words that say so.
    """

    __tablename__ = "suppressions"
    __table_args__ = (UniqueConstraint("shop_id", "folded", "scope", name="uq_suppressions_shop_folded_scope"),)

    id: str = Field(primary_key=True)
    shop_id: str = Field(foreign_key="shops.id")
    address: str
    folded: str
    scope: str
    reason: str
    detail: str = ""
    delivery_id: str | None = None
    at: datetime


class Pause(SQLModel, table=True):
    """That mail of a shop (`value` is its id), or to a domain, waits until an admin lets it go on."""

    __tablename__ = "pauses"
    __table_args__ = (UniqueConstraint("kind", "value", name="uq_pauses_kind_value"),)

    id: str = Field(primary_key=True)
    kind: str
    value: str
    reason: str = ""
    by_name: str = ""
    at: datetime
