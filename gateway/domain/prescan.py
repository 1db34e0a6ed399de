"""The checks at the end of DATA, cheap enough for the session; who may write is left to the worker."""

from gateway.domain.authenticity.author import Mailbox, author, author_in
from gateway.domain.authenticity.fields import Header

__all__ = [
    "MAX_HEADER_BYTES",
    "MAX_HEADER_LINES",
    "MAX_RECEIVED",
    "Mailbox",
    "author",
    "has_bare_newline",
    "header_flaw",
    "prescan",
]

MAX_HEADER_BYTES = 64 * 1024
MAX_HEADER_LINES = 500
MAX_RECEIVED = 30
"""A mail that passed through more servers is going round in a circle (RFC 5321 section 6.3)."""


def prescan(raw: bytes, *, null_sender: bool) -> str | None:
    """The reason code for which a mail is refused before it is stored, or None; linear in the size of `raw`.

    One of `bare-newline`, `headers-too-large`, `loop`, `malformed-from`. A bounce (`null_sender`) needs no
    From: its author is whoever answers for the signed return path.
    """
    if has_bare_newline(raw):
        return "bare-newline"
    return header_flaw(Header(raw), null_sender=null_sender)


def header_flaw(header: Header, *, null_sender: bool) -> str | None:
    """`prescan` without the look for bare line ends, for a mail whose reader has refused those."""
    if header.size > MAX_HEADER_BYTES or header.lines > MAX_HEADER_LINES:
        return "headers-too-large"
    if sum(key == b"received" for key, _ in header.fields) > MAX_RECEIVED:
        return "loop"
    if not null_sender and author_in(header) is None:
        return "malformed-from"
    return None


_OTHERS = bytes(byte for byte in range(256) if byte not in b"\r\n\0")


def has_bare_newline(raw: bytes) -> bool:
    """A CR, LF or NUL outside of CRLF: readers cut fields there and signature verifiers do not."""
    return len(raw.translate(None, _OTHERS)) != 2 * raw.count(b"\r\n")
