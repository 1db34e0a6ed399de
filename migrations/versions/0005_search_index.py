"""Search index: one document a thread, its words in FTS5 on SQLite and in a tsvector on PostgreSQL.

It is made of the other tables, so what stands in them is indexed here; `znx reindex` does the same at any time.
"""

from alembic import op

from gateway.store.search_index import create_tables, drop_tables, rebuild

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and fill them."""
    create_tables(op.get_bind())
    rebuild(op.get_bind())


def downgrade() -> None:
    """Everything in them can be made again."""
    drop_tables(op.get_bind())
