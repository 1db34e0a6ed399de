"""Binding addresses and letting them go: nothing lost, nobody waited for."""

import asyncio
import socket
import stat
import tracemalloc
from pathlib import Path

import pytest

from gateway.errors import ConfigError
from smtp.limits import Gate
from smtp.listeners import listen
from smtp.options import SmtpLimits
from tests.smtp.talk import Client, Door, Serving, options, soon

STOPPING = ["421 4.3.2 Service is shutting down, come again"]


async def test_it_says_which_free_port_it_got(serve: Serving) -> None:
    server = await serve(at="127.0.0.1:0")
    host, _, port = server.address.rpartition(":")
    assert host == "127.0.0.1"
    assert int(port) > 0


async def test_it_listens_on_ipv6(serve: Serving) -> None:
    server = await serve(at="[::1]:0")
    assert server.address.startswith("[::1]:")
    client = await server.guest()
    await client.mail()
    peer = server.door.arrivals[0].peer
    assert (peer.ip, peer.upstream) == ("::1", True)


async def test_lmtp_over_a_socket_in_a_folder(serve: Serving, tmp_path: Path) -> None:
    path = tmp_path / "lmtp"
    server = await serve(at=str(path), protocol="lmtp")
    assert server.address == str(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666
    client = await server.guest(hello="LHLO client.test")
    assert (await client.mail()).startswith("250")
    peer = server.door.arrivals[0].peer
    assert (peer.ip, peer.upstream, server.door.arrivals[0].ingress) == ("", True, "lmtp")
    await server.listener.close(grace=5)
    assert not path.exists()


async def test_a_dead_socket_file_is_replaced_and_a_live_one_is_not(serve: Serving, tmp_path: Path) -> None:
    path = tmp_path / "lmtp"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    server = await serve(at=str(path), protocol="lmtp")
    with pytest.raises(ConfigError, match="Address already in use"):
        await serve(at=str(path), protocol="lmtp")
    assert (await (await server.guest(hello="LHLO x")).mail()).startswith("250")


async def test_a_successors_socket_file_is_left_alone(serve: Serving, tmp_path: Path) -> None:
    path = tmp_path / "lmtp"
    server = await serve(at=str(path), protocol="lmtp")
    path.rename(tmp_path / "moved")
    path.write_text("the successor's")
    await server.listener.close(grace=5)
    assert path.read_text() == "the successor's"


@pytest.mark.parametrize("address", ["nonsense", "127.0.0.1:99999", "192.0.2.1:0", "/no/such/folder/socket"])
async def test_an_address_that_cant_be_had_is_a_clear_error(serve: Serving, address: str) -> None:
    with pytest.raises(ConfigError, match=address):
        await serve(at=address)


async def test_a_port_in_use_is_a_clear_error_unless_it_is_shared(serve: Serving) -> None:
    server = await serve()
    with pytest.raises(ConfigError, match=server.address):
        await serve(at=server.address)
    first = await listen("127.0.0.1:0", Door(), options(), reuse_port=True)
    second = await listen(first.address, Door(), options(), reuse_port=True)
    assert first.address == second.address
    await first.close(grace=5)
    await second.close(grace=5)


async def test_listeners_of_one_process_share_its_limits(serve: Serving) -> None:
    gate = Gate(SmtpLimits(connections=1))
    one, other = await serve(gate=gate), await serve(gate=gate, protocol="lmtp")
    await one.guest()
    assert (await (await other.client()).hear())[0].startswith("421 4.7.0")


async def test_closing_tells_who_is_silent_and_takes_nobody_new(serve: Serving) -> None:
    server = await serve()
    silent, amid = await server.guest(), await server.guest()
    await amid.say("MAIL FROM:<a@example.org>", "RCPT TO:<shop@inbox.test>")
    await server.listener.close(grace=5)
    assert [await silent.hear(), await amid.hear()] == [STOPPING, STOPPING]
    with pytest.raises(ConnectionRefusedError):
        await server.client()


async def test_closing_waits_for_mails_on_their_way(serve: Serving) -> None:
    server = await serve()
    sending, committing = await server.guest(), await server.guest()
    server.door.open.clear()
    await committing.begin()
    committing.send(b"one\r\n.\r\nNOOP\r\n")
    await soon(server.door.waiting)
    await sending.begin()
    sending.send(b"two\r\n")
    closing = asyncio.ensure_future(server.listener.close(grace=30))
    await asyncio.sleep(0)
    sending.send(b".\r\n")
    server.door.open.set()
    heard = [await client.hear() for client in (committing, sending) for _ in range(2)]
    assert sorted(line for (line,) in heard) == [
        "250 2.0.0 Ok: queued as 1-1",
        "250 2.0.0 Ok: queued as 2-1",
        *STOPPING * 2,
    ]
    await closing
    assert len(server.door.arrivals) == 2


@pytest.mark.parametrize("stage", ["connected", "greeted", "data", "commit"])
async def test_closing_never_waits_longer_than_its_grace(serve: Serving, stage: str) -> None:
    pause = 30.0 if stage == "connected" else 0.0
    server = await serve(greeting_pause=pause, upstreams=(), last_words=30.0)
    client = await server.client()
    if stage != "connected":
        await client.greet()
    if stage in ("data", "commit"):
        server.door.open.clear()
        await client.begin()
        client.send(b"text\r\n" if stage == "data" else b"text\r\n.\r\n")
    if stage == "commit":
        await soon(server.door.waiting)
    async with asyncio.timeout(20):
        await server.listener.close(grace=0.05)
    server.door.open.set()
    assert b"queued" not in await client.everything()


async def test_closing_an_idle_listener_or_twice_is_harmless(serve: Serving) -> None:
    server = await serve()
    await server.listener.close(grace=5)
    await server.listener.close(grace=5)


async def test_an_idle_connection_costs_little_memory(serve: Serving) -> None:
    server = await serve(connections=0)
    host, port = server.address.split(":")
    await (await server.guest()).mail()

    async def hello() -> socket.socket:
        sock = socket.create_connection((host, int(port)))
        sock.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_recv(sock, 1000)
        await loop.sock_sendall(sock, b"EHLO client.test\r\n")
        await loop.sock_recv(sock, 1000)
        return sock

    socks = [await hello() for _ in range(20)]
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    socks += [await hello() for _ in range(100)]
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    for sock in socks:
        sock.close()
    assert (after - before) / 100 < 10 * 1024


async def test_sessions_end_when_their_clients_do(serve: Serving) -> None:
    server = await serve()
    for _ in range(20):
        client = await Client.connect(server.address)
        await client.greet()
        client.reset()
    await server.listener.close(grace=5)
    assert server.listener.connections == 0
