"""Both ends of a session: an inbound door that does as it is told, and a client that says exactly what it should."""

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self

from gateway.domain.values import Arrival, Peer
from gateway.errors import RateLimited, Refused, StorageFull, TemporaryError, UnknownRecipient
from smtp.limits import Gate
from smtp.listeners import Listener, listen
from smtp.options import SmtpLimits, SmtpOptions

SECRET = "a text that no client may see"
PATIENCE = 60.0
"""Seconds that something which must happen may take on the slowest machine."""

FAILURES: dict[str, BaseException] = {
    "unknown": UnknownRecipient(SECRET),
    "later": TemporaryError(SECRET),
    "limited": RateLimited(SECRET),
    "foreign": Refused("relay"),
    "full": StorageFull(SECRET),
    "broken": ValueError(SECRET),
    "dead-writer": asyncio.CancelledError(SECRET),
    "vanished": ConnectionResetError(SECRET),
    "away": TimeoutError(SECRET),
}


async def soon(event: asyncio.Event) -> None:
    """Wait for what must happen; a test that waits in vain fails instead of hanging."""
    async with asyncio.timeout(PATIENCE):
        await event.wait()


def failure(word: str) -> BaseException | None:
    """What a word in an address or in a first line makes the door raise; `refuse-REASON` is a Refused."""
    if word.startswith("refuse-"):
        return Refused(word.removeprefix("refuse-"))
    return FAILURES.get(word)


@dataclass
class Door:
    """Fails by the recipient's local part at RCPT and by the mail's first line at its end; keeps the rest.

    While `open` is cleared, a mail waits in `accept`; `waiting` is set as soon as one does.
    """

    arrivals: list[Arrival] = field(default_factory=list)
    peers: list[Peer] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: asyncio.Event = field(default_factory=asyncio.Event)
    kept: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.open.set()

    async def check_recipient(self, address: str, peer: Peer) -> None:
        """Fails as the local part says."""
        self.peers.append(peer)
        if error := failure(address.partition("@")[0]):
            raise error

    async def accept(self, arrival: Arrival) -> Sequence[str]:
        """Fails as the first line says; the ids count the mails and their recipients."""
        self.waiting.set()
        await self.open.wait()
        if error := failure(arrival.raw.partition(b"\r\n")[0].decode("ascii", "replace")):
            raise error
        self.arrivals.append(arrival)
        self.kept.set()
        return [f"{len(self.arrivals)}-{number}" for number, _ in enumerate(arrival.envelope.rcpt_tos, 1)]


class Client:
    """A raw client. Lines are text without CRLF; `S:` of a dialog is what `hear` returns."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def connect(cls, address: str, source: str = "") -> Self:
        """To `host:port`, `[v6]:port` or a path; `source` is the address to come from."""
        if address.startswith("/"):
            return cls(*await asyncio.open_unix_connection(address))
        host, _, port = address.rpartition(":")
        local = (source, 0) if source else None
        return cls(*await asyncio.open_connection(host.strip("[]"), int(port), local_addr=local))

    def send(self, data: bytes) -> None:
        """Exactly these bytes."""
        self.writer.write(data)

    async def hear(self) -> list[str]:
        """One reply, all of its lines; empty when the server has closed."""
        lines: list[str] = []
        while line := await self._line():
            lines.append(line)
            if line[3:4] != "-":
                break
        return lines

    async def _line(self) -> str:
        async with asyncio.timeout(PATIENCE):
            try:
                line = await self.reader.readline()
            except ConnectionError:
                return ""
        assert not line or line.endswith(b"\r\n"), line
        return line.decode().removesuffix("\r\n")

    async def say(self, *lines: str) -> str:
        """Send the lines at once and hear the reply to the last one."""
        self.send("".join(f"{line}\r\n" for line in lines).encode())
        replies = [await self.hear() for _ in lines]
        return "\n".join(replies[-1])

    async def greet(self, hello: str = "EHLO client.test") -> str:
        """Past the greeting and the hello; the reply to it."""
        await self.hear()
        return await self.say(hello)

    async def begin(self, sender: str = "<buyer@example.org>", *recipients: str) -> str:
        """MAIL, RCPT and DATA; the reply to the last."""
        to = recipients or ("<shop@inbox.test>",)
        return await self.say(f"MAIL FROM:{sender}", *(f"RCPT TO:{rcpt}" for rcpt in to), "DATA")

    async def mail(self, text: bytes = b"Subject: hello\r\n\r\nhello\r\n") -> str:
        """A whole mail to one recipient; the reply to its end."""
        begun = await self.begin()
        if not begun.startswith("354"):
            return begun
        self.send(text + b".\r\n")
        return "\n".join(await self.hear())

    async def everything(self) -> bytes:
        """All that still comes, up to the end or a reset."""
        heard = b""
        async with asyncio.timeout(PATIENCE):
            try:
                while data := await self.reader.read(1 << 16):
                    heard += data
            except ConnectionError:
                pass
        return heard

    async def is_closed(self) -> bool:
        """Whether the server has closed; waits for it."""
        return await self.hear() == []

    def close(self) -> None:
        """Hang up."""
        self.writer.close()

    def reset(self) -> None:
        """Hang up the hard way: the server gets a reset."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.writer.transport.abort()


@dataclass
class Server:
    """A listener, its door, and clients that are hung up with it."""

    listener: Listener
    door: Door
    clients: list[Client] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where it listens."""
        return self.listener.address

    async def client(self, source: str = "") -> Client:
        """A new connection that has heard nothing yet."""
        self.clients.append(await Client.connect(self.address, source))
        return self.clients[-1]

    async def guest(self, source: str = "", hello: str = "EHLO client.test") -> Client:
        """A new connection that has said hello."""
        client = await self.client(source)
        await client.greet(hello)
        return client

    async def early_client(self, data: bytes) -> Client:
        """A connection that has sent something before the server's loop had a chance to greet."""
        host, _, port = self.address.rpartition(":")
        sock = socket.create_connection((host, int(port)))
        sock.sendall(data)
        self.clients.append(Client(*await asyncio.open_connection(sock=sock)))
        return self.clients[-1]


class Serving:
    """Starts servers; keyword arguments are fields of SmtpLimits or SmtpOptions, whichever has them."""

    def __init__(self) -> None:
        self._servers: list[Server] = []

    async def __call__(
        self,
        *,
        at: str = "127.0.0.1:0",
        protocol: Literal["smtp", "lmtp"] = "smtp",
        door: Door | None = None,
        gate: Gate | None = None,
        **settings: Any,
    ) -> Server:
        door = door or Door()
        server = Server(await listen(at, door, options(**settings), protocol=protocol, gate=gate), door)
        self._servers.append(server)
        return server

    async def close(self) -> None:
        """End all of them."""
        for server in self._servers:
            server.door.open.set()
            for client in server.clients:
                client.close()
            await server.listener.close(grace=5)
            assert server.listener.connections == 0


def options(**settings: Any) -> SmtpOptions:
    """The defaults, swept often, with these changed."""
    limit_names = set(SmtpLimits.__dataclass_fields__)
    limits = {"sweep": 0.01} | {name: value for name, value in settings.items() if name in limit_names}
    others = {name: value for name, value in settings.items() if name not in limit_names}
    return replace(SmtpOptions(hostname="mx.test", limits=SmtpLimits(**limits)), **others)
