"""Opens what wraps a mail's content without a key: winmail.dat, opaque signatures, uuencoded files in texts."""

from collections.abc import Callable

from gateway.domain.parsing import charsets, cms, openpgp, rtf, tnef, transfer, tree
from gateway.domain.parsing.repairs import Repairs
from gateway.domain.parsing.tree import Part
from gateway.domain.parsing.words import Reader

MAX_OPENED = 20


def unpack(root: Part, words: Reader, repairs: Repairs) -> None:
    """Give every wrapper below `root` its contents as children; what cannot be opened stays as it is."""
    opened = 0
    for part in list(root.walk()):
        opener = _opener(part)
        if opener is None or opened >= MAX_OPENED:
            continue
        children = opener(part, words, repairs)
        if children:
            opened += 1
            part.children = children
            part.content_type = "multipart/mixed"


Opener = Callable[[Part, Reader, Repairs], list[Part]]


def _opener(part: Part) -> Opener | None:
    if part.content_type in ("text/plain", "application/pgp"):
        if part.raw.find(b"begin ", part.start, part.end) >= 0:
            return _uuencoded
        if part.raw.find(b"-----BEGIN PGP MESSAGE-----", part.start, part.end) >= 0:
            return _openpgp
        return None
    name = part.options.get("name", "").lower()
    if part.content_type in _OPENERS:
        return _OPENERS[part.content_type]
    if name == "winmail.dat":
        return _tnef
    return _cms if name in ("smime.p7m", "smime.p7z") else None


def _uuencoded(part: Part, words: Reader, repairs: Repairs) -> list[Part]:
    """Files between `begin` and `end` (POSIX uuencode), as mail had them before MIME."""
    content = part.content(repairs)
    files = transfer.uuencoded(content)
    if not files:
        return []
    repairs.note("uuencoded files in the text: taken out")
    kept, position = bytearray(), 0
    for _, _, start, end in files:
        kept += content[position:start]
        position = end
    kept += content[position:]
    text = tree.made(part, "text/plain", bytes(kept), dict(part.options))
    named = ((words.unstructured(name.encode("latin-1")), data) for name, data, _, _ in files)
    return [text, *(tree.made(part, "application/octet-stream", data, {"name": name}) for name, data in named)]


def _openpgp(part: Part, words: Reader, repairs: Repairs) -> list[Part]:
    content = openpgp.literal(part.content(repairs))
    if content is None:
        repairs.note("encrypted with OpenPGP: cannot be read without the key")
        return []
    repairs.note("OpenPGP message opened: its signature is not checked")
    return [tree.made(part, "text/plain", content, {"charset": part.options.get("charset", "utf-8")})]


def _encrypted(part: Part, words: Reader, repairs: Repairs) -> list[Part]:
    repairs.note("encrypted with OpenPGP: cannot be read without the key")
    return []


def _cms(part: Part, words: Reader, repairs: Repairs) -> list[Part]:
    content = cms.signed_content(part.content(repairs))
    if content is None:
        repairs.note("encrypted with S/MIME: cannot be read without the key")
        return []
    repairs.note("S/MIME signature opened: it is not checked")
    return [tree.read(content, words, repairs)]


def _tnef(part: Part, words: Reader, repairs: Repairs) -> list[Part]:
    contents = tnef.read(part.content(repairs))
    if contents is None:
        repairs.note("winmail.dat that is no TNEF: left as it is")
        return []
    repairs.note("winmail.dat opened")
    charset = f"cp{contents.codepage}" if contents.codepage else ""
    files = [_tnef_file(part, file, charset) for file in contents.files if file.data]
    return [*_tnef_body(part, contents, charset), *files]


def _tnef_file(part: Part, file: tnef.File, charset: str) -> Part:
    found = charsets.decode(file.name, "utf-16-le" if file.unicode else charset)
    options = {"name": found.text.strip("\x00"), "content-id": file.content_id}
    return tree.made(part, file.mime_type.lower() or "application/octet-stream", file.data, options)


def _tnef_body(part: Part, contents: tnef.Contents, charset: str) -> list[Part]:
    """HTML, else plain text, else rich text: Outlook fills one of them."""
    if contents.html.strip(b"\x00 "):
        return [tree.made(part, "text/html", contents.html.rstrip(b"\x00"), {"charset": charset})]
    if contents.body.strip(b"\x00 "):
        label = "utf-16-le" if contents.body_unicode else charset
        return [
            tree.made(
                part,
                "text/plain",
                contents.body.rstrip(b"\x00") if label == charset else contents.body,
                {"charset": label},
            )
        ]
    text = rtf.text(rtf.unpack(contents.rtf), charset or "cp1252") if contents.rtf else ""
    return [tree.made(part, "text/plain", text.encode(), {"charset": "utf-8"})] if text.strip() else []


_OPENERS: dict[str, Opener] = {
    "application/ms-tnef": _tnef,
    "application/vnd.ms-tnef": _tnef,
    "application/pkcs7-mime": _cms,
    "application/x-pkcs7-mime": _cms,
    "application/pgp-encrypted": _encrypted,
}
"""Declared type to what opens it."""
