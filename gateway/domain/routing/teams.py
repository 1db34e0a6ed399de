"""Teams as values: who belongs to one, when it works, and whose turn it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gateway.errors import Invalid

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Member:
    """A user of a team."""

    user_id: str
    email: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Team:
    """People who share work. `hours` maps a weekday to when work begins and ends, "HH:MM"; empty: always.

    A day that ends before it begins goes on after midnight. `shop` None: it serves every shop.
    """

    id: str
    name: str
    shop: str | None = None
    zone: str = ""
    hours: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    members: tuple[Member, ...] = ()
    created_at: datetime | None = None


def zone_of(name: str) -> tzinfo:
    """The zone of a name such as Asia/Shanghai; UTC for none. Raises Invalid for one that there is not."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid("expected a time zone such as Asia/Shanghai", field="zone") from None


def minutes(clock: str) -> int:
    """Minutes since midnight of "HH:MM". Raises Invalid."""
    hour, colon, minute = clock.partition(":")
    if colon and hour.isdecimal() and minute.isdecimal() and len(minute) == 2 and int(hour) < 24 and int(minute) < 60:
        return int(hour) * 60 + int(minute)
    raise Invalid("expected a time such as 09:30")


def within(minute: int, begin: int, end: int) -> bool:
    """Whether a minute of the day lies between two others; past midnight when the end comes first."""
    return begin <= minute < end if begin < end else minute >= begin or minute < end


def works(team: Team, at: datetime) -> bool:
    """Whether a moment falls into the team's working hours."""
    if not team.hours:
        return True
    local = at.astimezone(zone_of(team.zone))
    minute, today = local.hour * 60 + local.minute, local.weekday()
    begin, end = _span(team, today)
    if begin < end:
        return begin <= minute < end or _from_yesterday(team, today, minute)
    return (begin > end and minute >= begin) or _from_yesterday(team, today, minute)


def _span(team: Team, weekday: int) -> tuple[int, int]:
    hours = team.hours.get(WEEKDAYS[weekday % 7])
    return (minutes(hours[0]), minutes(hours[1])) if hours else (0, 0)


def _from_yesterday(team: Team, weekday: int, minute: int) -> bool:
    begin, end = _span(team, weekday - 1)
    return begin > end and minute < end


def next_member(team: Team, loads: Mapping[str, int], at: datetime) -> Member | None:
    """Who has the fewest open threads, the first in the team's order when alike; nobody outside working hours."""
    if not team.members or not works(team, at):
        return None
    return min(team.members, key=lambda member: loads.get(member.user_id, 0))
