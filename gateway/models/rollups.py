"""What the dashboard shows, added up beforehand. Nothing here is a truth of its own: all of it can be computed anew."""

from datetime import datetime

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Table
from sqlmodel import Field, SQLModel
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

HOURS = tuple(f"h{hour:02}" for hour in range(24))
"""The columns of a day's hours, in UTC."""

DAILY_COUNTS = Table(
    "daily_counts",
    SQLModel.metadata,
    Column("shop_id", AutoString, nullable=False),
    Column("day", UTCDateTime, nullable=False),
    Column("kind", AutoString, nullable=False),
    Column("name", AutoString, nullable=False),
    *(Column(hour, Integer, nullable=False) for hour in HOURS),
    PrimaryKeyConstraint("shop_id", "day", "kind", "name", name="pk_daily_counts"),
    Index("ix_daily_counts_day", "day"),
)
"""How often something happened in each hour of a day: in, out (`name`: the channel), held, failed, bounced (a domain).

What belongs to no shop has the empty `shop_id`. One row a day with its hours beside each other, so that a year is
read as quickly as a week.
"""


class DailyTimes(SQLModel, table=True):
    """How long answers (`kind` answer) or whole conversations (solved) took that ended on a day, by who ended them.

    `minutes` has each of the times, divided by spaces: databases join such texts themselves, and counting words is the
    quickest thing there is. `targeted` of them had a target, `within` kept it.
    """

    __tablename__ = "daily_times"
    __table_args__ = (Index("ix_daily_times_day", "day"),)

    shop_id: str = Field(primary_key=True)
    day: datetime = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    user_id: str = Field(primary_key=True)
    minutes: str
    targeted: int = 0
    within: int = 0


class MonthlyTimes(SQLModel, table=True):
    """The days of a month that is over, joined: a year is a dozen rows of each shop and person, not hundreds."""

    __tablename__ = "monthly_times"

    month: datetime = Field(primary_key=True)
    shop_id: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    user_id: str = Field(primary_key=True)
    minutes: str
    targeted: int = 0
    within: int = 0


class RollupMark(SQLModel, table=True):
    """How far the adding up has come, by the name of the walk."""

    __tablename__ = "rollup_marks"

    name: str = Field(primary_key=True)
    at: datetime
