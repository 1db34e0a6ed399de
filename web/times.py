"""Moments as readers see them: short in lists, exact where they hover, always in the reader's zone when we know it."""

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_datetime, format_skeleton
from markupsafe import Markup


def zone_of(name: str) -> tzinfo | None:
    """The zone of a name such as `Asia/Shanghai`; None for an empty or unknown one."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def days_of(zone_name: str, first: str, last: str) -> tuple[datetime | None, datetime | None]:
    """From the beginning of a day to the end of one, in the reader's zone; None for what is no day."""
    zone = zone_of(zone_name) or UTC
    until = _day(last, zone)
    return _day(first, zone), until + timedelta(days=1) if until else None


def _day(text: str, zone: tzinfo) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=zone)
    except ValueError:
        return None


def short(at: datetime, now: datetime, locale: str, zone: tzinfo | None) -> Markup:
    """A `<time>`: the clock today, the day this year, the date before. The page's script moves UTC to its own zone."""
    there, today = at.astimezone(zone or UTC), now.astimezone(zone or UTC)
    if there.date() == today.date():
        text = format_datetime(there, "HH:mm", locale=locale)
    elif there.year == today.year:
        text = str(format_skeleton("MMMd", there, locale=locale))
    else:
        text = str(format_skeleton("yMMMd", there, locale=locale))
    return _element(at, text, exact(at, locale, zone), "short")


def full(at: datetime, locale: str, zone: tzinfo | None) -> Markup:
    """A `<time>` with day and clock."""
    text = format_datetime(at.astimezone(zone or UTC), "medium", locale=locale)
    return _element(at, text if zone else f"{text} UTC", exact(at, locale, zone), "full")


def theirs(at: datetime, offset: int, locale: str) -> Markup:
    """A `<time>` with the clock of somebody so many minutes ahead of UTC; no page moves it to another zone."""
    there = at.astimezone(timezone(timedelta(minutes=offset)))
    hours, minutes = divmod(abs(offset), 60)
    zone = f"{'+' if offset > 0 else '-'}{hours}" + (f":{minutes:02}" if minutes else "")
    moment = exact(at, locale, there.tzinfo)
    return Markup('<time datetime="{}" title="{}">{} UTC{}</time>').format(
        there.isoformat(), moment, format_datetime(there, "HH:mm", locale=locale), zone
    )


def exact(at: datetime, locale: str, zone: tzinfo | None) -> str:
    """Everything, the zone too."""
    return str(format_datetime(at.astimezone(zone or UTC), "yyyy-MM-dd HH:mm:ss zzz", locale=locale))


def _element(at: datetime, text: str, title: str, style: str) -> Markup:
    iso = at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return Markup('<time datetime="{}" title="{}" data-style="{}">{}</time>').format(iso, title, style, text)
