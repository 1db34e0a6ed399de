"""Attributions: the line or lines before a quote that say who wrote it and when, in every language."""

import re

from gateway.domain.patterns import Pattern
from gateway.domain.quoting import vocabulary

_ENDS = (":", "：", "︰", "写道", "寫道", "写道，", "寫道，", "写道。", "寫道。")
_DASHED_END = Pattern(rf"(?:{vocabulary.VERBS})\s*[-—]{{2,}}$")
_VERB = Pattern(rf"(?<![a-z])(?:{vocabulary.VERBS})(?![a-z])")
_VERB_AT_END = Pattern(rf"(?<![a-z])(?:{vocabulary.VERBS})[^\w]{{0,6}}$")
_VERB_LATE = Pattern(rf"(?<![a-z])(?:{vocabulary.VERBS})(?: [^ ]+){{0,4}}\s*[^\w\s]{{0,3}}\s*$")
_OWN = Pattern(
    rf"(?:\b(?:i|we)|我们?|我們|(?<!\w)(?:я|мы)) ?(?:{vocabulary.VERBS})|(?:{vocabulary.VERBS}) (?:ich|wir|я|мы)\b"
)
_LAST_ADDRESS = re.compile(r"[\w.+-]@[\w-]+\.[\w.-]*\w((?:(?!@).)*)$")
_BRACKETS = 4
_START = Pattern(rf"[\s*_\"“-]{{0,8}}(?:{vocabulary.STARTS})")
_ADDRESS = re.compile(r"[\w.+-]@[\w-]+\.[\w.-]+|mailto:")
_DATE = re.compile(
    r"\d{4}\s?[-/.年년]\s?\d{1,2}|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|(?<!\d)(?:19|20|25)\d\d(?!\d)|\d{1,"
    r"2}[:：.h]\d{2}(?!\d)|\d{1,2}月\d{1,2}日|\d{1,2}월"
)
_SENTENCE_END = re.compile(r"[.!?。！？…;；]\s*$")
_LONGEST = 400
MAX_LINES = 4


def begins_at(lines: list[str], end: int, kinds: list[str]) -> int | None:
    """Where the attribution that ends on line `end` begins, over fresh lines only; None when none ends there."""
    last = lines[end].strip(" \t\xa0\"”'*_")
    if not last or len(last) > _LONGEST or not _has_end(last):
        return None
    text = ""
    for start in range(end, max(-1, end - MAX_LINES), -1):
        line = lines[start].strip()
        if not line or kinds[start] or len(text) > _LONGEST:
            break
        text = f"{line} {text}"
        if _is_complete(text):
            return _opening(lines, start, kinds)
        if start != end and _SENTENCE_END.search(line):
            break
    return None


def _has_end(line: str) -> bool:
    if line.endswith(_ENDS):
        return True
    if line.endswith(("--", "—")):
        return _DASHED_END.search(line) is not None
    return "@" in line and _VERB_AT_END.search(line) is not None


def _is_complete(text: str) -> bool:
    """A date, and an address or a verb where attributions have them: at the end, and not of the writer's own."""
    if _DATE.search(text) is None:
        return False
    if address := _LAST_ADDRESS.search(text):
        return len(address[1]) <= _BRACKETS or _VERB.search(address[1]) is not None
    return _START.match(text) is not None and _VERB_LATE.search(text) is not None and not _OWN.search(text)


def _opening(lines: list[str], start: int, kinds: list[str]) -> int:
    """A wrapped attribution may begin a line or two earlier: where it starts as attributions start."""
    above = lines[start - 1].strip() if start > 0 and not kinds[start - 1] else ""
    if above and len(above) < _LONGEST and not _SENTENCE_END.search(above) and _runs_on(above, lines[start]):
        return start - 1
    if _START.match(lines[start]):
        return start
    for earlier in range(start - 1, max(-1, start - 3), -1):
        line = lines[earlier].strip()
        if not line or kinds[earlier] or _SENTENCE_END.search(line):
            break
        if _START.match(line) and _DATE.search(line):
            return earlier
    return start


def _runs_on(above: str, line: str) -> bool:
    """Gmail wraps before the hour, `Name <address> 于2024年1月5日周五`, and before a long address."""
    wrapped = _ADDRESS.search(above) is not None and _DATE.search(above) is not None
    return wrapped or line.lstrip().startswith("<")


def introduces(line: str) -> bool:
    """Whether a line directly above a quote introduces it, even without a date: `Li Lei wrote:`."""
    text = line.strip()
    return 0 < len(text) < 160 and (_VERB_AT_END.search(text) is not None or _is_named(text))


def _is_named(text: str) -> bool:
    return text.endswith((":", "：")) and (_ADDRESS.search(text) is not None or _DATE.search(text) is not None)
