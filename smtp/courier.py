"""The couriers behind a relay URL: keeps connections, turns to the next relay when one is away; queues nothing."""

import asyncio
from collections import deque

from gateway.domain.couriers import Courier, Deferred, Outcome
from smtp.maildir import MaildirCourier
from smtp.opening import RelayAway, open_session
from smtp.relays import Relay, Timeouts, maildir_path, relays_of
from smtp.session import Session

MAILS_A_CONNECTION = 100
IDLE_SECONDS = 60.0
AWAY_SECONDS = 30.0


def courier_for(url: str, hostname: str, concurrency: int = 20, timeouts: Timeouts | None = None) -> Courier:
    """The courier of ZNX_RELAY_URL; `hostname` is what we call ourselves in EHLO.

    At most `concurrency` mails are on their way at once, each on a connection of its own. Raises ConfigError.
    """
    folder = maildir_path(url)
    if folder is not None:
        return MaildirCourier(folder, hostname)
    relays = relays_of(url)
    for relay in relays:
        relay.tls_context()
    return SmtpCourier(relays, hostname, concurrency, timeouts or Timeouts())


class SmtpCourier:
    """Hands mails to the first of its relays that answers, over connections that it uses again."""

    def __init__(self, relays: tuple[Relay, ...], hostname: str, concurrency: int, timeouts: Timeouts) -> None:
        self._relays = relays
        self._hostname = hostname
        self._timeouts = timeouts
        self._slots = asyncio.Semaphore(concurrency)
        self._idle: deque[Session] = deque()
        self._away_until: dict[Relay, float] = {}

    async def send(self, raw: bytes, mail_from: str, rcpt_to: str) -> Outcome:
        """Waits for a free slot first, and ends within `Timeouts.total` seconds."""
        try:
            async with asyncio.timeout(self._timeouts.total), self._slots:
                return await self._send(raw, mail_from, rcpt_to)
        except TimeoutError:
            return Deferred(f"no answer within {self._timeouts.total:g} seconds", str(self._relays[0]))

    async def _send(self, raw: bytes, mail_from: str, rcpt_to: str) -> Outcome:
        await self._dismiss_stale()
        while self._idle:
            session = self._idle.pop()
            if not session.usable:
                await session.quit()
                continue
            outcome = await self._deliver(session, raw, mail_from, rcpt_to)
            # Servers drop idle connections without a word: that says nothing about this mail.
            if not session.lost_before_an_answer:
                return outcome
        try:
            session = await self._open()
        except RelayAway as away:
            return Deferred(away.reply, str(self._relays[-1]), away.dialogue, "relay")
        return await self._deliver(session, raw, mail_from, rcpt_to)

    async def close(self) -> None:
        """Say goodbye on every idle connection."""
        sessions, self._idle = self._idle, deque()
        await asyncio.gather(*(session.quit() for session in sessions))

    async def _deliver(self, session: Session, raw: bytes, mail_from: str, rcpt_to: str) -> Outcome:
        outcome = await session.deliver(raw, mail_from, rcpt_to)
        if session.usable and session.delivered < MAILS_A_CONNECTION:
            session.idle_since = _now()
            self._idle.append(session)
        else:
            await session.quit()
        return outcome

    async def _open(self) -> Session:
        """Raises the last relay's RelayAway when none can be used."""
        failure = RelayAway("no relay is set", ())
        for relay in self._order():
            try:
                session = await open_session(relay, self._hostname, self._timeouts)
            except RelayAway as away:
                self._away_until[relay] = _now() + AWAY_SECONDS
                failure = away
            else:
                self._away_until.pop(relay, None)
                return session
        raise failure

    def _order(self) -> list[Relay]:
        """As configured, but what has just failed comes last."""
        now = _now()
        return sorted(self._relays, key=lambda relay: self._away_until.get(relay, 0.0) > now)

    async def _dismiss_stale(self) -> None:
        """They lie in the order in which they were last used."""
        oldest = _now() - IDLE_SECONDS
        while self._idle and self._idle[0].idle_since < oldest:
            await self._idle.popleft().quit()


def _now() -> float:
    return asyncio.get_running_loop().time()
