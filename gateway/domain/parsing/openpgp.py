"""OpenPGP messages (RFC 9580) as far as they open without keys: compressed and signed, but not encrypted."""

import binascii
import re
import zlib
from collections.abc import Iterator

MAX_SIZE = 4_000_000
MAX_DEPTH = 4

_BEGIN, _END_MESSAGE = b"-----BEGIN PGP MESSAGE-----", b"-----END PGP MESSAGE-----"
_ARMOR_HEADER = re.compile(rb"[ \t]*\r?\n(?:[A-Za-z-]{1,30}:[^\n]{0,200}\n){0,10}[ \t]*\r?\n")
_CHECKSUM = re.compile(rb"\r?\n=[A-Za-z0-9+/]{4}\s*\Z")
_CLEAR, _SIGNATURE, _END = (
    f"-----{words}-----\n" for words in ("BEGIN PGP SIGNED MESSAGE", "BEGIN PGP SIGNATURE", "END PGP SIGNATURE")
)
_DASHED = re.compile(r"^- ", re.MULTILINE)
_COMPRESSED, _LITERAL, _MARKER = 8, 11, 10
_ENCRYPTED = frozenset({1, 3, 9, 18, 20})
_RAW_DEFLATE, _ZLIB = 1, 2


def without_armor(text: str) -> str:
    """A clear-signed text as it was written (RFC 9580 §7); the signature is not checked."""
    start = text.find(_CLEAR)
    if start < 0:
        return text
    body = text.find("\n\n", start)
    signature = text.find(_SIGNATURE, body)
    if body < 0 or signature < 0:
        return text
    end = text.find(_END, signature)
    written = _DASHED.sub("", text[body + 2 : signature])
    return text[:start] + written + (text[end + len(_END) :] if end >= 0 else "")


def literal(armored: bytes) -> bytes | None:
    """The plain content of an armored message; None when it is encrypted or none at all."""
    begin = armored.find(_BEGIN)
    end = armored.find(_END_MESSAGE, begin)
    header = _ARMOR_HEADER.match(armored, begin + len(_BEGIN)) if begin >= 0 else None
    if header is None or end < header.end():
        return None
    body = armored[header.end() : end]
    checksum = _CHECKSUM.search(body, max(0, len(body) - 20))
    try:
        return _literal(binascii.a2b_base64(body[: checksum.start()] if checksum else body), 0)
    except (binascii.Error, zlib.error, IndexError):
        return None


def _literal(data: bytes, depth: int) -> bytes | None:
    for tag, body in _packets(data):
        if tag in _ENCRYPTED:
            return None
        if tag == _LITERAL and len(body) > 6:
            return body[2 + body[1] + 4 :]
        if tag == _COMPRESSED and depth < MAX_DEPTH and body:
            return _literal(_inflated(body), depth + 1)
    return None


def _inflated(body: bytes) -> bytes:
    """At most `MAX_SIZE`: what is larger is no letter."""
    if body[0] not in (_RAW_DEFLATE, _ZLIB):
        return b""
    return zlib.decompressobj(-15 if body[0] == _RAW_DEFLATE else 15).decompress(body[1:], MAX_SIZE)


def _packets(data: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position < len(data) and data[position] & 0x80:
        head = data[position]
        if head & 0x40:
            body, position = _new_body(data, position + 1)
            yield head & 0x3F, body
        else:
            size = (1, 2, 4, 0)[head & 3]
            position += 1
            length = int.from_bytes(data[position : position + size], "big") if size else len(data)
            position += size
            yield head >> 2 & 0x0F, data[position : position + length]
            position += length


def _new_body(data: bytes, position: int) -> tuple[bytes, int]:
    """RFC 9580 §4.2.1: one, two, five octets, or partial lengths."""
    pieces: list[bytes] = []
    while position < len(data):
        first = data[position]
        if first < 192:
            length, position = first, position + 1
        elif first < 224:
            length, position = (first - 192 << 8) + data[position + 1] + 192, position + 2
        elif first == 255:
            length, position = int.from_bytes(data[position + 1 : position + 5], "big"), position + 5
        else:
            length, position = 1 << (first & 0x1F), position + 1
        pieces.append(data[position : position + length])
        position += length
        if not 224 <= first < 255:
            break
    return b"".join(pieces), position
