"""Header fields that say one thing to every reader: cleaned, encoded, folded; which fields is for others to say."""

import binascii
import re
from collections.abc import Iterable

from gateway.domain.addresses import split
from gateway.errors import Invalid

_SPLITS_LINES = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029), " ")
# Overrides and isolates reorder what stands around them: `exe.fdp` reads as `pdf.exe`. The plain marks
# U+200E and U+200F stay: Arabic and Hebrew names need them, and they can't reach beyond their neighbours.
_REORDERS = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF), None)
_SURROGATE = re.compile("[\ud800-\udfff]")
_CLEANING = str.maketrans({**_SPLITS_LINES, **_REORDERS})

_WORD = r"=\?[!->@-~]{1,60}\?[bBqQ]\?[!->@-~]*\?="
# With the blanks up to the next encoded word, which only separate (RFC 2047 section 6.2).
_ENCODED_WORD = re.compile(rf"=\?([!->@-~]{{1,60}})\?([bBqQ])\?([!->@-~]*)\?=(?:\s+(?={_WORD}))?")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=^_`{|}~ -]+")
_LOCAL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+)*"
)
_DOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")
_ID = re.compile(r"[!-;=?-~]+@[!-;=?-~]+")

LINE = 76
_WORD_BYTES = 45
"""UTF-8 bytes in one encoded word: 60 characters of base64 and 12 of frame stay below RFC 2047's 75."""


def clean(text: str, longest: int) -> str:
    """One line that shows what it says: encoded words decoded, controls and line ends to spaces, no bidi overrides."""
    decoded = _decoded(text) if "=?" in text else text
    printable = decoded.encode("utf-8", "replace").decode() if _has_surrogate(decoded) else decoded
    return " ".join(printable.translate(_CLEANING).split())[:longest].rstrip()


def _has_surrogate(text: str) -> bool:
    return not text.isascii() and _SURROGATE.search(text) is not None


def _decoded(text: str) -> str:
    """Python before 3.11.9 turns an encoded line end into a real header on output (CVE-2024-6923): decode first."""
    return _ENCODED_WORD.sub(_plain_word, text)


def _plain_word(word: re.Match[str]) -> str:
    """One encoded word (RFC 2047 section 2) as text; one that can't be read stays as it is."""
    charset, encoding, content = word[1].partition("*")[0], word[2], word[3].encode()
    try:
        if encoding in "bB":
            return binascii.a2b_base64(content + b"=" * (-len(content) % 4)).decode(charset, "replace")
        return binascii.a2b_qp(content, header=True).decode(charset, "replace")
    except (binascii.Error, LookupError, ValueError):
        return word[0]


def unstructured(name: str, text: str) -> bytes:
    """A field of free text, folded; encoded words (RFC 2047) as soon as one is needed."""
    if text.isascii() and "=?" not in text and max(map(len, text.split()), default=0) < LINE - len(name):
        return folded(name, text.split(" "))
    return folded(name, encoded_words(text))


def encoded_words(text: str) -> list[str]:
    """The text as UTF-8 base64 encoded words, never cut inside a character."""
    words: list[str] = []
    piece: list[str] = []
    size = 0
    for character in text:
        width = len(character.encode())
        if size + width > _WORD_BYTES:
            words.append("".join(piece))
            piece, size = [], 0
        piece.append(character)
        size += width
    return [_encoded_word(part) for part in (*words, "".join(piece))]


def _encoded_word(text: str) -> str:
    return f"=?utf-8?B?{binascii.b2a_base64(text.encode(), newline=False).decode()}?="


def mailbox(name: str, display_name: str, address: str) -> bytes:
    """A field with exactly one mailbox: `Name <address>`. Raises Invalid for an address that can't stand there."""
    spec = f"<{checked_address(address, name)}>"
    if not display_name:
        return folded(name, [spec[1:-1]])
    if not display_name.isascii() or "=?" in display_name:
        return folded(name, [*encoded_words(display_name), spec])
    if _ATOMS.fullmatch(display_name):
        return folded(name, [*display_name.split(" "), spec])
    quoted = '"' + display_name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    # Python's own reader, for one, loses its way in a quoted string that goes on in the next line.
    return folded(name, [quoted, spec] if len(quoted) < LINE - len(name) else [*encoded_words(display_name), spec])


def checked_address(address: str, field: str) -> str:
    """The address with its domain in A-labels. Raises Invalid unless it is one dot-atom address (RFC 5322 3.4.1)."""
    local, domain = split(address)
    if not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain) or len(local.encode()) > 64 or len(domain) > 253:
        raise Invalid(f"{field}: not an address that mail can be sent to", field)
    if clean(local, 64) != local:
        raise Invalid(f"{field}: not an address that mail can be sent to", field)
    return f"{local}@{domain}"


def ids(name: str, values: Iterable[str]) -> bytes:
    """A field of message ids in angle brackets; what is none (ids come from strangers too) is left out."""
    wanted = [f"<{value}>" for value in (raw.strip().strip("<>") for raw in values) if is_message_id(value)]
    return folded(name, wanted) if wanted else b""


def is_message_id(value: str) -> bool:
    """True for `left@right` without blanks, controls or brackets, short enough for one line."""
    return len(value) <= 250 and _ID.fullmatch(value) is not None


def folded(name: str, words: list[str]) -> bytes:
    """`Name: words`, broken between words before column 78 (RFC 5322 section 2.1.1)."""
    lines, line = [], f"{name}:"
    for word in words:
        if len(line) + 1 + len(word) > LINE and line.strip() != f"{name}:":
            lines.append(line)
            line = ""
        line = f"{line} {word}"
    return "\r\n".join((*lines, line)).encode() + b"\r\n"
