"""Where orders come from, and what we tell other programs."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TEXT = sqlmodel.sql.sqltypes.AutoString
TIME = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    op.create_table(
        "order_sources",
        sa.Column("id", TEXT(), nullable=False),
        sa.Column("shop_id", TEXT(), nullable=False),
        sa.Column("kind", TEXT(), nullable=False),
        sa.Column("name", TEXT(), nullable=False),
        sa.Column("key", TEXT(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("former_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("former_until", TIME(), nullable=True),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("url", TEXT(), nullable=False),
        sa.Column("cursor", JSON, nullable=False),
        sa.Column("next_pull_at", TIME(), nullable=True),
        sa.Column("lease_until", TIME(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("last_at", TIME(), nullable=True),
        sa.Column("last_error", TEXT(), nullable=False),
        sa.Column("last_error_at", TIME(), nullable=True),
        sa.Column("created_at", TIME(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_order_sources_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_sources")),
        sa.UniqueConstraint("key", name=op.f("uq_order_sources_key")),
    )
    op.create_index(op.f("ix_order_sources_shop_id"), "order_sources", ["shop_id"])
    op.create_index("ix_order_sources_due", "order_sources", ["next_pull_at"])
    op.create_table(
        "source_deliveries",
        sa.Column("id", TEXT(), nullable=False),
        sa.Column("source_id", TEXT(), nullable=False),
        sa.Column("delivery_id", TEXT(), nullable=False),
        sa.Column("topic", TEXT(), nullable=False),
        sa.Column("order_no", TEXT(), nullable=False),
        sa.Column("outcome", TEXT(), nullable=False),
        sa.Column("why", TEXT(), nullable=False),
        sa.Column("detail", TEXT(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("at", TIME(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["order_sources.id"], name=op.f("fk_source_deliveries_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_deliveries")),
        sa.UniqueConstraint("source_id", "delivery_id", name="uq_source_deliveries_source_delivery"),
    )
    op.create_index(op.f("ix_source_deliveries_source_id"), "source_deliveries", ["source_id"])
    op.create_index(op.f("ix_source_deliveries_at"), "source_deliveries", ["at"])
    op.create_table(
        "source_orders",
        sa.Column("source_id", TEXT(), nullable=False),
        sa.Column("external_id", TEXT(), nullable=False),
        sa.Column("order_no", TEXT(), nullable=False),
        sa.Column("version_at", TIME(), nullable=True),
        sa.Column("parts", JSON, nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["order_sources.id"], name=op.f("fk_source_orders_source_id")),
        sa.PrimaryKeyConstraint("source_id", "external_id", name=op.f("pk_source_orders")),
    )
    _webhooks()


def _webhooks() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", TEXT(), nullable=False),
        sa.Column("shop_id", TEXT(), nullable=True),
        sa.Column("url", TEXT(), nullable=False),
        sa.Column("description", TEXT(), nullable=False),
        sa.Column("events", JSON, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("former_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("former_until", TIME(), nullable=True),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("disabled_why", TEXT(), nullable=False),
        sa.Column("failing_since", TIME(), nullable=True),
        sa.Column("last_success_at", TIME(), nullable=True),
        sa.Column("created_at", TIME(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_webhooks_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )
    op.create_index(op.f("ix_webhooks_shop_id"), "webhooks", ["shop_id"])
    op.create_table(
        "webhook_events",
        sa.Column("id", TEXT(), nullable=False),
        sa.Column("shop_id", TEXT(), nullable=True),
        sa.Column("kind", TEXT(), nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.Column("at", TIME(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_webhook_events_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_events")),
    )
    op.create_index(op.f("ix_webhook_events_at"), "webhook_events", ["at"])
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", TEXT(), nullable=False),
        sa.Column("webhook_id", TEXT(), nullable=False),
        sa.Column("event_id", TEXT(), nullable=False),
        sa.Column("state", TEXT(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("first_attempt_at", TIME(), nullable=True),
        sa.Column("next_attempt_at", TIME(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", TEXT(), nullable=False),
        sa.Column("at", TIME(), nullable=False),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhooks.id"], name=op.f("fk_webhook_deliveries_webhook_id")),
        sa.ForeignKeyConstraint(["event_id"], ["webhook_events.id"], name=op.f("fk_webhook_deliveries_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
    )
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        "ix_webhook_deliveries_due",
        "webhook_deliveries",
        ["next_attempt_at"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_index("ix_webhook_deliveries_webhook", "webhook_deliveries", ["webhook_id", "id"])
    op.create_index(op.f("ix_webhook_deliveries_event_id"), "webhook_deliveries", ["event_id"])
    op.create_table(
        "webhook_cursors",
        sa.Column("shop_id", TEXT(), nullable=False),
        sa.Column("change_no", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_webhook_cursors_shop_id")),
        sa.PrimaryKeyConstraint("shop_id", name=op.f("pk_webhook_cursors")),
    )


def downgrade() -> None:
    for table in (
        "webhook_cursors",
        "webhook_deliveries",
        "webhook_events",
        "webhooks",
        "source_orders",
        "source_deliveries",
        "order_sources",
    ):
        op.drop_table(table)
