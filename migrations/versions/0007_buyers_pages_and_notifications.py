"""Buyers pages and notifications."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Links to buyers' pages, what sellers are told by mail, second factors."""
    _links()
    _notifications()
    _second_factors()


def _links() -> None:
    op.create_table(
        "buyer_links",
        sa.Column("fingerprint", AutoString(), nullable=False),
        sa.Column("shop_id", AutoString(), nullable=False),
        sa.Column("thread_id", AutoString(), nullable=False),
        sa.Column("buyer_id", AutoString(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("revoked_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_buyer_links_shop_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name=op.f("fk_buyer_links_thread_id")),
        sa.ForeignKeyConstraint(["buyer_id"], ["buyers.id"], name=op.f("fk_buyer_links_buyer_id")),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_buyer_links")),
    )
    op.create_index(op.f("ix_buyer_links_thread_id"), "buyer_links", ["thread_id"])
    op.create_index(op.f("ix_buyer_links_expires_at"), "buyer_links", ["expires_at"])
    op.create_table(
        "link_messages",
        sa.Column("message_id", AutoString(), nullable=False),
        sa.Column("fingerprint", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_link_messages_message_id")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_link_messages")),
    )
    op.create_index(op.f("ix_link_messages_fingerprint"), "link_messages", ["fingerprint"])


def _notifications() -> None:
    op.create_table(
        "notification_choices",
        sa.Column("user_id", AutoString(), nullable=False),
        sa.Column("mode", AutoString(), nullable=False),
        sa.Column("daily_hour", sa.Integer(), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=False),
        sa.Column("quiet_until", sa.Integer(), nullable=False),
        sa.Column("only_mine", sa.Boolean(), nullable=False),
        sa.Column("channels", JSON, nullable=False),
        sa.Column("muted_shops", JSON, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notification_choices_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_notification_choices")),
    )
    op.create_table(
        "seller_notices",
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("user_id", AutoString(), nullable=False),
        sa.Column("shop_id", AutoString(), nullable=False),
        sa.Column("thread_id", AutoString(), nullable=False),
        sa.Column("message_id", AutoString(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("told_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_seller_notices_user_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name=op.f("fk_seller_notices_thread_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_seller_notices_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seller_notices")),
        sa.UniqueConstraint("user_id", "message_id", name="uq_seller_notices_user_message"),
    )
    waiting = sa.text("told_at IS NULL")
    op.create_index(
        "ix_seller_notices_due", "seller_notices", ["due_at"], sqlite_where=waiting, postgresql_where=waiting
    )


def _second_factors() -> None:
    op.create_table(
        "totp_secrets",
        sa.Column("user_id", AutoString(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("confirmed_at", UTCDateTime(), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_totp_secrets_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_totp_secrets")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("fingerprint", AutoString(), nullable=False),
        sa.Column("user_id", AutoString(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_recovery_codes_user_id")),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_recovery_codes")),
    )
    op.create_index(op.f("ix_recovery_codes_user_id"), "recovery_codes", ["user_id"])
    op.create_table(
        "mail_requests",
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("address", AutoString(), nullable=False),
        sa.Column("locale", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_requests")),
    )
    op.add_column("sign_in_links", sa.Column("purpose", AutoString(), nullable=False, server_default="sign-in"))


def downgrade() -> None:
    """Take it all back."""
    with op.batch_alter_table("sign_in_links") as table:
        table.drop_column("purpose")
    for name in (
        "mail_requests recovery_codes totp_secrets seller_notices notification_choices link_messages buyer_links"
    ).split():
        op.drop_table(name)
