"""What travels on an open session: in how few writes, and which replies it belongs to, whatever the other side does."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

import pytest

from gateway.domain.couriers import Deferred, Refused, Sent
from smtp.courier import courier_for
from smtp.relays import Timeouts
from tests.smtp.relay import MAIL, send

HELLO = b"220 mx\r\n", b"250-mx\r\n250 PIPELINING\r\n"
ALL_TAKEN = b"250 sender\r\n250 recipient\r\n354 go on\r\n"


def whole(data: bytes) -> list[bytes]:
    """In one piece."""
    return [data]


@dataclass
class Peer:
    """A server that reads until it has seen the next of `ends` and then says its next words, in `pieces`."""

    says: Sequence[bytes]
    ends: Sequence[bytes] = (b"DATA\r\n", b"\r\n.\r\n")
    pieces: Callable[[bytes], list[bytes]] = whole
    heard: list[bytes] = field(default_factory=list)
    connections: int = 0
    tasks: set[asyncio.Task[None] | None] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.connections += 1
        self.tasks.add(asyncio.current_task())
        with contextlib.suppress(ConnectionError):
            self._say(writer, HELLO[0])
            await heard(reader, b"\r\n")
            self._say(writer, HELLO[1])
            for end, words in zip(self.ends, self.says, strict=False):
                self.heard.append(await heard(reader, end))
                self._say(writer, words)
            await heard(reader, b"the end")
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    def _say(self, writer: asyncio.StreamWriter, words: bytes) -> None:
        for piece in self.pieces(words):
            writer.write(piece)


async def heard(reader: asyncio.StreamReader, end: bytes) -> bytes:
    """All up to `end`. Raises ConnectionError at a goodbye."""
    data = b""
    while not data.endswith(end):
        piece = await reader.read(65_536)
        if not piece or piece == b"QUIT\r\n":
            raise ConnectionResetError
        data += piece
    return data


@contextlib.asynccontextmanager
async def serving(peer: Peer) -> AsyncIterator[str]:
    """Its URL."""
    server = await asyncio.start_server(peer.serve, "127.0.0.1", 0)
    async with server:
        yield f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}?tls=off"
        await asyncio.gather(*filter(None, peer.tasks))


async def test_a_mail_is_announced_in_one_round_trip_where_the_server_allows_it() -> None:
    peer = Peer([ALL_TAKEN, b"250 2.0.0 taken\r\n"])
    async with serving(peer) as url:
        outcome = await send(courier := courier_for(url, "znx.test"), b".dot\r\n..\r\n.\r\nend")
        await courier.close()
    assert isinstance(outcome, Sent)
    assert peer.heard[0] == b"MAIL FROM:<b.token@znx.test>\r\nRCPT TO:<buyer@shop.test>\r\nDATA\r\n"
    assert peer.heard[1] == b"..dot\r\n...\r\n..\r\nend\r\n.\r\n"
    envelope = ["C: MAIL FROM:<b.token@znx.test>", "S: 250 sender", "C: RCPT TO:<buyer@shop.test>", "S: 250 recipient"]
    content = ["C: DATA", "S: 354 go on", "C: 16 bytes and a dot", "S: 250 2.0.0 taken"]
    assert list(outcome.dialogue[-8:]) == [*envelope, *content]


async def test_a_server_that_wants_the_mail_without_a_recipient_gets_an_empty_one() -> None:
    refused = b"250 sender\r\n550 5.1.1 no such user\r\n354 go on\r\n"
    peer = Peer([refused, b"554 5.5.1 no valid recipients\r\n", b"250 reset\r\n"], (b"DATA\r\n", b".\r\n", b"RSET\r\n"))
    async with serving(peer) as url:
        outcome = await send(courier := courier_for(url, "znx.test"))
        await courier.close()
    assert isinstance(outcome, Refused)
    assert (outcome.kind, outcome.reply) == ("address", "550 5.1.1 no such user")
    assert peer.heard[1:] == [b".\r\n", b"RSET\r\n"]


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param(lambda data: [data[at : at + 1] for at in range(len(data))], id="bytes"),
        pytest.param(lambda data: data.splitlines(keepends=True), id="lines"),
    ],
)
async def test_replies_may_come_in_any_pieces(pieces: Callable[[bytes], list[bytes]]) -> None:
    says = [b"250-sender\r\n250-is\r\n250 fine\r\n250 recipient\r\n354 go on\r\n", b"250-a\r\n250 b\r\n"]
    async with serving(Peer(says, pieces=pieces)) as url:
        outcome = await send(courier := courier_for(url, "znx.test"))
        await courier.close()
    assert isinstance(outcome, Sent)
    assert outcome.reply == "250 a b"


async def test_a_goodbye_that_nobody_asked_for_is_no_answer_to_the_next_mail() -> None:
    peer = Peer([ALL_TAKEN, b"250 taken\r\n421 4.4.2 idle too long\r\n"])
    async with serving(peer) as url:
        courier = courier_for(url, "znx.test")
        assert isinstance(await send(courier), Sent)
        assert isinstance(await send(courier), Sent)
        await courier.close()
    assert peer.connections == 2


@pytest.mark.parametrize("words", [b"2x0 what\r\n", b"250" + b"-x" * 40_000, b"250_what\r\n"])
async def test_a_reply_that_is_none_defers(words: bytes) -> None:
    async with serving(Peer([words])) as url:
        outcome = await send(courier := courier_for(url, "znx.test", timeouts=Timeouts(command=5)))
        await courier.close()
    assert isinstance(outcome, Deferred)
    assert "timed out" not in outcome.reply


@pytest.mark.parametrize("mail", [MAIL + b"a\nb\r\n", MAIL + b"a\rb\r\n", b"Subject: x\n\nbody\n"])
async def test_a_mail_with_a_bare_line_end_never_leaves(mail: bytes) -> None:
    peer = Peer([ALL_TAKEN])
    async with serving(peer) as url:
        outcome = await send(courier := courier_for(url, "znx.test"), mail)
        await courier.close()
    assert isinstance(outcome, Refused)
    assert (outcome.kind, peer.heard) == ("content", [])
