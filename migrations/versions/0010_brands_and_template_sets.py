"""Shops' brands; words of mails by set, for channels; how a shop writes its order numbers. Quick on large tables."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TEXT = sqlmodel.sql.sqltypes.AutoString
TIME = sqlmodel.sql.sqltypes.UTCDateTime
WITHOUT_SETS, WITH_SETS = (
    "uq_template_versions_shop_name_locale_version",
    "uq_template_versions_shop_set_name_locale_version",
)


def upgrade() -> None:
    """A table, and two columns that are empty in every row there is."""
    op.create_table(
        "shop_brands",
        sa.Column("shop_id", TEXT(), nullable=False),
        sa.Column("accent", TEXT(), nullable=False),
        sa.Column("background", TEXT(), nullable=False),
        sa.Column("signatures", JSON, nullable=False),
        sa.Column("logo", sa.LargeBinary(), nullable=True),
        sa.Column("logo_width", sa.Integer(), nullable=False),
        sa.Column("logo_height", sa.Integer(), nullable=False),
        sa.Column("logo_sha256", TEXT(), nullable=False),
        sa.Column("updated_at", TIME(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_shop_brands_shop_id")),
        sa.PrimaryKeyConstraint("shop_id", name=op.f("pk_shop_brands")),
    )
    op.add_column("shops", sa.Column("order_mask", TEXT(), nullable=False, server_default=""))
    with op.batch_alter_table("template_versions") as table:
        table.add_column(sa.Column("template_set", TEXT(), nullable=False, server_default=""))
        table.drop_constraint(WITHOUT_SETS, type_="unique")
        table.create_unique_constraint(WITH_SETS, ["shop_id", "template_set", "name", "locale", "version"])


def downgrade() -> None:
    """Words that only a set has go with the sets."""
    op.execute("DELETE FROM template_versions WHERE template_set <> ''")
    with op.batch_alter_table("template_versions") as table:
        table.drop_constraint(WITH_SETS, type_="unique")
        table.create_unique_constraint(WITHOUT_SETS, ["shop_id", "name", "locale", "version"])
        table.drop_column("template_set")
    op.drop_column("shops", "order_mask")
    op.drop_table("shop_brands")
