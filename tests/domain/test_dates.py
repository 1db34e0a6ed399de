"""The clock of who wrote a mail, as its Date field tells it, or does not."""

import pytest

from gateway.domain.parsing.dates import offset


@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        ("Mon, 23 Nov 2026 16:00:00 +0800", 480),
        ("Mon, 23 Nov 2026 04:30:00 -0330 (NDT)", -210),
        ("Mon, 23 Nov 2026 11:00:00 MSK", 180),
        ("2026-11-23 13:30 +05:30", 330),
        ("Mon, 23 Nov 2026 08:00:00 +0000", None),  # what Exchange writes for everybody
        ("Mon, 23 Nov 2026 08:00:00 -0000", None),  # RFC 5322 §3.3: nobody knows
        ("Mon, 23 Nov 2026 08:00:00", None),
        ("Mon, 23 Nov 2026", None),
        ("Mon, 23 Nov 2026 08:00:00 +9900", None),
        ("", None),
    ],
)
def test_a_date_tells_the_clock_of_who_wrote(written: str, minutes: int | None) -> None:
    assert offset(written) == minutes
