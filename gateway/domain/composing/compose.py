"""One outgoing mail as bytes: which headers, in which order, around which parts; `headers` writes each field."""

from collections.abc import Iterator
from email.utils import format_datetime

from gateway.domain.composing import headers
from gateway.domain.composing.checking import check
from gateway.domain.composing.outgoing import LOOP_HEADER, File, Outgoing
from gateway.domain.composing.parts import Part, file_part, multipart, text_part
from gateway.errors import Invalid

LONGEST_NAME = 100
LONGEST_SUBJECT = 300
MOST_REFERENCES = 100


def compose(mail: Outgoing) -> bytes:
    """The mail in RFC 5322 form: CRLF, lines under 998 bytes, 7bit unless an address itself is not ASCII.

    Raises Invalid when an address, id or URL can't stand in a header, or when the bytes, read again, don't say
    exactly what was meant.
    """
    content = _content(mail)
    fields = (*_fields(mail), b"MIME-Version: 1.0\r\n", *content.fields)
    raw = b"".join((*fields, b"\r\n", content.body, b"\r\n"))
    check(raw, mail, _names(fields), headers.clean(mail.subject, LONGEST_SUBJECT))
    return raw


def _fields(mail: Outgoing) -> Iterator[bytes]:
    yield headers.folded("Date", [format_datetime(mail.date)])
    yield headers.mailbox("From", headers.clean(mail.from_name, LONGEST_NAME), mail.from_addr)
    yield headers.mailbox("To", headers.clean(mail.to_name, LONGEST_NAME), mail.to_addr)
    yield headers.mailbox("Reply-To", headers.clean(mail.from_name, LONGEST_NAME), mail.reply_to)
    yield headers.unstructured("Subject", headers.clean(mail.subject, LONGEST_SUBJECT))
    yield headers.folded("Message-ID", [f"<{_own_id(mail)}>"])
    yield from _threading(mail)
    yield from _automatic(mail)
    yield headers.folded(LOOP_HEADER, [headers.clean(mail.loop_mark, 250)])
    if mail.language:
        yield headers.folded("Content-Language", [mail.language.replace("_", "-")])


def _own_id(mail: Outgoing) -> str:
    if not headers.is_message_id(mail.internet_message_id):
        raise Invalid("Message-ID: not of the form left@right", "internet_message_id")
    return mail.internet_message_id


def _threading(mail: Outgoing) -> Iterator[bytes]:
    """RFC 5322 section 3.6.4. Of an endless thread the first id and the newest ones remain."""
    known = mail.references
    if len(known) > MOST_REFERENCES:
        known = (known[0], *known[1 - MOST_REFERENCES :])
    found = (headers.ids("In-Reply-To", filter(None, [mail.in_reply_to])), headers.ids("References", known))
    yield from filter(None, found)


def _automatic(mail: Outgoing) -> Iterator[bytes]:
    """RFC 3834 keeps good robots from answering, Microsoft's own header keeps Exchange from it."""
    if mail.auto_submitted:
        yield headers.folded("Auto-Submitted", [mail.auto_submitted])
        yield b"X-Auto-Response-Suppress: All\r\n"
    if mail.list_unsubscribe:
        url = mail.list_unsubscribe
        if not url.startswith("https://") or not url.isascii() or not url.isprintable() or set(url) & set(' <>,"'):
            raise Invalid("List-Unsubscribe: not an https URL", "list_unsubscribe")
        yield headers.folded("List-Unsubscribe", [f"<{url}>"])
        yield b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"


def _content(mail: Outgoing) -> Part:
    pictures = [file for file in mail.attachments if file.content_id is not None and mail.html is not None]
    others = [file for file in mail.attachments if file not in pictures]
    seed = mail.internet_message_id
    body = _body(mail, pictures, seed)
    if not others:
        return body
    return multipart("mixed", [body, *(file_part(file) for file in others)], seed)


def _body(mail: Outgoing, pictures: list[File], seed: str) -> Part:
    text = text_part("plain", mail.text)
    if mail.html is None:
        return text
    html = text_part("html", mail.html)
    if pictures:
        html = multipart("related", [html, *(file_part(picture) for picture in pictures)], seed)
    return multipart("alternative", [text, html], seed)


def _names(fields: tuple[bytes, ...]) -> list[str]:
    return [field.partition(b":")[0].decode() for field in fields]
