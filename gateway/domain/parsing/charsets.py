"""From bytes to text whatever the label says; which charset an unlabelled text is in is `guessing`'s to tell."""

import re
from dataclasses import dataclass
from functools import lru_cache

from gateway.domain.parsing.guessing import Guess, best_guess, borrowed, plausibility
from gateway.domain.parsing.japanese import decode_iso_2022_jp, is_iso_2022_jp

ALIASES: dict[str, str] = {
    # Chinese: every GB label is decoded by its superset; senders write gb2312 and send GBK (QQ, Outlook-zh)
    **dict.fromkeys(
        "gb2312 gbk gb18030 gb23121980 xgbk cp936 936 ms936 windows936 euccn xeuccn eucgb2312cn chinese csgb2312 "
        "iso58gb231280 isoir58 gb231280 hzgb gb gb180302000 gb180302005 gb180302022".split(),
        "gb18030",
    ),
    "hzgb2312": "hz",
    "hz": "hz",
    **dict.fromkeys("big5 xbig5 cnbig5 csbig5 big5eten eten cp950 950 windows950 xxbig5 big5tw".split(), "cp950"),
    **dict.fromkeys("big5hkscs big5hk hkscs xbig5hkscs cp951".split(), "big5hkscs"),
    **dict.fromkeys("euctw xeuctw cseuctw".split(), "big5hkscs"),
    # Japanese
    **dict.fromkeys(
        "shiftjis sjis xsjis xshiftjis mskanji windows31j cswindows31j cp932 932 ms932 shiftjis2004".split(), "cp932"
    ),
    **dict.fromkeys("eucjp xeucjp ujis cp51932 eucjpms cseucpkdfmtjapanese".split(), "euc_jp"),
    **dict.fromkeys(
        "iso2022jp csiso2022jp iso2022jp1 iso2022jp2 iso2022jp3 iso2022jpms cp50220 cp50221 cp50222 "
        "iso2022jpext jis7 jis".split(),
        "iso2022jp",
    ),
    # Korean: the real charset behind every one of these labels is Microsoft's UHC
    **dict.fromkeys(
        "euckr cseuckr ksc5601 ksc56011987 ksc56011989 ksx1001 korean isoir149 windows949 cp949 949 ms949 uhc xuhc "
        "xwindows949 ksc".split(),
        "cp949",
    ),
    **dict.fromkeys("iso2022kr csiso2022kr".split(), "iso2022_kr"),
    "johab": "johab",
    "xjohab": "johab",
    # Unicode
    **dict.fromkeys(
        "utf8 utf8mb4 utf8mb3 unicode11utf8 unicode20utf8 utf xutf8 utf8utf8 cp65001 unicode".split(), "utf-8"
    ),
    **dict.fromkeys("utf7 unicode11utf7 xunicode20utf7 csunicode11utf7 unicode20utf7 cp65000".split(), "utf-7"),
    **dict.fromkeys("utf16 ucs2 iso10646ucs2 csunicode".split(), "utf-16"),
    **dict.fromkeys("utf32 ucs4".split(), "utf-32"),
    "utf16le": "utf-16-le",
    "utf16be": "utf-16-be",
    "unicodefffe": "utf-16-be",
    "utf32le": "utf-32-le",
    "utf32be": "utf-32-be",
    # Western labels that people leave at their default: decoded as WHATWG does
    **dict.fromkeys(
        "usascii ascii ansi ansix341968 iso646us us isoir6 default unknown unknown8bit xunknown 8bit 7bit none null "
        "binary iso885915utf8 autodetect".split(),
        "ascii",
    ),
    **dict.fromkeys(
        "iso88591 latin1 l1 iso8859 isoir100 cp819 ibm819 windows1252 cp1252 xcp1252 1252 csisolatin1 "
        "windowslatin1 ansi1252 88591 iso88591windows1252latin1 isolatin1 westerneuropean".split(),
        "cp1252",
    ),
    **dict.fromkeys("iso885915 latin9 l9 latin0 csiso885915".split(), "iso8859-15"),
    # Others whose usual label Python does not know
    **dict.fromkeys("iso88598i iso88598e logical hebrew visual iso88598 xmachebrew".split(), "cp1255"),
    **dict.fromkeys("iso88599 latin5 l5 turkish windows1254 cp1254 1254".split(), "cp1254"),
    **dict.fromkeys("tis620 iso885911 windows874 cp874 thai dos874 xwindows874 tis6202533".split(), "cp874"),
    **dict.fromkeys("windows1250 cp1250 1250 xcp1250 windowslatin2".split(), "cp1250"),
    **dict.fromkeys("windows1251 cp1251 1251 xcp1251 win1251 win cp1251windows".split(), "cp1251"),
    **dict.fromkeys("windows1253 cp1253 1253".split(), "cp1253"),
    **dict.fromkeys("windows1255 cp1255 1255".split(), "cp1255"),
    **dict.fromkeys("windows1256 cp1256 1256".split(), "cp1256"),
    **dict.fromkeys("windows1257 cp1257 1257".split(), "cp1257"),
    **dict.fromkeys("windows1258 cp1258 1258".split(), "cp1258"),
    **dict.fromkeys("koi8r koi8 cskoi8r koi".split(), "koi8-r"),
    **dict.fromkeys("koi8u koi8ru".split(), "koi8-u"),
    **dict.fromkeys("macintosh mac xmacroman macroman csmacintosh".split(), "mac-roman"),
    **dict.fromkeys("ibm866 cp866 866".split(), "cp866"),
    **dict.fromkeys("ibm437 cp437 437".split(), "cp437"),
    **dict.fromkeys("ibm850 cp850 850".split(), "cp850"),
    "iso885916": "iso8859-16",
    "viscii": "cp1258",
}
"""Label, folded to letters and digits, to the codec that really reads it."""

CODECS = frozenset(ALIASES.values()) | frozenset(
    [f"iso8859-{n}" for n in (2, 3, 4, 5, 6, 7, 10, 13, 14)] + ["koi8-t", "ptcp154", "mac-cyrillic"]
)
"""All that a mail may ask for: a label can never reach one of Python's other codecs (zlib, idna, punycode)."""

_WIDE = frozenset({"utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"})
_SEVEN_BIT = _WIDE | {"utf-7", "hz", "iso2022jp", "iso2022_kr"}
_DEFAULTS = frozenset({"ascii", "cp1252", "iso8859-15"})
_META = re.compile(rb"<meta[^>]{0,200}?charset\s{0,9}=\s{0,9}[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_PUNCTUATION = re.compile(r"[^a-z0-9]")
_HIGH_BYTES = bytes(range(0x80, 0x100))
_LIES_BELOW = 0.35
_DOUBTED_BELOW = 0.6
_MOSTLY = 0.04
_LONG = 60
_SAMPLE = 2_000
_SHORT = 12
_THREE_BYTES = 0xE0
_TWO_FOREIGN = re.compile(rb"[\x80-\xff]{4}")
_TWICE = re.compile("[\u00c2-\u00f4][\u0080-\u00bf\u2013-\u203a\u20ac\u0152-\u017e\u02c6\u02dc]{1,3}")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text with the codec that read it; `repair` says what had to be mended, `uncertain` that it may be wrong."""

    text: str
    codec: str
    repair: str = ""
    uncertain: bool = False


@lru_cache(maxsize=512)
def codec_of(label: str) -> str | None:
    """The codec for a charset label, or None for one that we do not know."""
    folded = _PUNCTUATION.sub("", label.lower().partition("*")[0])
    if folded in ALIASES:
        return ALIASES[folded]
    for number in ("10", "13", "14", "2", "3", "4", "5", "6", "7"):
        if folded in (f"iso8859{number}", f"8859{number}", f"latin{number}"):
            return f"iso8859-{number}"
    return next((codec for codec in CODECS if _PUNCTUATION.sub("", codec) == folded), None)


def decode(raw: bytes, label: str | None, *, hint: str | None = None) -> Decoded:
    """Read bytes that claim to be in `label`; `hint` is the charset of something else in the same mail."""
    if raw.isascii() and b"\x1b" not in raw:
        return _decode_ascii(raw, label)
    codec = codec_of(label) if label else None
    if b"\x1b" in raw and codec not in _SEVEN_BIT and is_iso_2022_jp(raw):
        text = decode_iso_2022_jp(raw)
        if text is not None:
            return Decoded(text, "iso2022jp", f"labelled {label} but is iso2022jp" if label else "")
    declared = _strict(raw, codec) if codec else None
    if declared is not None and codec is not None:
        return _doubt(raw, codec, declared)
    return _undeclared(raw, label, codec, hint)


def _decode_ascii(raw: bytes, label: str | None) -> Decoded:
    codec = codec_of(label) if label else None
    if codec in _SEVEN_BIT:
        text = _strict(raw, codec)
        if text is not None:
            return Decoded(text, codec)
    return Decoded(raw.decode("ascii"), "ascii")


def _strict(raw: bytes, codec: str) -> str | None:
    """The text when the codec reads every byte; the near relatives that senders confuse are tried too."""
    if codec == "iso2022jp":
        return decode_iso_2022_jp(raw)
    if codec == "ascii":
        return None
    for candidate in _FAMILY.get(codec, (codec,)):
        try:
            return raw.decode(candidate)
        except (UnicodeError, ValueError):
            continue
    return None


_FAMILY: dict[str, tuple[str, ...]] = {
    "cp950": ("cp950", "big5hkscs"),
    "big5hkscs": ("big5hkscs", "cp950"),
    "euc_jp": ("euc_jp", "euc_jis_2004"),
    "cp932": ("cp932", "shift_jis_2004"),
    "cp1252": ("cp1252", "latin-1"),
}


def _doubt(raw: bytes, codec: str, text: str) -> Decoded:
    """A declared charset that fits is believed, unless another reads the bytes far better: labels that lie."""
    if codec == "utf-8":
        return _by_chance(raw, text) or _encoded_once(text)
    if codec in _SEVEN_BIT:
        return Decoded(text, codec)
    as_utf8 = _strict(raw, "utf-8")
    score = plausibility(text) - borrowed(codec, text)
    if as_utf8 is not None and plausibility(as_utf8) > score - 0.3:
        if codec in _DEFAULTS and (chance := _by_chance(raw, as_utf8)) is not None:
            return chance
        return Decoded(as_utf8, "utf-8", f"labelled {codec} but is utf-8")
    if score < _DOUBTED_BELOW or codec in _DEFAULTS:
        guess = best_guess(raw)
        doubt = 0.25 + 0.6 / max(1, len(raw) - len(raw.translate(None, _HIGH_BYTES)))  # a few bytes prove little
        if guess is not None and guess.score > score + doubt and guess.codec != codec:
            return Decoded(guess.text, guess.codec, f"labelled {codec} but reads as {guess.codec}")
    return Decoded(text, codec)


def _by_chance(raw: bytes, text: str) -> Decoded | None:
    """Two or three characters of GBK may happen to be UTF-8, which has two bytes for letters too: 谢谢 is лл."""
    if len(raw) > _SHORT or max(raw) >= _THREE_BYTES or _TWO_FOREIGN.search(raw) is None:
        return None
    guess = best_guess(raw)
    if guess is None or guess.score < plausibility(text) + 0.25:
        return None
    return Decoded(guess.text, guess.codec, f"fits utf-8 by chance: read as {guess.codec}")


def _encoded_once(text: str) -> Decoded:
    """UTF-8 that was taken for Latin-1 and made UTF-8 again, as web forms do."""
    if _TWICE.search(text[:_SAMPLE]) is None:
        return Decoded(text, "utf-8")
    for codec in ("latin-1", "cp1252"):
        try:
            once = text.encode(codec).decode("utf-8")
        except UnicodeError:
            continue
        if plausibility(once) > plausibility(text) + 0.3:
            return Decoded(once, "utf-8", "text was encoded twice: once is enough")
    return Decoded(text, "utf-8")


def _by_lines(raw: bytes, whole: Guess | None) -> Decoded | None:
    """UTF-8 with lines of another charset amid: an answer around a quote that its program did not convert."""
    kept = raw.split(b"\n")
    foreign = [index for index, line in enumerate(kept) if not line.isascii()]
    strange = [index for index in foreign if _strict(kept[index], "utf-8") is None]
    guess = best_guess(b"\n".join(kept[index] for index in strange)) if 0 < len(strange) < len(foreign) else None
    if guess is None:
        return None
    for index in strange:
        kept[index] = kept[index].decode(guess.codec, "replace").encode("utf-8")
    text = b"\n".join(kept).decode("utf-8")
    if plausibility(text) < (whole.score if whole else 0.0) + 0.2:
        return None
    return Decoded(text, "utf-8", f"some lines are {guess.codec}, not utf-8")


def _undeclared(raw: bytes, label: str | None, codec: str | None, hint: str | None) -> Decoded:
    said = f"charset {label} does not fit" if codec else f"unknown charset {label}" if label else "no charset given"
    for candidate in ("utf-8", _meta_codec(raw), codec_of(hint) if hint else None):
        text = _strict(raw, candidate) if candidate else None
        if text is not None and candidate is not None and plausibility(text) >= _natural(candidate):
            if candidate == "utf-8" and (chance := _by_chance(raw, text)) is not None:
                return chance
            return Decoded(text, candidate, f"{said}: read as {candidate}")
    mostly = _mostly(raw, codec) if codec and codec != "ascii" else _mostly(raw, "utf-8")
    if mostly is not None and len(raw) >= _LONG:
        return mostly
    guess = best_guess(raw)
    if codec in (None, "utf-8") and (mixed := _by_lines(raw, guess)) is not None:
        return mixed
    if mostly is not None and (guess is None or guess.score < _DOUBTED_BELOW):
        return mostly
    return _guessed(raw, guess, codec, said)


def _natural(codec: str) -> float:
    """UTF-8 that fits is no accident, unless it says nothing but controls."""
    return 0.0 if codec == "utf-8" else _LIES_BELOW


def _guessed(raw: bytes, guess: Guess | None, codec: str | None, said: str) -> Decoded:
    if guess is not None:
        return Decoded(guess.text, guess.codec, f"{said}: read as {guess.codec}", guess.score < _LIES_BELOW)
    fallback = codec if codec not in (None, "ascii", "iso2022jp") else "utf-8"
    return Decoded(
        raw.decode(fallback or "utf-8", "replace"), fallback or "utf-8", f"{said}: bytes were replaced", True
    )


def _mostly(raw: bytes, codec: str) -> Decoded | None:
    """A text cut in the middle of a character, or with a stray byte, is still in its charset."""
    if codec == "iso2022jp":
        return None
    text = raw.decode(codec, "replace")
    foreign = sum(1 for char in text[:20_000] if char > "\x7f")
    wrong = text.count("\ufffd")
    if wrong > max(1, foreign * _MOSTLY) or foreign <= wrong:
        return None
    return Decoded(text, codec, f"{wrong} bytes are not {codec}: replaced", True)


def _meta_codec(raw: bytes) -> str | None:
    found = _META.search(raw, 0, 4096)
    return codec_of(found[1].decode("ascii", "replace")) if found else None
