"""Sessions over real sockets: what a client hears, and what the gateway gets."""

from tests.smtp.talk import Serving


async def test_a_mail_is_handed_over_byte_for_byte_with_its_envelope(serve: Serving) -> None:
    server = await serve()
    client = await server.guest()
    assert await client.mail(b"..Subject: x\r\n\r\n.\xff\r\n..\r\n") == "250 2.0.0 Ok: queued as 1-1"
    arrival = server.door.arrivals[0]
    assert arrival.raw == b".Subject: x\r\n\r\n\xff\r\n.\r\n"
