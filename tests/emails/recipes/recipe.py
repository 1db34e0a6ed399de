"""Building blocks for mails: written byte by byte, since the libraries write only mails that are right."""

import base64
import quopri
from collections.abc import Mapping
from dataclasses import dataclass, field

BUYER = '"李雷" <lilei@example.cn>'
SHOP = '"云朵小店" <shop@example.com>'


@dataclass(frozen=True, slots=True)
class Recipe:
    """One mail and what a reader must find in it: fields of `znx parse`'s JSON, written by hand."""

    name: str
    raw: bytes
    expects: Mapping[str, object] = field(default_factory=dict)


def word(text: str, charset: str = "utf-8") -> str:
    """An encoded word (RFC 2047)."""
    return f"=?{charset}?B?{base64.b64encode(text.encode(_codec(charset))).decode()}?="


def head(subject: str = "", **fields: str) -> bytes:
    """A header section without its blank line; names have underscores for hyphens, empty values are left out."""
    values = {
        "From": f"{word('李雷')} <lilei@example.cn>",
        "To": f"{word('云朵小店')} <shop@example.com>",
        "Subject": subject if subject.isascii() else word(subject),
        "Date": "Fri, 05 Jan 2024 10:20:30 +0800",
        "Message-ID": "<1704421230.example@mail.example.cn>",
        "MIME-Version": "1.0",
        **{name.replace("_", "-"): value for name, value in fields.items()},
    }
    return "".join(f"{name}: {value}\r\n" for name, value in values.items() if value).encode("utf-8")


def leaf(
    content: str | bytes,
    content_type: str = "text/plain",
    *,
    charset: str = "utf-8",
    encoding: str = "base64",
    fields: str = "",
) -> bytes:
    """A part with its own header section."""
    data = content if isinstance(content, bytes) else content.replace("\n", "\r\n").encode(_codec(charset))
    label = f"; charset={charset}" if charset and content_type.startswith("text/") else ""
    section = f"Content-Type: {content_type}{label}\r\nContent-Transfer-Encoding: {encoding}\r\n{fields}\r\n"
    return section.encode("utf-8") + _encoded(data, encoding)


def multipart(kind: str, *parts: bytes, boundary: str = "=_part", fields: str = "") -> bytes:
    """A multipart with its own header section."""
    out = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n{fields}\r\n'.encode()
    for part in parts:
        out += f"--{boundary}\r\n".encode() + part.removesuffix(b"\r\n") + b"\r\n"
    return out + f"--{boundary}--\r\n".encode()


def mail(top: bytes, body: bytes) -> bytes:
    """A whole mail: the header fields, then the fields and the content of its body."""
    return top + body


def file(
    name: str, content: bytes, content_type: str = "application/octet-stream", *, disposition: str = "attachment"
) -> bytes:
    """An attached file with a plain name."""
    return leaf(content, content_type, charset="", fields=f'Content-Disposition: {disposition}; filename="{name}"\r\n')


def _encoded(data: bytes, encoding: str) -> bytes:
    if encoding == "base64":
        return base64.encodebytes(data).replace(b"\n", b"\r\n")
    if encoding == "quoted-printable":
        return quopri.encodestring(data).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return data


def _codec(charset: str) -> str:
    return {"gb2312": "gb18030", "gbk": "gb18030", "ks_c_5601-1987": "cp949", "x-unknown": "utf-8"}.get(
        charset.lower(), charset or "utf-8"
    )
