"""From the raw bytes of a mail to an `Email`, whatever state they are in; reads nothing but the bytes."""

import re
from datetime import datetime

from gateway.domain import quoting, screening
from gateway.domain.emails import Email, Mailbox
from gateway.domain.parsing import attachments, bodies, dates, mailboxes, tree, unpacking
from gateway.domain.parsing.charsets import codec_of
from gateway.domain.parsing.repairs import Repairs
from gateway.domain.parsing.shown import show
from gateway.domain.parsing.tree import Part
from gateway.domain.parsing.words import Reader, clean

_ID = re.compile(r"<([^<>]{1,990})>")
_BLANK = re.compile(r"\s+")
_WORD_CHARSET = re.compile(rb"=\?([^?\s]{1,40})\?[bBqQ]\?")
_FORWARD = re.compile(
    r"\s*(?:\[[^\]]{1,40}\]\s*)?(?:fwd?|wg|tr|rv|i|enc|vs|vb|doorst|pd|yml|ilt|转发|轉寄|轉發|转|fs|vl"
    r"|továbbítás|пересл|転送)\s*[:：]",
    re.IGNORECASE,
)


def parse(raw: bytes) -> Email:
    """Read one RFC 5322 message. Never raises for any bytes; time and memory grow in line with them."""
    repairs = Repairs()
    words = Reader(repairs)
    root = tree.read(raw, words, repairs)
    words.hint = _hint(root)
    unpacking.unpack(root, words, repairs)
    layout = bodies.lay_out(root)
    body = bodies.read(layout, words.hint, repairs)
    shown = show(body, repairs)
    files = attachments.read(layout.files, body.content_ids(), words, repairs)
    subject = root.headers.text("subject")
    from_ = _mailboxes(root, "from", words)
    author = from_[0] if from_ else quoting.NOBODY
    parts = quoting.split(shown.text, shown.marks, forwarded=bool(_FORWARD.match(subject)), author=author)
    verdict = screening.screen(root, subject, shown.text, parts.fresh)
    if verdict.mail_class == "bounce":
        parts = quoting.Split(shown.text, "", "")  # its fields are the report, however much they look like a quote
    told = _told(shown.text, repairs)
    fields = tuple(root.headers.decoded())
    return Email(
        subject=subject,
        from_=from_,
        to=_mailboxes(root, "to", words),
        cc=_mailboxes(root, "cc", words),
        reply_to=_mailboxes(root, "reply-to", words),
        date=_date(root, repairs),
        internet_message_id=next(iter(_ids(root, "message-id")), None),
        in_reply_to=_ids(root, "in-reply-to"),
        references=_ids(root, "references"),
        text=shown.text + told,
        html=shown.html,
        fresh_text=parts.fresh + told,
        quoted_text=parts.quoted,
        signature_text=parts.signature,
        attachments=files,
        mail_class=verdict.mail_class,
        bounce=verdict.bounce,
        defects=repairs.sentences(),
        charset_uncertain=repairs.charset_uncertain,
        headers=fields,
        remote_content=shown.remote_content,
        json_ld=body.json_ld,
    )


def _told(text: str, repairs: Repairs) -> str:
    """What was left out, as lines below the text: nobody may take a part for the whole."""
    if not repairs.left_out:
        return ""
    lines = "\n".join(f"[{sentence}]" for sentence in repairs.left_out)
    return f"\n\n{lines}" if text else lines


def _date(root: Part, repairs: Repairs) -> datetime | None:
    written = root.headers.text("date")
    moment = dates.read(written)
    if written and moment is None:
        repairs.note("date cannot be read")
    return moment


def _mailboxes(root: Part, name: str, words: Reader) -> tuple[Mailbox, ...]:
    """All mailboxes of a field, also where it stands more than once."""
    return tuple(each for raw in root.headers.all_raw(name) for each in mailboxes.read(raw, words))


def _ids(root: Part, name: str) -> tuple[str, ...]:
    """Message-IDs without angle brackets (RFC 5322 §3.6.4), from every field of the name; bare ones count too."""
    found: dict[str, None] = {}
    for raw in root.headers.all_raw(name):
        text = clean(raw.decode("utf-8", "replace"))
        for each in _ID.findall(text) or [word for word in text.split() if "@" in word and len(word) < 990]:
            found[_BLANK.sub("", each)] = None
    return tuple(found)


def _hint(root: Part) -> str | None:
    """The charset that the rest of the mail admits to: what an unlabelled name or text is probably in."""
    labels = [part.options.get("charset", "") for part in root.walk()]
    for field in root.headers.fields:
        labels += [found.decode("ascii", "replace") for found in _WORD_CHARSET.findall(field.raw)]
    for label in labels:
        if label and codec_of(label) not in (None, "ascii", "utf-8", "cp1252"):
            return label
    return None
