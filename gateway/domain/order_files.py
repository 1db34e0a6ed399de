"""Reads a long file in pieces: its encoding, JSON values, CSV records. What they mean is left to others."""

import codecs
import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, TextIO

from gateway.errors import Invalid

PIECE = 1 << 16
MOST_CHARS = 1 << 23
"""So much of the text is held at most, for one JSON value or one line of CSV: many times the largest order."""
_NEARLY_WHOLE = 16
"""JSON that is cut off in a number, a word or an escape ends, or is refused, fewer characters before the cut."""


@dataclass(frozen=True, slots=True)
class Broken:
    """What could not be read, and why in a few words."""

    why: str


def count_lines(file: IO[bytes]) -> int:
    """How many lines a file has, whatever its encoding; the file may be read again afterwards."""
    lines = sum(piece.count(b"\n") for piece in _pieces(file))
    file.seek(0)
    return lines + 1


def open_text(file: IO[bytes]) -> TextIO:
    """The file as text, line ends as they are. Raises Invalid for one in no known encoding.

    The whole file is looked at once, for what is wrong may stand in its last line.
    """
    encoding = _encoding(file)
    file.seek(0)
    return io.TextIOWrapper(file, encoding, newline="")


def _encoding(file: IO[bytes]) -> str:
    """UTF-8, or what spreadsheets save: UTF-16 as "Unicode text", GB18030 as CSV in China."""
    file.seek(0)
    if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        if _decodes(file, "utf-16"):
            return "utf-16"
        raise Invalid("the file breaks off in the middle of a character")
    for encoding in ("utf-8-sig", "gb18030"):
        if _decodes(file, encoding):
            return encoding
    raise Invalid("the file is neither UTF-8 nor GB18030")


def _decodes(file: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for piece in _pieces(file):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    return iter(lambda: file.read(PIECE), b"")


def json_values(text: TextIO) -> Iterator[tuple[int, Any]]:
    """Each element of the outermost array (or each value of JSON Lines) with the line that it begins on.

    Where the text is no JSON any more a last Broken follows, with the line of the fault.
    """
    window = _Window(text)
    window.skip("[")
    while window.sign() not in ("", "]"):
        line = window.line
        try:
            value = window.value()
        except json.JSONDecodeError as error:
            yield window.line_at(error.pos), Broken(f"not JSON ({error.msg}); what follows was not read")
            return
        except (ValueError, RecursionError):
            yield line, Broken("not JSON (a number or a nesting without end); what follows was not read")
            return
        yield line, value
        window.skip(",")


class _Window:
    """A long text of which only the part around one place is held; `line` is the line of that place, from 1."""

    def __init__(self, text: TextIO) -> None:
        self._text, self._held, self._at, self.line = text, "", 0, 1
        self._decoder = json.JSONDecoder()

    def sign(self) -> str:
        """The character at the place; empty at the end."""
        if self._at == len(self._held):
            self._more()
        return self._held[self._at : self._at + 1]

    def skip(self, also: str) -> None:
        """Past white space and at most one character of `also`."""
        seen = ""
        while (sign := self.sign()) and (sign.isspace() or (sign == also and not seen)):
            seen += sign.strip()
            self._go(self._at + 1)

    def value(self) -> Any:
        """The JSON value at the place, and past it. Raises ValueError and RecursionError for what is none."""
        while True:
            try:
                value, end = self._decoder.raw_decode(self._held, self._at)
            except json.JSONDecodeError as error:
                # A string without end is told by where it begins.
                unended = error.msg.startswith("Unterminated string")
                if not self._more_from(len(self._held) if unended else error.pos):
                    raise
                continue
            # 12 may be the beginning of 123, and of 12.5e+3.
            if not self._more_from(end):
                self._go(end)
                return value

    def line_at(self, position: int) -> int:
        """The line of a position that an error told."""
        return self.line + self._held.count("\n", self._at, position)

    def _more_from(self, position: int) -> bool:
        """Read on if what was found at a position may be another thing then; whether there was more."""
        near = position > len(self._held) - _NEARLY_WHOLE
        return near and len(self._held) - self._at < MOST_CHARS and self._more()

    def _go(self, to: int) -> None:
        self.line, self._at = self.line_at(to), to

    def _more(self) -> bool:
        """As much again as is held, so that a long value is not begun over and over; False at the end."""
        piece = self._text.read(max(PIECE, len(self._held) - self._at))
        if piece:
            self._held, self._at = self._held[self._at :] + piece, 0
        return bool(piece)


def csv_records(text: TextIO) -> Iterator[tuple[int, list[str] | Broken]]:
    """Line number and cells of each record, or what is wrong with it."""
    delimiter = _delimiter(text.readline(MOST_CHARS))
    text.seek(0)
    reader = csv.reader(_lines(text), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, Broken(str(error))


def _lines(text: TextIO) -> Iterator[str]:
    while line := text.readline(MOST_CHARS):
        if len(line) == MOST_CHARS and not line.endswith(("\r", "\n")):
            raise csv.Error(f"a line of more than {MOST_CHARS} characters; what follows was not read")
        yield line


def _delimiter(heads: str) -> str:
    """What separates the heads: a comma, or what spreadsheets write where the comma is the decimal point."""
    return max(",;\t", key=heads.count)
