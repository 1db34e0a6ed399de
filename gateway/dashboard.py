"""The dashboard: keeps what it shows added up, and answers for a range of time and some shops.

The worker counts the running hour and the one before it anew each minute, the running day and the one before it too;
and walks through the last weeks once more, a day at a time, since merging, releasing and closing change the past.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway import admin
from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.measuring import RANGES, Times, day_of, hour_of, percentile, steps
from gateway.domain.spreadsheets import as_csv
from gateway.errors import Invalid, NotFound
from gateway.store import rollups as store
from gateway.store.rollups import DAY, HOUR

REFRESH_EVERY = timedelta(minutes=1)
SWEEP_EVERY = timedelta(minutes=10)
SWEEP_DAYS = 35
HOURS_AT_ONCE = 24 * 7
MOST_DOMAINS = 10
BY_HOUR = timedelta(days=7)
"""Ranges up to this are drawn by hour, longer ones by day."""


@dataclass(frozen=True, slots=True)
class Summary:
    """How long something took: how often, the median and the 90th percentile in minutes, the share in time (0 to 1)."""

    name: str
    count: int
    p50: int | None
    p90: int | None
    in_time: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """Everything that the page shows. `series` are the messages that came in by channel, and those that went out."""

    at: Sequence[datetime]
    by_hour: bool
    series: Mapping[str, Sequence[int]]
    hours: Sequence[int]
    came: int
    went: int
    held: int
    failed: int
    bounced: Sequence[tuple[str, int]]
    backlog: int
    queued: int
    deferred: int
    answers: Summary
    solved: Summary
    answers_by_shop: Sequence[Summary]
    solved_by_shop: Sequence[Summary]
    answers_by_person: Sequence[Summary]
    counted_to: datetime | None


async def refresh(gw: Gateway) -> int:
    """Bring the sums up to date, a piece at a time; how many pieces (0: nothing to do now). Safe to repeat at will."""
    now = gw.clock.now()
    async with gw.db.write() as session:
        done = await store.mark(session, "counted")
        if done is not None and now - done < REFRESH_EVERY:
            return 0
        begin = done or await store.first_moment(session)
        if begin is None:
            return 0
        until = min(hour_of(now) + HOUR, hour_of(begin) + HOURS_AT_ONCE * HOUR)
        await store.count_hours(session, hour_of(begin) - HOUR, until)
        await store.time_days(session, day_of(hour_of(begin) - HOUR), day_of(until - HOUR) + DAY)
        await store.set_mark(session, "counted", min(now, until))
    return 1 if until <= now else 0


async def sweep(gw: Gateway) -> int:
    """Add one more day of the last weeks up anew, as the past may have changed; 0 when it is not time yet."""
    now = gw.clock.now()
    async with gw.db.write() as session:
        last = await store.mark(session, "swept")
        counted = await store.mark(session, "counted")
        if counted is None or (last is not None and now - last < SWEEP_EVERY):
            return 0
        reached = await store.mark(session, "sweep")
        oldest = day_of(now) - SWEEP_DAYS * DAY
        day = reached + DAY if reached is not None and oldest <= reached + DAY < day_of(now) else oldest
        await store.count_hours(session, day, day + DAY)
        await store.time_days(session, day, day + DAY)
        await store.set_mark(session, "sweep", day)
        await store.set_mark(session, "swept", now)
    return 0


async def look(gw: Gateway, actor: Actor, range_: str, shop: str = "") -> Dashboard:
    """What the actor's shops (or one of them, by slug) did lately.

    Raises Invalid for an unknown range, NotFound for a shop that the actor does not reach, Forbidden.
    """
    actor = actor.acting("manage")
    if range_ not in RANGES:
        raise Invalid(f"range must be one of {', '.join(RANGES)}", field="range")
    length = RANGES[next(known for known in RANGES if known == range_)]
    shops = {one.id: one for one in await admin.shops(gw, actor)}
    chosen = next((id_ for id_, one in shops.items() if one.slug == shop), None)
    if shop and chosen is None:
        raise NotFound("no such shop")
    since = hour_of(gw.clock.now()) + HOUR - length
    async with gw.db.read() as session:
        counts = await store.volumes(session, actor, chosen, since)
        times = await store.times(session, actor, chosen, since)
        backlog = await store.backlog(session, actor, chosen)
        outgoing = await store.outgoing(session, actor, chosen)
        people = await store.names(session, sorted({user for _, _, user in times if user}))
        counted_to = await store.mark(session, "counted")
    shop_names = {id_: one.name for id_, one in shops.items()}
    kinds = _by_kind(counts)
    at = _axis(since, gw.clock.now(), length)
    return Dashboard(
        at=at,
        by_hour=length <= BY_HOUR,
        series=_series(counts, at, length),
        hours=_hours(counts),
        came=sum(kinds["in"].values()),
        went=sum(kinds["out"].values()),
        held=sum(kinds["held"].values()),
        failed=sum(kinds["failed"].values()),
        bounced=kinds["bounced"].most_common(MOST_DOMAINS),
        backlog=sum(backlog.values()),
        queued=outgoing["queued"],
        deferred=outgoing["deferred"],
        answers=_all(times, "answer"),
        solved=_all(times, "solved"),
        answers_by_shop=_named(times, "answer", 1, shop_names),
        solved_by_shop=_named(times, "solved", 1, shop_names),
        answers_by_person=_named(times, "answer", 2, people),
        counted_to=counted_to,
    )


def _by_kind(counts: Sequence[store.Volume]) -> Mapping[str, Counter[str]]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for one in counts:
        found[one.kind][one.name] += one.count
    return found


def _axis(since: datetime, now: datetime, length: timedelta) -> list[datetime]:
    if length <= BY_HOUR:
        return steps(since, hour_of(now) + HOUR, HOUR)
    return steps(day_of(since), day_of(now) + DAY, DAY)


def _series(counts: Sequence[store.Volume], at: Sequence[datetime], length: timedelta) -> dict[str, list[int]]:
    place = {moment: number for number, moment in enumerate(at)}
    found: dict[str, list[int]] = {}
    for one in counts:
        if one.kind not in ("in", "out"):
            continue
        name = one.name if one.kind == "in" else "out"
        number = place.get(one.hour if length <= BY_HOUR else day_of(one.hour))
        if number is not None:
            found.setdefault(name, [0] * len(at))[number] += one.count
    return found


def _hours(counts: Sequence[store.Volume]) -> list[int]:
    """How many messages came in each hour of the day, in UTC."""
    found = [0] * 24
    for one in counts:
        if one.kind == "in":
            found[one.hour.hour] += one.count
    return found


def _all(times: Mapping[tuple[str, str, str], Times], kind: str) -> Summary:
    return _summary("", [one for key, one in times.items() if key[0] == kind])


def _named(
    times: Mapping[tuple[str, str, str], Times], kind: str, part: int, names: Mapping[str, str]
) -> list[Summary]:
    grouped: dict[str, list[Times]] = defaultdict(list)
    for key, one in times.items():
        if key[0] == kind and key[part]:
            grouped[key[part]].append(one)
    found = [_summary(names.get(id_, id_), group) for id_, group in grouped.items()]
    return sorted(found, key=lambda summary: (-summary.count, summary.name))


def _summary(name: str, group: Sequence[Times]) -> Summary:
    every = Times()
    for one in group:
        every.minutes.update(one.minutes)
        every.targeted += one.targeted
        every.within += one.within
    share = every.within / every.targeted if every.targeted else None
    p50, p90 = percentile(every.minutes, 0.5), percentile(every.minutes, 0.9)
    return Summary(name, sum(every.minutes.values()), p50, p90, share)


def exported(board: Dashboard) -> str:
    """The series of a dashboard as CSV: a line an hour or a day."""
    names = sorted(board.series)
    lines = ((at.isoformat(), *(board.series[name][number] for name in names)) for number, at in enumerate(board.at))
    return as_csv(("at", *names), lines)
