"""What sockets hardly ever show: a transport that is just closing, and faults of our own."""

import asyncio
from typing import Any

from smtp.handler import Handler
from smtp.limits import Gate
from smtp.reception import Reception
from smtp.replies import SmtpReply
from smtp.server import Smtp
from tests.smtp.talk import SECRET, Door, options


class Wire(asyncio.Transport):
    """A transport in memory. Once `closing` it fails at every call, as uvloop's does."""

    def __init__(self) -> None:
        super().__init__()
        self.heard = b""
        self.closing = False

    def write(self, data: Any) -> None:
        """Keep it."""
        self._check()
        self.heard += data

    def write_eof(self) -> None:
        """Nothing more will come."""
        self._check()

    def can_write_eof(self) -> bool:
        """As a socket."""
        self._check()
        return True

    def is_closing(self) -> bool:
        """Between the client's reset and connection_lost."""
        return self.closing

    def close(self) -> None:
        """The end."""
        self.closing = True

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """An address."""
        return ("127.0.0.1", 1) if name == "peername" else default

    def _check(self) -> None:
        if self.closing:
            raise RuntimeError("the handler is closed")


async def settled() -> None:
    """Let the session go as far as it can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def begun(kind: type[Smtp] = Smtp) -> tuple[Smtp, Wire]:
    """A session that waits for its first command."""
    settings = options()
    connection = kind(Reception(Handler(Door()), settings, Gate(settings.limits)), asyncio.get_running_loop())
    wire = Wire()
    connection.connection_made(wire)
    await settled()
    return connection, wire


async def test_a_transport_that_is_closing_is_left_alone() -> None:
    connection, wire = await begun()
    wire.closing = True
    connection.check_patience(now=float("inf"), idle=0.0)
    connection.data_received(b"NOOP\r\n" * 100_000)
    await settled()
    connection.connection_lost(ConnectionResetError())
    await settled()
    assert wire.heard == b"220 mx.test ESMTP\r\n"


class Faulty(Smtp):
    """A server with a fault in a command."""

    async def smtp_NOOP(self, arg: str) -> None:
        """Fails."""
        raise ValueError(SECRET)


async def test_a_fault_in_a_command_is_a_451_without_its_text() -> None:
    connection, wire = await begun(Faulty)
    connection.data_received(b"NOOP\r\nHELP\r\n")
    await settled()
    assert wire.heard.endswith(b"%b\r\n%b\r\n" % (SmtpReply.TRY_AGAIN, SmtpReply.HELP))
    connection.connection_lost(None)
    await settled()


class FaultyFromTheStart(Smtp):
    """A server with a fault outside of the commands."""

    async def _welcome(self) -> bool:
        raise ValueError(SECRET)


async def test_a_fault_of_the_session_is_a_421_without_its_text() -> None:
    connection, wire = await begun(FaultyFromTheStart)
    assert wire.heard == b"421 4.3.0 Something went wrong here, come again\r\n"
    connection.connection_lost(None)
    await settled()


async def test_aiosmtpds_way_to_answer_still_works() -> None:
    connection, wire = await begun()
    await connection.push("250 ok")
    await connection.push(b"250 ok")
    connection.data_received(b"NOOP\r\n")
    await settled()
    assert wire.heard.endswith(b"ESMTP\r\n250 ok\r\n250 ok\r\n250 2.0.0 Ok\r\n")
    connection.connection_lost(None)
    await settled()
