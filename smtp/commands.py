"""How a session begins, and the commands that are about the session: none of them carries a mail."""

import asyncio
import math
import re
import ssl
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Any, ClassVar

from gateway.domain.values import Peer
from smtp.connection import Connection
from smtp.handler import failure
from smtp.proxy import NotProxy, read_header
from smtp.replies import SmtpReply

_Command = Callable[[Any, str], Awaitable[None]]

# Browsers, and programs that were made to talk to us (cross-protocol scripting), as Postfix's forbidden commands.
_FOREIGN = re.compile(rb"(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT|TRACE|PRI)\Z|.*:\Z|[^A-Za-z]", re.IGNORECASE)
_TLS_RECORD = b"\x16\x03"
_NAME = re.compile(r"[!-~\u0080-\U0010ffff]{1,255}")


class SessionCommands(Connection):
    """The greeting, PROXY, HELO, EHLO, STARTTLS, RSET, NOOP, QUIT and what is only answered politely."""

    commands: ClassVar[dict[bytes, _Command]] = {}
    """Verb to method, looked up once a class."""

    greeting: ClassVar[bytes] = SmtpReply.GREETING
    takes_proxy_header: ClassVar[bool] = True

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.commands = {name[5:].encode(): getattr(cls, name) for name in dir(cls) if name.startswith("smtp_")}

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._errors = self._idle_commands = 0

    # The beginning

    async def _welcome(self) -> bool:
        if self.takes_proxy_header and self.options.proxy_protocol and self.peer.upstream:
            if not await self._read_proxy_header():
                return False
        else:
            await self._pause()
        if self._leaving or self.transport is None:
            return False
        if self._buffer:
            # Whoever speaks before the greeting (RFC 5321 section 4.3.1) is no mail program.
            self._leave(SmtpReply.OUT_OF_STEP)
            return False
        self._answer(self.greeting % self.hostname.encode())
        return True

    async def _read_proxy_header(self) -> bool:
        """Only upstreams are asked for one and believed; no greeting before it, so nobody has to guess."""
        self._most_idle = self.options.limits.proxy_header
        while True:
            try:
                header = read_header(bytes(self._buffer))
            except NotProxy:
                self._leave(SmtpReply.PROXY_EXPECTED)
                return False
            if header:
                del self._buffer[: header.length]
                self._since, self._most_idle = None, math.inf
                return not header.ip or self._move_to(header.ip)
            if not await self._wait():
                return False

    def _move_to(self, ip: str) -> bool:
        """From the proxy's address to its client's, if there is room at that."""
        peer = self.reception.peer_at(ip)
        if reply := self.reception.admit(peer, self.loop.time()):
            self._leave(reply)
            return False
        self.peer = peer
        return True

    async def _pause(self) -> None:
        """Listen before speaking; for an upstream one pass of the loop, enough to see who did not wait at all."""
        if self.peer.upstream:
            await asyncio.sleep(0)
        elif not self._buffer:
            timer = self.loop.call_later(self.options.limits.greeting_pause, self._wake)
            await self._sleep()
            timer.cancel()

    # One line

    async def _obey(self, line: bytes) -> None:
        reply = self._reason_against(line)
        if reply:
            return self._wrong(reply)
        verb, _, rest = line[:-1].partition(b" ")
        method = self.commands.get(verb.upper())
        if method is None:
            return self._unknown(verb)
        try:
            argument = rest.strip(b" ").decode()
        except UnicodeDecodeError:
            return self._wrong(SmtpReply.NOT_UTF8)
        try:
            await method(self, argument)
        except OSError:
            raise
        except Exception as error:
            self._answer(failure(error))

    def _reason_against(self, line: bytes) -> SmtpReply | None:
        if len(line) > self.options.limits.command_bytes:
            return SmtpReply.COMMAND_TOO_LONG
        if line.find(b"\r") != len(line) - 1 or b"\0" in line:
            return SmtpReply.LINE_END
        return None

    def _part(self) -> None:
        """Goodbye in peace."""
        self._answer(SmtpReply.BYE)
        self._flush()
        self._leaving = True
        if wire := self._wire:
            wire.close()

    def _unknown(self, verb: bytes) -> None:
        if _FOREIGN.match(verb):
            self._leave(SmtpReply.NOT_SMTP)
        else:
            self._wrong(SmtpReply.UNKNOWN_COMMAND)

    def _wrong(self, reply: bytes) -> None:
        """Answer a mistake; too many of them end the session."""
        self._errors += 1
        if self._errors > self.options.limits.errors:
            self._leave(SmtpReply.TOO_MANY_ERRORS)
        else:
            self._answer(reply)

    def _idle(self, reply: bytes) -> None:
        """Answer what brings no mail nearer; too much of it counts as mistakes."""
        self._idle_commands += 1
        if self._idle_commands > self.options.limits.idle_commands:
            self._wrong(reply)
        else:
            self._answer(reply)

    # The commands

    async def smtp_HELO(self, hostname: str) -> None:
        """RFC 5321 section 4.1.1.1."""
        self._hello(hostname, b"250 " + self.hostname.encode(), extended=False)

    async def smtp_EHLO(self, hostname: str) -> None:
        """RFC 5321 section 4.1.1.1; the last of its group (RFC 2920 section 3.1): the rest depends on the answer."""
        starttls = self.options.tls is not None and not self.peer.tls
        self._hello(hostname, _extensions(self.hostname, self.data_size_limit, starttls), extended=True)

    def _hello(self, hostname: str, reply: bytes, *, extended: bool) -> None:
        name = hostname.partition(" ")[0]
        if not _NAME.fullmatch(name):
            self._wrong(SmtpReply.HELLO_SYNTAX)
        elif extended and self._buffer:
            self._leave(SmtpReply.OUT_OF_STEP)
        else:
            self.envelope = self._create_envelope()
            self.session.extended_smtp = extended
            self.session.host_name = name
            self.peer = Peer(self.peer.ip, name, self.peer.tls, self.peer.upstream)
            self._idle(reply)

    async def smtp_STARTTLS(self, arg: str) -> None:
        """RFC 3207."""
        if arg:
            return self._wrong(SmtpReply.SYNTAX)
        if self.peer.tls:
            return self._wrong(SmtpReply.TLS_ALREADY)
        if self.options.tls is None:
            return self._wrong(SmtpReply.NOT_OFFERED)
        # What came in the clear behind the command was put there by somebody in between.
        self._buffer.clear()
        self._answer(SmtpReply.START_TLS)
        self._flush()
        return await self._start_tls(self.options.tls)

    async def _start_tls(self, context: ssl.SSLContext) -> None:
        """The loop's own start_tls works on every loop; aiosmtpd builds the protocol by hand."""
        plain = self.transport
        assert plain is not None
        try:
            transport = await self.loop.start_tls(
                plain,
                self,
                context,
                server_side=True,
                ssl_handshake_timeout=self.options.limits.tls_handshake,
            )
            if transport is None:
                raise ConnectionAbortedError
        except OSError as error:
            # The protocol in between tells us nothing of a connection that it never made.
            plain.abort()
            self.connection_lost(error)
            raise
        self.transport = transport
        self.session, self.envelope = self._create_session(), self._create_envelope()
        self.peer = Peer(self.peer.ip, "", True, self.peer.upstream)

    async def smtp_RSET(self, arg: str) -> None:
        """RFC 5321 section 4.1.1.5."""
        if arg:
            return self._wrong(SmtpReply.SYNTAX)
        self.envelope = self._create_envelope()
        return self._idle(SmtpReply.OK)

    async def smtp_NOOP(self, arg: str) -> None:
        """RFC 5321 section 4.1.1.9."""
        self._idle(SmtpReply.OK)

    async def smtp_VRFY(self, arg: str) -> None:
        """Says the same of every address (RFC 5321 section 7.3)."""
        self._idle(SmtpReply.CANNOT_VERIFY if arg else SmtpReply.SYNTAX)

    async def smtp_HELP(self, arg: str) -> None:
        """RFC 5321 section 4.1.1.8."""
        self._idle(SmtpReply.HELP)

    async def smtp_EXPN(self, arg: str) -> None:
        """Nobody needs to know who reads a list."""
        self._wrong(SmtpReply.NOT_OFFERED)

    async def smtp_AUTH(self, arg: str) -> None:
        """Nobody signs in here: who may write is decided by address, token and DKIM."""
        self._wrong(SmtpReply.NOT_OFFERED)

    async def smtp_QUIT(self, arg: str) -> None:
        """RFC 5321 section 4.1.1.10."""
        if arg:
            self._wrong(SmtpReply.SYNTAX)
        else:
            self._part()


@lru_cache(maxsize=8)
def _extensions(hostname: str, size: int, starttls: bool) -> bytes:
    lines = [hostname, "PIPELINING", f"SIZE {size}", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"]
    lines += ["STARTTLS"] if starttls else []
    return "\r\n".join([*(f"250-{line}" for line in lines), "250 HELP"]).encode()
