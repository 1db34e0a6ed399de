"""The couriers behind a relay URL: keeps connections, turns to the next relay when one is away; queues nothing."""

import asyncio
from collections import deque

from gateway.domain.couriers import Courier, Deferred, Outcome
from smtp.maildir import MaildirCourier
from smtp.opening import RelayAway, open_session
from smtp.relays import Relay, Timeouts, maildir_path, relays_of
from smtp.session import Parcel, Session

MAILS_A_CONNECTION = 100
IDLE_SECONDS = 60.0
AWAY_SECONDS = 30.0


def courier_for(url: str, hostname: str, concurrency: int = 20, timeouts: Timeouts | None = None) -> Courier:
    """The courier of ZNX_RELAY_URL; `hostname` is what we call ourselves in EHLO.

    At most `concurrency` connections are open at once; whatever else is to be sent waits in line. Raises ConfigError.
    """
    folder = maildir_path(url)
    if folder is not None:
        return MaildirCourier(folder, hostname)
    relays = relays_of(url)
    for relay in relays:
        relay.tls_context()
    return SmtpCourier(relays, hostname, concurrency, timeouts or Timeouts())


class SmtpCourier:
    """Hands mails to the first of its relays that answers, over connections that it uses again.

    Mails wait in one line. Each lane takes the first of them to a connection, goes on with those that come behind it,
    and ends when the line is empty.
    """

    def __init__(self, relays: tuple[Relay, ...], hostname: str, concurrency: int, timeouts: Timeouts) -> None:
        self._relays = relays
        self._hostname = hostname
        self._timeouts = timeouts
        self._concurrency = concurrency
        self._line: deque[Parcel] = deque()
        self._lanes: set[asyncio.Task[None]] = set()
        self._idle: deque[Session] = deque()
        self._away_until: dict[Relay, float] = {}

    async def send(self, raw: bytes, mail_from: str, rcpt_to: str) -> Outcome:
        """Waits in line first, and ends within `Timeouts.total` seconds."""
        loop = asyncio.get_running_loop()
        parcel = Parcel(raw, mail_from, rcpt_to, loop.create_future())
        self._line.append(parcel)
        if len(self._lanes) < self._concurrency:
            lane = loop.create_task(self._lane())
            self._lanes.add(lane)
            lane.add_done_callback(self._lanes.discard)
        late = Deferred(f"no answer within {self._timeouts.total:g} seconds", str(self._relays[0]))
        timer = loop.call_later(self._timeouts.total, parcel.finish, late)
        try:
            return await parcel.done
        finally:
            timer.cancel()
            if parcel.carrier is not None:  # nobody waits for it any more, and half a mail can't be taken back
                parcel.carrier.abort()

    async def close(self) -> None:
        """Say goodbye on every idle connection."""
        for lane in self._lanes:
            lane.cancel()
        await asyncio.gather(*self._lanes, return_exceptions=True)
        while self._line:
            self._line.popleft().done.cancel()
        sessions, self._idle = self._idle, deque()
        await asyncio.gather(*(session.quit() for session in sessions))

    async def _lane(self) -> None:
        await self._dismiss_stale()
        while parcel := self._next():
            try:
                session = await self._session()
            except RelayAway as away:
                parcel.finish(Deferred(away.reply, str(self._relays[-1]), away.dialogue, "relay"))
            except BaseException as error:
                parcel.fail(error)
                if not isinstance(error, Exception):
                    raise
            else:
                await self._serve(session, parcel)
                await self._put_away(session)

    def _next(self) -> Parcel | None:
        while self._line:
            parcel = self._line.popleft()
            if not parcel.done.done():
                return parcel
        return None

    async def _serve(self, session: Session, first: Parcel) -> None:
        """One mail after another, as long as there are any and the session is good for them."""
        parcel: Parcel | None = first
        while parcel:
            await self._hand_over(session, parcel)
            parcel = self._next() if _good_for_more(session) else None

    async def _hand_over(self, session: Session, parcel: Parcel) -> None:
        parcel.carrier = session
        try:
            outcome = await session.deliver(parcel)
        except BaseException as error:
            parcel.fail(error)
            if not isinstance(error, Exception):
                raise
        else:
            # Servers drop idle connections without a word: that says nothing about this mail.
            if session.lost_before_an_answer:
                self._line.appendleft(parcel)
            else:
                parcel.finish(outcome)
        finally:
            parcel.carrier = None

    async def _put_away(self, session: Session) -> None:
        if _good_for_more(session):
            session.idle_since = _now()
            self._idle.append(session)
        else:
            await session.quit()

    async def _session(self) -> Session:
        """One that has served before, or else a new one. Raises RelayAway."""
        while self._idle:
            session = self._idle.pop()
            if session.usable:
                return session
            await session.quit()
        return await self._open()

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


def _good_for_more(session: Session) -> bool:
    return session.usable and session.delivered < MAILS_A_CONNECTION


def _now() -> float:
    return asyncio.get_running_loop().time()
