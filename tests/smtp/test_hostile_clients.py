"""Clients that smuggle, guess, flood, speak too early, too slowly or another protocol."""

import asyncio
from ipaddress import ip_network
from typing import Any

import pytest

from smtp.options import LOOPBACK
from tests.smtp.talk import Client, Serving, soon

TEXT = b"Subject: hello\r\n\r\nhello\r\n"
BARE = "550 5.5.2 A line end without CR LF, or NUL, in the mail"
TIMED_OUT = ["421 4.4.2 Waited too long, closing"]
OURS = (ip_network("127.0.0.9/32"),)
SECOND_MAIL = b"MAIL FROM:<evil@example.org>\r\nRCPT TO:<shop@inbox.test>\r\nDATA\r\nsmuggled\r\n.\r\n"

ENDINGS = {
    "LF.LF": b"\n.\n",
    "LF.CRLF": b"\n.\r\n",
    "CRLF.LF": b"\r\n.\n",
    "CR.CR": b"\r.\r",
    "CR.CRLF": b"\r.\r\n",
    "CRLF.CR": b"\r\n.\r",
    "CR.LF": b"\r.\n",
    "LF.CR": b"\n.\r",
    "CRLF.CRCRLF": b"\r\n.\r\r\n",
    "CRLF NUL.CRLF": b"\r\n\0.\r\n",
    "CRLF.NUL CRLF": b"\r\n.\0\r\n",
    "CRCRLF.CRLF": b"\r\r\n.\r\n",
}


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS)
async def test_no_other_ending_smuggles_a_second_mail(serve: Serving, ending: bytes) -> None:
    server = await serve()
    client = await server.guest()
    await client.begin()
    client.send(b"first" + ending + SECOND_MAIL + b"QUIT\r\n")
    assert await client.hear() == [BARE]
    assert await client.is_closed()
    assert server.door.arrivals == []


@pytest.mark.parametrize("ending", [ENDINGS[name] for name in ENDINGS if name != "CRLF.CR"])
async def test_a_client_that_waits_behind_another_ending_hears_why(serve: Serving, ending: bytes) -> None:
    server = await serve(last_words=0.05)
    client = await server.guest()
    await client.begin()
    client.send(b"first" + ending)
    assert await client.hear() == [BARE]
    assert await client.is_closed()


@pytest.mark.parametrize("control", [b"\r", b"\n", b"\0", b"\r\r\n", b"\n\r\n"])
async def test_bare_controls_in_the_text_are_refused(serve: Serving, control: bytes) -> None:
    server = await serve()
    client = await server.guest()
    assert await client.mail(b"From: a@example.org" + control + b"x: y\r\n\r\n") == BARE
    assert await client.is_closed()
    assert server.door.arrivals == []


@pytest.mark.parametrize("words", [b"EHLO bot\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x02\0", b"E"])
@pytest.mark.parametrize("upstreams", [True, False])
async def test_who_speaks_before_the_greeting_is_shown_out(serve: Serving, words: bytes, upstreams: bool) -> None:
    server = await serve(upstreams=LOOPBACK if upstreams else ())
    client = await server.early_client(words)
    assert await client.hear() == ["554 5.5.0 You spoke before it was your turn"]
    assert await client.is_closed()


@pytest.mark.parametrize("line", [b"GET / HTTP/1.1", b"connect mx:25 HTTP/1.1", b"\x16\x03\x01", b"X-Header: x", b"{}"])
async def test_other_protocols_are_shown_out(serve: Serving, line: bytes) -> None:
    client = await (await serve()).client()
    await client.hear()
    client.send(line + b"\r\nEHLO x\r\n")
    assert await client.hear() == ["554 5.5.0 This is not what you take it for"]
    assert await client.is_closed()


async def test_a_silent_client_is_cut(serve: Serving) -> None:
    client = await (await serve(idle_by_load=((0.0, 0.05),))).client()
    assert await client.hear() == ["220 mx.test ESMTP"]
    assert await client.hear() == TIMED_OUT
    assert await client.is_closed()


async def test_a_trickle_of_a_command_is_no_sign_of_life(serve: Serving) -> None:
    server = await serve(idle_by_load=((0.0, 0.1),))
    client = await server.client()
    await client.hear()
    reply = asyncio.ensure_future(client.hear())
    while not reply.done():
        client.send(b"N")
        await asyncio.sleep(0.01)
    assert await reply == TIMED_OUT


@pytest.mark.parametrize("limit", ["data_first_byte", "data_total"])
async def test_a_mail_has_to_begin_and_to_end_in_time(serve: Serving, limit: str) -> None:
    settings: dict[str, Any] = {limit: 0.05, "data_bytes_per_second": 0}
    server = await serve(**settings)
    client = await server.guest()
    await client.begin()
    if limit == "data_total":
        client.send(TEXT)
    assert await client.hear() == TIMED_OUT
    assert await client.is_closed()
    assert server.door.arrivals == []


async def test_a_mail_has_to_keep_a_pace(serve: Serving) -> None:
    server = await serve(data_rate_after=0.01, data_bytes_per_second=100_000)
    client = await server.guest()
    await client.begin()
    client.send(TEXT)
    assert await client.hear() == TIMED_OUT


async def test_a_long_commit_is_not_the_clients_fault(serve: Serving) -> None:
    server = await serve()
    client = await server.guest()
    await client.begin()
    server.door.open.clear()
    client.send(TEXT + b".\r\n")
    await soon(server.door.waiting)
    for connection in server.listener._reception.inside:
        connection.check_patience(asyncio.get_running_loop().time() + 3_600, idle=0.0)
    server.door.open.set()
    assert await client.hear() == ["250 2.0.0 Ok: queued as 1-1"]


async def test_the_fuller_the_house_the_shorter_the_patience(serve: Serving) -> None:
    server = await serve(connections=3, idle_by_load=((1.0, 0.0), (0.0, 300.0)))
    first, second = await server.guest(), await server.guest()
    third = await server.client()
    heard = [await third.hear(), await first.hear(), await second.hear()]
    assert TIMED_OUT in heard


async def test_the_house_is_full_at_its_limit_and_has_room_again(serve: Serving) -> None:
    server = await serve(connections=2, idle_by_load=((0.0, 300.0),))
    first, _ = await server.guest(), await server.guest()
    third = await server.client()
    assert await third.hear() == ["421 4.7.0 Too many connections, come again"]
    assert await third.is_closed()
    await first.say("QUIT")
    assert await first.is_closed()
    assert (await (await server.client()).hear())[0].startswith("220")


async def test_an_address_has_its_own_limit_and_upstreams_have_none(serve: Serving) -> None:
    server = await serve(connections_per_address=1, upstreams=OURS)
    first = await server.guest("127.0.0.2")
    again = await server.client("127.0.0.2")
    assert await again.hear() == ["421 4.7.0 Too many connections from your address, come again"]
    assert await again.is_closed()
    for source in ("127.0.0.3", "127.0.0.9", "127.0.0.9"):
        assert (await (await server.client(source)).hear())[0].startswith("220")
    await first.say("QUIT")
    assert await first.is_closed()
    assert (await (await server.client("127.0.0.2")).hear())[0].startswith("220")


async def test_an_address_may_not_come_too_often(serve: Serving) -> None:
    server = await serve(new_connections_per_minute=2, upstreams=())
    for _ in range(2):
        client = await server.guest("127.0.0.2")
        await client.say("QUIT")
    refused = await server.client("127.0.0.2")
    assert await refused.hear() == ["421 4.7.0 Too many new connections from your address, come again"]
    assert (await (await server.client("127.0.0.3")).hear())[0].startswith("220")


async def guess(client: Client, word: str = "unknown") -> str:
    await client.say("RSET")
    await client.say("MAIL FROM:<a@example.org>")
    return await client.say(f"RCPT TO:<{word}@inbox.test>")


async def test_who_guesses_recipients_is_told_to_come_again(serve: Serving) -> None:
    server = await serve(bad_recipients_per_hour=3, upstreams=())
    client = await server.guest("127.0.0.2")
    assert [(await guess(client))[:3] for _ in range(2)] == ["550", "550"]
    assert (await guess(client, "a%b"))[:3] == "550"
    assert await guess(client) == "421 4.7.0 Too many unknown recipients from your address, come again"
    assert await client.is_closed()
    assert (await guess(await server.guest("127.0.0.2"), "shop"))[:3] == "421"
    assert (await guess(await server.guest("127.0.0.3"), "shop"))[:3] == "250"


async def test_an_upstream_is_not_blamed_for_what_its_clients_write(serve: Serving) -> None:
    server = await serve(bad_recipients_per_hour=3, errors=3)
    client = await server.guest()
    assert {(await guess(client))[:3] for _ in range(20)} == {"550"}
    assert (await guess(client, "shop"))[:3] == "250"


async def test_a_stranger_gets_so_many_mails_a_connection_and_an_upstream_any(serve: Serving) -> None:
    server = await serve(mails=2, upstreams=OURS)
    client = await server.guest("127.0.0.2")
    assert [(await client.mail())[:3] for _ in range(2)] == ["250", "250"]
    assert await client.say("MAIL FROM:<a@example.org>") == "421 4.7.0 Enough mails for one connection, open another"
    assert await client.is_closed()
    client = await server.guest("127.0.0.9")
    assert {(await client.mail())[:3] for _ in range(5)} == {"250"}
