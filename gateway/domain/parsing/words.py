"""Header text: RFC 2047 encoded words in all their abuses, raw 8-bit characters, and control characters taken out."""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.domain.parsing.charsets import decode
from gateway.domain.parsing.repairs import Repairs

_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
_SPACE = re.compile(r"[ \t\r\n]+")
_GLUED = ("]", ":")  # gateways put their tag, clients their "Re:", right before an encoded word
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_START = re.compile(r"=\?([^?\s]{1,78})\?([bBqQ])\?")
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")


def clean(text: str) -> str:
    """Without control characters, lone surrogates and bidi controls: nothing that makes a name look like another."""
    return text if text.isprintable() else _UNSAFE.sub("", text)


@dataclass(frozen=True, slots=True)
class EncodedWord:
    """One encoded word, transfer-decoded, and where it stands in its text."""

    start: int
    end: int
    charset: str
    data: bytes
    closed: bool = True


class Reader:
    """Decodes the header values of one mail; `hint` is the charset of its body, for raw 8-bit names."""

    def __init__(self, repairs: Repairs, hint: str | None = None) -> None:
        self.repairs = repairs
        self.hint = hint
        self._nested = False
        self._decoded: dict[tuple[bytes, str | None], str] = {}
        self._read: dict[tuple[bytes, str | None], str] = {}

    def unstructured(self, raw: bytes) -> str:
        """A subject, a display name, a comment: white space folded, encoded words decoded, unsafe characters out."""
        if b"=?" in raw:
            return self._remembered(raw)
        text = self.raw_text(raw)
        if "  " not in text and text.isascii() and text.isprintable():
            return text.strip()  # nearly every field of nearly every mail
        return clean(_SPACE.sub(" ", text)).strip()

    def _remembered(self, raw: bytes) -> str:
        """A value with encoded words, decoded once: names and subjects are asked for again and again."""
        if (raw, self.hint) not in self._decoded:
            text = self.encoded(self.raw_text(raw))
            self._decoded[raw, self.hint] = clean(_SPACE.sub(" ", text)).strip()
        return self._decoded[raw, self.hint]

    def raw_text(self, raw: bytes) -> str:
        """Bytes of a header as text: RFC 6532 UTF-8, or whatever 8-bit charset the client left there."""
        if raw.isascii() and b"\x1b" not in raw:
            return raw.decode("ascii")
        if (raw, self.hint) not in self._read:
            self._read[raw, self.hint] = self._foreign(raw)
        return self._read[raw, self.hint]

    def _foreign(self, raw: bytes) -> str:
        found = decode(raw, "utf-8", hint=self.hint)
        if found.codec != "utf-8":
            self.repairs.note(f"header has raw bytes: read as {found.codec}")
        if found.uncertain:
            self.repairs.doubt("header has raw bytes that fit no charset well")
        return found.text

    def encoded(self, text: str) -> str:
        """Decode the encoded words in a text (RFC 2047); what is not one stays as it is."""
        out: list[str] = []
        pending: EncodedWord | None = None
        position = 0
        for word in _encoded_words(text):
            if not word.closed:
                self.repairs.note("encoded word without its end")
            between = text[position : word.start]
            position = word.end
            if pending is None or between.strip():
                out += [self._decode(pending), between]
            elif pending.charset.lower() == word.charset.lower():
                # RFC 2047 §5 forbids a character split over two words; QQ and old Outlook do it
                pending = EncodedWord(word.start, word.end, word.charset, pending.data + word.data)
                continue
            else:
                out.append(self._decode(pending))
            if between.endswith(_GLUED):
                out.append(" ")
            pending = word
        return "".join([*out, self._decode(pending), text[position:]])

    def _decode(self, word: EncodedWord | None) -> str:
        if word is None:
            return ""
        found = decode(word.data, word.charset, hint=self.hint)
        if found.repair:
            self.repairs.note(f"encoded word: {found.repair}")
        if found.uncertain:
            self.repairs.charset_uncertain = True
        if _START.match(found.text) and not self._nested:
            return self._again(found.text)
        return found.text

    def _again(self, text: str) -> str:
        """Some shop systems encode what is encoded already; once more is enough."""
        self._nested = True
        try:
            return self.encoded(text)
        finally:
            self._nested = False


def _encoded_words(text: str) -> Iterator[EncodedWord]:
    """Every `=?charset?encoding?data?=`; one that is not closed ends where the next begins."""
    start = _START.search(text)
    while start is not None:
        following = _START.search(text, start.end())
        limit = following.start() if following else len(text)
        stop = text.find("?=", start.end(), limit + 1)
        data, end = (text[start.end() : limit].rstrip(), limit) if stop < 0 else (text[start.end() : stop], stop + 2)
        yield EncodedWord(start.start(), end, start[1], _transfer(data, start[2]), stop >= 0)
        start = following


def _transfer(data: str, encoding: str) -> bytes:
    raw = data.encode("utf-8", "surrogatepass")
    if encoding in "bB":
        return base64_word(raw)
    return _HEX.sub(_byte, raw.replace(b"_", b" "))


def _byte(match: re.Match[bytes]) -> bytes:
    return bytes((int(match[1], 16),))


def base64_word(raw: bytes) -> bytes:
    """Base64 whatever the padding: missing, doubled, or in the middle where two words were glued together."""
    out = bytearray()
    for chunk in raw.split(b"="):
        letters = _NOT_BASE64.sub(b"", chunk)
        letters = letters[: len(letters) - (len(letters) % 4 == 1)]
        try:
            out += base64.b64decode(letters + b"=" * (-len(letters) % 4))
        except binascii.Error:
            continue
    return bytes(out)
