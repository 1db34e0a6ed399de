"""Where the door of a process hands mail to the worker of the same process, as soon as it is stored.

Such a mail's row is claimed for that worker by the transaction that stores it: it need not be looked for, claimed and
read again. Without a worker here, or when it has enough to do, rows wait in the table for whoever claims them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.domain.values import Arrival


@dataclass(frozen=True, slots=True)
class Handed:
    """One stored mail for one of its recipients: its ledger row is claimed, for the first time."""

    id: str
    rcpt_to: str
    arrival: Arrival
    author: str
    sha256: str
    received_at: datetime


class Desk:
    """All in one loop. A mail that comes when the worker has left meanwhile waits until its lease ends."""

    def __init__(self) -> None:
        self._take: Callable[[Sequence[Handed]], None] | None = None
        self._room: Callable[[], int] = int
        self._call: Callable[[], None] = _nobody
        self._promised = 0

    def open(self, take: Callable[[Sequence[Handed]], None], room: Callable[[], int], call: Callable[[], None]) -> None:
        """From now on there is a worker: `take` gets what is handed over, `room` says how many more it has time for.

        `call` tells it of what waits in the table.
        """
        self._take, self._room, self._call = take, room, call

    def close(self) -> None:
        """The worker leaves."""
        self._take, self._call = None, _nobody

    def call(self) -> None:
        """Say that a mail that was not reserved is in the table."""
        self._call()

    def reserve(self, count: int) -> bool:
        """Whether the worker will take so many more. Then `settle` has to follow."""
        if self._take is None or self._promised + count > self._room():
            return False
        self._promised += count
        return True

    def settle(self, count: int, stored: Sequence[Handed] = ()) -> None:
        """What became of so many that were reserved: those that were stored, or nothing."""
        self._promised -= count
        if stored and self._take is not None:
            self._take(stored)


def _nobody() -> None:
    """No worker here: others are told by the database, or look by themselves."""
