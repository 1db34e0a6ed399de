"""Threads and their messages: the 站内信 record, which is the truth that mail is a copy of."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from gateway.models.columns import json_column


def _of_some(name: str, flag: str) -> Index:
    """An index of a shop's few threads that have the flag, newest last; spelled as each database compares flags."""
    columns = ("shop_id", flag, "last_message_at", "id")
    return Index(name, *columns, sqlite_where=text(f"{flag} = 1"), postgresql_where=text(flag))


def _where(name: str, condition: str, *columns: str) -> Index:
    """An index of the rows that fulfil a condition."""
    return Index(name, *columns, sqlite_where=text(condition), postgresql_where=text(condition))


class Thread(SQLModel, table=True):
    """All messages of one buyer with one shop about one matter; with an order, the one thread of that order.

    Life cycle: open → waiting (on the buyer) → open …; snoozed → open; closed → open when the buyer writes.
    A thread that was merged into another one keeps its row and its tokens: `merged_into_id` says where they lead.
    `channel_id` is the channel that it began in, if an admin made one for it.
    `last_*`, `snippet`, `message_count`, `unread` and `needs_reply` are kept beside, so that lists read no bodies.
    """

    __tablename__ = "threads"
    __table_args__ = (
        UniqueConstraint("shop_id", "buyer_id", "order_id", name="uq_threads_shop_buyer_order"),
        Index("ix_threads_shop_last", "shop_id", "last_message_at", "id"),
        Index("ix_threads_shop_status", "shop_id", "status", "last_message_at", "id"),
        Index("ix_threads_shop_needs", "shop_id", "needs_reply", "last_message_at", "id"),
        Index("ix_threads_shop_change", "shop_id", "change_no"),
        Index("ix_threads_buyer", "buyer_id"),
        Index("ix_threads_shop_closed", "shop_id", "closed_at"),
        Index("ix_threads_assignee", "assignee_id", "shop_id", "last_message_at", "id"),
        Index("ix_threads_team", "team_id", "shop_id", "last_message_at", "id"),
        _of_some("ix_threads_noted", "has_note"),
        _of_some("ix_threads_automatic", "automatic"),
        _of_some("ix_threads_unread", "unread"),
        _where("ix_threads_to_do", "status <> 'closed'", "assignee_id", "shop_id", "last_message_at", "id"),
        _where("ix_threads_due", "due_at IS NOT NULL", "shop_id", "due_at", "id"),
        _where("ix_threads_merged_into_id", "merged_into_id IS NOT NULL", "merged_into_id"),
    )

    id: str = Field(primary_key=True)
    shop_id: str = Field(foreign_key="shops.id")
    buyer_id: str = Field(foreign_key="buyers.id")
    order_id: str | None = Field(default=None, foreign_key="orders.id")
    subject: str = ""
    merged_into_id: str | None = None
    status: str = "open"
    assignee_id: str | None = Field(default=None, foreign_key="users.id")
    team_id: str | None = None
    channel_id: str | None = None
    priority: str = "normal"
    labels: list[str] = Field(default_factory=list, sa_column=json_column())
    unread: bool = False
    needs_reply: bool = False
    has_note: bool = False
    automatic: bool = False
    snippet: str = ""
    message_count: int = 0
    snoozed_until: datetime | None = None
    due_at: datetime | None = None
    closed_at: datetime | None = None
    last_message_at: datetime
    created_at: datetime
    change_no: int = 0


class Message(SQLModel, table=True):
    """One entry of a thread. It never changes, except that its deliveries do.

    `dedupe_key` makes filing idempotent: an order note by its external id, a reply by its Idempotency-Key.
    `sent_offset` is by how many minutes the writer's clock was ahead of UTC, where the mail tells.
    `channel_id` is the admin's channel that it came by, `rules` which routing rules acted on it and why.
    `undo` is kept with a reply that waits before it is sent: what taking it back needs.
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_thread", "thread_id", "id"),
        Index("ix_messages_internet_id", "shop_id", "internet_message_id"),
        Index("ix_messages_shop_received", "shop_id", "received_at"),
    )

    id: str = Field(primary_key=True)
    thread_id: str = Field(foreign_key="threads.id")
    shop_id: str
    direction: str
    channel: str
    author_kind: str
    author_name: str = ""
    author_user_id: str | None = None
    subject: str = ""
    text: str = ""
    fresh_text: str = ""
    quoted_text: str = ""
    signature_text: str = ""
    html: str | None = None
    remote_content: bool = False
    internet_message_id: str | None = None
    references: list[str] = Field(default_factory=list, sa_column=json_column())
    sent_at: datetime | None = None
    sent_offset: int | None = None
    received_at: datetime
    trust: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    filed_because: list[dict[str, Any]] = Field(default_factory=list, sa_column=json_column())
    defects: list[str] = Field(default_factory=list, sa_column=json_column())
    automatic: str = ""
    raw_sha256: str | None = None
    inbound_id: str | None = None
    dedupe_key: str | None = Field(default=None, unique=True)
    channel_id: str | None = None
    rules: list[dict[str, Any]] | None = Field(default=None, sa_column=json_column(nullable=True))
    undo: dict[str, Any] | None = Field(default=None, sa_column=json_column(nullable=True))


class Attachment(SQLModel, table=True):
    """A file of a message; its bytes lie in the blob store under `blob_key`."""

    __tablename__ = "attachments"

    id: str = Field(primary_key=True)
    message_id: str = Field(foreign_key="messages.id", index=True)
    shop_id: str
    filename: str
    content_type: str
    declared_type: str
    size: int
    sha256: str
    inline: bool = False
    content_id: str | None = None
    blob_key: str
    position: int = 0


class ReplyToken(SQLModel, table=True):
    """The right of one participant to write into one thread by mail to `r.TOKEN@`.

    Kept as a fingerprint; valid until `expires_at`, which moves with each mail that we send, or until revoked.
    """

    __tablename__ = "reply_tokens"

    fingerprint: str = Field(primary_key=True)
    shop_id: str
    thread_id: str = Field(foreign_key="threads.id", index=True)
    buyer_id: str | None = None
    user_id: str | None = None
    expires_at: datetime
    revoked_at: datetime | None = None


class ThreadEvent(SQLModel, table=True):
    """Something that people did to threads: merged, split, moved. `data` is what undoing it needs."""

    __tablename__ = "thread_events"

    id: str = Field(primary_key=True)
    shop_id: str = Field(foreign_key="shops.id")
    thread_id: str = Field(foreign_key="threads.id", index=True)
    kind: str
    actor_name: str = ""
    actor_user_id: str | None = None
    at: datetime
    data: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    undone_at: datetime | None = None


class ConfirmLink(SQLModel, table=True):
    """A link, mailed to a buyer's registered address, that lets in what is held because nothing proved its author.

    With a `buyer_id`, the author is an address that the buyer does not have yet and gets by confirming.
    Kept as a fingerprint; works until `expires_at`, by POST.
    """

    __tablename__ = "confirm_links"

    fingerprint: str = Field(primary_key=True)
    shop_id: str = Field(foreign_key="shops.id")
    author: str
    buyer_id: str | None = None
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
