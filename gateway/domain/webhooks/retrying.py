"""When an event that a program did not take is sent again, and when a webhook is switched off. Stores nothing."""

from datetime import datetime, timedelta

WAITS = tuple(timedelta(seconds=seconds) for seconds in (5, 60, 300, 1800, 7200, 18_000, 36_000, 50_400, 86_400))
"""The pause after each attempt; after the last one the event is given up: about two and a half days in all."""
SPREAD = 0.2
LONGEST_WISH = timedelta(hours=24)
DISABLED_AFTER = timedelta(days=5)
"""How long a webhook may fail without one success in between."""
GONE = 410
"""The program says that it wants no more (Standard Webhooks, "410 Gone")."""


def succeeded(status: int) -> bool:
    """Only 2xx is a yes; a redirect is not followed and counts as a failure."""
    return 200 <= status < 300


def next_attempt(attempts: int, now: datetime, jitter: float, wish: timedelta = timedelta()) -> datetime | None:
    """When to try again after `attempts` (≥ 1) failed ones, or None when it is given up.

    `jitter` in [0, 1) spreads the pause over ±20 %. `wish` is what the program asked for with Retry-After.
    """
    if attempts > len(WAITS):
        return None
    wait = WAITS[attempts - 1] * (1 - SPREAD + 2 * SPREAD * jitter)
    return now + max(wait, min(wish, LONGEST_WISH))


def wished(retry_after: str) -> timedelta:
    """RFC 9110 §10.2.3, as seconds; the form with a date is passed over."""
    text = retry_after.strip()
    return timedelta(seconds=int(text)) if text.isdecimal() and len(text) < 7 else timedelta()


def given_up_on(failing_since: datetime | None, now: datetime) -> bool:
    """True for a webhook that is to be switched off."""
    return failing_since is not None and now - failing_since >= DISABLED_AFTER
