"""Runs the migrations on the connection that the caller hands over."""

from alembic import context
from sqlmodel import SQLModel

import gateway.models  # noqa: F401  (registers the tables for autogenerate)

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=SQLModel.metadata, compare_type=True, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
