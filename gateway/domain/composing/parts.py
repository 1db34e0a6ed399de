"""Builds MIME parts and multiparts as bytes that survive any relay: 7bit, CRLF, short lines; top headers not here."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import quote

from gateway.domain.composing import headers
from gateway.domain.composing.outgoing import File

_CONTROLS = bytes((*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F))
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,60}")
_ASCII = bytes(range(0x80))
_COMPOSITE = ("multipart/", "message/")
_UNSAFE_IN_NAMES = re.compile(r'[\\/:*?"<>|]+')
_PLAIN_NAME = re.compile(r"[A-Za-z0-9!#$&+.^_`{}~()@,;\[\]'= -]{1,60}")
_CONTENT_ID = re.compile(r"[A-Za-z0-9._@+-]{1,120}")
LONGEST_NAME = 120
LONGEST_PIECE = 54


@dataclass(frozen=True, slots=True)
class Part:
    """One MIME entity: its content fields (each with CRLF) and its encoded body, without a final CRLF."""

    fields: tuple[bytes, ...]
    body: bytes

    def __bytes__(self) -> bytes:
        return b"".join(self.fields) + b"\r\n" + self.body


def text_part(subtype: str, text: str) -> Part:
    """text/plain or text/html in UTF-8: as it is where possible, else what is shorter, readable or base64."""
    lines = text.encode("utf-8", "replace").replace(b"\r\n", b"\n").replace(b"\r", b"\n").rstrip(b"\n")
    encoding, body = _encoded(lines.translate(None, _CONTROLS).replace(b"\n", b"\r\n"))
    fields = (f'Content-Type: text/{subtype}; charset="utf-8"\r\n', f"Content-Transfer-Encoding: {encoding}\r\n")
    return Part(tuple(field.encode() for field in fields), body)


def _encoded(data: bytes) -> tuple[str, bytes]:
    if data.isascii() and max(map(len, data.split(b"\r\n"))) <= headers.LINE:
        return "7bit", data
    if len(data.translate(None, _ASCII)) * 6 < len(data):
        return "quoted-printable", _quoted_printable(data)
    return "base64", _base64(data)


def _quoted_printable(data: bytes) -> bytes:
    """RFC 2045 section 6.7. `From ` at a line's start is masked: mbox files on the way would put `>` before it."""
    # binascii breaks lines as the text does, and takes one without any line end for a Unix text.
    encoded = binascii.b2a_qp(data + b"\r\n", istext=True).removesuffix(b"\r\n")
    return (b"\r\n" + encoded).replace(b"\r\nFrom ", b"\r\n=46rom ").removeprefix(b"\r\n")


def _base64(data: bytes) -> bytes:
    return base64.encodebytes(data).replace(b"\n", b"\r\n").removesuffix(b"\r\n")


def file_part(file: File) -> Part:
    """An attachment, or a picture that the HTML shows. Its name stands there in both ways that are read.

    RFC 2231 is the standard; QQ Mail, Foxmail and old Outlook read only the encoded word in `name`, which
    RFC 2047 forbids there and every other reader tolerates.
    """
    name = safe_name(file.filename)
    inline = file.content_id is not None
    disposition = "inline" if inline else "attachment"
    fields = [
        headers.folded("Content-Type", [f"{_safe_type(file.content_type)};", *_name_parameter(name)]),
        b"Content-Transfer-Encoding: base64\r\n",
        headers.folded("Content-Disposition", [f"{disposition};", *_filename_parameters(name)]),
    ]
    if file.content_id is not None and _CONTENT_ID.fullmatch(file.content_id):
        fields.append(f"Content-ID: <{file.content_id}>\r\n".encode())
    return Part(tuple(fields), _base64(file.content))


def safe_name(filename: str) -> str:
    """A file name without folders, controls, reordering marks and what Windows forbids; the suffix survives."""
    cleaned = _UNSAFE_IN_NAMES.sub("_", headers.clean(filename, 1000)).strip(". ") or "file"
    suffix = PurePosixPath(cleaned).suffix[:20]
    return cleaned if len(cleaned) <= LONGEST_NAME else cleaned[: LONGEST_NAME - len(suffix)] + suffix


def _safe_type(content_type: str) -> str:
    """A composite type promises an inner structure that base64 may not hide (RFC 2045 section 6.4)."""
    plain = content_type.partition(";")[0].strip().lower()
    return plain if _TYPE.fullmatch(plain) and not plain.startswith(_COMPOSITE) else "application/octet-stream"


def _name_parameter(name: str) -> list[str]:
    if _PLAIN_NAME.fullmatch(name) and "=?" not in name:
        return [f'name="{name}"']
    first, *others = headers.encoded_words(name)
    return [*f'name="{" ".join((first, *others))}"'.split(" ")]


def _filename_parameters(name: str) -> list[str]:
    if _PLAIN_NAME.fullmatch(name) and "=?" not in name:
        return [f'filename="{name}"']
    first, *others = _escaped_pieces(name)
    if not others:
        return [f"filename*=utf-8''{first}"]
    numbered = [f"filename*0*=utf-8''{first}", *(f"filename*{at}*={piece}" for at, piece in enumerate(others, 1))]
    return [*(f"{piece};" for piece in numbered[:-1]), numbered[-1]]


def _escaped_pieces(name: str) -> list[str]:
    """The name in `%XX` form, in lines' lengths (RFC 2231 section 3), never cut inside a character."""
    pieces = [""]
    for escaped in (quote(character, safe="") for character in name):
        if len(pieces[-1]) + len(escaped) > LONGEST_PIECE:
            pieces.append("")
        pieces[-1] += escaped
    return pieces


def multipart(subtype: str, parts: Iterable[Part], seed: str) -> Part:
    """Parts in order. The boundary has `=_`, which neither base64 nor quoted-printable can contain (RFC 2045 6.7)."""
    boundary = b"=_" + hashlib.sha256(f"{subtype} {seed}".encode()).hexdigest()[:32].encode()
    delimiter = b"--" + boundary
    chunks = [delimiter + b"\r\n" + bytes(part) + b"\r\n" for part in parts]
    content_type = b'Content-Type: multipart/%s;\r\n boundary="%s"\r\n' % (subtype.encode(), boundary)
    return Part((content_type,), b"".join((*chunks, delimiter, b"--")))
