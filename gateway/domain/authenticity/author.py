"""Decides who the author of a mail is: the one mailbox of its one From field, or nobody.

Stricter than RFC 5322 wherever two readers might see two people (RFC 7489 section 6.6.1), lenient only in the
display name, where real programs write raw GBK, bare dots and addresses. How a name is shown is left to others.
"""

import re
import string
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import idna

from gateway.domain.authenticity.fields import Header

LONGEST_FROM = 4096
"""Bytes; no program writes longer ones, and every step below stays cheap."""

_OUTSIDE_COMMENT = re.compile(r'"(?:[^"\\]|\\.)*"|<[^<>]*>|\(|[^\s()<>",:;\\]+|\s+')
_INSIDE_COMMENT = re.compile(r"[^()\\]+|\\.|[()]")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_ASCII_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_ATEXT_AND_DOT = frozenset(string.ascii_letters + string.digits + "!#$%&'*+-/=?^_`{|}~.")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """`name` as written, without quotes, not decoded; `address` with its domain as lower-case A-labels."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


def author(raw: bytes) -> Mailbox | None:
    """The only mailbox of the only From field of a mail with CRLF line ends; None when that is uncertain."""
    return author_in(Header(raw))


def author_in(header: Header) -> Mailbox | None:
    """`author` of a mail whose header is cut into fields already."""
    candidates = [line for key, line in header.fields if key == b"from"]
    if len(candidates) != 1:
        return None
    name, _, value = candidates[0].partition(b":")
    return mailbox(value) if name.lower() == b"from" else None


@lru_cache(maxsize=1024)
def mailbox(value: bytes) -> Mailbox | None:
    """Read one unfolded field value as one mailbox, or None; lists, groups and routes are not one mailbox."""
    if len(value) > LONGEST_FROM:
        return None
    readings = [found for text in _texts(value) if (found := _parse(text))]
    if not _is_utf8(value):
        readings = [found for found in readings if found.address.isascii()]
    if len({found.address for found in readings}) != 1:
        return None
    return readings[0]


def fold_domain(domain: str) -> str | None:
    """A domain name as lower-case A-labels, without a dot at the end, or None when it is not one.

    IDNA 2008 without the mappings of UTS 46: full-width letters and other dots do not make a domain.
    """
    folded: list[str] = []
    for label in domain.removesuffix(".").split("."):
        if (folded_label := _fold_label(label)) is None:
            return None
        folded.append(folded_label)
    name = ".".join(folded)
    return None if len(name) > 253 or folded[-1].isdigit() else name


def _fold_label(label: str) -> str | None:
    lowered = label.lower()
    if label.isascii():
        return lowered if _ASCII_LABEL.fullmatch(lowered) else None
    if lowered.isascii():  # the Kelvin sign is not the letter k
        return None
    try:
        return idna.alabel(unicodedata.normalize("NFC", lowered)).decode("ascii")
    except UnicodeError:
        return None


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _texts(value: bytes) -> Iterator[str]:
    """UTF-8 when it is; else both ways to see raw 8-bit names: GBK has characters that end in `@` or `\\`."""
    if _is_utf8(value):
        yield value.decode("utf-8")
        return
    try:
        yield value.decode("gb18030")
    except UnicodeDecodeError:
        pass
    yield value.decode("latin-1")


def _parse(text: str) -> Mailbox | None:
    tokens = None if _CONTROL.search(text) else _tokens(text.strip())
    if not tokens:
        return None
    angles = [token for token in tokens if token.startswith("<")]
    if not angles:
        address = _address("".join(tokens))
        return Mailbox("", address) if address else None
    if len(angles) > 1 or tokens[-1] != angles[0]:
        return None
    address = _address(angles[0][1:-1].strip(" \t"))
    name = "".join(_unquote(token) for token in tokens[:-1]).strip()
    return Mailbox(name, address) if address else None


def _tokens(text: str) -> list[str] | None:
    """Quoted strings, angles, atoms and blanks, comments as one blank; None for what may mean a list."""
    tokens: list[str] = []
    depth = at = 0
    while at < len(text):
        match = (_INSIDE_COMMENT if depth else _OUTSIDE_COMMENT).match(text, at)
        if match is None:
            return None
        token, at = match[0], match.end()
        depth += {"(": 1, ")": -1}.get(token, 0)
        if not depth:
            tokens.append(" " if token == ")" else token)
    if depth:
        return None
    while tokens and tokens[-1].isspace():
        tokens.pop()
    return tokens


def _unquote(token: str) -> str:
    return re.sub(r"\\(.)", r"\1", token[1:-1]) if token.startswith('"') else token


def _address(text: str) -> str | None:
    written, _, domain = text.strip().rpartition("@")
    local = written[1:-1] if len(written) > 2 and written[0] == written[-1] == '"' else written
    folded = fold_domain(domain)
    if folded is None or not _is_local_part(local):
        return None
    return f"{local}@{folded}"


def _is_local_part(local: str) -> bool:
    """Atoms and dots in any order (docomo's `a..b.@`), letters of any script (RFC 6532), no encoded-words.

    Blanks, quotes and `@` are not let in, though a quoted string may hold them: no person's address does.
    """
    return bool(local) and "=?" not in local and all(c in _ATEXT_AND_DOT or _is_letter(c) for c in local)


def _is_letter(character: str) -> bool:
    return not character.isascii() and unicodedata.category(character)[0] in "LMN"
