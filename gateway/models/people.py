"""The people who work here: users, what they may see, and how they prove who they are."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from gateway.models.columns import json_column


class User(SQLModel, table=True):
    """Somebody who works here. Admins reach every shop, all others the shops of their memberships.

    Life cycle: invited (not active, with an open invitation) → active → deactivated → active.

    `undo_seconds` is how long an answer that was sent from a page waits, so that it can be taken back.
    `sorts` are the views whose list is in another order than newest first, each with its order.
    """

    __tablename__ = "users"

    id: str = Field(primary_key=True)
    email: str
    email_folded: str = Field(unique=True)
    name: str = ""
    role: str = "seller"
    password_hash: str = ""
    locale: str = ""
    time_zone: str = ""
    undo_seconds: int = 10
    sorts: dict[str, str] = Field(default_factory=dict, sa_column=json_column())
    active: bool = True
    created_at: datetime


class Membership(SQLModel, table=True):
    """That a user works for a shop. `role` is what they are there; empty: the user's own role."""

    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("user_id", "shop_id", name="uq_memberships_user_shop"),)

    id: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="users.id")
    shop_id: str = Field(foreign_key="shops.id", index=True)
    role: str = ""


class WebSession(SQLModel, table=True):
    """A signed-in browser. Only the fingerprint of its cookie is kept."""

    __tablename__ = "web_sessions"

    fingerprint: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="users.id", index=True)
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    user_agent: str = ""


class SignInLink(SQLModel, table=True):
    """A key that works once, within minutes: it signs somebody in by POST (`purpose` sign-in), sets a new password
    (reset), or stands for a password that was right while the second factor is asked for (second-step).
    """

    __tablename__ = "sign_in_links"

    fingerprint: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="users.id", index=True)
    expires_at: datetime
    used_at: datetime | None = None
    purpose: str = "sign-in"


class SignInFailure(SQLModel, table=True):
    """A failed sign-in, counted for a while by account and by address."""

    __tablename__ = "sign_in_failures"

    id: str = Field(primary_key=True)
    subject: str = Field(index=True)
    at: datetime


class Invitation(SQLModel, table=True):
    """A link that lets an invited person choose a password, once, within days, by POST. Kept as a fingerprint."""

    __tablename__ = "invitations"

    fingerprint: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="users.id", index=True)
    inviter_name: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


class ApiToken(SQLModel, table=True):
    """A program's key to the REST API, kept as a fingerprint. Without a shop it reaches them all (admin).

    `scopes` take rights away from the role; an empty list takes none. `made_by` is the user who made it, if one did.
    """

    __tablename__ = "api_tokens"

    id: str = Field(primary_key=True)
    fingerprint: str = Field(unique=True)
    name: str = ""
    role: str
    scopes: list[str] = Field(default_factory=list, sa_column=json_column())
    shop_id: str | None = Field(default=None, foreign_key="shops.id")
    made_by: str = ""
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
