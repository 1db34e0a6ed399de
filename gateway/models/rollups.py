"""What the dashboard shows, added up beforehand. Nothing here is a truth of its own: all of it can be computed anew."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from gateway.models.columns import json_column


class HourlyCount(SQLModel, table=True):
    """How often something happened in an hour: in, out (`name`: the channel), held, failed, bounced (a domain).

    What belongs to no shop has the empty `shop_id`.
    """

    __tablename__ = "hourly_counts"
    __table_args__ = (Index("ix_hourly_counts_hour", "hour"),)

    shop_id: str = Field(primary_key=True)
    hour: datetime = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    count: int


class DailyTimes(SQLModel, table=True):
    """How long answers (`kind` answer) or whole conversations (solved) took that ended on a day, by who ended them.

    `minutes` is how often each time occurred, `{"12": 3}`; `targeted` had a target, `within` kept it.
    """

    __tablename__ = "daily_times"
    __table_args__ = (Index("ix_daily_times_day", "day"),)

    shop_id: str = Field(primary_key=True)
    day: datetime = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    user_id: str = Field(primary_key=True)
    minutes: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    targeted: int = 0
    within: int = 0


class RollupMark(SQLModel, table=True):
    """How far the adding up has come, by the name of the walk."""

    __tablename__ = "rollup_marks"

    name: str = Field(primary_key=True)
    at: datetime
