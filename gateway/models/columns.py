"""The column types that several tables share."""

from typing import Any

from sqlalchemy import JSON, Column, Table
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import SQLModel

SQLModel.metadata.naming_convention = {
    # Every constraint has a name that follows from its columns, so that a migration can drop it again.
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

JSON_TYPE = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def json_column(nullable: bool = False) -> Column[Any]:
    """A JSON value: text in SQLite, jsonb in PostgreSQL."""
    return Column(JSON_TYPE, nullable=nullable)


def table_of(model: type[SQLModel]) -> Table:
    """The Core table of a model, for statements on hot paths."""
    return model.__table__  # type: ignore[attr-defined, no-any-return]
