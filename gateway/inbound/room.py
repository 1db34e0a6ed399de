"""Whether the disk has room for one more mail; looks at it now and then, and counts in between."""

import shutil
from collections.abc import Callable
from pathlib import Path

from gateway.errors import StorageFull

MIN_FREE_BYTES = 256 * 1024 * 1024
LOOK_SECONDS = 1.0


class Room:
    """`free` says how many bytes there are, or raises OSError; `now` are seconds of a clock that never goes back.

    What is taken between two looks counts three times: segment, log and table may each hold it.
    """

    def __init__(self, free: Callable[[], int], now: Callable[[], float]) -> None:
        self._look_at, self._now = free, now
        self._free: float = 0
        self._looked = float("-inf")

    def take(self, size: int) -> None:
        """Count a mail of `size` bytes. Raises StorageFull when it would leave too little."""
        needed = max(size * 3 // 2, MIN_FREE_BYTES)
        if self._free < needed or self._now() - self._looked >= LOOK_SECONDS:
            self._look()
        if self._free < needed:
            raise StorageFull("too little free disk")
        self._free -= 3 * size

    def _look(self) -> None:
        """A disk that can't be looked at stops nobody: writing to it will say what is wrong."""
        self._looked = self._now()
        try:
            self._free = self._look_at()
        except OSError:
            self._free = float("inf")


def free_bytes(home: Path) -> int:
    """The room of the disk that a folder lies on. Raises OSError."""
    return shutil.disk_usage(home).free
