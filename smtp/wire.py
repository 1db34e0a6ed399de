"""The wire of an open SMTP session: writes commands, several at once where that is allowed, and reads the replies.

It takes the transport over from whoever opened it. What a reply means for a mail is the session's part.
"""

import asyncio
from collections import deque

from aiosmtplib import SMTPResponse, SMTPResponseException
from aiosmtplib.errors import SMTPReadTimeoutError, SMTPServerDisconnected

LONGEST_REPLY = 65_536
_MALFORMED = -1


class Wire(asyncio.Protocol):
    """Life cycle: `send` announces how many replies it is for, `reply` waits for each in turn; `close` ends it."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._unread = bytearray()
        self._lines: list[bytes] = []
        self._replies: deque[SMTPResponse] = deque()
        self._expected = 0
        self._failure: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._deadline = 0.0
        self._alarm: asyncio.TimerHandle | None = None
        transport.set_protocol(self)

    @property
    def open(self) -> bool:
        """False once anything went wrong, or the other side has gone or spoken without being asked."""
        return self._failure is None and not self._transport.is_closing()

    def send(self, data: bytes, replies: int = 1) -> None:
        """Write whole lines. Raises SMTPServerDisconnected when nobody can read them."""
        if not self.open:
            raise self._failure or SMTPServerDisconnected("Connection lost")
        self._expected += replies
        self._transport.write(data)

    async def reply(self, seconds: float) -> SMTPResponse:
        """The next reply. Raises SMTPException when it does not come in time, makes no sense, or can't come."""
        if not self._replies:
            await self._arrival(seconds)
        self._expected -= 1
        return self._replies.popleft()

    async def _arrival(self, seconds: float) -> None:
        if self._failure:
            raise self._failure
        loop = asyncio.get_running_loop()
        self._waiter = loop.create_future()
        self._expect_until(loop, loop.time() + seconds)
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _expect_until(self, loop: asyncio.AbstractEventLoop, deadline: float) -> None:
        """An alarm that goes off too early is set again: a timer for each reply cost more than the reply."""
        self._deadline = deadline
        if self._alarm is None or self._alarm.when() > deadline:
            if self._alarm is not None:
                self._alarm.cancel()
            self._alarm = loop.call_at(deadline, self._ring, loop)

    def _ring(self, loop: asyncio.AbstractEventLoop) -> None:
        self._alarm = None
        if self._waiter is None or self._waiter.done():
            return
        if loop.time() < self._deadline:
            self._expect_until(loop, self._deadline)
        else:
            self._waiter.set_exception(SMTPReadTimeoutError("Timed out waiting for server response"))

    def close(self) -> None:
        """Without a word."""
        self._fail(SMTPServerDisconnected("Connection closed"))
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Called by the transport."""
        self._unread += data
        *lines, rest = self._unread.split(b"\n")
        self._unread = rest
        for line in lines:
            self._take(bytes(line).rstrip(b"\r"))
        if len(self._unread) + sum(map(len, self._lines)) > LONGEST_REPLY:
            self._fail(SMTPResponseException(_MALFORMED, "Response too long"))
        if self._replies and self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

    def _take(self, line: bytes) -> None:
        """RFC 5321 section 4.2.1: a reply goes on as long as a hyphen follows the code."""
        if len(self._replies) >= self._expected:
            # Nobody asked: a server that says goodbye to an idle client. What comes after can't be trusted to fit.
            self._fail(SMTPServerDisconnected("Connection lost"))
        elif not line[:3].isdigit() or line[3:4] not in (b" ", b"-", b""):
            words = line.decode("utf-8", "replace")
            self._fail(SMTPResponseException(_MALFORMED, f"Malformed SMTP response line: {words}"))
        else:
            self._lines.append(line[4:].strip())
            if line[3:4] != b"-":
                text = b"\n".join(self._lines).decode("utf-8", "surrogateescape")
                self._lines = []
                self._replies.append(SMTPResponse(int(line[:3]), text))

    def eof_received(self) -> None:
        """Called by the transport, which then closes."""
        self._fail(SMTPServerDisconnected("Unexpected EOF received"))

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the transport."""
        lost = SMTPServerDisconnected("Connection lost")
        lost.__cause__ = exc
        self._fail(lost)

    def _fail(self, error: Exception) -> None:
        """The first failure says best what happened; replies that came before it still count."""
        self._failure = self._failure or error
        if self._waiter and not self._waiter.done() and not self._replies:
            self._waiter.set_exception(self._failure)
