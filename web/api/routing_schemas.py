"""The JSON documents of channels, rules and teams as models: what the API's documentation says of them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gateway.domain.routing.channels import Kind, Who
from gateway.domain.routing.documents import ActionName, Clock, FieldName, ReaderName, Weekday
from gateway.domain.template_sets import Origin

from .schemas import ActedRule, Id, Sentences, TeamRef

Priority = Literal["low", "normal", "high", "urgent"]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Channel(_Answer):
    """A door that an admin made. `webhook_key` is null but for channels of sites and chats."""

    id: Id
    kind: Kind
    shop: str
    name: str
    address: str
    team: Id | None
    assignee: str | None
    template_set: str
    language: str
    acknowledge: bool | None
    labels: list[str]
    response_minutes: int | None
    entitlement: Who
    entitlement_days: int | None
    open_to_anyone: bool
    reader: ReaderName
    reader_config: dict[str, Any]
    enabled: bool
    webhook_key: str | None
    created_at: datetime
    updated_at: datetime


class ChannelList(_Answer):
    """The channels by shop and name; they fit one page, so `next` is always null."""

    items: list[Channel]
    next: None


class Condition(_Answer):
    """One question of a rule."""

    field: FieldName
    op: str
    value: list[str] | str | float | bool


class Action(_Answer):
    """One thing that a rule does."""

    do: ActionName
    value: str | int


class Rule(_Answer):
    """A row of the table; without a shop it is for all of them. `position` counts from 1."""

    id: Id
    name: str
    shop: str | None
    position: int
    enabled: bool
    stop: bool
    conditions: list[Condition]
    actions: list[Action]
    created_at: datetime
    updated_at: datetime


class RuleList(_Answer):
    """The rules in their order; they fit one page, so `next` is always null."""

    items: list[Rule]
    next: None


class Stand(_Answer):
    """Where a thread stands, as far as rules may set it."""

    assignee: str | None
    team: TeamRef | None
    labels: list[str]
    priority: Priority
    status: str


class Difference(_Answer):
    """One mail that would stand elsewhere: `changed` names what differs, `rules` which of them did it."""

    message_id: Id
    thread_id: Id
    shop: str
    subject: str
    received_at: datetime
    before: Stand
    after: Stand
    changed: list[Literal["assignee", "team", "labels", "priority", "status"]]
    rules: list[ActedRule]


class DryRun(_Answer):
    """How many mails were looked at, on how many a rule acted, and each that would stand elsewhere, newest first."""

    looked_at: int
    acted_on: int
    would_change: int
    items: list[Difference]


class Team(_Answer):
    """People who share work; `members` by address. Without `hours` it always works."""

    id: Id
    name: str
    shop: str | None
    zone: str
    hours: dict[Weekday, list[Clock]]
    members: list[str]
    created_at: datetime


class TeamList(_Answer):
    """The teams by name; they fit one page, so `next` is always null."""

    items: list[Team]
    next: None


class TraceStep(_Answer):
    """One step of a mail's way, as a code and in words."""

    step: str
    text: Sentences


class ChannelRef(_Answer):
    """A channel by name."""

    id: Id
    name: str
    kind: Kind


class Trace(_Answer):
    """Where a mail would go. `state` is "accepted" where only an address was asked about."""

    address: str
    state: Literal["refused", "accepted", "filed", "held", "discarded", "failed"]
    why: str
    shop: str | None
    channel: ChannelRef | None
    thread_id: Id | None
    team: str | None
    assignee: str | None
    labels: list[str]
    priority: Priority
    status: str
    due_at: datetime | None
    acknowledged: bool
    templates: Annotated[
        dict[str, Origin], Field(description="Where the words of answers and acknowledgements are from")
    ]
    rules: list[ActedRule]
    steps: list[TraceStep]
