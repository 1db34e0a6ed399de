"""The dashboard's sums by day: quick to read for a year. Quick itself: the worker counts all of them anew."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """One row a day with its 24 hours; times as words instead of JSON."""
    op.drop_table("hourly_counts")
    op.create_table(
        "daily_counts",
        sa.Column("shop_id", AutoString(), nullable=False),
        sa.Column("day", UTCDateTime(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        *(sa.Column(f"h{hour:02}", sa.Integer(), nullable=False) for hour in range(24)),
        sa.PrimaryKeyConstraint("shop_id", "day", "kind", "name", name=op.f("pk_daily_counts")),
    )
    op.create_index("ix_daily_counts_day", "daily_counts", ["day"])
    _times(AutoString())


def _times(minutes: sa.types.TypeEngine[object]) -> None:
    """An empty table of times, and nothing counted yet."""
    op.drop_table("daily_times")
    op.create_table(
        "daily_times",
        sa.Column("shop_id", AutoString(), nullable=False),
        sa.Column("day", UTCDateTime(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("user_id", AutoString(), nullable=False),
        sa.Column("minutes", minutes, nullable=False),
        sa.Column("targeted", sa.Integer(), nullable=False),
        sa.Column("within", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("shop_id", "day", "kind", "user_id", name=op.f("pk_daily_times")),
    )
    op.create_index("ix_daily_times_day", "daily_times", ["day"])
    op.execute(sa.text("DELETE FROM rollup_marks"))


def downgrade() -> None:
    """The tables as they were, to be counted anew as well."""
    op.drop_table("daily_counts")
    op.create_table(
        "hourly_counts",
        sa.Column("shop_id", AutoString(), nullable=False),
        sa.Column("hour", UTCDateTime(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("shop_id", "hour", "kind", "name", name=op.f("pk_hourly_counts")),
    )
    op.create_index("ix_hourly_counts_hour", "hourly_counts", ["hour"])
    _times(JSON)
