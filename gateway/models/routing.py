"""How mail finds its way: the channels it comes by, the rules that act on it, and the teams that take it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from gateway.models.columns import json_column


class Team(SQLModel, table=True):
    """People who share work. Without a shop it serves them all.

    `hours` are the working hours by weekday, `{"mon": ["09:00", "18:00"]}`, in `zone`; empty: always.
    """

    __tablename__ = "teams"

    id: str = Field(primary_key=True)
    shop_id: str | None = Field(default=None, foreign_key="shops.id", index=True)
    name: str
    name_folded: str = Field(unique=True)
    zone: str = ""
    hours: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    created_at: datetime


class TeamMember(SQLModel, table=True):
    """That a user belongs to a team; `position` breaks ties when work is shared out."""

    __tablename__ = "team_members"
    __table_args__ = (UniqueConstraint("team_id", "user_id", name="uq_team_members_team_user"),)

    id: str = Field(primary_key=True)
    team_id: str = Field(foreign_key="teams.id")
    user_id: str = Field(foreign_key="users.id", index=True)
    position: int = 0


class Channel(SQLModel, table=True):
    """A door that an admin made: how mail reaches a shop, and what is done with it there.

    `address` is as it was written, `pattern` the folded local part that is compared (`*` stands for anything);
    channels of a site or a chat have a `webhook_key` instead. `acknowledge` None: as the shop has it.
    """

    __tablename__ = "channels"
    __table_args__ = (Index("ix_channels_shop", "shop_id", "kind"),)

    id: str = Field(primary_key=True)
    shop_id: str = Field(foreign_key="shops.id")
    name: str
    kind: str
    address: str = ""
    pattern: str | None = Field(default=None, unique=True)
    wildcard: bool = Field(default=False, index=True)
    webhook_key: str | None = Field(default=None, unique=True)
    team_id: str | None = Field(default=None, foreign_key="teams.id")
    assignee_id: str | None = Field(default=None, foreign_key="users.id")
    template_set: str = ""
    language: str = ""
    acknowledge: bool | None = None
    labels: list[str] = Field(default_factory=list, sa_column=json_column())
    response_minutes: int | None = None
    entitlement: str = "always"
    entitlement_days: int | None = None
    reader: str = ""
    reader_config: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    enabled: bool = True
    created_at: datetime
    updated_at: datetime


class RoutingRule(SQLModel, table=True):
    """One row of the routing table, in the order of `position`. Without a shop it holds for all of them."""

    __tablename__ = "routing_rules"
    __table_args__ = (Index("ix_routing_rules_position", "position", "id"),)

    id: str = Field(primary_key=True)
    shop_id: str | None = Field(default=None, foreign_key="shops.id", index=True)
    name: str
    position: int = 0
    enabled: bool = False
    stop: bool = False
    conditions: list[dict[str, Any]] = Field(default_factory=list, sa_column=json_column())
    actions: list[dict[str, Any]] = Field(default_factory=list, sa_column=json_column())
    created_at: datetime
    updated_at: datetime
