"""What a buyer wrote on the page as a mail, for the ledger to keep; storing it is others' work."""

from base64 import b64encode
from email.header import Header
from email.utils import format_datetime

from gateway.domain.buyer_pages import Link, PageDraft
from gateway.domain.conversations import clean_text
from gateway.domain.messages import NewMessage


def as_mail(opened: Link, draft: PageDraft, message: NewMessage, mail_domain: str) -> bytes:
    """What the ledger keeps: the words as a mail; files by their hash (RFC 2046 §5.2.3), since they are kept once."""
    subject = " ".join(clean_text(draft.subject or opened.subject).split())
    head = (
        f"From: <{_line(opened.address)}>",
        f"To: <{opened.shop_slug}@{mail_domain}>",
        f"Subject: {Header(subject, 'utf-8').encode(linesep='').replace(chr(10), '')}",
        f"Date: {format_datetime(message.received_at)}",
        f"Message-ID: <{message.id}@{mail_domain}>",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/mixed; boundary="{message.id}"',
    )
    words = b64encode(draft.text.encode()).decode()
    lines = "\r\n".join(words[at : at + 76] for at in range(0, len(words), 76))
    parts = [f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{lines}"]
    parts += [
        f"Content-Type: message/external-body; access-type=x-znx-file; sha256={one.sha256}; size={one.size}\r\n\r\n"
        f"Content-Type: {one.content_type}\r\n"
        for one in message.attachments
    ]
    body = "".join(f"\r\n--{message.id}\r\n{part}" for part in parts)
    return ("\r\n".join(head) + f"\r\n{body}\r\n--{message.id}--\r\n").encode()


def _line(text: str) -> str:
    return "".join(clean_text(text).split())
