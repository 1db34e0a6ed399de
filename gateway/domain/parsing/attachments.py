"""The files of a mail: safe names, types by bytes, sizes and hashes."""

import hashlib
import re
from dataclasses import replace
from urllib.parse import unquote_to_bytes

from gateway.domain.emails import Attachment
from gateway.domain.parsing import headers, kinds, names, parameters
from gateway.domain.parsing.repairs import Repairs
from gateway.domain.parsing.tree import Part
from gateway.domain.parsing.words import Reader

MAX_ATTACHMENTS = 20

_NAMES = ("name", "filename", "file")
_PERCENT = re.compile(r"%[89A-Fa-f][0-9A-Fa-f]")
_CID = re.compile(rb"<?\s*([^<>\s]+)\s*>?")
_SUBJECT_LIMIT = 80


def read(files: list[Part], shown: frozenset[str], words: Reader, repairs: Repairs) -> tuple[Attachment, ...]:
    """Every file, at most `MAX_ATTACHMENTS`; the others stay in the original mail and are named in the defects.

    `shown` are the Content-IDs of pictures that the HTML shows: they are inline whatever their disposition says.
    """
    kept = [_attachment(part, number, words, repairs) for number, part in enumerate(files[:MAX_ATTACHMENTS], 1)]
    if len(files) > MAX_ATTACHMENTS:
        left = len(files) - MAX_ATTACHMENTS
        repairs.leave_out(f"more than {MAX_ATTACHMENTS} attachments: {left} stay in the original mail")
    return tuple(replace(file, inline=True) if file.content_id in shown else file for file in kept)


def _attachment(part: Part, number: int, words: Reader, repairs: Repairs) -> Attachment:
    content = part.content(repairs)
    disposition = part.disposition()
    written = name_of(part, disposition, words)
    filename = names.safe(written)
    if filename != written.strip():
        repairs.note("an attachment's name was made safe")
    if not filename:
        filename = _unnamed(part, content, number, words, repairs)
    return build(
        filename,
        part.content_type,
        content,
        inline=_is_inline(part, disposition),
        content_id=content_id_of(part),
    )


def build(filename: str, declared: str, content: bytes, *, inline: bool, content_id: str | None) -> Attachment:
    """An attachment with its type, size and hash read from its bytes."""
    return Attachment(
        filename=filename,
        content_type=kinds.of(content, declared, filename),
        declared_type=declared,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        inline=inline,
        content_id=content_id,
        content=content,
    )


def name_of(part: Part, disposition: parameters.Parameterised, words: Reader) -> str:
    """The sender's name for a file: Content-Disposition's filename, else Content-Type's name; may be empty."""
    raw_type = part.headers.raw("content-type")
    typed = part.options if raw_type.isascii() else parameters.read(raw_type, words).parameters
    name = disposition.parameters.get("filename") or next(filter(None, map(typed.get, _NAMES)), "")
    if _PERCENT.search(name):  # percent-encoding without RFC 2231's mark: some webmails and apps
        try:
            return unquote_to_bytes(name).decode("utf-8")
        except UnicodeDecodeError:
            return name
    return name


def content_id_of(part: Part) -> str | None:
    """Content-ID without angle brackets."""
    match = _CID.search(part.headers.raw("content-id"))
    return match[1].decode("utf-8", "replace") if match else None


def _is_inline(part: Part, disposition: parameters.Parameterised) -> bool:
    if disposition.value == "attachment":
        return False
    return disposition.value == "inline" or (content_id_of(part) is not None and part.content_type.startswith("image/"))


def _unnamed(part: Part, content: bytes, number: int, words: Reader, repairs: Repairs) -> str:
    """A forwarded mail is called by its subject, anything else by its type."""
    if part.content_type in ("message/rfc822", "message/global"):
        inner, _ = headers.split(content, 0, len(content), words, repairs)
        if subject := names.safe(inner.text("subject").replace("/", "_")[:_SUBJECT_LIMIT]):
            return f"{subject}.eml"
    return names.for_unnamed(part.content_type, number)
