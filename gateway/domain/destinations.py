"""How many mails may be on their way to one destination, and how long one that is down is left alone; sends nothing.

Each mail has two destinations: the domain of its recipient, and RELAY, the server that takes all of our mail on.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

RELAY = "*"
"""The destination that all mails share; no domain is called so."""
RESTS = tuple(timedelta(seconds=seconds) for seconds in (30, 60, 120, 300))
"""How long a destination that is down is left alone, after each try that found it so; the last one repeats.

Short, since one mail finds out for all, and all of them go on as soon as one has passed.
"""
SPREAD = 0.2
FORGOTTEN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Rest:
    """A destination is down: nobody tries it before `until`, then one mail does. `reply` and `host` say why."""

    until: datetime
    reply: str
    host: str
    times: int = 1


@dataclass(slots=True)
class Allowance:
    """What one claim may take. `rooms` names domains that have less room than `each`; `rests` run at this moment."""

    total: int
    each: int
    rooms: dict[str, int]
    rests: Mapping[str, Rest]

    @property
    def full(self) -> list[str]:
        """The domains that can take no more."""
        return [domain for domain, room in self.rooms.items() if room <= 0]

    def admit(self, candidates: Iterable[tuple[str, str]]) -> list[str]:
        """The ids of those (id and domain, in the order of their turn) that there is room for; they take it up."""
        admitted = []
        for id_, domain in candidates:
            room = self.rooms.get(domain, self.each)
            if self.total > 0 and room > 0:
                self.rooms[domain] = room - 1
                self.total -= 1
                admitted.append(id_)
        return admitted


class Destinations:
    """What one worker knows of the destinations: `at_once` mails may fly in all, `per_domain` of them to one domain."""

    def __init__(self, at_once: int, per_domain: int) -> None:
        self._at_once, self._per_domain = at_once, min(per_domain, at_once)
        self._flying: Counter[str] = Counter()
        self._rests: dict[str, Rest] = {}

    def allowance(self, now: datetime) -> Allowance:
        """The room that is left. A destination whose rest is over gets one mail, to find out how it is.

        While it rests its mails are put off before any is claimed, but for those that somebody is told of: no limit
        holds for these, since they are not tried.
        """
        self._rests = {of: rest for of, rest in self._rests.items() if now - rest.until <= FORGOTTEN_AFTER}
        known = {*self._flying, *self._rests} - {RELAY}
        rooms = {domain: self._room(domain, self._per_domain, now) for domain in known}
        rests = {destination: rest for destination, rest in self._rests.items() if now < rest.until}
        return Allowance(self._room(RELAY, self._at_once, now), self._per_domain, rooms, rests)

    def _room(self, destination: str, most: int, now: datetime) -> int:
        rest = self._rests.get(destination)
        allowed = 1 if rest is not None and now >= rest.until else most
        return max(0, allowed - self._flying[destination])

    def rest_of(self, domain: str, now: datetime) -> Rest | None:
        """Why a mail to this domain is not tried now, if it is not."""
        rests = (self._rests.get(destination) for destination in (RELAY, domain))
        return next((rest for rest in rests if rest is not None and now < rest.until), None)

    def left(self, domain: str) -> None:
        """A mail is on its way."""
        self._flying.update((RELAY, domain))

    def landed(self, domain: str) -> None:
        """It has ended, however."""
        for destination in (RELAY, domain):
            self._flying[destination] -= 1
            if self._flying[destination] <= 0:
                del self._flying[destination]

    def answered(self, destination: str) -> None:
        """It takes mail, or says what is wrong with one: whatever it was, it is over."""
        self._rests.pop(destination, None)

    def failed(self, destination: str, now: datetime, reply: str, host: str, jitter: float) -> Rest | None:
        """It is down. None when that is news: it rests from now on. Else the rest that it has already.

        `jitter` in [0, 1) spreads the rest over ±20 %, so that several workers don't come back in the same second.
        """
        rest = self._rests.get(destination)
        if rest is not None and now < rest.until:
            return rest
        times = rest.times + 1 if rest else 1
        pause = RESTS[min(times, len(RESTS)) - 1] * (1 - SPREAD + 2 * SPREAD * jitter)
        self._rests[destination] = Rest(now + pause, reply, host, times)
        return None
