"""Rich text as Outlook puts it into winmail.dat: unpacked (MS-OXRTFCP) and read as plain text."""

import re
import struct

from gateway.domain.parsing.charsets import decode

MAX_SIZE = 4_000_000

_PRELOADED = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans "
    rb"SerifSymbol"
    rb"ArialTimes New RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n" + rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_HEADER = struct.Struct("<II4sI")
_TOKEN = re.compile(rb"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)")
_SKIPPED = frozenset(
    b"fonttbl colortbl stylesheet info pict object header footer htmltag mhtmltag generator listtable".split()
)
_BREAKS = {
    b"par": "\n",
    b"line": "\n",
    b"tab": "\t",
    b"cell": "\t",
    b"row": "\n",
    b"emdash": "—",
    b"endash": "–",
    b"lquote": "‘",
    b"rquote": "’",
    b"ldblquote": "“",
    b"rdblquote": "”",
    b"bullet": "•",
}


def unpack(data: bytes) -> bytes:
    """The RTF behind PidTagRtfCompressed; empty when it is none."""
    if len(data) < _HEADER.size:
        return b""
    _, raw_size, kind, _ = _HEADER.unpack_from(data)
    if kind == b"MELA":
        return data[_HEADER.size : _HEADER.size + raw_size]
    if kind != b"LZFu":
        return b""
    return _inflate(data, min(raw_size, MAX_SIZE))


def _inflate(data: bytes, size: int) -> bytes:
    window = bytearray(_PRELOADED.ljust(4096, b"\x00"))
    write, out, position = len(_PRELOADED), bytearray(), _HEADER.size
    while position < len(data) and len(out) < size:
        control = data[position]
        position += 1
        for bit in range(8):
            if position >= len(data) or len(out) >= size:
                break
            if not control >> bit & 1:
                piece = data[position : position + 1]
                position += 1
            else:
                reference = int.from_bytes(data[position : position + 2], "big")
                position += 2
                offset, length = reference >> 4, (reference & 15) + 2
                if offset == write:
                    return bytes(out)
                piece = _copied(window, offset, write, length)
            for byte in piece:
                window[write] = byte
                write = (write + 1) % 4096
            out += piece
    return bytes(out)


def _copied(window: bytearray, offset: int, write: int, length: int) -> bytes:
    """A reference may run into the bytes that it writes itself."""
    run = (write - offset) % 4096 or 4096
    return bytes(window[(offset + index % run) % 4096] for index in range(length))


def text(data: bytes, codepage: str) -> str:
    """The readable text of an RTF document; with HTML inside (MS-OXRTFEX) what it shows, without its tags."""
    reader = _Reader(codepage)
    for word, number, escape, symbol, brace, run in _TOKEN.findall(data[:MAX_SIZE]):
        if brace:
            reader.group(brace)
        elif symbol == b"*":
            reader.skipping = True
        elif not reader.skipping:
            reader.token(word, number, escape, symbol or run)
    return reader.text()


class _Reader:
    """The text read so far; groups that hold no text are skipped to their end."""

    def __init__(self, codepage: str) -> None:
        self.skipping = False
        self._codepage = codepage
        self._out: list[str] = []
        self._pending = bytearray()
        self._stack: list[bool] = []
        self._fallback = False

    def group(self, brace: bytes) -> None:
        """Open or close a group."""
        if brace == b"{":
            self._stack.append(self.skipping)
        else:
            self.skipping = self._stack.pop() if self._stack else False

    def token(self, word: bytes, number: bytes, escape: bytes, plain: bytes) -> None:
        """Take a control word, an escaped byte or a run of plain text."""
        if word in _SKIPPED:
            self.skipping = True
        elif word == b"u" and number:
            self._write(chr(int(number) & 0xFFFF))
            self._fallback = True  # one character follows for readers without Unicode
        elif word in _BREAKS:
            self._write(_BREAKS[word])
        elif escape:
            self._pending += b"" if self._fallback else bytes.fromhex(escape.decode("ascii"))
            self._fallback = False
        elif plain:
            self._pending += plain[1:] if self._fallback else b" " if plain == b"~" else plain
            self._fallback = False

    def text(self) -> str:
        """Everything read; surrogates that were written as two characters are joined."""
        self._write("")
        joined = "".join(self._out).encode("utf-16-le", "surrogatepass")
        return joined.decode("utf-16-le", "replace").strip("\x00")

    def _write(self, characters: str) -> None:
        if self._pending:
            self._out.append(decode(bytes(self._pending), self._codepage).text)
            self._pending.clear()
        self._out.append(characters)
