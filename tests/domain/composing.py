"""What the tests of composing share: one plain mail to vary, and a reader that owes nothing to the writer."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from typing import Any

from gateway.domain.composing import Outgoing

PLAIN = Outgoing(
    from_name="Lotus Teahouse",
    from_addr="r.abcdefgh@inbox.example.com",
    to_addr="wang@shop.test",
    to_name="Wang Fang",
    reply_to="r.abcdefgh@inbox.example.com",
    subject="Re: Where is it? [A-1001]",
    text="Hello\n\nbye",
    internet_message_id="0190@inbox.example.com",
    date=datetime(2026, 11, 23, 8, 0, tzinfo=UTC),
    loop_mark="inbox.example.com",
    language="en",
)
HEADERS = ["Date", "From", "To", "Reply-To", "Subject", "Message-ID", "X-Znx-Loop", "Content-Language", "MIME-Version"]


def mail(**changes: Any) -> Outgoing:
    """The plain mail with some fields changed."""
    return replace(PLAIN, **changes)


def read(raw: bytes) -> EmailMessage:
    """As Python's modern parser reads it."""
    return message_from_bytes(raw, policy=default)


def header_names(raw: bytes) -> list[str]:
    """The names before the colons of the header section, top to bottom, by nothing but CRLF and leading blanks."""
    section = raw.partition(b"\r\n\r\n")[0]
    return [line.partition(b":")[0].decode() for line in section.split(b"\r\n") if line[:1] not in (b" ", b"\t")]


def body(part: Message) -> bytes:
    """The decoded content of one part."""
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


def raw_value(message: Message, name: str) -> str:
    """The field as it was sent, unfolded and undecoded."""
    return str(dict(message.raw_items())[name]).replace("\r\n", "").replace("\n", "")
