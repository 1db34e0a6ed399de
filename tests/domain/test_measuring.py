"""Waits and percentiles: what ends a wait, how times are rounded, and the rank that is taken."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.measuring import Said, Times, answers, percentile, rounded

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def said(minute: int, by_buyer: bool, target: int | None = None) -> Said:
    """A message so many minutes after AT."""
    return Said(AT + timedelta(minutes=minute), by_buyer, "" if by_buyer else "lin", target)


def test_a_wait_begins_with_the_first_question_and_ends_with_the_first_answer() -> None:
    talk = [
        said(0, False),
        said(1, True, 5),
        said(3, True),
        said(6, False),
        said(7, False),
        said(9, True, 5),
        said(20, False),
    ]
    assert [(took.minutes, took.in_time) for took in answers(talk)] == [(5, True), (11, False)]
    assert answers([said(0, True)]) == []


@pytest.mark.parametrize(
    ("seconds", "minutes"),
    [
        (-5, 0),
        (0, 0),
        (1, 1),
        (60, 1),
        (61, 2),
        (119 * 60 + 1, 120),
        (121 * 60, 125),
        (13 * 3600, 780),
        (80 * 3600, 5040),
    ],
)
def test_times_are_rounded_up(seconds: int, minutes: int) -> None:
    assert rounded(timedelta(seconds=seconds)) == minutes


@given(st.lists(st.integers(0, 90), min_size=1), st.sampled_from([0.5, 0.9, 1.0]))
def test_a_percentile_is_the_nearest_rank_of_the_sorted_list(values: list[int], share: float) -> None:
    expected = next(v for v in sorted(values) if sum(x <= v for x in values) >= share * len(values))
    assert percentile(Counter(values), share) == expected


def test_there_is_no_percentile_of_nothing() -> None:
    assert percentile({}, 0.5) is None


def test_histograms_join() -> None:
    times = Times()
    times.join(Times(Counter({5: 2}), 1, 1))
    times.join(Times(Counter({5: 1, 10: 1}), 0, 0))
    assert (times.minutes, times.targeted, times.within) == (Counter({5: 3, 10: 1}), 1, 1)
