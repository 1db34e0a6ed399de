"""The checks at the end of DATA, cheap enough for the session; who may write is left to the worker."""

from gateway.domain.authenticity.author import Mailbox, author
from gateway.domain.authenticity.fields import fields, header_section

__all__ = ["MAX_HEADER_BYTES", "MAX_HEADER_LINES", "MAX_RECEIVED", "Mailbox", "author", "prescan"]

MAX_HEADER_BYTES = 64 * 1024
MAX_HEADER_LINES = 500
MAX_RECEIVED = 30
"""A mail that passed through more servers is going round in a circle (RFC 5321 section 6.3)."""


def prescan(raw: bytes, *, null_sender: bool) -> str | None:
    """The reason code for which a mail is refused before it is stored, or None; linear in the size of `raw`.

    One of `bare-newline`, `headers-too-large`, `loop`, `malformed-from`. A bounce (`null_sender`) needs no
    From: its author is whoever answers for the signed return path.
    """
    if _has_bare_newline(raw):
        return "bare-newline"
    section = header_section(raw)
    if len(section) > MAX_HEADER_BYTES or section.count(b"\r\n") >= MAX_HEADER_LINES:
        return "headers-too-large"
    if sum(field.key == b"received" for field in fields(raw)) > MAX_RECEIVED:
        return "loop"
    if not null_sender and author(raw) is None:
        return "malformed-from"
    return None


_OTHERS = bytes(byte for byte in range(256) if byte not in b"\r\n\0")


def _has_bare_newline(raw: bytes) -> bool:
    """A CR, LF or NUL outside of CRLF: readers cut fields there and signature verifiers do not."""
    ends = raw.translate(None, _OTHERS)
    return ends != b"\r\n" * (len(ends) // 2) or raw.count(b"\r\n") * 2 != len(ends)
