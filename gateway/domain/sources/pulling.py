"""Asking a shop's system for its orders: what every such system can do, and when it is asked again. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from gateway.domain.sources.hearing import Heard, Ignored

EVERY = timedelta(seconds=60)
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60))
"""The pause after each failure in a row; the last one repeats."""


@dataclass(frozen=True, slots=True)
class Told:
    """One order as the system tells it, and the bytes that say so."""

    heard: Heard | Ignored
    body: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """Some orders, those changed first in front. `cursor` says where to go on; `more` that it is at once."""

    orders: tuple[Told, ...]
    cursor: Mapping[str, Any]
    more: bool


class OrderSource(Protocol):
    """A shop's system that can be asked which orders have changed."""

    async def page(self, cursor: Mapping[str, Any]) -> Page:
        """What changed after a cursor; an empty one is the beginning. Asking the same twice does no harm.

        Raises TemporaryError with words for the admin; nothing of the page is lost then.
        """


def pause(failures: int) -> timedelta:
    """How long to wait after so many failures in a row; 0 of them: until the next look."""
    return WAITS[min(failures, len(WAITS)) - 1] if failures else EVERY
