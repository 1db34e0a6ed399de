"""Which charset unlabelled bytes are in: a statistical detector for long texts, common characters for short ones."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from gateway.domain.parsing import frequent

_RANGES: tuple[tuple[int, int, float], ...] = (
    (0x0080, 0x009F, -0.6),  # C1 controls: no sender means them
    (0x00A0, 0x00BF, 0.3),
    (0x00C0, 0x00FF, 0.4),
    (0x0100, 0x017F, 0.35),
    (0x0180, 0x02FF, 0.05),
    (0x0300, 0x036F, 0.4),
    (0x0370, 0x03FF, 0.45),
    (0x0400, 0x045F, 0.5),
    (0x0460, 0x058F, 0.1),
    (0x0590, 0x06FF, 0.5),
    (0x0E00, 0x0E7F, 0.4),
    (0x1E00, 0x1EFF, 0.6),
    (0x2000, 0x20CF, 0.5),
    (0x2100, 0x24FF, 0.3),
    (0x2500, 0x257F, 0.05),
    (0x2580, 0x2BFF, 0.3),
    (0x3000, 0x3002, 0.9),
    (0x3003, 0x303F, 0.6),
    (0x3040, 0x309F, 0.9),
    (0x30A0, 0x30FF, 0.85),
    (0x3100, 0x33FF, 0.1),
    (0xE000, 0xF8FF, -0.8),
    (0xFE00, 0xFE0F, 0.5),
    (0xFF00, 0xFF5E, 0.8),
    (0xFF61, 0xFF9F, 0.1),
    (0xFFFD, 0xFFFD, -1.0),
    (0x1F000, 0x1FAFF, 0.6),
)
"""First and last code point, and how likely a writer means one of them."""

_COMMON: dict[str, float] = {
    **dict.fromkeys(frequent.LETTERS, 0.75),
    **dict.fromkeys(frequent.SIMPLIFIED + frequent.TRADITIONAL + frequent.JAPANESE + frequent.HANGUL, 1.0),
}
_FOREIGN = re.compile(r"[^\x00-\x7f]")
_FOREIGN_BYTE = re.compile(rb"[\x80-\xff]")
_WINDOW = 200
_HIGH_BYTES = bytes(range(0x80, 0x100))
_SAMPLE = 2048
_CLEAR = 0.3
_REACH = 0.4  # more than the detector's vote can lift

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

_PRIOR = {"gb18030": 0.08, "cp950": 0.04, "cp1254": -0.05, "cp1250": -0.05, "koi8-r": -0.02}


@dataclass(frozen=True, slots=True)
class Guess:
    """A codec that reads all the bytes, its text, and how natural that text looks (about 0 to 1)."""

    codec: str
    text: str
    score: float


@lru_cache(maxsize=8192)
def _commonness(char: str) -> float:
    """How likely a writer means this character: 1 for the commonest, negative for what only a wrong codec makes."""
    if char in _COMMON:
        return _COMMON[char]
    code = ord(char)
    if 0x4E00 <= code <= 0x9FFF:
        return _hanzi(char)
    if 0xAC00 <= code <= 0xD7A3:
        return 0.35 if _encodes(char, "euc_kr") else 0.0
    return next((value for low, high, value in _RANGES if low <= code <= high), 0.0)


def _hanzi(char: str) -> float:
    """GB 2312 and Big5 both list their common characters first: level 1 ends at row 55, and at 0xC67E."""
    if _encodes(char, "gb2312") and char.encode("gb2312")[0] <= 0xD7:
        return 0.45
    if _encodes(char, "big5") and char.encode("big5")[0] <= 0xC6:
        return 0.4
    return 0.1


def _encodes(char: str, codec: str) -> bool:
    try:
        char.encode(codec)
    except UnicodeError:
        return False
    return True


def plausibility(text: str) -> float:
    """How natural the non-ASCII part of a text looks: 1 very, 0 not at all; 1 for pure ASCII."""
    if text.isascii():
        return 1.0
    window, foreign, common = _measured(text)
    return (common - _oddities(window)) / foreign


def _measured(text: str) -> tuple[str, int, float]:
    """The window around the first foreign character, how many there are in it, and how common they are in all."""
    first = _FOREIGN.search(text)
    start = max(0, first.start() - 20) if first else 0
    window = text[start : start + _WINDOW]
    foreign = _FOREIGN.findall(window)
    return window, len(foreign), sum(map(_commonness, foreign))


def _oddities(text: str) -> float:
    """Neighbours that no language writes: two scripts in one word, capitals after small letters, accents in a row."""
    odd = 0.0
    before, run, flipped, case_before = _NEUTRAL, 0, False, _NO_CASE
    for script, case in map(_kind, text):
        if script != before:
            odd += _MIXED.get((before, script), 0.0)
            before, run = script, 1
        elif script in _ACCENTED:
            run += 1
            odd += _ACCENTED[script] if run > 2 else 0.0
        flipped = case == _CAPITAL and (flipped or case_before == _SMALL)
        odd += 0.4 if flipped else 0.0
        case_before = case
    return odd


_NEUTRAL, _ASCII, _LATIN_1, _LATIN, _HAN, _KANA, _HANGUL, _OTHER = range(8)

_ACCENTED = {_LATIN_1: 0.7, _LATIN: 0.35}  # what a third accented letter in a row costs: Turkish has such words
_MIXED = {
    **{(one, two): 0.5 for one in (_LATIN_1, _LATIN) for two in (_HAN, _HANGUL, _OTHER)},
    **{(two, one): 0.5 for one in (_LATIN_1, _LATIN) for two in (_HAN, _HANGUL, _OTHER)},
    **{(one, _OTHER): 0.5 for one in (_ASCII, _HAN, _HANGUL)},
    **{(_OTHER, one): 0.5 for one in (_ASCII, _HAN, _HANGUL)},
    **dict.fromkeys([(_HAN, _HANGUL), (_HANGUL, _HAN), (_KANA, _HANGUL), (_HANGUL, _KANA)], 0.4),
    **dict.fromkeys([(_ASCII, _HAN), (_HAN, _ASCII), (_ASCII, _HANGUL), (_ASCII, _KANA), (_KANA, _ASCII)], 0.2),
}
"""Scripts that meet inside a word, and how odd that is."""


_NO_CASE, _SMALL, _CAPITAL = range(3)


@lru_cache(maxsize=8192)
def _kind(char: str) -> tuple[int, int]:
    """The script of a character, and its case where it is no ASCII letter."""
    script = _script(char)
    if script in (_NEUTRAL, _ASCII):
        return script, _NO_CASE
    return script, _SMALL if char.islower() else _CAPITAL if char.isupper() else _NO_CASE


def _script(char: str) -> int:
    code = ord(char)
    if code < 0x80:
        return _ASCII if char.isalpha() else _NEUTRAL
    if code < 0x0370:
        return _NEUTRAL if code < 0xC0 else _LATIN_1 if code < 0x100 else _LATIN
    if 0x4E00 <= code <= 0x9FFF:
        return _HAN
    if 0x3040 <= code <= 0x30FF:
        return _KANA
    if 0xAC00 <= code <= 0xD7A3:
        return _HANGUL
    return _OTHER if code < 0x2000 else _NEUTRAL


def best_guess(raw: bytes) -> Guess | None:
    """The codec whose reading looks most natural, or None when none reads the bytes whole."""
    sample = raw if len(raw) <= _SAMPLE else _cut(raw)
    guesses, others = _likely(sample)
    scores = sorted((guess.score for guess in guesses.values()), reverse=True)
    if len(scores) + others < 2 or (len(scores) > 1 and scores[0] - scores[1] < _CLEAR):
        _vote(guesses, sample)
    if not guesses:
        return None
    best = max(guesses.values(), key=lambda guess: guess.score)
    return best if sample is raw else Guess(best.codec, raw.decode(best.codec, "replace"), best.score)


def _likely(sample: bytes) -> tuple[dict[str, Guess], int]:
    """The readings that may win, and how many cannot: odd neighbours only ever lower a score, and cost the most."""
    readings: list[tuple[float, str, str]] = []
    for codec in _CANDIDATES:
        try:
            text = sample.decode(codec)
        except UnicodeError:
            continue
        _, foreign, common = _measured(text)
        readings.append((common / max(1, foreign) - borrowed(codec, text) + _PRIOR.get(codec, 0.0), codec, text))
    guesses: dict[str, Guess] = {}
    best = -1.0
    for most, codec, text in sorted(readings, key=lambda reading: -reading[0]):
        if most < best - _REACH:
            break
        guesses[codec] = _scored(codec, text)
        best = max(best, guesses[codec].score)
    return {codec: guesses[codec] for codec in _CANDIDATES if codec in guesses}, len(readings) - len(guesses)


def _scored(codec: str, text: str) -> Guess:
    return Guess(codec, text, plausibility(text) - borrowed(codec, text) + _PRIOR.get(codec, 0.0))


def _read_as(codec: str, sample: bytes) -> Guess | None:
    try:
        text = sample.decode(codec)
    except UnicodeError:
        return None
    return _scored(codec, text)


def _vote(guesses: dict[str, Guess], sample: bytes) -> None:
    """Where the readings look alike, the statistical detector's word counts: good on sentences, poor on names."""
    codec, weight = _detected(sample)
    guess = guesses.get(codec) or (_read_as(codec, sample) if codec else None)
    if guess is not None:
        guesses[codec] = replace(guess, score=guess.score + weight)


def borrowed(codec: str, text: str) -> float:
    """GB 18030, UHC and Big5 have kana too; who writes kana is no Chinese or Korean writer."""
    if codec not in ("gb18030", "cp949", "cp950"):
        return 0.0
    kana = sum(1 for char in text[:1000] if "\u3040" <= char <= "\u30ff")
    return 0.3 if kana * 4 >= sum(1 for char in text[:1000] if char > "\x7f") else 0.0


def _cut(raw: bytes) -> bytes:
    """Whole lines around the first foreign byte, so that no character is cut in two."""
    first = _FOREIGN_BYTE.search(raw)
    start = raw.rfind(b"\n", 0, first.start()) + 1 if first else 0
    end = raw.rfind(b"\n", start, start + _SAMPLE)
    return raw[start : end + 1] if end > start else raw[start : start + _SAMPLE]


def _detected(sample: bytes) -> tuple[str, float]:
    """The codec that the statistical detector names, and the weight of its vote; empty when it names none of ours."""
    foreign = len(sample) - len(sample.translate(None, _HIGH_BYTES))
    if foreign < 6:
        return "", 0.0
    import cchardet  # loaded late: most mails say what they are

    found = cchardet.detect(sample)
    codec = _NAMES.get(str(found.get("encoding") or "").upper(), "")
    return codec, min(0.35, foreign / 120) * float(found.get("confidence") or 0.0)


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
