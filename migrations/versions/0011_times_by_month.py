"""How long things took, by month: the dashboard reads a year as quickly as a quarter. Quick: it is counted anew."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The months, and nothing counted yet."""
    op.create_table(
        "monthly_times",
        sa.Column("month", UTCDateTime(), nullable=False),
        sa.Column("shop_id", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("user_id", AutoString(), nullable=False),
        sa.Column("minutes", AutoString(), nullable=False),
        sa.Column("targeted", sa.Integer(), nullable=False),
        sa.Column("within", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("month", "shop_id", "kind", "user_id", name=op.f("pk_monthly_times")),
    )
    op.execute(sa.text("DELETE FROM rollup_marks"))


def downgrade() -> None:
    """Days are enough to go on with."""
    op.drop_table("monthly_times")
