"""When a team works, and whose turn it is."""

from datetime import UTC, datetime

import pytest

from gateway.domain.routing.teams import Member, Team, minutes, next_member, works, zone_of
from gateway.errors import Invalid

LIN, MEI = Member("lin", "lin@example.com"), Member("mei", "mei@example.com")
DAY = {"mon": ("09:00", "18:00")}
NIGHT = {"mon": ("22:00", "06:00")}


@pytest.mark.parametrize(
    ("hours", "zone", "at", "open_"),
    [
        ({}, "", datetime(2026, 11, 22, 3, 0, tzinfo=UTC), True),
        (DAY, "", datetime(2026, 11, 23, 9, 0, tzinfo=UTC), True),
        (DAY, "", datetime(2026, 11, 23, 17, 59, tzinfo=UTC), True),
        (DAY, "", datetime(2026, 11, 23, 18, 0, tzinfo=UTC), False),
        (DAY, "", datetime(2026, 11, 24, 10, 0, tzinfo=UTC), False),
        (DAY, "Asia/Shanghai", datetime(2026, 11, 23, 1, 0, tzinfo=UTC), True),
        (DAY, "Asia/Shanghai", datetime(2026, 11, 23, 11, 0, tzinfo=UTC), False),
        (NIGHT, "", datetime(2026, 11, 23, 23, 0, tzinfo=UTC), True),
        (NIGHT, "", datetime(2026, 11, 24, 5, 59, tzinfo=UTC), True),
        (NIGHT, "", datetime(2026, 11, 24, 6, 0, tzinfo=UTC), False),
        (NIGHT, "", datetime(2026, 11, 23, 5, 0, tzinfo=UTC), False),
    ],
)
def test_working_hours(hours: dict[str, tuple[str, str]], zone: str, at: datetime, open_: bool) -> None:
    assert works(Team("t", "Team", zone=zone, hours=hours), at) is open_


def test_whoever_has_the_fewest_open_threads_is_next() -> None:
    team, now = Team("t", "Team", members=(LIN, MEI)), datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    assert next_member(team, {}, now) == LIN
    assert next_member(team, {"lin": 1}, now) == MEI
    assert next_member(team, {"lin": 1, "mei": 1}, now) == LIN
    assert next_member(Team("t", "Team"), {}, now) is None


def test_nobody_is_next_outside_of_working_hours() -> None:
    team = Team("t", "Team", hours=DAY, members=(LIN,))
    assert next_member(team, {}, datetime(2026, 11, 23, 20, 0, tzinfo=UTC)) is None


@pytest.mark.parametrize("clock", ["24:00", "9", "09:60", "", "a:b", "09:5", "-1:00"])
def test_no_times_of_day(clock: str) -> None:
    with pytest.raises(Invalid):
        minutes(clock)


@pytest.mark.parametrize("name", ["Mars/Olympus", "../etc/passwd", "\0"])
def test_no_zones(name: str) -> None:
    with pytest.raises(Invalid):
        zone_of(name)
