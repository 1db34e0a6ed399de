"""Drafts, canned replies, signatures; who looks at a thread; mentions; undoing a send; blocked buyers."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TEXT = sqlmodel.sql.sqltypes.AutoString
TIME = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", TEXT(), nullable=False),
        sa.Column("user_id", TEXT(), nullable=False),
        sa.Column("shop_id", TEXT(), nullable=False),
        sa.Column("thread_id", TEXT(), nullable=False),
        sa.Column("kind", TEXT(), nullable=False),
        sa.Column("text", TEXT(), nullable=False),
        sa.Column("files", JSON, nullable=False),
        sa.Column("updated_at", TIME(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_drafts_user_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_drafts_shop_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name=op.f("fk_drafts_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
        sa.UniqueConstraint("user_id", "thread_id", "kind", name="uq_drafts_user_thread_kind"),
    )
    op.create_index(op.f("ix_drafts_thread_id"), "drafts", ["thread_id"])
    op.create_table(
        "canned_replies",
        sa.Column("id", TEXT(), nullable=False),
        sa.Column("shop_id", TEXT(), nullable=False),
        sa.Column("name", TEXT(), nullable=False),
        sa.Column("locale", TEXT(), nullable=False),
        sa.Column("text", TEXT(), nullable=False),
        sa.Column("updated_at", TIME(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_canned_replies_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_replies")),
        sa.UniqueConstraint("shop_id", "name", "locale", name="uq_canned_replies_shop_name_locale"),
    )
    op.create_table(
        "signatures",
        sa.Column("user_id", TEXT(), nullable=False),
        sa.Column("locale", TEXT(), nullable=False),
        sa.Column("text", TEXT(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_signatures_user_id")),
        sa.PrimaryKeyConstraint("user_id", "locale", name=op.f("pk_signatures")),
    )
    op.create_table(
        "presences",
        sa.Column("thread_id", TEXT(), nullable=False),
        sa.Column("user_id", TEXT(), nullable=False),
        sa.Column("shop_id", TEXT(), nullable=False),
        sa.Column("expires_at", TIME(), nullable=False),
        sa.Column("typing_until", TIME(), nullable=True),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name=op.f("fk_presences_thread_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_presences_user_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_presences_shop_id")),
        sa.PrimaryKeyConstraint("thread_id", "user_id", name=op.f("pk_presences")),
    )
    op.create_index("ix_presences_expires", "presences", ["expires_at"])
    op.create_table(
        "mentions",
        sa.Column("message_id", TEXT(), nullable=False),
        sa.Column("user_id", TEXT(), nullable=False),
        sa.Column("thread_id", TEXT(), nullable=False),
        sa.Column("at", TIME(), nullable=False),
        sa.Column("seen_at", TIME(), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_mentions_message_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_mentions_user_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name=op.f("fk_mentions_thread_id")),
        sa.PrimaryKeyConstraint("message_id", "user_id", name=op.f("pk_mentions")),
    )
    op.create_index("ix_mentions_user", "mentions", ["user_id", "seen_at", "thread_id"])
    op.create_index(op.f("ix_mentions_thread_id"), "mentions", ["thread_id"])
    op.add_column("users", sa.Column("undo_seconds", sa.Integer(), nullable=False, server_default="10"))
    op.add_column("buyers", sa.Column("blocked_at", TIME(), nullable=True))
    op.add_column("messages", sa.Column("undo", JSON, nullable=True))


def downgrade() -> None:
    for table, column in (("messages", "undo"), ("buyers", "blocked_at"), ("users", "undo_seconds")):
        op.drop_column(table, column)
    for table in ("mentions", "presences", "signatures", "canned_replies", "drafts"):
        op.drop_table(table)
