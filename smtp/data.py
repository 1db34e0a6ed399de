"""Reads the text after DATA out of chunks cut anywhere: its end, its dots, its faults; keeps it. No replies.

A text up to 1 MiB is kept in memory, a longer one in a file without a name, which no crash can leave behind. It is
written as it comes: that goes to the page cache and waits for no disk.
"""

import tempfile
from enum import Enum, auto
from io import BytesIO
from pathlib import Path
from typing import IO

from gateway.domain.prescan import has_bare_newline

MEMORY_BYTES = 1024 * 1024
_END = b"\r\n.\r\n"
_DOT_LINE = b"\r\n."
_CUT_ENDS = (b"\r\n.\r", b"\r\n.", b"\r\n", b"\r")


class Fault(Enum):
    """Why a text can't be taken."""

    TOO_LARGE = auto()
    LINE_WITHOUT_END = auto()
    BARE_CONTROL = auto()
    NO_ROOM = auto()


class DataReader:
    """One text: `feed` it until it returns what came after the end, then `fault` or `take` tell what it was.

    Only CRLF.CRLF ends it (RFC 5321 section 4.1.1.4): every other ending is what mails are smuggled with. A CR or
    LF outside of CRLF and NUL are faults (section 2.3.8): readers and signature verifiers disagree on them.
    """

    __slots__ = (
        "_body",
        "_first",
        "_folder",
        "_held",
        "_limit",
        "_line_limit",
        "_open_line",
        "fault",
        "received",
        "size",
        "spooled",
    )

    def __init__(self, limit: int, line_limit: int, folder: Path | None = None) -> None:
        """`limit` bytes of text without the transparency dots, `line_limit` bytes of a line without its CRLF.

        Long texts lie in `folder`, else where the system keeps such files. To be closed.
        """
        self._limit, self._line_limit, self._folder = limit, line_limit, folder
        # BytesIO hands out what it has grown without a copy; a bytearray or a list of chunks would need one.
        self._body: IO[bytes] = BytesIO()
        self.spooled = False
        # The line end of the DATA command makes the first line like every other, for its end and for its dot.
        self._held = b"\r\n"
        self._first = True
        self._open_line = 0
        self.size = 0
        self.received = 0
        self.fault: Fault | None = None

    def feed(self, chunk: bytes) -> bytes | None:
        """None: the end is yet to come. Bytes: it came, and these follow it."""
        self.received += len(chunk)
        data = self._held + chunk
        dot = data.find(_DOT_LINE)
        end = data.find(_END, dot) if dot >= 0 else -1
        if end >= 0:
            self._add(data[: end + 2], dotted=dot < end)
            self._held = b""
            return data[end + len(_END) :]
        whole = len(data) - next((len(cut) for cut in _CUT_ENDS if data.endswith(cut)), 0)
        self._held = data[whole:]
        self._add(data[:whole], dotted=dot >= 0)
        return None

    def take(self) -> bytes:
        """The text with CRLF line ends and without transparency dots. Only once, and only without a fault.

        Reads a file when `spooled`: blocks, and raises OSError.
        """
        body, self._body = self._body, BytesIO()
        with body:
            if isinstance(body, BytesIO):
                return body.getvalue()
            body.seek(0)
            return body.read()

    def close(self) -> None:
        """Forget what was not taken."""
        self._body.close()

    def _add(self, text: bytes, *, dotted: bool) -> None:
        if self.fault or not text:
            return None
        if has_bare_newline(text):
            return self._refuse(Fault.BARE_CONTROL)
        if self._line_without_end(text):
            return self._refuse(Fault.LINE_WITHOUT_END)
        if dotted:
            text = text.replace(_DOT_LINE, b"\r\n")
        if self._first:
            self._first, text = False, text[2:]
        self.size += len(text)
        if self.size > self._limit:
            return self._refuse(Fault.TOO_LARGE)
        return self._keep(text)

    def _keep(self, text: bytes) -> None:
        try:
            if self.size > MEMORY_BYTES and isinstance(self._body, BytesIO):
                with self._body as memory:
                    self._body = tempfile.TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115
                    self.spooled = True
                    _write(self._body, memory.getvalue())
            _write(self._body, text)
        except OSError:
            self._refuse(Fault.NO_ROOM)

    def _refuse(self, fault: Fault) -> None:
        self._body.close()
        self.fault, self._body = fault, BytesIO()

    def _line_without_end(self, text: bytes) -> bool:
        """Strides from the last line end in reach to the next, so ordinary lines are never looked at singly."""
        start = -self._open_line
        while len(text) - start > self._line_limit:
            end = text.rfind(b"\r\n", max(start, 0), start + self._line_limit + 2)
            if end < 0:
                return True
            start = end + 2
        last = text.rfind(b"\r\n")
        self._open_line = len(text) - last - 2 if last >= 0 else self._open_line + len(text)
        return False


def _write(file: IO[bytes], text: bytes) -> None:
    """All of it: a file without a buffer may take less (a disk that gets full)."""
    rest = memoryview(text)
    while rest:
        rest = rest[file.write(rest) :]
