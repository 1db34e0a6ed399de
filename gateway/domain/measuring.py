"""What the dashboard measures: which answer ends which wait, how long that took, and percentiles of it. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

Range = Literal["1d", "7d", "30d", "90d", "365d"]
RANGES: dict[Range, timedelta] = {
    "1d": timedelta(days=1),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "90d": timedelta(days=90),
    "365d": timedelta(days=365),
}
STEPS = (
    # Times are rounded up, to so many minutes below so many: a histogram stays small, and a percentile true to a few %.
    (120, 1),
    (720, 5),
    (4_320, 30),
    (43_200, 360),
)
COARSEST = 1_440


@dataclass(frozen=True, slots=True)
class Said:
    """A message as measuring sees it. `target` is in minutes, None where nobody promised anything."""

    at: datetime
    by_buyer: bool
    user_id: str = ""
    target: int | None = None


@dataclass(frozen=True, slots=True)
class Took:
    """A wait that ended: when, by whose hand, after how long, and whether it was in time (None: no target)."""

    at: datetime
    user_id: str
    minutes: int
    in_time: bool | None = None


@dataclass(slots=True)
class Times:
    """A histogram of minutes, and how many had a target and kept it."""

    minutes: Counter[int] = field(default_factory=Counter)
    targeted: int = 0
    within: int = 0

    def add(self, took: Took) -> None:
        """Count one more."""
        self.minutes[took.minutes] += 1
        self.targeted += took.in_time is not None
        self.within += took.in_time is True

    def join(self, other: "Times") -> None:
        """Count what was added up before."""
        self.minutes.update(other.minutes)
        self.targeted += other.targeted
        self.within += other.within


def rounded(length: timedelta) -> int:
    """So many whole minutes, rounded up as STEPS says; nothing takes less than none."""
    minutes = max(0, -(-int(length.total_seconds()) // 60))
    step = next((step for below, step in STEPS if minutes < below), COARSEST)
    return -(-minutes // step) * step


def answers(messages: Sequence[Said]) -> list[Took]:
    """The waits of one conversation that ended. One begins with the buyer's first message that nobody has answered."""
    found: list[Took] = []
    waiting: Said | None = None
    for message in messages:
        if message.by_buyer:
            waiting = waiting or message
        elif waiting is not None:
            length = message.at - waiting.at
            in_time = None if waiting.target is None else length <= timedelta(minutes=waiting.target)
            found.append(Took(message.at, message.user_id, rounded(length), in_time))
            waiting = None
    return found


def percentile(minutes: Mapping[int, int], share: float) -> int | None:
    """The smallest time within which at least this share of all fell (nearest rank); None of nothing."""
    total = sum(minutes.values())
    rank, seen = max(1, -int(-share * total // 1)), 0
    for length in sorted(minutes):
        seen += minutes[length]
        if seen >= rank:
            return length
    return None


def hour_of(at: datetime) -> datetime:
    """The beginning of the hour, in UTC."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def day_of(at: datetime) -> datetime:
    """The beginning of the day, in UTC."""
    return hour_of(at).replace(hour=0)


def month_of(at: datetime) -> datetime:
    """The beginning of the month, in UTC."""
    return day_of(at).replace(day=1)


def month_after(at: datetime) -> datetime:
    """The beginning of the next month, in UTC."""
    return month_of(month_of(at) + timedelta(days=32))


def steps(since: datetime, until: datetime, step: timedelta) -> list[datetime]:
    """The beginnings of all pieces from `since` to before `until`."""
    found = []
    while since < until:
        found.append(since)
        since += step
    return found
