"""Channels, rules and teams as they are written from outside: the fields, with their limits in the schemas."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gateway.domain.note_readers import READERS
from gateway.domain.orders import NO_NUL, Locale, Word
from gateway.domain.routing.actions import ACTIONS
from gateway.domain.routing.channels import Kind, Who
from gateway.domain.routing.conditions import MAX_WORDS, QUESTIONS
from gateway.domain.routing.teams import WEEKDAYS

Slug = Annotated[str, StringConstraints(max_length=32, pattern=NO_NUL)]
Reference = Annotated[str, StringConstraints(max_length=254, pattern=NO_NUL)]
Label = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=NO_NUL)]
Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")]
if TYPE_CHECKING:  # the tables hold the names, where a type checker can't look
    ReaderName = str
    FieldName = str
    ActionName = str
    Weekday = str
else:
    ReaderName, Weekday = Literal[tuple(READERS)], Literal[WEEKDAYS]
    FieldName, ActionName = Literal[tuple(QUESTIONS)], Literal[tuple(ACTIONS)]
MAX_RULES_IN_A_RUN, MAX_MAILS_IN_A_RUN = 200, 1000


class Strict(BaseModel):
    """A misspelt member is told, not passed over: it would leave a door as it was."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ChannelDocument(Strict):
    """A whole channel. `open_to_anyone` has to say so where `entitlement` is "never"."""

    kind: Kind
    shop: Slug
    name: Annotated[str, StringConstraints(max_length=100, pattern=NO_NUL)] = ""
    address: Annotated[str, StringConstraints(max_length=254, pattern=NO_NUL)] = ""
    team: Reference | None = None
    assignee: Reference | None = None
    template_set: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{0,40}$")] = ""
    language: Locale = ""
    acknowledge: bool | None = None
    labels: Annotated[list[Label], Field(max_length=20)] = []
    response_minutes: Annotated[int, Field(ge=1, le=525_600)] | None = None
    entitlement: Who = "always"
    entitlement_days: Annotated[int, Field(ge=1, le=36_500)] | None = None
    open_to_anyone: bool = False
    reader: ReaderName = ""
    reader_config: dict[str, Any] = {}
    enabled: bool = True


class ConditionDocument(Strict):
    """One question of a rule; which `op` and `value` fit which `field`, docs/howto/rules.md tells."""

    field: FieldName
    op: Word
    value: Annotated[list[Word], Field(max_length=MAX_WORDS)] | bool | float | Word


class ActionDocument(Strict):
    """One thing that a rule does."""

    do: ActionName
    value: int | Reference = ""


class RuleDocument(Strict):
    """A whole rule. Without a shop it is for all of them; a new one goes to the end of the table."""

    name: Name
    shop: Slug | None = None
    enabled: bool = True
    stop: bool = False
    conditions: Annotated[list[ConditionDocument], Field(max_length=20)] = []
    actions: Annotated[list[ActionDocument], Field(min_length=1, max_length=20)]


class PlacedRuleDocument(RuleDocument):
    """A whole rule and, if it is to move, where in the table it stands: 1 is first."""

    position: Annotated[int, Field(ge=1, le=10_000)] | None = None


class DryRunDocument(Strict):
    """Which rules to try (none: those that are on) on how many of the last mails."""

    rules: Annotated[list[RuleDocument], Field(max_length=MAX_RULES_IN_A_RUN)] | None = None
    last: Annotated[int, Field(ge=1, le=MAX_MAILS_IN_A_RUN)] = 500


class TeamDocument(Strict):
    """A whole team. `hours` by weekday: when work begins and ends, in `zone`; without any it always works."""

    name: Name
    shop: Slug | None = None
    zone: Annotated[str, StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9_+/-]*$")] = ""
    hours: Mapping[Weekday, Annotated[list[Clock], Field(min_length=2, max_length=2)]] = {}
    members: Annotated[list[Reference], Field(max_length=200)] = []


class TestDocument(Strict):
    """A mail to try, or only an address; `verified` says whether the mail is to count as proven."""

    __test__ = False

    address: Annotated[str, StringConstraints(max_length=320, pattern=NO_NUL)] = ""
    mail: Annotated[str, StringConstraints(max_length=900_000, pattern=NO_NUL)] = ""
    verified: bool = True
