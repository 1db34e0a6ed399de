"""When sellers are told: the table of choices, quiet hours over midnight, and the clock on their wall."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.notifying import DAY_MINUTES, MODES, Choice, due_at

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=SHANGHAI)
NIGHT: Any = {"quiet_from": 22 * 60, "quiet_until": 7 * 60 + 30}


def at(hour: int, minute: int = 0, day: int = 23) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("choice", "now", "then"),
    [
        (Choice(mode="immediately"), at(12, 5), at(12, 5)),
        (Choice(mode="hourly"), at(12, 5), at(13)),
        (Choice(mode="daily", daily_hour=9), at(8, 59), at(9)),
        (Choice(mode="daily", daily_hour=9), at(9), at(9, day=24)),
        (Choice(mode="immediately", **NIGHT), at(21, 59), at(21, 59)),
        (Choice(mode="immediately", **NIGHT), at(22), at(7, 30, day=24)),
        (Choice(mode="immediately", **NIGHT), at(3), at(7, 30)),
        (Choice(mode="immediately", **NIGHT), at(7, 30), at(7, 30)),
        (Choice(mode="hourly", **NIGHT), at(21, 5), at(7, 30, day=24)),
        (Choice(mode="immediately", quiet_from=12 * 60, quiet_until=14 * 60), at(12, 30), at(14)),
        (Choice(mode="immediately", quiet_from=12 * 60, quiet_until=12 * 60), at(12, 30), at(12, 30)),
    ],
)
def test_the_moment_follows_from_the_choice(choice: Choice, now: datetime, then: datetime) -> None:
    assert due_at(choice, now.astimezone(UTC), SHANGHAI) == then


minutes = st.integers(0, DAY_MINUTES - 1)


@given(
    st.sampled_from(MODES[1:]),
    st.integers(0, 23),
    minutes,
    minutes,
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu"]),
)
def test_it_is_never_before_now_nor_days_away(
    mode: str, hour: int, start: int, end: int, now: datetime, zone: str
) -> None:
    choice = Choice(mode=mode, daily_hour=hour, quiet_from=start, quiet_until=end)  # type: ignore[arg-type]
    moment = due_at(choice, now, ZoneInfo(zone))
    assert now - timedelta(hours=1) <= moment <= now + timedelta(days=2, hours=2)


@pytest.mark.parametrize(
    ("choice", "mine", "wanted"),
    [
        (Choice(), True, False),
        (Choice(mode="hourly"), False, True),
        (Choice(mode="hourly", channels=("site",)), True, False),
        (Choice(mode="hourly", muted_shops=("s1",)), True, False),
        (Choice(mode="hourly", only_mine=True), False, False),
        (Choice(mode="hourly", only_mine=True), True, True),
    ],
)
def test_what_is_told_at_all(choice: Choice, mine: bool, wanted: bool) -> None:
    assert choice.wants("s1", "email", mine) is wanted
