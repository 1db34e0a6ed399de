"""What sellers want to be told by mail (消息提醒), and what they are about to be told."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from gateway.models.columns import json_column


class NotificationChoice(SQLModel, table=True):
    """How one user is told of new messages; without a row, not at all.

    `mode` is off, immediately, hourly or daily (at `daily_hour`). From `quiet_from` to `quiet_until` (minutes of the
    day in the user's zone; equal: never) nothing is sent. `channels` are told of, `muted_shops` (ids) are not.
    """

    __tablename__ = "notification_choices"

    user_id: str = Field(primary_key=True, foreign_key="users.id")
    mode: str = "off"
    daily_hour: int = 9
    quiet_from: int = 0
    quiet_until: int = 0
    only_mine: bool = False
    channels: list[str] = Field(default_factory=list, sa_column=json_column())
    muted_shops: list[str] = Field(default_factory=list, sa_column=json_column())


class SellerNotice(SQLModel, table=True):
    """One message that one user is to be told of at `due_at`, unless it is answered by then.

    Life cycle: waiting → told, or gone because there was nothing to tell any more (`told_at` is set either way).
    """

    __tablename__ = "seller_notices"
    __table_args__ = (
        UniqueConstraint("user_id", "message_id", name="uq_seller_notices_user_message"),
        Index(
            "ix_seller_notices_due",
            "due_at",
            sqlite_where=text("told_at IS NULL"),
            postgresql_where=text("told_at IS NULL"),
        ),
    )

    id: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="users.id")
    shop_id: str
    thread_id: str = Field(foreign_key="threads.id")
    message_id: str = Field(foreign_key="messages.id")
    created_at: datetime
    due_at: datetime
    told_at: datetime | None = None
