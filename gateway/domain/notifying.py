"""When a seller is told of a message by mail: the choices that there are, and the moment that follows from them."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Literal, get_args

from gateway.domain.messages import Channel

Mode = Literal["off", "immediately", "hourly", "daily"]
MODES: tuple[Mode, ...] = get_args(Mode)
CHANNELS: tuple[Channel, ...] = ("email", "order_note", "site", "chat")
DAY_MINUTES = 24 * 60
SAME_THREAD_EVERY = timedelta(minutes=10)
"""However fast a buyer writes, one conversation is not told of more often."""
MOST_IN_AN_HOUR = 20
"""Mails of this kind to one person; what is over waits and comes as a digest."""
LISTED = 10
"""Conversations that a digest names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """How one person wants to be told. `quiet_from` and `quiet_until` are minutes of the day; equal: never quiet."""

    mode: Mode = "off"
    daily_hour: int = 9
    quiet_from: int = 0
    quiet_until: int = 0
    only_mine: bool = False
    channels: tuple[str, ...] = CHANNELS
    muted_shops: tuple[str, ...] = ()

    def wants(self, shop_id: str, channel: str, mine: bool) -> bool:
        """Whether a message of this shop and channel is told at all; `mine`: its thread is given to this person."""
        listened = shop_id not in self.muted_shops and channel in self.channels
        return self.mode != "off" and listened and (mine or not self.only_mine)


def due_at(choice: Choice, now: datetime, zone: tzinfo) -> datetime:
    """When to tell, as the clock on the wall of `zone` has it; in UTC as `now` is."""
    wall = now.astimezone(zone)
    if choice.mode == "hourly":
        wall = wall.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    elif choice.mode == "daily":
        at = wall.replace(hour=choice.daily_hour, minute=0, second=0, microsecond=0)
        wall = at if at > wall else at + timedelta(days=1)
    return _after_quiet(choice, wall).astimezone(now.tzinfo)


def _after_quiet(choice: Choice, wall: datetime) -> datetime:
    """The end of the quiet hours when they hold at `wall`; they may reach over midnight."""
    start, end = choice.quiet_from, choice.quiet_until
    minute = wall.hour * 60 + wall.minute
    if start == end or not (start <= minute < end if start < end else minute >= start or minute < end):
        return wall
    days = 1 if minute >= end else 0
    morning = wall.replace(hour=end // 60, minute=end % 60, second=0, microsecond=0)
    return morning + timedelta(days=days)
