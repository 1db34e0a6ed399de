"""One client's connection: its bytes in and out, its patience, its end; what the commands mean is left to `server`."""

import asyncio
import math
from typing import AnyStr, cast

import aiosmtpd.smtp

from gateway import maillog
from gateway.domain.values import Peer
from smtp.data import DataReader, Fault
from smtp.reception import Reception
from smtp.replies import FAULTS, SmtpReply


class Connection(aiosmtpd.smtp.SMTP):
    """aiosmtpd's protocol on a buffer of its own instead of a StreamReader.

    Life cycle: turned away at the door, or a session task until `_leave` or the client's end. A client that goes away
    never cancels the session, it only wakes it: a commit that has begun runs to its end.
    """

    def __init__(self, reception: Reception, loop: asyncio.AbstractEventLoop) -> None:
        # Not aiosmtpd's __init__, which looks through all methods of itself and of the handler: a fifth of the time
        # of a short session. Whatever it would set is set here or not used: no command of aiosmtpd's own is left.
        self.loop = loop
        self.reception = reception
        self.options = reception.options
        self.hostname = reception.options.hostname
        self.data_size_limit: int = reception.options.limits.message_bytes
        self.event_handler = reception.handler
        self.peer = Peer()
        self.session: aiosmtpd.smtp.Session = self._create_session()
        self.envelope: aiosmtpd.smtp.Envelope = self._create_envelope()
        self.transport: asyncio.Transport | None = None
        self._handler_coroutine: asyncio.Task[None] | None = None
        self._buffer = bytearray()
        self._out: list[bytes] = []
        self._body: DataReader | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._since: float | None = None
        self._most_idle = math.inf
        self._over = self._eof = self._leaving = self._stopping = self._held_back = self._full = False

    # What the transport tells us

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Turn the client away, or begin its session."""
        # uvloop's transports are no asyncio.Transport by name, only by what they can do.
        self.transport = cast(asyncio.Transport, transport)
        self.session.peer = transport.get_extra_info("peername")
        self.peer = self.reception.peer_of(self.session.peer)
        if reply := self.reception.enter(self, self.peer, self.loop.time()):
            self.transport.write(reply + b"\r\n")
            self.transport.close()
            return
        self._handler_coroutine = self.loop.create_task(self._handle_client())

    def data_received(self, data: bytes) -> None:
        """Keep the bytes and wake the session; a client that runs far ahead of it is held back."""
        if self._body is not None:
            self._read_body(self._body, data)
        elif not self._leaving:
            self._buffer += data
            self._wake()
            if len(self._buffer) > self.options.limits.line_bytes and not self._held_back and (wire := self._wire):
                self._held_back = True
                wire.pause_reading()

    def eof_received(self) -> bool:
        """The client says no more, but may still listen for what it is owed; TLS knows no such half."""
        self._eof = True
        self._wake()
        return not (self._leaving or self.peer.tls)

    def pause_writing(self) -> None:
        """The client does not listen: no command is read before it does, or its replies would fill our memory."""
        self._full = True

    def resume_writing(self) -> None:
        """It listens again."""
        self._full = False
        self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        """The client is gone."""
        if self.transport is None:
            return
        self.transport = None
        self._full = False
        self._wake()
        self._check_out()

    @property
    def _wire(self) -> asyncio.Transport | None:
        """The transport while it works: between a reset and connection_lost, uvloop's raises at every call."""
        wire = self.transport
        return None if wire is None or wire.is_closing() else wire

    # The session's task

    async def _handle_client(self) -> None:
        try:
            if await self._welcome():
                await self._converse()
        except OSError:
            pass  # the client went away in the middle of a sentence
        except Exception as error:
            maillog.event("smtp.error", ip=self.peer.ip, error=type(error).__name__)
            self._leave(SmtpReply.BROKEN_OFF)
        finally:
            self._over = True
            if self.transport is not None and not self._leaving:
                self.transport.close()
            self._check_out()

    async def _welcome(self) -> bool:
        """Whether the conversation may begin."""
        raise NotImplementedError

    async def _obey(self, line: bytes) -> None:
        """Answer one command; `line` ends with what stood before its LF."""
        raise NotImplementedError

    async def _converse(self) -> None:
        while not self._leaving and self.transport is not None:
            if self._stopping:
                self._leave(SmtpReply.SHUTTING_DOWN, at_once=True)
            elif (line := self._next_line()) is not None:
                await self._obey(line)
            elif not await self._wait():
                return

    def _next_line(self) -> bytes | None:
        end = self._buffer.find(b"\n")
        if end < 0:
            if len(self._buffer) > self.options.limits.line_bytes:
                self._leave(SmtpReply.LINE_WITHOUT_END)
            return None
        self._since = None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        if self._held_back and len(self._buffer) <= self.options.limits.line_bytes:
            self._listen_again()
        return line

    def _listen_again(self) -> None:
        self._held_back = False
        if wire := self._wire:
            wire.resume_reading()

    async def _wait(self) -> bool:
        """Send what is owed and wait for more; false when nothing more will come."""
        if self._leaving or self.transport is None:
            return False
        if self._since is None:
            # The client's time runs from the first wait for a command to its line end: single bytes win it nothing.
            self._since = self.loop.time()
        self._flush()
        if self._eof and not self._full:
            return False
        await self._sleep()
        while self._full:
            await self._sleep()
        return True

    async def _sleep(self) -> None:
        self._waiter = self.loop.create_future()
        await self._waiter

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def _check_out(self) -> None:
        """Both the session and the socket have to be over."""
        if self._over and self.transport is None:
            self.reception.leave(self, self.peer)

    # The text after DATA

    async def _receive(self, body: DataReader) -> bool:
        """Let `body` read to its end or to a fault that ends the session; false when the client went away."""
        early = bytes(self._buffer)
        self._buffer.clear()
        self._body, self._since = body, None
        if early:
            self._read_body(body, early)
        if self._held_back:
            self._listen_again()
        while self._body is not None:
            if not await self._wait():
                self._body = None
                return False
        return not self._leaving

    def _read_body(self, body: DataReader, data: bytes) -> None:
        """Straight from the socket into the reader: the session sleeps until all of it is there."""
        limits = self.options.limits
        if not body.received or body.fault:
            self._since = self.loop.time()
        rest = body.feed(data)
        if rest is not None:
            self._body = self._since = None
            self._buffer += rest
            self._wake()
        elif body.fault is Fault.LINE_WITHOUT_END or (
            body.fault is Fault.TOO_LARGE and body.received > 2 * limits.message_bytes + limits.line_bytes
        ):
            self._leave(FAULTS[body.fault])

    # Replies, and the end

    def _answer(self, reply: bytes) -> None:
        """Owe the client a reply; it is sent together with what else is owed once there is nothing left to read."""
        self._out.append(reply)

    async def push(self, status: AnyStr) -> None:
        """aiosmtpd's way to answer."""
        self._answer(status.encode() if isinstance(status, str) else status)

    def _flush(self) -> None:
        if self._out and (wire := self._wire):
            self._out.append(b"")
            wire.write(b"\r\n".join(self._out))
            self._out.clear()

    def _leave(self, reply: bytes, *, at_once: bool = False) -> None:
        """Say why and stop listening.

        What still arrives is thrown away for a while, or a reset could overtake the reply to a client that is amid
        sending. `at_once` for one that was silent: nothing is under way, and others wait for its place.
        """
        if self._leaving:
            return
        self._leaving = True
        if not (wire := self._wire):
            return
        self._answer(reply)
        self._flush()
        self._body = None
        self._buffer.clear()
        self._since = self.loop.time()
        if self._held_back:
            self._listen_again()
        if wire.can_write_eof() and not (self._eof or at_once):
            wire.write_eof()
        else:
            wire.close()
        self._wake()

    def stop(self) -> None:
        """The service ends: at once for who is silent, after its reply for who is sending a mail."""
        self._stopping = True
        if self._waiter is not None and self._body is None:
            self._leave(SmtpReply.SHUTTING_DOWN, at_once=True)

    def abort(self) -> None:
        """End the socket without a word."""
        if self.transport is not None:
            self.transport.abort()

    def check_patience(self, now: float, idle: float) -> None:
        """Called about once a second by the listener: cut the client that keeps us waiting too long.

        One sweep over all costs less than a timer that each command would have to move.
        """
        if self._since is None:
            return
        waited = now - self._since
        if self._leaving:
            if waited > self.options.limits.last_words:
                self.abort()
        elif self._body is not None:
            self._check_body(self._body, waited)
        elif waited > min(idle, self._most_idle):
            self._cut()

    def _check_body(self, body: DataReader, waited: float) -> None:
        limits = self.options.limits
        if body.fault:
            if waited > limits.last_words:
                self._leave(FAULTS[body.fault])
        elif not body.received:
            if waited > limits.data_first_byte:
                self._cut()
        elif waited > limits.data_total or body.received < limits.data_bytes_per_second * (
            waited - limits.data_rate_after
        ):
            self._cut()

    def _cut(self) -> None:
        maillog.event("smtp.refused", ip=self.peer.ip, why="timed_out")
        self._leave(SmtpReply.TIMED_OUT, at_once=True)
