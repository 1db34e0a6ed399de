"""The audit log."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
TIME = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", TIME(), nullable=False),
        sa.Column("actor_kind", TEXT(), nullable=False),
        sa.Column("actor_id", TEXT(), nullable=False),
        sa.Column("actor_name", TEXT(), nullable=False),
        sa.Column("act", TEXT(), nullable=False),
        sa.Column("on_id", TEXT(), nullable=False),
        sa.Column("on_name", TEXT(), nullable=False),
        sa.Column("shop_id", TEXT(), nullable=True),
        sa.Column("details", TEXT(), nullable=False),
        sa.Column("previous", TEXT(), nullable=False),
        sa.Column("hash", TEXT(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_entries")),
    )
    for name, columns in (
        ("shop", ["shop_id", "number"]),
        ("act", ["act", "number"]),
        ("actor", ["actor_id", "number"]),
        ("on", ["on_id", "number"]),
        ("at", ["at"]),
    ):
        op.create_index(f"ix_audit_entries_{name}", "audit_entries", columns)
    heads = op.create_table(
        "audit_heads",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", TEXT(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_heads")),
    )
    op.bulk_insert(heads, [{"id": 1, "number": 0, "hash": "0" * 64}])


def downgrade() -> None:
    op.drop_table("audit_heads")
    op.drop_table("audit_entries")
