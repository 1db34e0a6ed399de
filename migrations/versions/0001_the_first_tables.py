"""The first tables."""

from datetime import UTC, datetime

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "raw_emails",
        sa.Column("sha256", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("blob_key", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_raw_emails")),
    )
    op.create_table(
        "shops",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("slug", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("locale", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reply_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("notes_from", JSON, nullable=False),
        sa.Column("system", sa.Boolean(), nullable=False),
        sa.Column("change_no", sa.Integer(), nullable=False),
        sa.Column("settings", JSON, nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shops")),
        sa.UniqueConstraint("slug", name=op.f("uq_shops_slug")),
    )
    op.create_table(
        "sign_in_failures",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failures")),
    )
    op.create_index(op.f("ix_sign_in_failures_subject"), "sign_in_failures", ["subject"], unique=False)

    op.create_table(
        "users",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("email_folded", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("role", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("password_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("locale", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("time_zone", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email_folded", name=op.f("uq_users_email_folded")),
    )
    op.create_table(
        "api_tokens",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("fingerprint", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("role", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("shop_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("revoked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_api_tokens_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_api_tokens_fingerprint")),
    )
    op.create_table(
        "buyers",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("shop_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("locale", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_buyers_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_buyers")),
    )
    op.create_index(op.f("ix_buyers_shop_id"), "buyers", ["shop_id"], unique=False)

    op.create_table(
        "confirm_links",
        sa.Column("fingerprint", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("shop_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("author", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("buyer_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("used_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_confirm_links_shop_id")),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_confirm_links")),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("shop_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("thread_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("message_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("mail_from", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("rcpt_to", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("domain", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("sha256", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("internet_message_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("relay_message_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("notice_key", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("bounce_fingerprint", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("bounce_expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("refusal", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("attempts_before", sa.Integer(), nullable=False),
        sa.Column("smtp_reply", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("queued_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("next_attempt_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("first_attempt_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("lease_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("late_told_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["sha256"], ["raw_emails.sha256"], name=op.f("fk_deliveries_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("bounce_fingerprint", name=op.f("uq_deliveries_bounce_fingerprint")),
        sa.UniqueConstraint("notice_key", name=op.f("uq_deliveries_notice_key")),
    )
    op.create_index(
        "ix_deliveries_due",
        "deliveries",
        ["next_attempt_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('queued', 'deferred')"),
        postgresql_where=sa.text("state IN ('queued', 'deferred')"),
    )
    op.create_index("ix_deliveries_state", "deliveries", ["state", "id"], unique=False)
    op.create_index(op.f("ix_deliveries_internet_message_id"), "deliveries", ["internet_message_id"], unique=False)
    op.create_index(op.f("ix_deliveries_message_id"), "deliveries", ["message_id"], unique=False)
    op.create_index(op.f("ix_deliveries_relay_message_id"), "deliveries", ["relay_message_id"], unique=False)
    op.create_index(op.f("ix_deliveries_shop_id"), "deliveries", ["shop_id"], unique=False)

    op.create_table(
        "inbound_emails",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("received_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ingress", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("peer", JSON, nullable=False),
        sa.Column("mail_from", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("rcpt_to", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("author", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("why", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("details", JSON, nullable=False),
        sa.Column("content_key", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("shop_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("order_no", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("message_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("thread_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("released_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("decided_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["sha256"], ["raw_emails.sha256"], name=op.f("fk_inbound_emails_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_emails")),
        sa.UniqueConstraint("content_key", name=op.f("uq_inbound_emails_content_key")),
    )
    op.create_index("ix_inbound_author", "inbound_emails", ["author", "received_at"], unique=False)
    op.create_index(
        "ix_inbound_due",
        "inbound_emails",
        ["next_attempt_at"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index("ix_inbound_sha256", "inbound_emails", ["sha256"], unique=False)
    op.create_index("ix_inbound_shop", "inbound_emails", ["shop_id", "state", "id"], unique=False)
    op.create_index("ix_inbound_state", "inbound_emails", ["state", "id"], unique=False)

    op.create_table(
        "memberships",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("user_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("shop_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_memberships_shop_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_memberships_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
        sa.UniqueConstraint("user_id", "shop_id", name="uq_memberships_user_shop"),
    )
    op.create_index(op.f("ix_memberships_shop_id"), "memberships", ["shop_id"], unique=False)

    op.create_table(
        "sign_in_links",
        sa.Column("fingerprint", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("user_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("used_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sign_in_links_user_id")),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_sign_in_links")),
    )
    op.create_index(op.f("ix_sign_in_links_user_id"), "sign_in_links", ["user_id"], unique=False)

    op.create_table(
        "web_sessions",
        sa.Column("fingerprint", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("user_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("last_seen_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("user_agent", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_web_sessions_user_id")),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_web_sessions")),
    )
    op.create_index(op.f("ix_web_sessions_user_id"), "web_sessions", ["user_id"], unique=False)

    op.create_table(
        "buyer_addresses",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("shop_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("buyer_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("address", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("folded", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("confirmed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["buyer_id"], ["buyers.id"], name=op.f("fk_buyer_addresses_buyer_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_buyer_addresses_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_buyer_addresses")),
        sa.UniqueConstraint("shop_id", "folded", name="uq_buyer_addresses_shop_folded"),
    )
    op.create_index(op.f("ix_buyer_addresses_buyer_id"), "buyer_addresses", ["buyer_id"], unique=False)

    op.create_table(
        "delivery_attempts",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("delivery_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("outcome", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("refusal", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("smtp_reply", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("host", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("dialogue", JSON, nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_delivery_attempts_delivery_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_attempts")),
    )
    op.create_index(op.f("ix_delivery_attempts_delivery_id"), "delivery_attempts", ["delivery_id"], unique=False)

    op.create_table(
        "suppressions",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("shop_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("address", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("folded", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("scope", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("detail", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("delivery_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_suppressions_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppressions")),
        sa.UniqueConstraint("shop_id", "folded", "scope", name="uq_suppressions_shop_folded_scope"),
    )
    op.create_table(
        "pauses",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("value", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("by_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pauses")),
        sa.UniqueConstraint("kind", "value", name="uq_pauses_kind_value"),
    )
    op.create_table(
        "orders",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("shop_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("buyer_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("order_no", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("order_no_folded", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("status", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("placed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("paid_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("currency", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("total", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("items", JSON, nullable=False),
        sa.Column("tracking_no", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("updated_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["buyer_id"], ["buyers.id"], name=op.f("fk_orders_buyer_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_orders_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("shop_id", "order_no_folded", name="uq_orders_shop_order_no"),
    )
    op.create_index("ix_orders_buyer_placed", "orders", ["buyer_id", "placed_at"], unique=False)

    op.create_table(
        "threads",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("shop_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("buyer_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("order_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("merged_into_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("status", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("assignee_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("labels", JSON, nullable=False),
        sa.Column("unread", sa.Boolean(), nullable=False),
        sa.Column("needs_reply", sa.Boolean(), nullable=False),
        sa.Column("has_note", sa.Boolean(), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("snippet", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("message_count", sa.Integer(), nullable=False),
        sa.Column("snoozed_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("due_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("last_message_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("change_no", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["assignee_id"], ["users.id"], name=op.f("fk_threads_assignee_id")),
        sa.ForeignKeyConstraint(["buyer_id"], ["buyers.id"], name=op.f("fk_threads_buyer_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_threads_order_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_threads_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_threads")),
        sa.UniqueConstraint("shop_id", "buyer_id", "order_id", name="uq_threads_shop_buyer_order"),
    )
    op.create_index("ix_threads_assignee", "threads", ["assignee_id", "shop_id", "last_message_at", "id"], unique=False)
    op.create_index(
        "ix_threads_automatic",
        "threads",
        ["shop_id", "automatic", "last_message_at", "id"],
        unique=False,
        sqlite_where=sa.text("automatic = 1"),
        postgresql_where=sa.text("automatic"),
    )
    op.create_index("ix_threads_buyer", "threads", ["buyer_id"], unique=False)
    op.create_index(
        "ix_threads_noted",
        "threads",
        ["shop_id", "has_note", "last_message_at", "id"],
        unique=False,
        sqlite_where=sa.text("has_note = 1"),
        postgresql_where=sa.text("has_note"),
    )
    op.create_index(op.f("ix_threads_merged_into_id"), "threads", ["merged_into_id"], unique=False)
    op.create_index("ix_threads_shop_change", "threads", ["shop_id", "change_no"], unique=False)
    op.create_index("ix_threads_shop_last", "threads", ["shop_id", "last_message_at", "id"], unique=False)
    op.create_index(
        "ix_threads_shop_needs", "threads", ["shop_id", "needs_reply", "last_message_at", "id"], unique=False
    )
    op.create_index("ix_threads_shop_status", "threads", ["shop_id", "status", "last_message_at", "id"], unique=False)

    op.create_table(
        "messages",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("thread_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("shop_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("direction", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("channel", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("author_kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("author_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("author_user_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("fresh_text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("quoted_text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("signature_text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("html", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("remote_content", sa.Boolean(), nullable=False),
        sa.Column("internet_message_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("references", JSON, nullable=False),
        sa.Column("sent_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("received_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("trust", JSON, nullable=False),
        sa.Column("filed_because", JSON, nullable=False),
        sa.Column("defects", JSON, nullable=False),
        sa.Column("automatic", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("raw_sha256", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("inbound_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("dedupe_key", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name=op.f("fk_messages_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_messages_dedupe_key")),
    )
    op.create_index("ix_messages_internet_id", "messages", ["shop_id", "internet_message_id"], unique=False)
    op.create_index("ix_messages_thread", "messages", ["thread_id", "id"], unique=False)

    op.create_table(
        "reply_tokens",
        sa.Column("fingerprint", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("shop_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("thread_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("buyer_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("user_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("revoked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name=op.f("fk_reply_tokens_thread_id")),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_reply_tokens")),
    )
    op.create_index(op.f("ix_reply_tokens_thread_id"), "reply_tokens", ["thread_id"], unique=False)

    op.create_table(
        "thread_events",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("shop_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("thread_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("actor_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("actor_user_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.Column("undone_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_thread_events_shop_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name=op.f("fk_thread_events_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread_events")),
    )
    op.create_index(op.f("ix_thread_events_thread_id"), "thread_events", ["thread_id"], unique=False)

    op.create_table(
        "attachments",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("message_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("shop_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("filename", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("content_type", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("declared_type", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("inline", sa.Boolean(), nullable=False),
        sa.Column("content_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("blob_key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_attachments_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
    )
    op.create_index(op.f("ix_attachments_message_id"), "attachments", ["message_id"], unique=False)

    _add_system_shop()


def _add_system_shop() -> None:
    """The admins' own inbox: where postmaster@ and abuse@ lead (RFC 2142)."""
    shops = sa.table(
        "shops",
        *(sa.column(name) for name in ("id", "slug", "name", "locale", "reply_name", "change_no")),
        sa.column("notes_from", JSON),
        sa.column("settings", JSON),
        sa.column("system", sa.Boolean()),
        sa.column("created_at", sqlmodel.sql.sqltypes.UTCDateTime()),
    )
    row = {"id": "019a0000-0000-7000-8000-000000000001", "slug": "postmaster", "name": "Postmaster", "locale": "en"}
    more = {"reply_name": "Postmaster", "change_no": 0, "notes_from": [], "settings": {}, "system": True}
    op.bulk_insert(shops, [row | more | {"created_at": datetime(2026, 1, 1, tzinfo=UTC)}])


def downgrade() -> None:
    op.drop_index(op.f("ix_attachments_message_id"), "attachments")

    op.drop_table("attachments")
    op.drop_index(op.f("ix_thread_events_thread_id"), "thread_events")

    op.drop_table("thread_events")
    op.drop_index(op.f("ix_reply_tokens_thread_id"), "reply_tokens")

    op.drop_table("reply_tokens")
    op.drop_index("ix_messages_thread", "messages")
    op.drop_index("ix_messages_internet_id", "messages")

    op.drop_table("messages")
    op.drop_index("ix_threads_shop_status", "threads")
    op.drop_index("ix_threads_shop_needs", "threads")
    op.drop_index("ix_threads_shop_last", "threads")
    op.drop_index("ix_threads_shop_change", "threads")
    op.drop_index(op.f("ix_threads_merged_into_id"), "threads")
    op.drop_index(
        "ix_threads_noted",
        "threads",
        sqlite_where=sa.text("has_note = 1"),
        postgresql_where=sa.text("has_note"),
    )
    op.drop_index("ix_threads_buyer", "threads")
    op.drop_index(
        "ix_threads_automatic",
        "threads",
        sqlite_where=sa.text("automatic = 1"),
        postgresql_where=sa.text("automatic"),
    )
    op.drop_index("ix_threads_assignee", "threads")

    op.drop_table("threads")
    op.drop_index("ix_orders_buyer_placed", "orders")

    op.drop_table("orders")
    op.drop_table("pauses")
    op.drop_table("suppressions")
    op.drop_index(op.f("ix_delivery_attempts_delivery_id"), "delivery_attempts")

    op.drop_table("delivery_attempts")
    op.drop_index(op.f("ix_buyer_addresses_buyer_id"), "buyer_addresses")

    op.drop_table("buyer_addresses")
    op.drop_index(op.f("ix_web_sessions_user_id"), "web_sessions")

    op.drop_table("web_sessions")
    op.drop_index(op.f("ix_sign_in_links_user_id"), "sign_in_links")

    op.drop_table("sign_in_links")
    op.drop_index(op.f("ix_memberships_shop_id"), "memberships")

    op.drop_table("memberships")
    op.drop_index("ix_inbound_state", "inbound_emails")
    op.drop_index("ix_inbound_shop", "inbound_emails")
    op.drop_index("ix_inbound_sha256", "inbound_emails")
    op.drop_index("ix_inbound_due", "inbound_emails")
    op.drop_index("ix_inbound_author", "inbound_emails")

    op.drop_table("inbound_emails")
    op.drop_index(op.f("ix_deliveries_shop_id"), "deliveries")
    op.drop_index(op.f("ix_deliveries_relay_message_id"), "deliveries")
    op.drop_index(op.f("ix_deliveries_message_id"), "deliveries")
    op.drop_index(op.f("ix_deliveries_internet_message_id"), "deliveries")
    op.drop_index("ix_deliveries_state", "deliveries")
    op.drop_index("ix_deliveries_due", "deliveries")

    op.drop_table("deliveries")
    op.drop_table("confirm_links")
    op.drop_index(op.f("ix_buyers_shop_id"), "buyers")

    op.drop_table("buyers")
    op.drop_table("api_tokens")
    op.drop_table("users")
    op.drop_index(op.f("ix_sign_in_failures_subject"), "sign_in_failures")

    op.drop_table("sign_in_failures")
    op.drop_table("shops")
    op.drop_table("raw_emails")
