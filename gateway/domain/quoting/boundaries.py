"""Where a quoted or forwarded mail begins: dashed separators and header blocks, in every client's language."""

import re

from gateway.domain.patterns import Pattern
from gateway.domain.quoting import vocabulary

_DASHES = r"[-_=*~—–─]{2,}+"
_ORIGINAL = Pattern(
    rf"[>\s]*+(?:{_DASHES}\s*+(?:{'|'.join(vocabulary.ORIGINAL)})\s*+[:：]?\s*+(?:{_DASHES})?"
    rf"|(?:{'|'.join(vocabulary.ORIGINAL)})\s*+[:：]?\s*+{_DASHES})\s*+$"
)
_HEADING = Pattern(rf"(?:{'|'.join(vocabulary.ORIGINAL)})\s*[:：]?$")
_FORWARDED = Pattern(
    rf"\s*+(?:{_DASHES})?\s*+(?:{'|'.join(vocabulary.FORWARDED)})(?:\s*+(?:by|from|由|от)\b.{{0,"
    rf"80}})?\s*+[:：]?\s*+(?:{_DASHES})?\s*+$"
)
_REPLY_RULE = Pattern(
    rf"\s*{_DASHES}\s*(?:on|在|am|le|el|il|em|op|в)\b.{{5,200}}(?:{vocabulary.VERBS})\s*{_DASHES}\s*$"
)
_RULE = re.compile(r"\s*(?:[-=*~—─-╿]{3,}|_{2,})\s*$")
_HEADER = re.compile(r"[\s|>*]{0,12}([^\s:：|*][^:：|*\n]{0,24}?)[\s*|　]{0,6}[:：|]\*{0,2}(.*)$")
_WIDE_GAP = re.compile(r"(?<=[一-鿿])[\s　]{1,4}(?=[一-鿿])")
_ADDRESS = re.compile(r"[^\s@]@[^\s@]|mailto:")
_PAIRS = frozenset(dash * 2 for dash in "-_=*~—–─")
_FRAME = " \t\xa0【】[]"
_LONGEST_HEADING = 40
_SIGN = re.compile(r"[-_=*~—–─:：︰|@道]")
_LONGEST = 400
_LOOK_AHEAD = 14
_FIELDS = 5


def is_forwarded(line: str) -> bool:
    """Whether a line announces a forwarded mail."""
    return len(line) < 160 and _announces(line) and _FORWARDED.match(line) is not None


def is_prose(line: str) -> bool:
    """A cheap look first, at a line that stands above no quote: True when it is no boundary, however closely one looks.

    Separators have dashes, header blocks a colon or a table's rule, attributions a colon, dashes, an address or 写道;
    a heading is short.
    """
    return _SIGN.search(line) is None and len(line.strip(_FRAME)) > _LONGEST_HEADING


def is_original(line: str) -> bool:
    """Whether a line of dashes announces the mail that is answered."""
    if len(line) > _LONGEST or not _announces(line):
        return False
    return _ORIGINAL.match(line) is not None or _REPLY_RULE.match(line) is not None


def _announces(line: str) -> bool:
    """A cheap look first: an announcement stands between dashes or ends with a colon."""
    bare = line.strip()
    return bare[:2] in _PAIRS or bare[-2:] in _PAIRS or bare.endswith((":", "："))


def is_heading(lines: list[str], index: int) -> bool:
    """Whether a line says "original mail" without any dashes, right above a header block: the new QQ Mail."""
    line = lines[index].strip(_FRAME)
    if len(line) > _LONGEST_HEADING or _HEADING.match(line) is None:
        return False
    below = next((each for each in range(index + 1, min(index + 4, len(lines))) if lines[each].strip()), None)
    return below is not None and header_of(lines[below]) is not None


def is_rule(line: str) -> bool:
    """Whether a line is a drawn rule and nothing else."""
    return _RULE.match(line) is not None


def header_of(line: str) -> tuple[str, str] | None:
    """The canonical field and the value of a line such as `发件人：…` or `*Sent:* …`; None for any other line."""
    match = _HEADER.match(line) if len(line) <= _LONGEST else None
    if match is None:
        return None
    name = vocabulary.HEADER_NAMES.get(_WIDE_GAP.sub("", match[1].lower()))
    return (name, match[2].strip()) if name else None


def fields_above(lines: list[str], index: int) -> int:
    """Where the fields below a rule begin that end right above a line: Yandex puts recipient and subject there."""
    start = index
    while start > max(0, index - _FIELDS) and header_of(lines[start - 1]):
        start -= 1
    return start if 0 < start < index and is_rule(lines[start - 1]) else index


def header_block(lines: list[str], start: int) -> int:
    """How many lines the header block of a quoted mail takes that begins at a line; 0 where none begins.

    "From: Berlin, To: Paris, Date: …" is no header block: an address or a subject makes one.
    """
    first = header_of(lines[start])
    if first is None or first[0] in ("cc", "importance"):
        return 0
    found: dict[str, str] = {}
    strangers, size = 0, 0
    for offset, line in enumerate(lines[start : start + _LOOK_AHEAD]):
        header = header_of(line)
        if header is not None:
            if header[0] in found and header[0] != "cc":
                break
            found[header[0]] = header[1]
            strangers, size = 0, offset + 1
        elif line.strip(" \t|>-:"):
            strangers += 1
            if strangers > 2:
                break
    return size if _tells_enough(found) else 0


def _tells_enough(found: dict[str, str]) -> bool:
    people = _ADDRESS.search(f"{found.get('from', '')} {found.get('to', '')}") is not None
    core = len(found.keys() & {"from", "date", "to", "subject"})
    return (("from" in found or "to" in found) and core >= 3 and (people or "subject" in found)) or (
        people and {"from", "date"} <= found.keys()
    )
