"""What people did to many threads at once, as far as taking it back needs."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from gateway.models.columns import json_column


class BatchAct(SQLModel, table=True):
    """One act on many threads. `data` has each thread's id, its number after the act, and how it stood before.

    Life cycle: done → undone, once, by whoever did it.
    """

    __tablename__ = "batch_acts"

    id: str = Field(primary_key=True)
    actor_id: str = Field(index=True)
    kind: str
    at: datetime
    undone_at: datetime | None = None
    data: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
