"""The Date field (RFC 5322 §3.3), as clients write it; a date that cannot be is no date."""

import re
from datetime import UTC, datetime, timedelta, timezone

_MONTHS = {name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_ZONES = dict(
    zip(
        "ut gmt utc z est edt cst cdt mst mdt pst pdt".split(),
        (0, 0, 0, 0, -5, -4, -6, -5, -7, -6, -8, -7),
        strict=True,
    )
)
_RFC = re.compile(r"(\d{1,2})[\s-]+([A-Za-z]{3})[a-z]*\.?[\s,-]+(\d{2,4})")
_ISO = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})")
_ASCTIME = re.compile(r"([A-Za-z]{3})[a-z]*\s+(\d{1,2}),?\s+(?:\d{1,2}:\d{2}(?::\d{2})?\s+(?:[A-Z]{3,4}\s+)?)?(\d{4})")
_TIME = re.compile(r"(\d{1,2})[:.](\d{1,2})(?:[:.](\d{1,2}))?(?:\s*([AaPp])\.?[Mm])?")
_OFFSET = re.compile(r"(?:GMT|UTC)?\s*([+-])(\d{1,2}):?(\d{2})\b")
_COMMENT = re.compile(r"\([^)]*\)?")


def read(text: str) -> datetime | None:
    """An aware UTC time, or None when the text tells none or one before 1970 or after 9999."""
    text = _COMMENT.sub(" ", text[:200])
    day = _day(text)
    if day is None:
        return None
    clock = _TIME.search(text)
    hour, minute, second = (int(clock[1]), int(clock[2]), int(clock[3] or 0)) if clock else (0, 0, 0)
    if clock and clock[4]:
        hour = hour % 12 + (12 if clock[4] in "pP" else 0)
    offset = _offset(text[clock.end() :] if clock else "")
    try:
        local = datetime(*day, hour, minute, min(second, 59), tzinfo=timezone(offset))
        moment = local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year >= 1970 else None


def _day(text: str) -> tuple[int, int, int] | None:
    if match := _RFC.search(text):
        month = _MONTHS.get(match[2].lower())
        return (_year(match[3]), month, int(match[1])) if month else None
    if match := _ISO.search(text):
        return int(match[1]), int(match[2]), int(match[3])
    if match := _ASCTIME.search(text):
        month = _MONTHS.get(match[1].lower())
        return (int(match[3]), month, int(match[2])) if month else None
    return None


def _year(digits: str) -> int:
    """RFC 5322 §4.3: two digits below 50 are 20xx, the others and three digits count from 1900."""
    year = int(digits)
    if len(digits) == 4:
        return year
    return year + 2000 if year < 50 and len(digits) == 2 else year + 1900


def _offset(text: str) -> timedelta:
    if match := _OFFSET.search(text):
        minutes = int(match[2]) * 60 + int(match[3])
        return timedelta(minutes=-minutes if match[1] == "-" else minutes) if minutes < 24 * 60 else timedelta(0)
    for word in text.lower().split():
        if word in _ZONES:
            return timedelta(hours=_ZONES[word])
    return timedelta(0)
