"""The clock and the randomness of the running program; everything else gets them as arguments."""

import os
import threading
import time
from datetime import UTC, datetime
from typing import Protocol

from gateway.domain.ids import uuid7


class Clock(Protocol):
    """Where the time comes from: the system's in production, a settable one in tests."""

    def now(self) -> datetime:
        """Aware, in UTC."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Aware, in UTC."""
        return datetime.now(UTC)


_last_ticks = 0
_turn = threading.Lock()


def new_id() -> str:
    """A fresh UUIDv7; in one process each is greater than the one before."""
    global _last_ticks
    with _turn:
        _last_ticks = max(_last_ticks + 1, time.time_ns() * 4096 // 1_000_000)
        return uuid7(_last_ticks, os.urandom(8))
