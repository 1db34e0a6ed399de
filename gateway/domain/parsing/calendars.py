"""Invitations (RFC 5545, RFC 5546) as readable lines: what, when, where, by whom."""

import re

_FOLD = re.compile(r"\n[ \t]")
_LINE = re.compile(r"^([A-Z-]{1,40})((?:;[^;:\"\n]{0,200}(?:\"[^\"\n]{0,200}\")?){0,10}):(.*)$", re.MULTILINE)
_ESCAPED = re.compile(r"\\([\\;,nN])")
_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z?))?")
_ZONE = re.compile(r"TZID=\"?([^;:\"]{1,60})", re.IGNORECASE)
_NAME = re.compile(r"CN=\"?([^;:\"]{1,100})", re.IGNORECASE)
_METHODS = {
    "REQUEST": "Invitation",
    "PUBLISH": "Event",
    "CANCEL": "Cancelled",
    "REPLY": "Answer to invitation",
    "COUNTER": "Other time proposed",
}
MAX_SIZE = 100_000


def read(source: str) -> str:
    """Lines that say what the first event of a calendar says; empty when there is none."""
    source = _FOLD.sub("", source[:MAX_SIZE])
    start = source.find("BEGIN:VEVENT")
    if start < 0:
        return ""
    fields: dict[str, tuple[str, str]] = {}
    end = source.find("END:VEVENT", start)
    for match in _LINE.finditer(source, start, end if end >= 0 else len(source)):
        fields.setdefault(match[1], (match[2], _unescaped(match[3].strip())))
    method = re.search(r"^METHOD:(\w+)", source, re.MULTILINE)
    title = fields.get("SUMMARY", ("", ""))[1]
    lines = [f"{_METHODS.get(method[1] if method else '', 'Event')}: {title}".rstrip(": "), _when(fields)]
    lines += [fields[name][1] for name in ("LOCATION", "DESCRIPTION") if name in fields]
    lines.insert(3, _who(fields))
    return "\n".join(line for line in lines if line.strip())


def _when(fields: dict[str, tuple[str, str]]) -> str:
    start, end = (_moment(*fields.get(name, ("", ""))) for name in ("DTSTART", "DTEND"))
    zone = _ZONE.search(fields.get("DTSTART", ("", ""))[0])
    if start[:10] == end[:10] and len(end) > 10:
        end = end[11:]
    return f"{start}{' – ' + end if end else ''}{f' ({zone[1]})' if zone else ''}"


def _moment(_: str, value: str) -> str:
    match = _STAMP.match(value)
    if match is None:
        return ""
    day = f"{match[1]}-{match[2]}-{match[3]}"
    return f"{day} {match[4]}:{match[5]}{' UTC' if match[7] else ''}" if match[4] else day


def _who(fields: dict[str, tuple[str, str]]) -> str:
    options, value = fields.get("ORGANIZER", ("", ""))
    name = _NAME.search(options)
    address = re.sub(r"^mailto:", "", value, flags=re.IGNORECASE)
    return f"{name[1]} <{address}>" if name and address else address


def _unescaped(value: str) -> str:
    return _ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)
