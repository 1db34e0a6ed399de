"""The PROXY header over sockets: who is believed, and what counts for whom."""

from ipaddress import ip_network

import pytest

from tests.smtp.talk import Client, Serving
from tests.smtp.test_proxy import V4, version_2

PROXY = ip_network("127.0.0.1/32")
HEADER = b"PROXY TCP4 192.0.2.7 198.51.100.1 12345 25\r\n"


async def past(client: Client, header: bytes) -> Client:
    """Through a proxy, up to the hello."""
    client.send(header)
    await client.greet()
    return client


@pytest.mark.parametrize("header", [HEADER, version_2(1, 0x11, V4)])
async def test_an_upstreams_header_names_the_client(serve: Serving, header: bytes) -> None:
    server = await serve(proxy_protocol=True, upstreams=(PROXY,))
    client = await past(await server.client(), header)
    await client.mail()
    peer = server.door.arrivals[0].peer
    assert (peer.ip, peer.upstream) == ("192.0.2.7", False)


async def test_a_client_behind_the_proxy_may_be_an_upstream_itself(serve: Serving) -> None:
    server = await serve(proxy_protocol=True, upstreams=(PROXY, ip_network("192.0.2.0/24")))
    client = await past(await server.client(), HEADER)
    await client.mail()
    assert server.door.arrivals[0].peer.upstream


async def test_a_proxy_that_speaks_for_itself_is_itself(serve: Serving) -> None:
    server = await serve(proxy_protocol=True, upstreams=(PROXY,))
    client = await past(await server.client(), b"PROXY UNKNOWN\r\n")
    await client.mail()
    assert server.door.arrivals[0].peer.ip == "127.0.0.1"


@pytest.mark.parametrize("proxy_protocol", [True, False])
async def test_a_strangers_header_is_speaking_out_of_turn(serve: Serving, proxy_protocol: bool) -> None:
    server = await serve(proxy_protocol=proxy_protocol, upstreams=())
    client = await server.early_client(HEADER)
    assert await client.hear() == ["554 5.5.0 You spoke before it was your turn"]
    assert await client.is_closed()


async def test_an_upstreams_header_is_not_believed_when_none_is_expected(serve: Serving) -> None:
    client = await (await serve()).early_client(HEADER)
    assert await client.hear() == ["554 5.5.0 You spoke before it was your turn"]


async def test_a_header_after_the_greeting_is_a_wrong_command(serve: Serving) -> None:
    client = await (await serve()).client()
    await client.hear()
    client.send(HEADER)
    assert await client.hear() == ["500 5.5.1 Command not recognized"]


async def test_an_upstream_without_a_header_is_refused(serve: Serving) -> None:
    client = await (await serve(proxy_protocol=True)).client()
    client.send(b"EHLO client.test\r\n")
    assert await client.hear() == ["554 5.5.0 Expected a PROXY header"]
    assert await client.is_closed()


async def test_a_header_has_to_come_soon(serve: Serving) -> None:
    client = await (await serve(proxy_protocol=True, proxy_header=0.05)).client()
    client.send(HEADER[:10])
    assert await client.hear() == ["421 4.4.2 Waited too long, closing"]


async def test_after_the_header_patience_is_as_usual(serve: Serving) -> None:
    server = await serve(proxy_protocol=True, proxy_header=0.0)
    client = await server.early_client(HEADER)
    assert (await client.hear())[0].startswith("220")


async def test_speaking_before_the_greeting_counts_behind_the_header_too(serve: Serving) -> None:
    client = await (await serve(proxy_protocol=True)).client()
    client.send(HEADER + b"EHLO bot\r\n")
    assert await client.hear() == ["554 5.5.0 You spoke before it was your turn"]


async def test_limits_count_the_client_and_not_the_proxy(serve: Serving) -> None:
    server = await serve(proxy_protocol=True, upstreams=(PROXY,), connections_per_address=1)
    other = HEADER.replace(b"192.0.2.7", b"192.0.2.8")
    first = await past(await server.client(), HEADER)
    again = await server.client()
    again.send(HEADER)
    assert await again.hear() == ["421 4.7.0 Too many connections from your address, come again"]
    assert await again.is_closed()
    await past(await server.client(), other)
    await first.say("QUIT")
    assert await first.is_closed()
    await past(await server.client(), HEADER)


async def test_lmtp_expects_no_header(serve: Serving) -> None:
    server = await serve(proxy_protocol=True, protocol="lmtp")
    assert (await (await server.guest(hello="LHLO x")).mail()).startswith("250")
