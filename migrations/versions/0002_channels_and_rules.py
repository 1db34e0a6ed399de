"""Channels, routing rules, teams; what a thread and a message remember of them; a shop's zone, an order's country."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TEXT = sqlmodel.sql.sqltypes.AutoString
TIME = sqlmodel.sql.sqltypes.UTCDateTime

ADDED = (("shops", "time_zone"), ("orders", "country"), ("threads", "team_id"), ("threads", "channel_id"))
ADDED += (("threads", "priority"), ("messages", "channel_id"), ("messages", "rules"))


def upgrade() -> None:
    _teams()
    _channels()
    _rules()
    op.add_column("shops", sa.Column("time_zone", TEXT(), nullable=False, server_default=""))
    op.add_column("orders", sa.Column("country", TEXT(), nullable=False, server_default=""))
    op.add_column("threads", sa.Column("team_id", TEXT(), nullable=True))
    op.add_column("threads", sa.Column("channel_id", TEXT(), nullable=True))
    op.add_column("threads", sa.Column("priority", TEXT(), nullable=False, server_default="normal"))
    op.add_column("messages", sa.Column("channel_id", TEXT(), nullable=True))
    op.add_column("messages", sa.Column("rules", JSON, nullable=True))
    op.create_index("ix_threads_team", "threads", ["team_id", "shop_id", "last_message_at", "id"])


def _teams() -> None:
    op.create_table(
        "teams",
        sa.Column("id", TEXT(), nullable=False),
        sa.Column("shop_id", TEXT(), nullable=True),
        sa.Column("name", TEXT(), nullable=False),
        sa.Column("name_folded", TEXT(), nullable=False),
        sa.Column("zone", TEXT(), nullable=False),
        sa.Column("hours", JSON, nullable=False),
        sa.Column("created_at", TIME(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_teams_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
        sa.UniqueConstraint("name_folded", name=op.f("uq_teams_name_folded")),
    )
    op.create_index(op.f("ix_teams_shop_id"), "teams", ["shop_id"])
    op.create_table(
        "team_members",
        sa.Column("id", TEXT(), nullable=False),
        sa.Column("team_id", TEXT(), nullable=False),
        sa.Column("user_id", TEXT(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_team_members_team_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_team_members_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_members")),
        sa.UniqueConstraint("team_id", "user_id", name="uq_team_members_team_user"),
    )
    op.create_index(op.f("ix_team_members_user_id"), "team_members", ["user_id"])


def _channels() -> None:
    op.create_table(
        "channels",
        sa.Column("id", TEXT(), nullable=False),
        sa.Column("shop_id", TEXT(), nullable=False),
        sa.Column("name", TEXT(), nullable=False),
        sa.Column("kind", TEXT(), nullable=False),
        sa.Column("address", TEXT(), nullable=False),
        sa.Column("pattern", TEXT(), nullable=True),
        sa.Column("wildcard", sa.Boolean(), nullable=False),
        sa.Column("webhook_key", TEXT(), nullable=True),
        sa.Column("team_id", TEXT(), nullable=True),
        sa.Column("assignee_id", TEXT(), nullable=True),
        sa.Column("template_set", TEXT(), nullable=False),
        sa.Column("language", TEXT(), nullable=False),
        sa.Column("acknowledge", sa.Boolean(), nullable=True),
        sa.Column("labels", JSON, nullable=False),
        sa.Column("response_minutes", sa.Integer(), nullable=True),
        sa.Column("entitlement", TEXT(), nullable=False),
        sa.Column("entitlement_days", sa.Integer(), nullable=True),
        sa.Column("reader", TEXT(), nullable=False),
        sa.Column("reader_config", JSON, nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", TIME(), nullable=False),
        sa.Column("updated_at", TIME(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_channels_shop_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_channels_team_id")),
        sa.ForeignKeyConstraint(["assignee_id"], ["users.id"], name=op.f("fk_channels_assignee_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channels")),
        sa.UniqueConstraint("pattern", name=op.f("uq_channels_pattern")),
        sa.UniqueConstraint("webhook_key", name=op.f("uq_channels_webhook_key")),
    )
    op.create_index("ix_channels_shop", "channels", ["shop_id", "kind"])
    op.create_index(op.f("ix_channels_wildcard"), "channels", ["wildcard"])


def _rules() -> None:
    op.create_table(
        "routing_rules",
        sa.Column("id", TEXT(), nullable=False),
        sa.Column("shop_id", TEXT(), nullable=True),
        sa.Column("name", TEXT(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("stop", sa.Boolean(), nullable=False),
        sa.Column("conditions", JSON, nullable=False),
        sa.Column("actions", JSON, nullable=False),
        sa.Column("created_at", TIME(), nullable=False),
        sa.Column("updated_at", TIME(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_routing_rules_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_rules")),
    )
    op.create_index(op.f("ix_routing_rules_shop_id"), "routing_rules", ["shop_id"])
    op.create_index("ix_routing_rules_position", "routing_rules", ["position", "id"])


def downgrade() -> None:
    op.drop_index("ix_threads_team", "threads")
    for table, column in reversed(ADDED):
        op.drop_column(table, column)
    for table in ("routing_rules", "channels", "team_members", "teams"):
        op.drop_table(table)
