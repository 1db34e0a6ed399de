"""Reads the text after DATA out of chunks cut anywhere: its end, its dots, its faults. No I/O, no replies."""

from enum import Enum, auto
from io import BytesIO

from gateway.domain.prescan import has_bare_newline

_END = b"\r\n.\r\n"
_DOT_LINE = b"\r\n."
_CUT_ENDS = (b"\r\n.\r", b"\r\n.", b"\r\n", b"\r")


class Fault(Enum):
    """Why a text can't be taken."""

    TOO_LARGE = auto()
    LINE_WITHOUT_END = auto()
    BARE_CONTROL = auto()


class DataReader:
    """One text: `feed` it until it returns what came after the end, then `fault` or `take` tell what it was.

    Only CRLF.CRLF ends it (RFC 5321 section 4.1.1.4): every other ending is what mails are smuggled with. A CR or
    LF outside of CRLF and NUL are faults (section 2.3.8): readers and signature verifiers disagree on them.
    """

    __slots__ = ("_body", "_first", "_held", "_limit", "_line_limit", "_open_line", "fault", "received", "size")

    def __init__(self, limit: int, line_limit: int) -> None:
        """`limit` bytes of text without the transparency dots, `line_limit` bytes of a line without its CRLF."""
        self._limit, self._line_limit = limit, line_limit
        # BytesIO hands out what it has grown without a copy; a bytearray or a list of chunks would need one.
        self._body = BytesIO()
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
        """The text with CRLF line ends and without transparency dots. Only once, and only without a fault."""
        text, self._body = self._body.getvalue(), BytesIO()
        return text

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
        self._body.write(text)
        return None

    def _refuse(self, fault: Fault) -> None:
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
