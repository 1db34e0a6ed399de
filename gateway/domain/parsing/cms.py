"""Opaque S/MIME (RFC 8551 §3.5.2): the content that a signature wraps, taken out without checking it."""

SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
DATA = bytes.fromhex("2a864886f70d010701")
MAX_DEPTH = 12
MAX_ELEMENTS = 20_000

_OID, _SEQUENCE, _OCTETS, _EXPLICIT = 0x06, 0x30, 0x04, 0xA0


def signed_content(data: bytes) -> bytes | None:
    """The signed content (CMS SignedData, RFC 5652 §5.1), DER or BER; None for anything else, encrypted or broken."""
    outer = _children(data, *_span(data, 0))
    if len(outer) < 2 or _value(data, outer[0]) != SIGNED_DATA:
        return None
    wrapped = _children(data, *outer[1][1:3])
    fields = _children(data, *wrapped[0][1:3]) if wrapped else []
    if len(fields) < 3:
        return None
    inner = _children(data, *fields[2][1:3])
    if len(inner) < 2 or _value(data, inner[0]) != DATA:
        return None
    return b"".join(_octets(data, inner[1], 0))


Element = tuple[int, int, int, int]
"""Tag, and where the value begins, where it ends, where the next element begins."""


def _octets(data: bytes, element: Element, depth: int) -> list[bytes]:
    """The bytes of an octet string, primitive or cut into several (BER)."""
    tag, start, end, _ = element
    if tag == _OCTETS:
        return [data[start:end]]
    if depth > MAX_DEPTH or not tag & 0x20:
        return []
    return [piece for child in _children(data, start, end) for piece in _octets(data, child, depth + 1)]


def _value(data: bytes, element: Element) -> bytes:
    return data[element[1] : element[2]]


def _span(data: bytes, position: int) -> tuple[int, int]:
    element = _element(data, position, len(data), 0)
    return (element[1], element[2]) if element else (0, 0)


def _children(data: bytes, start: int, end: int) -> list[Element]:
    found: list[Element] = []
    while start < end and len(found) < MAX_ELEMENTS and (element := _element(data, start, end, 0)) is not None:
        found.append(element)
        start = element[3]
    return found


def _element(data: bytes, position: int, end: int, depth: int) -> Element | None:
    """The element at a position; None at the end of contents or where the bytes are no BER."""
    if position + 2 > end or depth > MAX_DEPTH or data[position : position + 2] == b"\x00\x00":
        return None
    tag, length, start = data[position], data[position + 1], position + 2
    if length == 0x80:
        return _indefinite(data, tag, start, end, depth)
    if length & 0x80:
        size = length & 0x7F
        length = int.from_bytes(data[start : start + size], "big")
        start += size
    stop = min(start + length, end)
    return tag, start, stop, stop


def _indefinite(data: bytes, tag: int, start: int, end: int, depth: int) -> Element:
    """Indefinite length (X.690 §8.1.3.6): up to the end-of-contents mark."""
    position = start
    while (element := _element(data, position, end, depth + 1)) is not None:
        position = element[3]
    return tag, start, position, min(position + 2, end)
