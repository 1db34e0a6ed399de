"""The links of mails about orders that nobody has written about yet. A new table: quick on any."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
TIME = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    """Beside the links to threads, which stay as they are."""
    op.create_table(
        "order_links",
        sa.Column("fingerprint", TEXT(), nullable=False),
        sa.Column("shop_id", TEXT(), nullable=False),
        sa.Column("order_id", TEXT(), nullable=False),
        sa.Column("buyer_id", TEXT(), nullable=False),
        sa.Column("created_at", TIME(), nullable=False),
        sa.Column("expires_at", TIME(), nullable=False),
        sa.Column("revoked_at", TIME(), nullable=True),
        sa.ForeignKeyConstraint(["buyer_id"], ["buyers.id"], name=op.f("fk_order_links_buyer_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_links_order_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_order_links_shop_id")),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_order_links")),
    )
    op.create_index(op.f("ix_order_links_expires_at"), "order_links", ["expires_at"])
    op.create_index(op.f("ix_order_links_order_id"), "order_links", ["order_id"])


def downgrade() -> None:
    """The links in mails that were sent open nothing then."""
    op.drop_index(op.f("ix_order_links_order_id"), "order_links")
    op.drop_index(op.f("ix_order_links_expires_at"), "order_links")
    op.drop_table("order_links")
