"""Sessions over real sockets: what a client hears, and what the gateway gets."""

import asyncio
import socket
from typing import Literal

import aiosmtpd.smtp
import pytest

from gateway.domain.values import Arrival, Envelope, Peer
from smtp.replies import SmtpReply
from smtp.server import Lmtp, Smtp
from tests.smtp.talk import FAILURES, SECRET, Client, Door, Server, Serving, soon

TEXT = b"Subject: hello\r\n\r\nhello\r\n"
TRY_AGAIN = "451 4.3.0 Something went wrong here, come again"


async def test_a_mail_arrives_byte_for_byte_with_its_envelope_and_peer(serve: Serving) -> None:
    server = await serve()
    client = await server.guest()
    assert await client.mail(b"..Subject: x\r\n\r\n.\xff\r\n..\r\n") == "250 2.0.0 Ok: queued as 1-1"
    assert server.door.arrivals == [
        Arrival(
            raw=b".Subject: x\r\n\r\n\xff\r\n.\r\n",
            envelope=Envelope("buyer@example.org", ("shop@inbox.test",)),
            peer=Peer(ip="127.0.0.1", helo="client.test", upstream=True),
            ingress="smtp",
        )
    ]


async def test_no_250_before_the_mail_is_kept(serve: Serving) -> None:
    server = await serve()
    client = await server.guest()
    server.door.open.clear()
    await client.begin()
    client.send(TEXT + b".\r\nNOOP\r\n")
    await soon(server.door.waiting)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await client.hear()
    server.door.open.set()
    assert await client.hear() == ["250 2.0.0 Ok: queued as 1-1"]
    assert await client.hear() == ["250 2.0.0 Ok"]


@pytest.mark.parametrize("goodbye", ["close", "reset"])
async def test_a_client_that_leaves_does_not_undo_a_mail_that_is_being_kept(serve: Serving, goodbye: str) -> None:
    server = await serve()
    client = await server.guest()
    server.door.open.clear()
    await client.begin()
    client.send(TEXT + b".\r\n")
    await soon(server.door.waiting)
    getattr(client, goodbye)()
    assert await (await server.guest()).say("NOOP") == "250 2.0.0 Ok"
    server.door.open.set()
    await soon(server.door.kept)
    assert [arrival.raw for arrival in server.door.arrivals] == [TEXT]


async def test_what_a_client_that_left_had_said_already_is_not_obeyed(serve: Serving) -> None:
    server = await serve()
    client = await server.guest()
    server.door.open.clear()
    await client.begin()
    client.send(b"one\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<shop@inbox.test>\r\nDATA\r\ntwo\r\n.\r\n")
    await soon(server.door.waiting)
    client.reset()
    assert await (await server.guest()).say("NOOP") == "250 2.0.0 Ok"
    server.door.open.set()
    assert (await (await server.guest()).mail(b"three\r\n")).startswith("250")
    assert [arrival.raw for arrival in server.door.arrivals] == [b"one\r\n", b"three\r\n"]


@pytest.mark.parametrize("goodbye", ["close", "reset"])
async def test_half_a_mail_is_no_mail(serve: Serving, goodbye: str) -> None:
    server = await serve()
    client = await server.guest()
    await client.begin()
    client.send(TEXT)
    getattr(client, goodbye)()
    assert (await (await server.guest()).mail()).startswith("250")
    assert len(server.door.arrivals) == 1


async def test_a_client_that_only_stopped_talking_hears_what_became_of_its_mail(serve: Serving) -> None:
    server = await serve()
    client = await server.guest()
    await client.begin()
    client.send(TEXT + b".\r\n")
    client.writer.write_eof()
    assert await client.hear() == ["250 2.0.0 Ok: queued as 1-1"]
    assert await client.is_closed()


@pytest.mark.parametrize("word", FAILURES)
async def test_a_failure_at_rcpt_never_shows_its_text_and_the_session_goes_on(serve: Serving, word: str) -> None:
    server = await serve()
    client = await server.guest()
    await client.say("MAIL FROM:<a@example.org>")
    reply = await client.say(f"RCPT TO:<{word}@inbox.test>")
    assert SECRET not in reply
    assert reply[0] == ("5" if word in ("unknown", "foreign") else "4")
    assert await client.say("RCPT TO:<shop@inbox.test>") == "250 2.1.5 Ok"


@pytest.mark.parametrize("protocol", ["smtp", "lmtp"])
@pytest.mark.parametrize("word", sorted(FAILURES.keys() - {"unknown", "foreign"}))
async def test_a_failure_at_the_end_is_temporary_and_the_session_goes_on(
    serve: Serving, word: str, protocol: Literal["smtp", "lmtp"]
) -> None:
    server = await serve(protocol=protocol)
    client = await server.guest(hello="LHLO x" if protocol == "lmtp" else "EHLO x")
    reply = await client.mail(word.encode() + b"\r\n")
    assert reply[0] == "4"
    assert SECRET not in reply
    assert (await client.mail()).startswith("250")


async def test_too_few_ids_are_no_success(serve: Serving) -> None:
    server = await serve(door=(door := Forgetful()))
    client = await server.guest()
    assert await client.mail() == TRY_AGAIN
    assert len(door.arrivals) == 1


class Forgetful(Door):
    """A door that says neither yes nor no."""

    async def accept(self, arrival: Arrival) -> list[str]:
        """No id at all."""
        await super().accept(arrival)
        return []


async def test_sessions_overlap_without_mixing(serve: Serving) -> None:
    server = await serve()

    async def send(number: int) -> None:
        client = await server.guest(hello=f"EHLO c{number}")
        for turn in range(5):
            await client.begin(f"<s{number}.{turn}@example.org>", f"<r{number}.{turn}@inbox.test>")
            client.send(f"{number}.{turn}\r\n".encode() * 50)
            await asyncio.sleep(0)
            client.send(b".\r\n")
            assert (await client.hear())[0].startswith("250")

    await asyncio.gather(*(send(number) for number in range(40)))
    assert len(server.door.arrivals) == 200
    for arrival in server.door.arrivals:
        name = arrival.envelope.mail_from[1:].partition("@")[0]
        assert arrival.envelope.rcpt_tos == (f"r{name}@inbox.test",)
        assert arrival.raw == f"{name}\r\n".encode() * 50
        assert arrival.peer.helo == f"c{name.partition('.')[0]}"


async def test_a_session_that_waits_for_its_commit_stops_no_other(serve: Serving) -> None:
    server = await serve()
    slow, quick = await server.guest(), await server.guest()
    server.door.open.clear()
    await slow.begin()
    slow.send(TEXT + b".\r\n")
    await soon(server.door.waiting)
    assert await quick.say("NOOP") == "250 2.0.0 Ok"


async def test_mails_come_in_pieces_of_any_size(serve: Serving) -> None:
    server = await serve()
    client = await server.guest()
    await client.begin()
    for byte in b"..a\r\n\r\n..\r\n.b\r\n" + b".\r\n":
        client.send(bytes([byte]))
        await asyncio.sleep(0)
    assert (await client.hear())[0].startswith("250")
    assert server.door.arrivals[0].raw == b".a\r\n\r\n.\r\nb\r\n"


async def test_a_large_mail_with_long_lines_arrives(serve: Serving) -> None:
    text = (b"a" * 60_000 + b"\r\n") * 40
    server = await serve()
    assert (await (await server.guest()).mail(text)).startswith("250")
    assert server.door.arrivals[0].raw == text


async def test_a_client_far_ahead_is_held_back_and_loses_nothing(serve: Serving) -> None:
    server = await serve(idle_commands=100_000, line_bytes=1000)
    client = await server.guest()
    client.send(b"NOOP\r\n" * 20_000 + b"QUIT\r\n")
    heard = await client.reader.read()
    assert heard == b"250 2.0.0 Ok\r\n" * 20_000 + b"221 2.0.0 Bye\r\n"


async def test_a_text_that_does_not_wait_for_its_turn_is_read_all_the_same(serve: Serving) -> None:
    server = await serve(line_bytes=1000)
    client = await server.guest()
    text = b"a" * 78 + b"\r\n"
    client.send(b"MAIL FROM:<>\r\nRCPT TO:<shop@inbox.test>\r\nDATA\r\n" + text * 10_000 + b".\r\nQUIT\r\n")
    assert (await client.everything()).endswith(b"queued as 1-1\r\n221 2.0.0 Bye\r\n")
    assert server.door.arrivals[0].raw == text * 10_000


def hard_of_hearing(server: Server) -> socket.socket:
    """A connection whose kernel takes next to nothing for it."""
    host, port = server.address.split(":")
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.connect((host, int(port)))
    sock.setblocking(False)
    return sock


async def test_a_client_that_listens_late_hears_everything(serve: Serving) -> None:
    server = await serve(idle_commands=10_000_000)
    client = Client(*await asyncio.open_connection(sock=hard_of_hearing(server)))
    await client.greet()
    for _ in range(60):
        client.send(b"VRFY x\r\n" * 1000)
        await asyncio.sleep(0)
    client.send(b"QUIT\r\n")
    assert await client.everything() == b"%b\r\n" % SmtpReply.CANNOT_VERIFY * 60_000 + b"221 2.0.0 Bye\r\n"
    client.close()


async def test_a_client_that_does_not_listen_is_cut(serve: Serving) -> None:
    server = await serve(idle_commands=10_000_000, idle_by_load=((0.0, 0.1),), last_words=0.1)
    loop = asyncio.get_running_loop()
    with hard_of_hearing(server) as deaf:
        await loop.sock_recv(deaf, 100)
        with pytest.raises(OSError):  # noqa: PT012
            while True:
                await loop.sock_sendall(deaf, b"VRFY x\r\n" * 1000)
    assert server.listener.connections == 0


async def test_a_mail_larger_than_any_patience_is_not_read_to_its_end(serve: Serving) -> None:
    server = await serve(message_bytes=10_000, line_bytes=1000)
    client = await server.guest()
    await client.begin()
    client.send(b"a" * 98 + b"\r\n")
    for _ in range(30):
        client.send((b"a" * 98 + b"\r\n") * 10)
    assert await client.hear() == ["552 5.3.4 Mail too large"]
    assert await client.is_closed()
    assert server.door.arrivals == []


@pytest.mark.parametrize("stock", [name for name in dir(aiosmtpd.smtp.SMTP) if name.startswith("smtp_")])
@pytest.mark.parametrize("ours", [Smtp, Lmtp])
def test_no_command_of_aiosmtpd_is_left_to_its_own_state(ours: type[Smtp], stock: str) -> None:
    assert issubclass(ours, aiosmtpd.smtp.SMTP)
    assert getattr(ours, stock) is not getattr(aiosmtpd.smtp.SMTP, stock)
