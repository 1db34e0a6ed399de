"""What the handler does when its own task ends; failures over sockets are shown with the sessions."""

import asyncio

import aiosmtpd.smtp
import pytest

from gateway.domain.values import Peer
from smtp.handler import Handler
from tests.smtp.talk import Door, soon


class Caller:
    """A session's server, as far as the handler looks."""

    peer = Peer(ip="192.0.2.1")


def envelope(sender: str = "a@example.org") -> aiosmtpd.smtp.Envelope:
    """A mail at its end."""
    filled = aiosmtpd.smtp.Envelope()
    filled.mail_from, filled.rcpt_tos, filled.content = sender, ["b@inbox.test"], b"text\r\n"
    return filled


async def test_a_session_that_is_being_ended_ends_and_answers_nothing() -> None:
    door = Door()
    door.open.clear()
    session = aiosmtpd.smtp.Session(asyncio.get_running_loop())
    task = asyncio.ensure_future(Handler(door).handle_DATA(Caller(), session, envelope()))
    await soon(door.waiting)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("null", ["", "<>"])
async def test_the_null_sender_is_empty_however_a_server_writes_it(null: str) -> None:
    door = Door()
    session = aiosmtpd.smtp.Session(asyncio.get_running_loop())
    await Handler(door).handle_DATA(Caller(), session, envelope(null))
    assert door.arrivals[0].envelope.mail_from == ""
