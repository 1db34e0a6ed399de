"""The dashboard by the API: the same numbers as the page, by the same rights."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from gateway.admin import dashboard
from gateway.admin.dashboard import Dashboard
from gateway.domain.measuring import Range
from gateway.domain.shapes import moment

from .operations import Call, Operation, answer
from .schemas import Text

Share = Annotated[float, Field(ge=0, le=1)]


class DashboardQuery(BaseModel):
    """Which time, and which of the shops that the token reaches (by slug; all of them without one)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    range: Range = "30d"
    shop: Text = ""


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TimesDocument(_Answer):
    """How long something took: how often, within how many minutes a half and nine of ten, the share in time."""

    name: str
    count: int
    p50: int | None
    p90: int | None
    in_time: Share | None


class BouncesDocument(_Answer):
    """How many mails a domain sent back."""

    domain: str
    count: int


class DashboardDocument(_Answer):
    """What shops did. `series` has a number for each moment of `at`, by channel; `out` are the answers.

    `hours` are the messages that came in each hour of the day (UTC). `waiting`, `queued` and `deferred` are of now;
    `counted_to` is how far the numbers of the past have been added up.
    """

    range: Range
    by_hour: bool
    at: list[datetime]
    series: dict[str, list[int]]
    hours: list[int]
    came: int
    went: int
    held: int
    failed: int
    bounced: list[BouncesDocument]
    waiting: int
    queued: int
    deferred: int
    answers: TimesDocument
    solved: TimesDocument
    answers_by_shop: list[TimesDocument]
    solved_by_shop: list[TimesDocument]
    answers_by_person: list[TimesDocument]
    solved_by_person: list[TimesDocument]
    counted_to: datetime | None


_SAME = ("by_hour", "came", "went", "held", "failed", "queued", "deferred")
_TIMES = ("answers", "solved")
_LISTS = ("answers_by_shop", "solved_by_shop", "answers_by_person", "solved_by_person")


def dashboard_json(range_: Range, board: Dashboard) -> dict[str, Any]:
    """A Dashboard."""
    document: dict[str, Any] = {"range": range_} | {name: getattr(board, name) for name in _SAME}
    document |= {name: asdict(getattr(board, name)) for name in _TIMES}
    document |= {name: [asdict(one) for one in getattr(board, name)] for name in _LISTS}
    return document | {
        "at": [moment(at) for at in board.at],
        "series": {name: list(counts) for name, counts in board.series.items()},
        "hours": list(board.hours),
        "bounced": [{"domain": domain, "count": count} for domain, count in board.bounced],
        "waiting": board.backlog,
        "counted_to": moment(board.counted_to),
    }


async def get_dashboard(call: Call) -> web.Response:
    """What the token's shops did."""
    query = call.query_as(DashboardQuery)
    return answer(dashboard_json(query.range, await dashboard.look(call.gw, call.actor, query.range, query.shop)))


OPERATIONS = (
    Operation(
        method="GET",
        path="/dashboard",
        handler=get_dashboard,
        summary="Volume, waits, times to answer and to close, by shop and person",
        policy="admin",
        query=DashboardQuery,
        answers={200: DashboardDocument},
        failures={404: "There is no such shop"},
    ),
)
