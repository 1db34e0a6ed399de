"""Outlook's winmail.dat (MS-OXTNEF): the body and the files inside, read in one pass over the bytes."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

SIGNATURE = b"\x78\x9f\x3e\x22"
MAX_DEPTH = 3

_HEAD = struct.Struct("<BHHI")
_PROPERTY = struct.Struct("<HH")
_UINT = struct.Struct("<I")

# attributes (MS-OXTNEF 2.1.3.2) and properties (MS-OXPROPS) that tell a body or a file
_ATT_BODY, _ATT_DATA, _ATT_TITLE, _ATT_REND, _ATT_MAPI, _ATT_ATTACHMENT, _ATT_CODEPAGE = (
    0x800C,
    0x800F,
    0x8010,
    0x9002,
    0x9003,
    0x9005,
    0x9007,
)
_BODY, _HTML, _RTF, _CODEPAGE = 0x1000, 0x1013, 0x1009, 0x3FDE
_FILE_DATA, _FILE_NAME, _LONG_NAME, _DISPLAY_NAME, _MIME_TYPE, _CONTENT_ID = (
    0x3701,
    0x3704,
    0x3707,
    0x3001,
    0x370E,
    0x3712,
)
_FIXED = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_UNICODE, _OBJECT = 0x1F, 0x0D
_EMBEDDED = bytes.fromhex("0703020000000000c000000000000046")  # IID_IMessage


@dataclass(slots=True)
class File:
    """A file in a TNEF stream; names are still bytes, UTF-16 ones marked by `unicode`."""

    name: bytes = b""
    unicode: bool = False
    data: bytes = b""
    mime_type: str = ""
    content_id: str = ""


@dataclass(slots=True)
class Contents:
    """What a TNEF stream holds; bodies are bytes in the code page, or UTF-16 when `unicode` says so."""

    body: bytes = b""
    body_unicode: bool = False
    html: bytes = b""
    rtf: bytes = b""
    codepage: int = 0
    files: list[File] = field(default_factory=list)


def read(data: bytes, depth: int = 1) -> Contents | None:
    """Everything readable in a TNEF stream; None when the bytes are none. A broken stream gives what came before."""
    if not data.startswith(SIGNATURE):
        return None
    contents = Contents()
    for level, name, value in _attributes(data):
        if level == 2:
            _file_attribute(contents, name, value, depth)
        elif name == _ATT_BODY:
            contents.body = value.rstrip(b"\x00")
        elif name == _ATT_CODEPAGE and len(value) >= 4:
            contents.codepage = _UINT.unpack_from(value)[0]
        elif name == _ATT_MAPI:
            _body_properties(contents, value)
    return contents


def _attributes(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    position = 6
    while position + _HEAD.size <= len(data):
        level, name, _, length = _HEAD.unpack_from(data, position)
        position += _HEAD.size
        if length > len(data) - position:
            return
        yield level, name, data[position : position + length]
        position += length + 2  # a checksum that nobody keeps


def _file_attribute(contents: Contents, name: int, value: bytes, depth: int) -> None:
    if name == _ATT_REND or not contents.files:
        contents.files.append(File())
    file = contents.files[-1]
    if name == _ATT_TITLE and not file.name:
        file.name = value.rstrip(b"\x00")
    elif name == _ATT_DATA:
        file.data = value
    elif name == _ATT_ATTACHMENT:
        _file_properties(contents, file, value, depth)


def _file_properties(contents: Contents, file: File, value: bytes, depth: int) -> None:
    for identifier, kind, data in _properties(value):
        if identifier == _LONG_NAME or (identifier in (_FILE_NAME, _DISPLAY_NAME) and not file.name):
            file.name, file.unicode = data.rstrip(b"\x00") if kind != _UNICODE else data, kind == _UNICODE
        elif identifier == _MIME_TYPE:
            file.mime_type = _ascii(data, kind)
        elif identifier == _CONTENT_ID:
            file.content_id = _ascii(data, kind)
        elif identifier == _FILE_DATA and data.startswith(_EMBEDDED) and kind == _OBJECT:
            inner = read(data[16:], depth + 1) if depth < MAX_DEPTH else None
            file.data = data[16:]
            contents.files.extend(inner.files if inner else ())
        elif identifier == _FILE_DATA:
            file.data = data[16:] if kind == _OBJECT else data


def _body_properties(contents: Contents, value: bytes) -> None:
    for identifier, kind, data in _properties(value):
        if identifier == _BODY:
            contents.body, contents.body_unicode = data, kind == _UNICODE
        elif identifier == _HTML:
            contents.html = data.decode("utf-16-le", "replace").encode() if kind == _UNICODE else data
        elif identifier == _RTF:
            contents.rtf = data
        elif identifier == _CODEPAGE and len(data) >= 4:
            contents.codepage = _UINT.unpack_from(data)[0]


def _properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """The MAPI properties of an attribute: identifier, type, and the first value's bytes."""
    try:
        count, position = _UINT.unpack_from(data)[0], 4
        for _ in range(min(count, 5000)):
            kind, identifier = _PROPERTY.unpack_from(data, position)
            position = _named(data, position + 4) if identifier >= 0x8000 else position + 4
            value, position = _values(data, position, kind)
            yield identifier, kind & 0x0FFF, value
    except struct.error:
        return


def _named(data: bytes, position: int) -> int:
    """A named property carries a GUID and a number or a name."""
    (kind,) = _UINT.unpack_from(data, position + 16)
    position += 20
    if kind == 0:
        return position + 4
    (length,) = _UINT.unpack_from(data, position)
    return position + 4 + _padded(length)


def _values(data: bytes, position: int, kind: int) -> tuple[bytes, int]:
    size = _FIXED.get(kind & 0x0FFF)
    many = kind & 0x1000 or size is None
    count = _UINT.unpack_from(data, position)[0] if many else 1
    position += 4 if many else 0
    first = b""
    for index in range(min(count, 5000)):
        if size is None:
            (length,) = _UINT.unpack_from(data, position)
            position += 4
        else:
            length = size
        if length > len(data) - position:
            raise struct.error("value beyond the end")
        if index == 0:
            first = data[position : position + length]
        position += _padded(length)
    return first, position


def _padded(length: int) -> int:
    return length + (-length % 4)


def _ascii(data: bytes, kind: int) -> str:
    return data.decode("utf-16-le" if kind == _UNICODE else "latin-1", "replace").strip("\x00 <>")
