"""The clock of who wrote a mail: so many minutes ahead of UTC. Quick on large tables: empty in every row there is."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column that may be empty."""
    op.add_column("messages", sa.Column("sent_offset", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Take it back."""
    op.drop_column("messages", "sent_offset")
