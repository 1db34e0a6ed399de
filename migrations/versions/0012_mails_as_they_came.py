"""PostgreSQL keeps new mails as they came: compressing 20 KB cost more than all else about its row. Quick."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No attempt to compress from now on; what is there already stays as it is."""
    _store("EXTERNAL")


def downgrade() -> None:
    """PostgreSQL's own way again."""
    _store("EXTENDED")


def _store(how: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(sa.text(f"ALTER TABLE raw_emails ALTER COLUMN content SET STORAGE {how}"))
