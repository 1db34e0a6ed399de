"""Lists by target: the threads that have one in its order, and who wants which list so. Quick on large tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """An index of the few threads with a target; each user's orders of views."""
    due = sa.text("due_at IS NOT NULL")
    op.create_index("ix_threads_due", "threads", ["shop_id", "due_at", "id"], sqlite_where=due, postgresql_where=due)
    op.add_column("users", sa.Column("sorts", JSON, nullable=False, server_default=sa.text("'{}'")))


def downgrade() -> None:
    """Take it all back."""
    op.drop_column("users", "sorts")
    op.drop_index("ix_threads_due", "threads")
