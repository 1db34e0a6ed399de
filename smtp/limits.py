"""Counts who is in and who came how often, to say who may enter; the time comes in, and it speaks no SMTP."""

from collections import Counter
from dataclasses import dataclass
from enum import Enum, auto

from smtp.options import SmtpLimits, household

MINUTE, HOUR = 60.0, 3600.0
_MOST_KEYS = 100_000


class Turned(Enum):
    """Why somebody may not enter."""

    HOUSE_FULL = auto()
    ADDRESS_FULL = auto()
    ADDRESS_TOO_FAST = auto()


@dataclass(slots=True)
class _Window:
    since: float
    count: int = 0


class Windows:
    """How often each key was seen within `length` seconds of its first time; forgets what is over."""

    def __init__(self, length: float) -> None:
        self._length = length
        self._windows: dict[str, _Window] = {}

    def add(self, key: str, now: float) -> int:
        """Count one more; how many it makes."""
        window = self._windows.get(key)
        if window is None or now - window.since >= self._length:
            self._windows.pop(key, None)
            self._forget(now)
            window = self._windows[key] = _Window(now)
        window.count += 1
        return window.count

    def count(self, key: str, now: float) -> int:
        """How many there were."""
        window = self._windows.get(key)
        return window.count if window and now - window.since < self._length else 0

    def __len__(self) -> int:
        return len(self._windows)

    def _forget(self, now: float) -> None:
        """The oldest stand first, so this looks at no more than it removes; a flood of keys pushes out the oldest."""
        while self._windows:
            key = next(iter(self._windows))
            if now - self._windows[key].since < self._length and len(self._windows) < _MOST_KEYS:
                return
            del self._windows[key]


class Gate:
    """The counts of one process, shared by its listeners. Addresses are spelled as `plain_ip` does."""

    def __init__(self, limits: SmtpLimits) -> None:
        self._limits = limits
        self._inside = 0
        self._by_household: Counter[str] = Counter()
        self._arrivals = Windows(MINUTE)
        self._bad_recipients = Windows(HOUR)

    @property
    def load(self) -> float:
        """The share of the connections that is in use; 0 when they are unlimited."""
        most = self._limits.connections
        return self._inside / most if most else 0.0

    def enter(self) -> Turned | None:
        """Take one of the places, or say why not; whoever got in must `leave`."""
        if self._limits.connections and self._inside >= self._limits.connections:
            return Turned.HOUSE_FULL
        self._inside += 1
        return None

    def leave(self) -> None:
        """Give the place back."""
        self._inside -= 1

    def admit(self, ip: str, now: float) -> Turned | None:
        """Take one of an address's places, or say why not; whoever got in must `release`."""
        key, limits = household(ip), self._limits
        per_minute = limits.new_connections_per_minute
        if per_minute and self._arrivals.add(key, now) > per_minute:
            return Turned.ADDRESS_TOO_FAST
        if limits.connections_per_address and self._by_household[key] >= limits.connections_per_address:
            return Turned.ADDRESS_FULL
        self._by_household[key] += 1
        return None

    def release(self, ip: str) -> None:
        """Give the address's place back."""
        key = household(ip)
        self._by_household[key] -= 1
        if self._by_household[key] <= 0:
            del self._by_household[key]

    def bad_recipient(self, ip: str, now: float) -> None:
        """Somebody guessed wrong."""
        self._bad_recipients.add(household(ip), now)

    def is_guessing(self, ip: str, now: float) -> bool:
        """Whether an address has used up its wrong guesses for now."""
        return self._bad_recipients.count(household(ip), now) >= self._limits.bad_recipients_per_hour
