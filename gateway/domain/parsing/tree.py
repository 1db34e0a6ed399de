"""The tree of parts of a mail (RFC 2046), cut out of the raw bytes: bounded in parts and depth, never raises."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from gateway.domain.parsing import headers, parameters, transfer
from gateway.domain.parsing.repairs import Repairs
from gateway.domain.parsing.words import Reader

MAX_PARTS = 200
MAX_DEPTH = 20
MAX_MARKERS = 100_000

_IMPLIED_BOUNDARY = re.compile(
    rb"^--([^\r\n]{1,200}?)[ \t]*\r?\n(?=Content-[A-Za-z-]{1,40}[ \t]*:)", re.MULTILINE | re.IGNORECASE
)
_TYPE = re.compile(r"[a-z0-9][\w.+!#$&^-]*/[\w.+!#$&^-]+\Z", re.ASCII)


@dataclass(slots=True)
class Part:
    """One node: its header fields, its declared type, and its body as raw bytes, or its children."""

    headers: headers.Headers
    content_type: str
    options: dict[str, str]
    raw: bytes
    start: int
    end: int
    children: list["Part"] = field(default_factory=list)

    @property
    def is_multipart(self) -> bool:
        """Whether the part was opened into others."""
        return bool(self.children)

    @property
    def body(self) -> bytes:
        """The bytes of the body, still transfer-encoded."""
        return self.raw[self.start : self.end]

    def disposition(self) -> parameters.Parameterised:
        """Content-Disposition (RFC 2183), empty when absent."""
        return parameters.read(self.headers.raw("content-disposition"), self.headers.words)

    def content(self, repairs: Repairs) -> bytes:
        """The bytes of the body, transfer-decoded."""
        encoding = self.headers.raw("content-transfer-encoding").decode("ascii", "replace")
        return transfer.undo(self.body, encoding, repairs)

    def around(self) -> Iterator[bytes]:
        """What stands before the first and after the last part of a multipart (RFC 2046 §5.1.1)."""
        boundary = self.options.get("boundary", "").rstrip().encode("utf-8", "surrogateescape")
        first = self.raw.find(b"--" + boundary, self.start, self.children[0].start)
        yield self.raw[self.start : max(first, self.start)]
        after = self.children[-1].end
        closing = self.raw.find(b"--" + boundary + b"--", after, after + len(boundary) + 8)
        line_end = self.raw.find(b"\n", closing, self.end) if closing >= 0 else -1
        yield self.raw[line_end + 1 : self.end] if line_end >= 0 else b""

    def walk(self) -> Iterator["Part"]:
        """This part and all below it, in the order of the mail; loops, so that depth costs no stack."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting.extend(reversed(part.children))


def made(model: Part, content_type: str, content: bytes, options: dict[str, str]) -> Part:
    """A part for something that was found inside another; `options` name it and say its charset."""
    fields: list[headers.Field] = []
    if options.get("content-id"):
        fields.append(headers.Field("Content-ID", options["content-id"].encode()))
    return Part(headers.Headers(fields, model.headers.words), content_type, options, content, 0, len(content))


@dataclass(slots=True)
class _Budget:
    parts: int = MAX_PARTS


def read(raw: bytes, words: Reader, repairs: Repairs) -> Part:
    """The whole tree of a message; what is over the caps stays one part, unopened."""
    if b"\n" not in raw[:4096] and b"\r" in raw:
        repairs.note("lines end in bare CR")
        raw = raw.replace(b"\r", b"\n")
    budget = _Budget()
    root = _leaf(raw, 0, len(raw), "text/plain", words, repairs)
    waiting = [(root, 1)]
    while waiting:
        part, depth = waiting.pop()
        part.children = _children(part, depth, budget, words, repairs)
        waiting.extend((child, depth + 1) for child in reversed(part.children))
    return root


def _leaf(raw: bytes, start: int, end: int, default: str, words: Reader, repairs: Repairs) -> Part:
    fields, body = headers.split(raw, start, end, words, repairs)
    declared = parameters.read(fields.raw("content-type"), words)
    content_type = _known_type(declared.value, default, repairs) if declared.value else default
    return Part(fields, content_type, declared.parameters, raw, body, end)


def _known_type(value: str, default: str, repairs: Repairs) -> str:
    """RFC 2045 §5.2: a type that cannot be read is text/plain; bare "text" and "multipart" still say enough."""
    if _TYPE.match(value):
        return value
    repairs.note(f"content type {value[:60]} cannot be read")
    if value.startswith("multipart"):
        return "multipart/mixed"
    if value.startswith("text"):
        return "text/html" if "html" in value else "text/plain"
    return value if "/" in value else default


def _children(part: Part, depth: int, budget: _Budget, words: Reader, repairs: Repairs) -> list[Part]:
    if not part.content_type.startswith("multipart/"):
        return []
    if depth >= MAX_DEPTH:
        repairs.leave_out(f"parts nested deeper than {MAX_DEPTH}: not opened")
        return []
    default = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"  # RFC 2046 §5.1.5
    make = partial(_leaf, part.raw, default=default, words=words, repairs=repairs)
    cuts = _cuts(part, repairs)
    if not cuts:
        _as_text(part)
    children: list[Part] = []
    for start, end in cuts:
        if budget.parts <= 0:
            repairs.leave_out(f"more than {MAX_PARTS} parts: the rest stays in the original mail")
            break
        budget.parts -= 1
        children.append(make(start, end))
    return children


def _as_text(part: Part) -> None:
    """A multipart without parts is a text, or empty when all that it has is its last boundary."""
    boundary = part.options.get("boundary", "").encode("utf-8", "surrogateescape")
    if boundary and part.body.strip().startswith(b"--" + boundary):
        part.start = part.end
    part.content_type = "text/plain"


def _cuts(part: Part, repairs: Repairs) -> list[tuple[int, int]]:
    """Where each child of a multipart begins and ends."""
    boundary = part.options.get("boundary", "").rstrip().encode("utf-8", "surrogateescape")
    cuts = _between(part.raw, part.start, part.end, boundary, repairs) if boundary else []
    if cuts:
        return cuts
    implied = _IMPLIED_BOUNDARY.search(part.raw, part.start, part.end)
    if implied is None:
        repairs.note("multipart without its boundary: shown as one text")
        return []
    repairs.note("multipart with a wrong or missing boundary: the one in the body is used")
    return _between(part.raw, part.start, part.end, implied[1], repairs)


def _between(raw: bytes, start: int, end: int, boundary: bytes, repairs: Repairs) -> list[tuple[int, int]]:
    marker = b"--" + boundary
    cuts: list[tuple[int, int]] = []
    opened: int | None = None
    position = start
    for _ in range(MAX_MARKERS):
        found = raw.find(marker, position, end)
        if found < 0 or len(cuts) > MAX_PARTS:
            break
        position = found + len(marker)
        if found > start and raw[found - 1] not in b"\r\n":
            continue
        closing = raw.startswith(b"--", position)
        line_end = raw.find(b"\n", position, end) + 1 or end
        rest = raw[position + 2 * closing : line_end]
        if rest.strip():
            continue
        if opened is not None:
            cuts.append((opened, _before_line_end(raw, opened, found)))
        opened = None if closing else line_end
        position = line_end
        if closing:
            break
    if opened is not None:
        repairs.note("multipart without its last boundary")
        cuts.append((opened, end))
    return cuts


def _before_line_end(raw: bytes, start: int, end: int) -> int:
    """The line end before a boundary belongs to the boundary (RFC 2046 §5.1.1)."""
    if end > start and raw[end - 1] == 0x0A:
        end -= 1
    if end > start and raw[end - 1] == 0x0D:
        end -= 1
    return end
