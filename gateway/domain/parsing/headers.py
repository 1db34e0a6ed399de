"""The header section of a message or a part: raw fields as bytes, and each field's text on demand."""

import re
from collections.abc import Iterator, KeysView
from dataclasses import dataclass

from gateway.domain.parsing.repairs import Repairs
from gateway.domain.parsing.words import Reader

MAX_BYTES = 64 * 1024
MAX_FIELDS = 500
MAX_VALUE = 16 * 1024

_FIELD = re.compile(rb"([!-9;-~\x80-\xff]{1,200})[ \t]*:[ \t]?")
_FOLD = re.compile(rb"[\r\n]+[ \t]*")
_BLANK_LINES = re.compile(rb"[\r\n]*")


@dataclass(frozen=True, slots=True)
class Field:
    """One header field: its name as written, its value as raw bytes, still folded."""

    name: str
    raw: bytes

    @property
    def unfolded(self) -> bytes:
        """The value on one line (RFC 5322 §2.2.3): each fold becomes one space."""
        folded = b"\n" in self.raw or b"\r" in self.raw
        return (_FOLD.sub(b" ", self.raw) if folded else self.raw).strip()


class Headers:
    """The fields of one part, looked up without regard to case; the first of a name counts."""

    __slots__ = ("_first", "fields", "words")

    def __init__(self, fields: list[Field], words: Reader) -> None:
        self.fields = fields
        self.words = words
        self._first: dict[str, Field] = {}
        for field in fields:
            self._first.setdefault(field.name.lower(), field)

    def raw(self, name: str) -> bytes:
        """The first value of a field, unfolded but not decoded; empty when absent."""
        field = self._first.get(name)
        return field.unfolded if field else b""

    def all_raw(self, name: str) -> Iterator[bytes]:
        """Every value of a field, unfolded but not decoded."""
        return (field.unfolded for field in self.fields if field.name.lower() == name)

    def text(self, name: str) -> str:
        """The first value of a field, decoded; empty when absent."""
        return self.words.unstructured(self.raw(name))

    @property
    def names(self) -> KeysView[str]:
        """The names of all fields, in lower case, each once."""
        return self._first.keys()

    def __contains__(self, name: str) -> bool:
        return name in self._first

    def decoded(self) -> Iterator[tuple[str, str]]:
        """Every field with its decoded value, in order."""
        return ((field.name, self.words.unstructured(field.unfolded)) for field in self.fields)


def split(raw: bytes, start: int, end: int, words: Reader, repairs: Repairs) -> tuple[Headers, int]:
    """Read the header section that begins at `start`; the second value is where the body begins.

    Lines that are no field are skipped when a field follows them, and begin the body otherwise.
    """
    fields: list[Field] = []
    position = _skip_leading(raw, start, end, repairs)
    limit = min(end, start + MAX_BYTES)
    while position < end:
        line_end = raw.find(b"\n", position, end) + 1 or end
        if not raw[position:line_end].strip(b"\r\n"):
            return Headers(fields, words), line_end
        match = _FIELD.match(raw, position, line_end)
        stop = _continued(raw, line_end, min(end, limit + 1))
        if position > limit or len(fields) >= MAX_FIELDS:
            repairs.note("header section over the limit: the rest of it is not read")
            return Headers(fields, words), _end_of_section(raw, position, end)
        if match is None:
            if not _FIELD.match(raw, stop, min(end, stop + 250)):
                repairs.note("header section ends without an empty line")
                return Headers(fields, words), position
            repairs.note("a line in the header section is no field: left out")
        else:
            fields.append(_field(match, raw, stop, repairs))
        position = stop
    return Headers(fields, words), end


def _field(match: re.Match[bytes], raw: bytes, stop: int, repairs: Repairs) -> Field:
    name = match[1].decode("ascii", "replace")
    if stop - match.end() > MAX_VALUE:
        repairs.note(f"field {name[:40]} is over the limit: cut")
        stop = match.end() + MAX_VALUE
    return Field(name, raw[match.end() : stop].rstrip(b"\r\n"))


def _continued(raw: bytes, position: int, end: int) -> int:
    """Where the field's folded lines end: RFC 5322 §2.2.3, lines that begin with white space and are not blank."""
    while position < end and raw[position] in b" \t":
        line_end = raw.find(b"\n", position, end) + 1 or end
        if not raw[position:line_end].strip() and not _more(raw, line_end, end):
            return position
        position = line_end
    return position


def _more(raw: bytes, position: int, end: int) -> bool:
    """After a folded line of blanks only: does the section go on? (RFC 5322 §4.2 obs-FWS)"""
    if position >= end:
        return False
    return raw[position] in b" \t" or _FIELD.match(raw, position, min(end, position + 250)) is not None


def _skip_leading(raw: bytes, start: int, end: int, repairs: Repairs) -> int:
    """mbox's "From " line and empty lines before the first field are no part of the mail."""
    blank = _BLANK_LINES.match(raw, start, end)
    position = blank.end() if blank else start
    if raw.startswith((b"From ", b">From "), position):
        repairs.note("mbox separator line: left out")
        return raw.find(b"\n", position, end) + 1 or end
    if position > start and _FIELD.match(raw, position, min(end, position + 250)):
        return position
    return start


def _end_of_section(raw: bytes, position: int, end: int) -> int:
    for blank in (b"\r\n\r\n", b"\n\n"):
        found = raw.find(blank, position, end)
        if found >= 0:
            return found + len(blank)
    return end
