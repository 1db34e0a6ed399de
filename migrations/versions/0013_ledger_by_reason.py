"""The ledger by reason: an index, which takes some seconds for each million of its rows."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rows of one reason, newest first."""
    op.create_index("ix_inbound_why", "inbound_emails", ["why", "id"])


def downgrade() -> None:
    """Without it the newest rows are looked through."""
    op.drop_index("ix_inbound_why", "inbound_emails")
