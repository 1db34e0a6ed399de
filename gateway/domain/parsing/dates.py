"""The Date field (RFC 5322 §3.3), as clients write it; a date that cannot be is no date."""

import re
from datetime import UTC, datetime, timedelta, timezone

_MONTHS = {
    beginning: number
    for number, beginnings in enumerate(
        (
            # RFC 5322 has English only; programs that forget so write their user's own
            "jan ene gen янв sty oca 一月 1月",
            "feb fév fev feb фев lut şub 二月 2月",
            "mar mär mrt мар 三月 3月",
            "apr avr abr апр kwi nis 四月 4月",
            "may mai mei mag maj мая май 五月 5月",
            "jun juin giu июн cze haz 六月 6月",
            "jul juil lug июл lip tem 七月 7月",
            "aug aoû aou ago авг sie ağu 八月 8月",
            "sep set сен wrz eyl 九月 9月",
            "oct okt ott out окт paź eki 十月 10月",
            "nov noy ноя lis kas 十一月 11月",
            "dec dez dic déc дек gru ara 十二月 12月",
        ),
        1,
    )
    for beginning in beginnings.split()
}
_ZONES = {
    **dict.fromkeys(("ut", "gmt", "utc", "z", "wet"), 0),
    **{"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7},  # RFC 5322 §4.3
    **{"bst": 1, "cet": 1, "cest": 2, "eet": 2, "eest": 3, "msk": 3, "wib": 7, "hkt": 8, "sgt": 8, "jst": 9, "kst": 9},
    **dict.fromkeys(("中国标准时间", "中國標準時間", "北京时间", "台北標準時間"), 8),
}
_RFC = re.compile(r"(?<![\d:])(\d{1,2})[\s-]+(\d{1,2}月|[^\W\d_]{2,12})\.?[\s,-]+(\d{2,4})(?!:)")
_ISO = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})")
_ASCTIME = re.compile(r"([A-Za-z]{3})[a-z]*\s+(\d{1,2}),?\s+(?:\d{1,2}:\d{2}(?::\d{2})?\s+(?:[A-Z]{3,4}\s+)?)?(\d{4})")
_TIME = re.compile(r"([上下]午\s?)?(\d{1,2})[:.](\d{1,2})(?:[:.](\d{1,2}))?(?:\s*([AaPp])\.?[Mm])?")
_OFFSET = re.compile(r"(?:GMT|UTC)?\s*([+-])(\d{1,2}):?(\d{2})\b|(?:GMT|UTC)\s*([+-])(\d{1,2})\b")
_COMMENT = re.compile(r"\([^)]*\)?")


def read(text: str) -> datetime | None:
    """An aware UTC time, or None when the text tells none or one before 1970 or after 9999."""
    text = _COMMENT.sub(" ", text[:200])
    day = _day(text)
    if day is None:
        return None
    clock = _TIME.search(text)
    hour, minute, second = (int(clock[2]), int(clock[3]), int(clock[4] or 0)) if clock else (0, 0, 0)
    if clock and (half := clock[5] or clock[1]):
        hour = hour % 12 + (12 if half[0] in "pP下" else 0)
    offset = _offset(text[clock.end() :] if clock else "")
    try:
        local = datetime(*day, hour, minute, min(second, 59), tzinfo=timezone(offset))
        moment = local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year >= 1970 else None


def offset(text: str) -> int | None:
    """By how many minutes the writer's clock was ahead of UTC; None where that is not told.

    Zero tells nothing: Exchange writes everybody's dates as +0000, and -0000 says so (RFC 5322 §3.3).
    """
    text = _COMMENT.sub(" ", text[:200])
    clock = _TIME.search(text)
    return int(_offset(text[clock.end() :]) / timedelta(minutes=1)) or None if clock else None


def _day(text: str) -> tuple[int, int, int] | None:
    for written in _RFC.finditer(text):
        if month := _month(written[2]):
            return _year(written[3]), month, int(written[1])
    if match := _ISO.search(text):
        return int(match[1]), int(match[2]), int(match[3])
    if match := _ASCTIME.search(text):
        month = _month(match[1])
        return (int(match[3]), month, int(match[2])) if month else None
    return None


def _month(word: str) -> int | None:
    """By the whole word, or by as much of its beginning as tells: janv., juillet, января."""
    word = word.lower()
    return next((_MONTHS[word[:size]] for size in (len(word), 4, 3) if word[:size] in _MONTHS), None)


def _year(digits: str) -> int:
    """RFC 5322 §4.3: two digits below 50 are 20xx, the others and three digits count from 1900."""
    year = int(digits)
    if len(digits) == 4:
        return year
    return year + 2000 if year < 50 and len(digits) == 2 else year + 1900


def _offset(text: str) -> timedelta:
    if match := _OFFSET.search(text):
        minutes = int(match[2] or match[5]) * 60 + int(match[3] or 0)
        return (
            timedelta(minutes=-minutes if "-" in (match[1], match[4]) else minutes)
            if minutes < 24 * 60
            else timedelta(0)
        )
    for word in text.lower().split():
        if word in _ZONES:
            return timedelta(hours=_ZONES[word])
    return timedelta(0)
