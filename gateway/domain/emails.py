"""The parsed value of one RFC 5322 message and its JSON; how it is read out of bytes is `parsing`'s job."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

MailClass = Literal["human", "auto-reply", "bounce", "feedback-report", "list"]


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One author or recipient. `address` is as written, without angle brackets; empty when there is none."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file of a mail, decoded.

    `filename` is safe to show and to save (never empty). `content_type` is told by the bytes,
    `declared_type` by the sender. `content_id` is without angle brackets.
    """

    filename: str
    content_type: str
    declared_type: str
    size: int
    sha256: str
    inline: bool
    content_id: str | None
    content: bytes


@dataclass(frozen=True, slots=True)
class BouncedRecipient:
    """One recipient of a delivery report; `status` is an RFC 3463 code or empty."""

    address: str
    status: str
    diagnostic: str


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a delivery report says (RFC 3464, or read from prose).

    `action` is failed, delayed, delivered, relayed or expanded. `original_message_id` names the mail it is about.
    """

    action: str
    status: str
    kind: Literal["hard", "soft"]
    recipients: tuple[BouncedRecipient, ...]
    original_message_id: str | None


@dataclass(frozen=True, slots=True)
class Email:
    """One message as a reader sees it. Never holds an unreadable byte: what was repaired stands in `defects`.

    `fresh_text`, `quoted_text` and `signature_text` share out the lines of `text`: none is lost or doubled.
    `html` is sanitised; `remote_content` counts what it would have fetched from elsewhere. `headers` are all
    fields of the top level, decoded, in order. `json_ld` are the JSON-LD texts that the mail carries. `words` are
    what a search finds `text` by, where whoever read the mail has looked for them already.
    """

    subject: str = ""
    from_: tuple[Mailbox, ...] = ()
    to: tuple[Mailbox, ...] = ()
    cc: tuple[Mailbox, ...] = ()
    reply_to: tuple[Mailbox, ...] = ()
    date: datetime | None = None
    internet_message_id: str | None = None
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    text: str = ""
    html: str | None = None
    fresh_text: str = ""
    quoted_text: str = ""
    signature_text: str = ""
    attachments: tuple[Attachment, ...] = ()
    mail_class: MailClass = "human"
    bounce: Bounce | None = None
    defects: tuple[str, ...] = ()
    charset_uncertain: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    remote_content: int = 0
    json_ld: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()

    def header(self, name: str) -> str | None:
        """The first value of a field, decoded and unfolded; None when the mail has none."""
        return next(self.header_values(name), None)

    def header_values(self, name: str) -> Iterator[str]:
        """Every value of a field, in the order of the mail."""
        wanted = name.lower()
        return (value for key, value in self.headers if key.lower() == wanted)

    @property
    def auto_submitted(self) -> str:
        """The keyword of RFC 3834 §5 in lower case; "no" when the field is absent."""
        words = (self.header("Auto-Submitted") or "").split(";")[0].split()
        return words[0].lower() if words else "no"


NOTHING = Email()
"""A mail of which nothing could be read."""


def with_defect(email: Email, sentence: str) -> Email:
    """The same mail with one more thing to say about how it was read."""
    return replace(email, defects=(sentence, *email.defects))


def to_json(email: Email) -> dict[str, object]:
    """The object that `znx parse` prints for a mail; everything in it can be dumped by `json`."""
    return {
        "subject": email.subject,
        "from": _mailboxes(email.from_),
        "to": _mailboxes(email.to),
        "cc": _mailboxes(email.cc),
        "reply_to": _mailboxes(email.reply_to),
        "date": email.date.isoformat().replace("+00:00", "Z") if email.date else None,
        "internet_message_id": email.internet_message_id,
        "in_reply_to": list(email.in_reply_to),
        "references": list(email.references),
        "text": email.text,
        "html": email.html,
        "fresh_text": email.fresh_text,
        "quoted_text": email.quoted_text,
        "signature_text": email.signature_text,
        "attachments": [_attachment(each) for each in email.attachments],
        "class": email.mail_class,
        "bounce": _bounce(email.bounce),
        "defects": list(email.defects),
        "charset_uncertain": email.charset_uncertain,
        "remote_content": email.remote_content,
    }


def _mailboxes(mailboxes: tuple[Mailbox, ...]) -> list[dict[str, str]]:
    return [{"name": each.name, "address": each.address} for each in mailboxes]


def _attachment(file: Attachment) -> dict[str, object]:
    return {
        "filename": file.filename,
        "content_type": file.content_type,
        "declared_type": file.declared_type,
        "size": file.size,
        "sha256": file.sha256,
        "inline": file.inline,
        "content_id": file.content_id,
    }


def _bounce(bounce: Bounce | None) -> dict[str, object] | None:
    if bounce is None:
        return None
    return {
        "action": bounce.action,
        "status": bounce.status,
        "kind": bounce.kind,
        "recipients": [
            {"address": each.address, "status": each.status, "diagnostic": each.diagnostic}
            for each in bounce.recipients
        ],
        "original_message_id": bounce.original_message_id,
    }
