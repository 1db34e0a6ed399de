"""Which charset unlabelled bytes are in: a statistical detector for long texts, common characters for short ones."""

from dataclasses import dataclass
from functools import lru_cache

from gateway.domain.parsing import frequent

_CLASSES: tuple[tuple[int, int, float], ...] = (
    (0x0000, 0x007F, 0.0),
    (0x0080, 0x009F, -0.6),  # C1 controls: no sender means them
    (0x00A0, 0x00BF, 0.25),
    (0x00C0, 0x00FF, 0.6),
    (0x0100, 0x017F, 0.5),
    (0x0180, 0x02FF, 0.05),
    (0x0300, 0x036F, 0.4),
    (0x0370, 0x03FF, 0.6),
    (0x0400, 0x045F, 0.7),
    (0x0460, 0x052F, 0.1),
    (0x0530, 0x058F, 0.1),
    (0x0590, 0x05FF, 0.7),
    (0x0600, 0x06FF, 0.7),
    (0x0E00, 0x0E7F, 0.7),
    (0x1E00, 0x1EFF, 0.6),
    (0x2000, 0x206F, 0.5),
    (0x20A0, 0x20CF, 0.4),
    (0x2100, 0x24FF, 0.3),
    (0x2500, 0x257F, 0.05),
    (0x2580, 0x2BFF, 0.3),
    (0x3000, 0x3002, 0.9),
    (0x3003, 0x303F, 0.6),
    (0x3040, 0x309F, 0.9),
    (0x30A0, 0x30FF, 0.85),
    (0x3100, 0x33FF, 0.1),
    (0x3400, 0x4DBF, 0.0),
    (0xE000, 0xF8FF, -0.8),
    (0xFE00, 0xFE0F, 0.5),
    (0xFF00, 0xFF5E, 0.8),
    (0xFF61, 0xFF9F, 0.1),
    (0xFFFD, 0xFFFD, -1.0),
    (0x1F000, 0x1FAFF, 0.6),
)
_COMMON = frozenset(frequent.SIMPLIFIED + frequent.TRADITIONAL)
_COMMON_HANGUL = frozenset(frequent.HANGUL)
_ENOUGH = 400

_CANDIDATES = (
    "gb18030",
    "cp950",
    "cp932",
    "euc_jp",
    "cp949",
    "cp1251",
    "koi8-r",
    "cp874",
    "cp1252",
    "cp1250",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
)
"""Tried in this order; at a tie the earlier wins, so Chinese comes first."""

_PRIOR = {"gb18030": 0.08, "cp950": 0.04, "cp1254": -0.05, "cp1250": -0.03}


@dataclass(frozen=True, slots=True)
class Guess:
    """A codec that reads all the bytes, its text, and how natural that text looks (about 0 to 1)."""

    codec: str
    text: str
    score: float


@lru_cache(maxsize=8192)
def _commonness(char: str) -> float:
    """How likely a writer means this character: 1 for the commonest, negative for what only a wrong codec makes."""
    if char in _COMMON or char in _COMMON_HANGUL:
        return 1.0
    code = ord(char)
    if 0x4E00 <= code <= 0x9FFF:
        return _hanzi(char)
    if 0xAC00 <= code <= 0xD7A3:
        return 0.6 if _encodes(char, "euc_kr") else 0.0
    return next((value for low, high, value in _CLASSES if low <= code <= high), 0.0)


def _hanzi(char: str) -> float:
    """GB 2312 and Big5 both list their common characters first: level 1 ends at row 55, and at 0xC67E."""
    if _encodes(char, "gb2312") and char.encode("gb2312")[0] <= 0xD7:
        return 0.65
    if _encodes(char, "big5") and char.encode("big5")[0] <= 0xC6:
        return 0.5
    return 0.15


def _encodes(char: str, codec: str) -> bool:
    try:
        char.encode(codec)
    except UnicodeError:
        return False
    return True


def plausibility(text: str) -> float:
    """How natural the non-ASCII part of a text looks: 1 very, 0 not at all; 1 for pure ASCII."""
    foreign = [char for char in text[:4000] if char > "\x7f"][:_ENOUGH]
    if not foreign:
        return 1.0
    mean = sum(map(_commonness, foreign)) / len(foreign)
    return mean - _oddities(text[:2000]) / len(foreign)


def _oddities(text: str) -> float:
    """Neighbours that no language writes: a capital after a small letter, two scripts in one word."""
    odd = 0.0
    previous = " "
    script = 0
    for char in text:
        here = _script(char)
        if here and script and here != script:
            odd += 0.5
        if char > "\x7f" and char.isupper() and previous.islower():
            odd += 0.7
        elif char > "\x7f" and char.islower() and previous.isupper() and previous > "\x7f":
            odd += 0.0
        if here == _ACCENTED and script == _ACCENTED:
            odd += 0.35
        previous, script = char, here
    return odd


_ACCENTED = 9


def _script(char: str) -> int:
    """A number for the letter's script; 0 for what goes with every script."""
    code = ord(char)
    if code < 0xC0 or 0x2000 <= code <= 0x303F or code >= 0xFE00:
        return 0
    if code < 0x0370:
        return _ACCENTED
    if 0x3040 <= code <= 0x30FF or 0x4E00 <= code <= 0x9FFF:
        return 7
    if 0xAC00 <= code <= 0xD7A3:
        return 8
    return 1 + min(code >> 8, 0x10) if code < 0x1000 else 6


def best_guess(raw: bytes) -> Guess | None:
    """The codec whose reading looks most natural, or None when none reads the bytes whole."""
    sample = raw if len(raw) <= 8192 else _cut(raw, 8192)
    favoured = _detected(sample)
    best: Guess | None = None
    for codec in dict.fromkeys((*_CANDIDATES, *favoured)):
        try:
            text = sample.decode(codec)
        except UnicodeError:
            continue
        score = plausibility(text) + _PRIOR.get(codec, 0.0) + favoured.get(codec, 0.0)
        if best is None or score > best.score:
            best = Guess(codec, text, score)
    if best is None or sample is raw:
        return best
    return Guess(best.codec, raw.decode(best.codec, "replace"), best.score)


def _cut(raw: bytes, size: int) -> bytes:
    """The beginning up to a line end, so that no character is cut in two."""
    end = raw.rfind(b"\n", 0, size)
    return raw[: end + 1] if end > 0 else raw[:size]


def _detected(sample: bytes) -> dict[str, float]:
    """What the statistical detector says, with the weight of its vote: it is good on sentences, poor on names."""
    import cchardet  # loaded late: most mails say what they are

    found = cchardet.detect(sample)
    name = _NAMES.get(str(found.get("encoding") or "").upper())
    foreign = sum(1 for byte in sample if byte > 0x7F)
    if name is None or foreign < 6:
        return {}
    return {name: min(0.35, foreign / 120) * float(found.get("confidence") or 0.0)}


_NAMES = {
    "GB18030": "gb18030",
    "GBK": "gb18030",
    "GB2312": "gb18030",
    "BIG5": "cp950",
    "EUC-JP": "euc_jp",
    "SHIFT_JIS": "cp932",
    "UHC": "cp949",
    "EUC-KR": "cp949",
    "KOI8-R": "koi8-r",
    "WINDOWS-1250": "cp1250",
    "WINDOWS-1251": "cp1251",
    "WINDOWS-1252": "cp1252",
    "WINDOWS-1253": "cp1253",
    "WINDOWS-1254": "cp1254",
    "WINDOWS-1255": "cp1255",
    "WINDOWS-1256": "cp1256",
    "WINDOWS-1257": "cp1257",
    "WINDOWS-1258": "cp1258",
    "ISO-8859-1": "cp1252",
    "ISO-8859-2": "iso8859-2",
    "ISO-8859-4": "iso8859-4",
    "ISO-8859-5": "iso8859-5",
    "ISO-8859-6": "iso8859-6",
    "ISO-8859-7": "cp1253",
    "ISO-8859-8": "cp1255",
    "ISO-8859-9": "cp1254",
    "ISO-8859-13": "iso8859-13",
    "ISO-8859-15": "iso8859-15",
    "TIS-620": "cp874",
    "IBM866": "cp866",
    "MAC-CYRILLIC": "mac-cyrillic",
}
