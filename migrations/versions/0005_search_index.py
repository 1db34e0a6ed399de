"""Search index: one document a thread, its words in FTS5 on SQLite and in a tsvector on PostgreSQL. Acts on many.

It is made of the other tables, so what stands in them is indexed here; `znx reindex` does the same at any time.
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op
from sqlalchemy.dialects import postgresql

from gateway.store.search_index import create_tables, drop_tables, rebuild

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")

INDEXES = (
    ("ix_threads_to_do", "status <> 'closed'", ("assignee_id", "shop_id", "last_message_at", "id")),
    ("ix_threads_merged_into_id", "merged_into_id IS NOT NULL", ("merged_into_id",)),
)


def upgrade() -> None:
    """Make the tables and fill the index."""
    op.create_table(
        "batch_acts",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("actor_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("undone_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("data", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_acts")),
    )
    op.create_index(op.f("ix_batch_acts_actor_id"), "batch_acts", ["actor_id"], unique=False)
    op.drop_index(op.f("ix_threads_merged_into_id"), "threads")
    op.create_index(
        "ix_threads_unread",
        "threads",
        ["shop_id", "unread", "last_message_at", "id"],
        unique=False,
        sqlite_where=sa.text("unread = 1"),
        postgresql_where=sa.text("unread"),
    )
    for name, condition, columns in INDEXES:
        where = sa.text(condition)
        op.create_index(name, "threads", list(columns), sqlite_where=where, postgresql_where=where)
    create_tables(op.get_bind())
    rebuild(op.get_bind())


def downgrade() -> None:
    """The index can be made again."""
    drop_tables(op.get_bind())
    for name, condition, _ in INDEXES:
        where = sa.text(condition)
        op.drop_index(name, "threads", sqlite_where=where, postgresql_where=where)
    op.create_index(op.f("ix_threads_merged_into_id"), "threads", ["merged_into_id"])
    op.drop_index(
        "ix_threads_unread",
        "threads",
        sqlite_where=sa.text("unread = 1"),
        postgresql_where=sa.text("unread"),
    )
    op.drop_index(op.f("ix_batch_acts_actor_id"), "batch_acts")
    op.drop_table("batch_acts")
