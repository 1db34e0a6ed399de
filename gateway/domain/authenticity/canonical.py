"""The two canonical forms of headers and bodies that are signed (RFC 6376 section 3.4), in linear time."""

import re
from collections.abc import Iterable, Iterator

from gateway.domain.authenticity.fields import Field

PIECE = 64 * 1024
"""Bytes of body worked on at once: between two pieces other threads get their turn."""

_BLANKS = re.compile(rb"[ \t]+")


def header(field: Field, *, relaxed: bool) -> bytes:
    """One field as it is signed, without a line end."""
    if not relaxed:
        return field.raw
    return field.name.strip(b" \t").lower() + b":" + _BLANKS.sub(b" ", field.value).strip(b" ")


def without_signature(field: Field) -> Field:
    """The signature's own field with an empty `b=` tag (RFC 6376 section 3.7)."""
    name, colon, value = field.raw.partition(b":")
    return Field(name + colon + b";".join(_emptied(spec) for spec in value.split(b";")))


def _emptied(spec: bytes) -> bytes:
    tag, equals, _ = spec.partition(b"=")
    return tag + equals if tag.strip() == b"b" else spec


def chosen(fields: Iterable[Field], names: Iterable[bytes]) -> list[Field]:
    """The fields that a list of lower-case names signs: each takes the lowest one left (RFC 6376 section 5.4.2)."""
    left: dict[bytes, list[Field]] = {}
    for field in fields:
        left.setdefault(field.name.strip(b" \t").lower(), []).append(field)
    return [left[name].pop() for name in names if left.get(name)]


def body(raw: bytes, start: int, *, relaxed: bool) -> Iterator[bytes]:
    """The body of `raw`, from `start` on, as it is signed, piece by piece. Every line end is CRLF."""
    pending = 0
    empty = True
    for piece in _pieces(raw, start):
        text = _BLANKS.sub(b" ", piece).replace(b" \r\n", b"\r\n") if relaxed else piece
        content = text.rstrip(b"\r\n")
        if content:
            yield b"\r\n" * pending + content
            pending, empty = 0, False
        pending += (len(text) - len(content)) // 2
    if not (empty and relaxed):
        yield b"\r\n"


def _pieces(raw: bytes, start: int) -> Iterator[bytes]:
    """Whole lines, about PIECE bytes of them; the last line gets the CRLF that it may lack."""
    at = start
    while at < len(raw):
        line_end = raw.find(b"\r\n", at + PIECE)
        end = len(raw) if line_end < 0 else line_end + 2
        piece = raw[at:end]
        yield piece if piece.endswith(b"\r\n") else piece + b"\r\n"
        at = end
