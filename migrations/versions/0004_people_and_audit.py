"""Roles by shop, invitations, scopes of tokens; the audit log; what the dashboard adds up; mails' words."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TEXT = sqlmodel.sql.sqltypes.AutoString
TIME = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", TIME(), nullable=False),
        sa.Column("actor_kind", TEXT(), nullable=False),
        sa.Column("actor_id", TEXT(), nullable=False),
        sa.Column("actor_name", TEXT(), nullable=False),
        sa.Column("act", TEXT(), nullable=False),
        sa.Column("on_id", TEXT(), nullable=False),
        sa.Column("on_name", TEXT(), nullable=False),
        sa.Column("shop_id", TEXT(), nullable=True),
        sa.Column("details", TEXT(), nullable=False),
        sa.Column("previous", TEXT(), nullable=False),
        sa.Column("hash", TEXT(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_entries")),
    )
    for name, columns in (
        ("shop", ["shop_id", "number"]),
        ("act", ["act", "number"]),
        ("actor", ["actor_id", "number"]),
        ("on", ["on_id", "number"]),
        ("at", ["at"]),
    ):
        op.create_index(f"ix_audit_entries_{name}", "audit_entries", columns)
    heads = op.create_table(
        "audit_heads",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", TEXT(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_heads")),
    )
    op.bulk_insert(heads, [{"id": 1, "number": 0, "hash": "0" * 64}])
    op.add_column("memberships", sa.Column("role", TEXT(), nullable=False, server_default=""))
    op.create_table(
        "invitations",
        sa.Column("fingerprint", TEXT(), nullable=False),
        sa.Column("user_id", TEXT(), nullable=False),
        sa.Column("inviter_name", TEXT(), nullable=False),
        sa.Column("created_at", TIME(), nullable=False),
        sa.Column("expires_at", TIME(), nullable=False),
        sa.Column("used_at", TIME(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_invitations_user_id")),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_invitations")),
    )
    op.create_index(op.f("ix_invitations_user_id"), "invitations", ["user_id"])
    op.add_column("api_tokens", sa.Column("name", TEXT(), nullable=False, server_default=""))
    op.add_column("api_tokens", sa.Column("scopes", JSON, nullable=False, server_default="[]"))
    op.add_column("api_tokens", sa.Column("made_by", TEXT(), nullable=False, server_default=""))
    op.add_column("api_tokens", sa.Column("expires_at", TIME(), nullable=True))
    op.add_column("api_tokens", sa.Column("last_used_at", TIME(), nullable=True))
    op.create_table(
        "hourly_counts",
        sa.Column("shop_id", TEXT(), nullable=False),
        sa.Column("hour", TIME(), nullable=False),
        sa.Column("kind", TEXT(), nullable=False),
        sa.Column("name", TEXT(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("shop_id", "hour", "kind", "name", name=op.f("pk_hourly_counts")),
    )
    op.create_index("ix_hourly_counts_hour", "hourly_counts", ["hour"])
    op.create_table(
        "daily_times",
        sa.Column("shop_id", TEXT(), nullable=False),
        sa.Column("day", TIME(), nullable=False),
        sa.Column("kind", TEXT(), nullable=False),
        sa.Column("user_id", TEXT(), nullable=False),
        sa.Column("minutes", JSON, nullable=False),
        sa.Column("targeted", sa.Integer(), nullable=False),
        sa.Column("within", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("shop_id", "day", "kind", "user_id", name=op.f("pk_daily_times")),
    )
    op.create_index("ix_daily_times_day", "daily_times", ["day"])
    op.create_table(
        "rollup_marks",
        sa.Column("name", TEXT(), nullable=False),
        sa.Column("at", TIME(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_rollup_marks")),
    )
    op.create_table(
        "template_versions",
        sa.Column("id", TEXT(), nullable=False),
        sa.Column("shop_id", TEXT(), nullable=False),
        sa.Column("name", TEXT(), nullable=False),
        sa.Column("locale", TEXT(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", TEXT(), nullable=False),
        sa.Column("text", TEXT(), nullable=False),
        sa.Column("html", TEXT(), nullable=False),
        sa.Column("original", sa.Boolean(), nullable=False),
        sa.Column("by_name", TEXT(), nullable=False),
        sa.Column("at", TIME(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template_versions")),
        sa.UniqueConstraint(
            "shop_id", "name", "locale", "version", name="uq_template_versions_shop_name_locale_version"
        ),
    )
    op.add_column("threads", sa.Column("closed_at", TIME(), nullable=True))
    op.create_index("ix_threads_shop_closed", "threads", ["shop_id", "closed_at"])
    op.create_index("ix_messages_shop_received", "messages", ["shop_id", "received_at"])
    op.create_index("ix_inbound_received", "inbound_emails", ["received_at"])
    op.create_index("ix_deliveries_at", "deliveries", ["state", "at"])


def downgrade() -> None:
    for table, name in (
        ("deliveries", "ix_deliveries_at"),
        ("inbound_emails", "ix_inbound_received"),
        ("messages", "ix_messages_shop_received"),
        ("threads", "ix_threads_shop_closed"),
    ):
        op.drop_index(name, table_name=table)
    op.drop_column("threads", "closed_at")
    for table in ("template_versions", "rollup_marks", "daily_times", "hourly_counts"):
        op.drop_table(table)
    for column in ("last_used_at", "expires_at", "made_by", "scopes", "name"):
        op.drop_column("api_tokens", column)
    op.drop_table("invitations")
    op.drop_column("memberships", "role")
    op.drop_table("audit_heads")
    op.drop_table("audit_entries")
