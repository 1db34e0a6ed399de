"""Turns a parsed mail and its disposition into the message that will be kept. Pure but for the ids."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from gateway.blobs import content_key
from gateway.clock import new_id
from gateway.domain.emails import Attachment, Email
from gateway.domain.facts import Clue, Facts, File
from gateway.domain.messages import NewMessage, StoredFile
from gateway.domain.parsing import dates
from gateway.domain.site_messages import dedupe_key
from gateway.domain.values import Trust
from gateway.store.inbound import Claimed

_AUTOMATIC = {"auto-reply": "auto-reply", "bounce": "bounce", "feedback-report": "list", "list": "list"}
MAX_SHOWN_CHARS = 200_000


def new_message(claimed: Claimed, facts: Facts, filed: File) -> NewMessage:
    """The message of a mail. An order note shows the note alone; the mail around it stays in the original."""
    email, is_note = facts.email, filed.channel == "order_note"
    text = (filed.text if filed.text is not None else email.text)[:MAX_SHOWN_CHARS]
    return NewMessage(
        id=new_id(),
        direction="inbound",
        channel=facts.channel.kind if claimed.by_call and facts.channel else filed.channel,
        author_kind="correspondent" if facts.shop and facts.shop.system else "buyer",
        author_name=_author_name(facts, is_note),
        subject="" if is_note else email.subject,
        text=text,
        words=email.words if filed.text is None else frozenset(),
        fresh_text=text if is_note else email.fresh_text[:MAX_SHOWN_CHARS],
        quoted_text="" if is_note else email.quoted_text[:MAX_SHOWN_CHARS],
        signature_text="" if is_note else email.signature_text[:MAX_SHOWN_CHARS],
        html=None if is_note else email.html,
        remote_content=bool(email.remote_content),
        internet_message_id=email.internet_message_id,
        references=email.references or email.in_reply_to,
        sent_at=email.date,
        sent_offset=None if is_note else dates.offset(email.header("date") or ""),
        received_at=claimed.received_at,
        trust=trust_json(facts.trust),
        filed_because=clues_json(filed.clues),
        defects=email.defects,
        automatic="" if is_note else _AUTOMATIC.get(email.mail_class, ""),
        raw_sha256=claimed.sha256,
        inbound_id=claimed.id,
        dedupe_key=dedupe_key(facts.channel.id, email) if claimed.by_call and facts.channel else None,
        channel_id=facts.channel.id if facts.channel and facts.token is None else None,
        attachments=tuple(stored_attachment(file) for file in email.attachments),
    )


def _author_name(facts: Facts, is_note: bool) -> str:
    """What the sender calls themselves, unless that is an address: neither side sees the other's."""
    known = facts.buyer.name if facts.buyer else ""
    own = shown_name(facts.email) if not is_note else ""
    if is_note and facts.note:
        own = known or facts.note.buyer_name or ""
    return own if own and "@" not in own else known


def shown_name(email: Email) -> str:
    """The author's name, decoded; who the author is, the strict reading of From tells."""
    return email.from_[0].name if email.from_ else ""


def clues_json(clues: tuple[Clue, ...]) -> tuple[Mapping[str, Any], ...]:
    """The clues as they are kept and served."""
    return tuple({"clue": clue.clue, "detail": clue.detail} for clue in clues)


def trust_json(trust: Trust) -> dict[str, Any]:
    """The trust as it is kept: reason codes, no sentences; those are made for each reader."""
    return asdict(trust) | {"details": dict(trust.details)}


def stored_attachment(file: Attachment) -> StoredFile:
    """The row of a file; its bytes go to the blob store under the same key."""
    return StoredFile(
        id=new_id(),
        filename=file.filename,
        content_type=file.content_type,
        declared_type=file.declared_type,
        size=file.size,
        sha256=file.sha256,
        blob_key=content_key("files", file.sha256),
        inline=file.inline,
        content_id=file.content_id,
    )


def files_of(email: Email) -> dict[str, bytes]:
    """Blob keys and bytes of all files of a mail."""
    return {content_key("files", file.sha256): file.content for file in email.attachments}
