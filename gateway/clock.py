"""The clock and the randomness of the running program; everything else gets them as arguments."""

import os
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


def new_id() -> str:
    """A fresh UUIDv7."""
    return uuid7(time.time_ns() // 1_000_000, os.urandom(10))
