"""ISO-2022-JP as Japanese clients really write it; Python's codec knows neither NEC's row 13 nor half-width kana."""

import re

_ESCAPE = re.compile(rb"\x1b(\$[@B]|\$\(D|\([BJIH]|\$A|\$\(C)")
_SWITCH = re.compile(rb"\x1b\$[@B]|\x1b\$\(D")
_DOUBLE = frozenset({b"$@", b"$B"})


def is_iso_2022_jp(raw: bytes) -> bool:
    """Whether the bytes switch to Japanese characters by escape, as no other text does."""
    return _SWITCH.search(raw) is not None


def decode_iso_2022_jp(raw: bytes) -> str | None:
    """The text (RFC 1468 with CP50221's extensions: ① and its kind), or None when the bytes are something else.

    A line end returns to ASCII even when the sender forgot the escape (RFC 1468 demands one, old webmails do not).
    """
    if b"\x1b" not in raw:
        return raw.decode("ascii") if raw.isascii() else None
    out: list[str] = []
    mode, start = b"(B", 0
    try:
        for escape in _ESCAPE.finditer(raw):
            out.append(_segment(raw[start : escape.start()], mode))
            mode, start = escape[1], escape.end()
        out.append(_segment(raw[start:], mode))
    except UnicodeError:
        return None
    return "".join(out)


def _segment(data: bytes, mode: bytes) -> str:
    if not data:
        return ""
    if mode in _DOUBLE:
        first, newline, rest = data.partition(b"\n")
        return _double(first) + (newline + rest).decode("cp932")
    if mode == b"$(D":
        return (b"\x1b$(D" + data + b"\x1b(B").decode("iso2022_jp_1")
    if mode == b"(I":
        return bytes(byte | 0x80 if 0x21 <= byte <= 0x5F else byte for byte in data).decode("cp932")
    return data.decode("cp932")


def _double(data: bytes) -> str:
    """JIS X 0208 pairs by way of Shift_JIS, whose Microsoft codec has NEC's and IBM's additions."""
    out = bytearray()
    index = 0
    while index + 1 < len(data):
        row, cell = data[index] & 0x7F, data[index + 1] & 0x7F
        if not (0x21 <= row <= 0x7E and 0x21 <= cell <= 0x7E):
            out.append(data[index])
            index += 1
            continue
        lead = ((row - 0x21) >> 1) + (0x81 if row < 0x5F else 0xC1)
        trail = cell + 0x7E if row % 2 == 0 else cell + (0x20 if cell >= 0x60 else 0x1F)
        out += bytes((lead, trail))
        index += 2
    out += data[index:]
    return out.decode("cp932")
