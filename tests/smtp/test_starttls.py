"""STARTTLS, and what somebody in the middle tries with it."""

import ssl

import pytest
import trustme

from tests.smtp.talk import Client, Serving


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Who signs the server's certificate."""
    return trustme.CA()


@pytest.fixture
def tls(authority: trustme.CA) -> ssl.SSLContext:
    """The server's context."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("mx.test").configure_cert(context)
    return context


@pytest.fixture
def trust(authority: trustme.CA) -> ssl.SSLContext:
    """The client's context."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


async def secure(client: Client, trust: ssl.SSLContext) -> None:
    await client.writer.start_tls(trust, server_hostname="mx.test")


async def test_a_mail_over_tls(serve: Serving, tls: ssl.SSLContext, trust: ssl.SSLContext) -> None:
    server = await serve(tls=tls)
    client = await server.client()
    assert "250-STARTTLS" in await client.greet()
    assert await client.say("STARTTLS") == "220 2.0.0 Ready to start TLS"
    await secure(client, trust)
    assert "STARTTLS" not in await client.say("EHLO client.test")
    assert await client.say("STARTTLS") == "503 5.5.1 TLS is already on"
    text = b"0123456789" * 7 + b"\r\n"
    assert (await client.mail(text * 20_000)).startswith("250")
    arrival = server.door.arrivals[0]
    assert (arrival.peer.tls, arrival.peer.helo, arrival.raw) == (True, "client.test", text * 20_000)
    assert await client.say("QUIT") == "221 2.0.0 Bye"
    assert await client.is_closed()


async def test_nothing_said_in_the_clear_counts_afterwards(
    serve: Serving, tls: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    server = await serve(tls=tls)
    client = await server.guest()
    await client.say("MAIL FROM:<evil@example.org>")
    client.send(b"STARTTLS\r\nRCPT TO:<shop@inbox.test>\r\nNOOP\r\n")
    assert await client.hear() == ["220 2.0.0 Ready to start TLS"]
    await secure(client, trust)
    assert await client.say("MAIL FROM:<a@example.org>") == "503 5.5.1 Say hello first"
    await client.say("EHLO client.test")
    assert await client.say("RCPT TO:<shop@inbox.test>") == "503 5.5.1 Expected MAIL first"


async def test_starttls_takes_no_argument(serve: Serving, tls: ssl.SSLContext) -> None:
    client = await (await serve(tls=tls)).guest()
    assert await client.say("STARTTLS now") == "501 5.5.4 Wrong or missing argument"


async def test_a_handshake_that_fails_ends_the_connection(serve: Serving, tls: ssl.SSLContext) -> None:
    server = await serve(tls=tls)
    client = await server.guest()
    await client.say("STARTTLS")
    client.send(b"this is no handshake\r\n" * 10)
    await client.everything()
    assert "250-STARTTLS" in await (await server.client()).greet()


async def test_a_handshake_that_never_comes_is_cut(serve: Serving, tls: ssl.SSLContext) -> None:
    server = await serve(tls=tls, tls_handshake=0.05)
    client = await server.guest()
    await client.say("STARTTLS")
    assert await client.is_closed()


async def test_a_client_that_leaves_during_the_handshake(serve: Serving, tls: ssl.SSLContext) -> None:
    server = await serve(tls=tls)
    client = await server.guest()
    await client.say("STARTTLS")
    client.reset()
    assert "250-STARTTLS" in await (await server.client()).greet()


async def test_a_silent_client_is_told_over_tls_too(serve: Serving, tls: ssl.SSLContext, trust: ssl.SSLContext) -> None:
    server = await serve(tls=tls, idle_by_load=((0.0, 0.3),))
    client = await server.guest()
    await client.say("STARTTLS")
    await secure(client, trust)
    assert await client.hear() == ["421 4.4.2 Waited too long, closing"]
    assert await client.is_closed()


async def test_closing_ends_sessions_over_tls(serve: Serving, tls: ssl.SSLContext, trust: ssl.SSLContext) -> None:
    server = await serve(tls=tls)
    client = await server.guest()
    await client.say("STARTTLS")
    await secure(client, trust)
    await client.say("EHLO client.test")
    await server.listener.close(grace=5)
    assert await client.hear() == ["421 4.3.2 Service is shutting down, come again"]
    assert server.listener.connections == 0
