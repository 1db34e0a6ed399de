"""The values that describe one outgoing mail, before it is bytes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

AutoSubmitted = Literal["", "auto-generated", "auto-replied"]
"""RFC 3834 section 5: empty for what a person wrote."""

LOOP_HEADER = "X-Znx-Loop"
"""Our own mark: a mail that comes in with it was sent by this installation (its value is our mail domain)."""


@dataclass(frozen=True, slots=True)
class File:
    """One attachment. With a `content_id` (no angle brackets) it is a picture that the HTML shows by `cid:`."""

    filename: str
    content_type: str
    content: bytes
    content_id: str | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One mail to one person.

    Ids are given without angle brackets. `date` is aware. `list_unsubscribe` is an https URL that takes a POST
    (RFC 8058). `loop_mark` is our mail domain. `language` is a BCP 47 tag. Texts may hold any characters, from
    anybody: composing makes them harmless.
    """

    from_name: str
    from_addr: str
    to_addr: str
    reply_to: str
    subject: str
    text: str
    internet_message_id: str
    date: datetime
    loop_mark: str
    html: str | None = None
    to_name: str = ""
    attachments: tuple[File, ...] = ()
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    auto_submitted: AutoSubmitted = ""
    list_unsubscribe: str | None = None
    language: str = ""


def message_id(unique: str, domain: str) -> str:
    """The Message-ID for something unique of ours (a UUIDv7), without angle brackets."""
    return f"{unique}@{domain}"
