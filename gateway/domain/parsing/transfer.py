"""Content-Transfer-Encoding undone (RFC 2045 §6), and files that stand uuencoded in a text."""

import binascii
import re

from gateway.domain.parsing.repairs import Repairs

_BASE64 = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
_NOT_BASE64 = bytes(byte for byte in range(256) if byte not in _BASE64)
MAX_RUNS = 10_000
MAX_NOISY = 4_000_000
MAX_UU_FILES = 50
_AFTER_PADDING = re.compile(rb"={1,2}[ \t]+[^\r\n=][^=]*")  # RFC 2045 §6.8: padding ends the data
_SOFT_BREAK = re.compile(rb"=[ \t]+(?=\r?\n)")
_INNER_PADDING = re.compile(rb"=+")
_UU_BEGIN = re.compile(rb"^begin(?:-base64)?[ \t]+([0-7]{3,4})[ \t]+([^\r\n]{1,255})\r?\n", re.MULTILINE)
_IDENTITY = frozenset({"", "7bit", "8bit", "binary", "none", "7-bit", "8-bit"})


def undo(raw: bytes, encoding: str, repairs: Repairs) -> bytes:
    """The bytes behind a transfer encoding; an unknown one leaves them as they are."""
    name = encoding.strip().strip("\"'").lower().split(";")[0].split(" ")[0].rstrip(":")
    if name in _IDENTITY:
        return raw
    if name in ("base64", "base-64", "b"):
        return unbase64(raw, repairs)
    if name in ("quoted-printable", "quoted_printable", "quotedprintable", "qp", "q", "quoted"):
        return unquote(raw)
    if name in ("x-uuencode", "uuencode", "x-uue", "uue"):
        files = uuencoded(raw)
        return files[0][1] if files else raw
    repairs.note(f"unknown transfer encoding {name[:40]}: taken as it is")
    return raw


def unbase64(raw: bytes, repairs: Repairs) -> bytes:
    """Base64 with line ends, noise, missing or inner padding; text that never was base64 stays."""
    letters = raw.translate(None, _NOT_BASE64)
    try:
        return binascii.a2b_base64(letters, strict_mode=True)
    except binascii.Error:
        pass
    if len(letters) < len(raw.translate(None, b" \t\r\n")) * 0.7:
        repairs.note("labelled base64 but is not: taken as it is")
        return raw
    repairs.note("broken base64: read as far as it goes")
    letters = _AFTER_PADDING.sub(b"=", raw, count=1).translate(None, _NOT_BASE64)
    return b"".join(_base64_run(run) for run in _INNER_PADDING.split(letters, MAX_RUNS)[:MAX_RUNS])


def _base64_run(run: bytes) -> bytes:
    run = run[: len(run) - (len(run) % 4 == 1)]
    return binascii.a2b_base64(run + b"=" * (-len(run) % 4))


def unquote(raw: bytes) -> bytes:
    """Quoted-printable; blanks after a soft line break (§6.7 rule 3) are noise, looked for in what may be a letter."""
    if len(raw) < MAX_NOISY and (b"= " in raw or b"=\t" in raw):
        raw = _SOFT_BREAK.sub(b"=", raw)
    return binascii.a2b_qp(raw)


def uuencoded(raw: bytes) -> list[tuple[str, bytes, int, int]]:
    """The uuencoded files in a text: name (undecoded Latin-1), bytes, and where each begins and ends."""
    found: list[tuple[str, bytes, int, int]] = []
    position = 0
    for _ in range(MAX_UU_FILES):
        begin = _UU_BEGIN.search(raw, position)
        if begin is None:
            break
        data, end = _uu_lines(raw, begin.end())
        position = begin.end()
        if end is not None:
            found.append((begin[2].decode("latin-1").strip(), data, begin.start(), end))
            position = end
    return found


def _uu_lines(raw: bytes, position: int) -> tuple[bytes, int | None]:
    out = bytearray()
    while position < len(raw):
        line_end = raw.find(b"\n", position) + 1 or len(raw)
        line = raw[position:line_end].rstrip(b"\r\n")
        position = line_end
        if line.strip() == b"end":
            return bytes(out), position
        decoded = _uu_line(line)
        if decoded is None:
            return bytes(out), None
        out += decoded
    return bytes(out), position if out else None


def _uu_line(line: bytes) -> bytes | None:
    if not line.strip() or line == b"`":
        return b""
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        count = (((line[0] - 32) & 63) * 4 + 5) // 3  # old encoders pad too much: RFC-less, known since 1996
        try:
            return binascii.a2b_uu(line[:count])
        except binascii.Error:
            return None
