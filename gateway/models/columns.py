"""The column types that several tables share."""

from typing import Any

from sqlalchemy import JSON, Column, Table
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import SQLModel

JSON_TYPE = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def json_column(nullable: bool = False) -> Column[Any]:
    """A JSON value: text in SQLite, jsonb in PostgreSQL."""
    return Column(JSON_TYPE, nullable=nullable)


def table_of(model: type[SQLModel]) -> Table:
    """The Core table of a model, for statements on hot paths."""
    return model.__table__  # type: ignore[attr-defined, no-any-return]
