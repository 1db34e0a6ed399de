"""What every courier promises, whatever it speaks: the bytes arrive as they are, or an outcome says why not."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.domain.couriers import Courier, Deferred, Sent
from smtp.courier import courier_for
from tests.smtp.relay import Relay, listening

MAIL = b"Subject: hello\r\nX-Empty: \r\n\r\n.leading dot\r\n..two\r\n.\r\nFrom here\r\ntrailing blank \r\n\r\n"


@dataclass
class Door:
    """A courier, what came out at its other end, and a way to make that end unreachable."""

    courier: Courier
    arrived: Callable[[], list[bytes]]
    break_down: Callable[[], Awaitable[None]]


@pytest.fixture(params=["maildir", "smtp"])
async def door(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Door]:
    """One of each kind."""
    kind: Callable[[Path], AsyncIterator[Door]] = {"maildir": _maildir, "smtp": _smtp}[request.param]
    async for one in kind(tmp_path):
        yield one
        await one.courier.close()


async def _maildir(tmp_path: Path) -> AsyncIterator[Door]:
    folder = tmp_path / "outgoing"

    async def break_down() -> None:
        for part in ("tmp", "new", "cur"):
            if (folder / part).is_dir():
                (folder / part).rmdir()
        folder.mkdir(exist_ok=True)
        folder.rmdir()
        folder.write_text("not a folder")

    arrived = lambda: [path.read_bytes() for path in sorted((folder / "new").iterdir())]  # noqa: E731
    yield Door(courier_for(f"maildir://{folder}", "znx.test"), arrived, break_down)


async def _smtp(tmp_path: Path) -> AsyncIterator[Door]:
    async with AsyncExitStack() as stack:
        relay = await stack.enter_async_context(listening(Relay(), data_size_limit=50_000_000))
        arrived = lambda: [bytes(envelope.original_content or b"") for envelope in relay.mails]  # noqa: E731
        yield Door(courier_for(relay.url, "znx.test"), arrived, stack.aclose)


async def test_a_mail_arrives_byte_for_byte(door: Door) -> None:
    outcome = await door.courier.send(MAIL, "b.token@znx.test", "buyer@shop.test")
    assert isinstance(outcome, Sent)
    assert outcome.reply.startswith("250 ")
    assert outcome.host
    assert door.arrived() == [MAIL]


async def test_bytes_outside_of_ascii_and_long_lines_are_left_alone(door: Door) -> None:
    mail = b"Subject: x\r\n\r\n" + "你好".encode() * 100 + b"\r\n" + b"y" * 900 + b"\r\n"
    assert isinstance(await door.courier.send(mail, "b@znx.test", "buyer@shop.test"), Sent)
    assert door.arrived() == [mail]


async def test_a_bounce_message_has_no_sender(door: Door) -> None:
    assert isinstance(await door.courier.send(MAIL, "", "buyer@shop.test"), Sent)
    assert door.arrived() == [MAIL]


async def test_large_mail_arrives_whole(door: Door) -> None:
    mail = b"Subject: large\r\n\r\n" + (b"x" * 76 + b"\r\n") * 60_000
    assert isinstance(await door.courier.send(mail, "b@znx.test", "buyer@shop.test"), Sent)
    assert door.arrived() == [mail]


async def test_mails_sent_at_the_same_time_each_arrive_once(door: Door) -> None:
    mails = [b"Subject: %d\r\n\r\nbody\r\n" % number for number in range(50)]
    outcomes = await asyncio.gather(*(door.courier.send(mail, "b@znx.test", "a@shop.test") for mail in mails))
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert sorted(door.arrived()) == sorted(mails)


async def test_what_cannot_be_handed_over_is_deferred_with_the_reason(door: Door) -> None:
    await door.break_down()
    outcome = await door.courier.send(MAIL, "b@znx.test", "buyer@shop.test")
    assert isinstance(outcome, Deferred)
    assert outcome.reply
    assert outcome.host


async def test_closing_twice_does_no_harm(door: Door) -> None:
    await door.courier.send(MAIL, "b@znx.test", "buyer@shop.test")
    await door.courier.close()
    await door.courier.close()
