"""What a seller has at hand while writing: drafts, canned replies, signatures."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from gateway.models.columns import json_column


class Draft(SQLModel, table=True):
    """What somebody has begun to write in a thread; `kind` is reply or note. Sending it removes it.

    `files` describe stored files (see `domain.messages.StoredFile`) that came back with an answer that was undone.
    """

    __tablename__ = "drafts"
    __table_args__ = (UniqueConstraint("user_id", "thread_id", "kind", name="uq_drafts_user_thread_kind"),)

    id: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="users.id")
    shop_id: str = Field(foreign_key="shops.id")
    thread_id: str = Field(foreign_key="threads.id", index=True)
    kind: str
    text: str = ""
    files: list[dict[str, Any]] = Field(default_factory=list, sa_column=json_column())
    updated_at: datetime


class CannedReply(SQLModel, table=True):
    """A text that a shop writes often, in one language; the same `name` in another language is another row."""

    __tablename__ = "canned_replies"
    __table_args__ = (UniqueConstraint("shop_id", "name", "locale", name="uq_canned_replies_shop_name_locale"),)

    id: str = Field(primary_key=True)
    shop_id: str = Field(foreign_key="shops.id")
    name: str
    locale: str
    text: str
    updated_at: datetime


class Signature(SQLModel, table=True):
    """What stands below a seller's answers in one language."""

    __tablename__ = "signatures"

    user_id: str = Field(primary_key=True, foreign_key="users.id")
    locale: str = Field(primary_key=True)
    text: str


class Presence(SQLModel, table=True):
    """That somebody has a thread open, until `expires_at` unless said again, and writes in it until `typing_until`."""

    __tablename__ = "presences"
    __table_args__ = (Index("ix_presences_expires", "expires_at"),)

    thread_id: str = Field(primary_key=True, foreign_key="threads.id")
    user_id: str = Field(primary_key=True, foreign_key="users.id")
    shop_id: str = Field(foreign_key="shops.id")
    expires_at: datetime
    typing_until: datetime | None = None


class Mention(SQLModel, table=True):
    """That an internal note names a colleague, and when the colleague saw it."""

    __tablename__ = "mentions"
    __table_args__ = (Index("ix_mentions_user", "user_id", "seen_at", "thread_id"),)

    message_id: str = Field(primary_key=True, foreign_key="messages.id")
    user_id: str = Field(primary_key=True, foreign_key="users.id")
    thread_id: str = Field(foreign_key="threads.id", index=True)
    at: datetime
    seen_at: datetime | None = None
