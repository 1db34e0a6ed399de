"""Lanes of what comes in, so that shops take turns. Quick on large tables: the index holds only what waits."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column that is empty in every row there is, and an index of what is pending."""
    pending = sa.text("state = 'pending'")
    lane = sa.Column("lane", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default="")
    op.add_column("inbound_emails", lane)
    op.create_index(
        "ix_inbound_lane",
        "inbound_emails",
        ["lane", "next_attempt_at"],
        sqlite_where=pending,
        postgresql_where=pending,
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_inbound_lane", "inbound_emails")
    op.drop_column("inbound_emails", "lane")
