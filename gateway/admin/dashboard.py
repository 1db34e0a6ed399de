"""The dashboard: keeps what it shows added up, and answers for a range of time and some shops.

The worker counts the running hour and the one before it anew each minute; and walks backwards through the last year
once more, a day at a time, since merging, releasing and closing change the past.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.admin import shops as admin
from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.measuring import RANGES, Times, day_of, hour_of, month_after, percentile, steps
from gateway.domain.spreadsheets import as_csv
from gateway.errors import Invalid, NotFound
from gateway.store import figures
from gateway.store import rollups as store
from gateway.store.rollups import DAY, HOUR

REFRESH_EVERY = timedelta(minutes=1)
SWEEP_EVERY = timedelta(minutes=2)
SWEEP_DAYS = 365
HOURS_AT_ONCE = 24 * 7
MOST_DOMAINS = 10
BY_HOUR = timedelta(days=7)
"""Ranges up to this are drawn by hour and end with the running one; longer ones are drawn by day, and are full days."""


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
    solved_by_person: Sequence[Summary]
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
        await store.join_months(session, hour_of(begin) - HOUR, min(now, until))
        await store.set_mark(session, "counted", min(now, until))
    return 1 if until <= now else 0


async def sweep(gw: Gateway) -> int:
    """Add one more day of the last year up anew, as the past may have changed, the newest first. Always 0: no hurry."""
    now = gw.clock.now()
    async with gw.db.write() as session:
        last = await store.mark(session, "swept")
        counted = await store.mark(session, "counted")
        if counted is None or (last is not None and now - last < SWEEP_EVERY):
            return 0
        reached = await store.mark(session, "sweep")
        oldest = day_of(now) - SWEEP_DAYS * DAY
        day = day_of(now) - DAY if reached is None or reached <= oldest else reached - DAY
        await store.count_hours(session, day, day + DAY)
        await store.time_days(session, day, day + DAY)
        await store.join_months(session, day, min(counted, month_after(day)))
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
    since = _since(gw.clock.now(), length)
    async with gw.db.read() as session:
        counts = await figures.volumes(session, actor, chosen, since)
        bounced = await figures.bounces(session, actor, chosen, since, MOST_DOMAINS)
        counted_to = await store.mark(session, "counted")
        times = await figures.times(session, actor, chosen, since, counted_to)
        backlog = await figures.backlog(session, actor, chosen)
        outgoing = await figures.outgoing(session, actor, chosen)
        people = await figures.names(session, sorted({user for _, _, user in times if user}))
    shop_names = {id_: one.name for id_, one in shops.items()}
    by_shop, by_person = ({kind: _grouped(times, kind, part) for kind in ("answer", "solved")} for part in (1, 2))
    kinds = _by_kind(counts)
    at = _axis(since, gw.clock.now(), length)
    return Dashboard(
        at=at,
        by_hour=length <= BY_HOUR,
        series=_series(counts, at, length),
        hours=_hours(counts),
        came=kinds["in"],
        went=kinds["out"],
        held=kinds["held"],
        failed=kinds["failed"],
        bounced=bounced,
        backlog=sum(backlog.values()),
        queued=outgoing["queued"],
        deferred=outgoing["deferred"],
        answers=_all(by_shop["answer"]),
        solved=_all(by_shop["solved"]),
        answers_by_shop=_named(by_shop["answer"], shop_names),
        solved_by_shop=_named(by_shop["solved"], shop_names),
        answers_by_person=_named(by_person["answer"], people),
        solved_by_person=_named(by_person["solved"], people),
        counted_to=counted_to,
    )


def _since(now: datetime, length: timedelta) -> datetime:
    """When a range begins that ends with the running hour, or with the running day where it is drawn by day."""
    return hour_of(now) + HOUR - length if length <= BY_HOUR else day_of(now) + DAY - length


def _by_kind(counts: Sequence[figures.Volume]) -> Counter[str]:
    found: Counter[str] = Counter()
    for one in counts:
        found[one.kind] += sum(one.hours)
    return found


def _axis(since: datetime, now: datetime, length: timedelta) -> list[datetime]:
    if length <= BY_HOUR:
        return steps(since, hour_of(now) + HOUR, HOUR)
    return steps(since, day_of(now) + DAY, DAY)


def _series(counts: Sequence[figures.Volume], at: Sequence[datetime], length: timedelta) -> dict[str, list[int]]:
    place = {moment: number for number, moment in enumerate(at)}
    found: dict[str, list[int]] = {}
    for one in counts:
        if one.kind not in ("in", "out"):
            continue
        name = one.name if one.kind == "in" else "out"
        for moment, count in _pieces(one, length):
            if count and moment in place:
                found.setdefault(name, [0] * len(at))[place[moment]] += count
    return found


def _pieces(one: figures.Volume, length: timedelta) -> list[tuple[datetime, int]]:
    if length > BY_HOUR:
        return [(one.day, sum(one.hours))]
    return [(one.day + hour * HOUR, count) for hour, count in enumerate(one.hours)]


def _hours(counts: Sequence[figures.Volume]) -> list[int]:
    """How many messages came in each hour of the day, in UTC."""
    came = [one.hours for one in counts if one.kind == "in"]
    return [sum(counted) for counted in zip(*came, strict=True)] if came else [0] * 24


def _grouped(times: Mapping[tuple[str, str, str], Times], kind: str, part: int) -> dict[str, Times]:
    """All times of a kind by one part of their key: the shop (1) or the person (2)."""
    found: dict[str, Times] = defaultdict(Times)
    for key, one in times.items():
        if key[0] == kind:
            found[key[part]].join(one)
    return found


def _all(groups: Mapping[str, Times]) -> Summary:
    every = Times()
    for one in groups.values():
        every.join(one)
    return _summary("", every)


def _named(groups: Mapping[str, Times], names: Mapping[str, str]) -> list[Summary]:
    """Those of whom we know who it was, the one with the most first."""
    found = [_summary(names.get(id_, id_), one) for id_, one in groups.items() if id_]
    return sorted(found, key=lambda summary: (-summary.count, summary.name))


def _summary(name: str, times: Times) -> Summary:
    share = times.within / times.targeted if times.targeted else None
    p50, p90 = percentile(times.minutes, 0.5), percentile(times.minutes, 0.9)
    return Summary(name, sum(times.minutes.values()), p50, p90, share)


def exported(board: Dashboard) -> str:
    """The series of a dashboard as CSV: a line an hour or a day."""
    names = sorted(board.series)
    lines = ((at.isoformat(), *(board.series[name][number] for name in names)) for number, at in enumerate(board.at))
    return as_csv(("at", *names), lines)


def exported_times(board: Dashboard) -> str:
    """How long things took as CSV, in minutes: what (answer, solved), of what (all, shop, person), its name."""
    parts = (
        ("answer", "all", (board.answers,)),
        ("answer", "shop", board.answers_by_shop),
        ("answer", "person", board.answers_by_person),
        ("solved", "all", (board.solved,)),
        ("solved", "shop", board.solved_by_shop),
        ("solved", "person", board.solved_by_person),
    )
    lines = (
        (
            what,
            of,
            one.name,
            one.count,
            *("" if number is None else number for number in (one.p50, one.p90, one.in_time)),
        )
        for what, of, summaries in parts
        for one in summaries
    )
    return as_csv(("what", "of", "name", "count", "p50", "p90", "in_time"), lines)
