"""A message on its way into a thread, and what its arrival does to the thread. Pure: the store carries it out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Direction = Literal["inbound", "outbound", "internal", "system"]
Channel = Literal["email", "order_note", "site", "chat"]

SNIPPET_CHARS = 160


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message goes: into `thread_id`; else into the order's one thread; else into a new thread."""

    shop_id: str
    buyer_id: str
    order_id: str | None = None
    thread_id: str | None = None


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file whose bytes are in the blob store already, under `blob_key`."""

    id: str
    filename: str
    content_type: str
    declared_type: str
    size: int
    sha256: str
    blob_key: str
    inline: bool = False
    content_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message as it will be kept. `dedupe_key` makes filing it a second time do nothing.

    `words` are what a search finds `text` by, where they are known already.
    """

    id: str
    direction: Direction
    channel: Channel
    author_kind: str
    author_name: str = ""
    author_user_id: str | None = None
    subject: str = ""
    text: str = ""
    fresh_text: str = ""
    words: frozenset[str] = frozenset()
    quoted_text: str = ""
    signature_text: str = ""
    html: str | None = None
    remote_content: bool = False
    internet_message_id: str | None = None
    references: tuple[str, ...] = ()
    sent_at: datetime | None = None
    sent_offset: int | None = None
    received_at: datetime
    trust: Mapping[str, Any] = field(default_factory=dict)
    filed_because: tuple[Mapping[str, Any], ...] = ()
    defects: tuple[str, ...] = ()
    automatic: str = ""
    raw_sha256: str | None = None
    inbound_id: str | None = None
    dedupe_key: str | None = None
    channel_id: str | None = None
    attachments: tuple[StoredFile, ...] = ()
    status_after: str | None = None
    undo: Mapping[str, Any] | None = None


def snippet(text: str) -> str:
    """The first words of a text on one line, for lists."""
    return " ".join(text[: SNIPPET_CHARS * 4].split())[:SNIPPET_CHARS]


def effect(message: NewMessage) -> dict[str, Any]:
    """The thread's columns that a message sets by arriving; absent ones stay as they are.

    Only what a person writes moves a thread: an automatic reply neither reopens it nor asks for an answer
    (RFC 3834 §4), and notes and events change nothing that the buyer's clock depends on.
    """
    if message.direction == "inbound":
        return _buyer_wrote(message)
    if message.direction == "outbound" and not message.automatic:
        shown = {"snippet": snippet(message.text), "last_message_at": message.received_at}
        answered = {"needs_reply": False, "unread": False, "automatic": False, "due_at": None}
        return shown | answered | {"status": message.status_after or "waiting", "snoozed_until": None}
    return {"status": message.status_after} if message.status_after else {}


def _buyer_wrote(message: NewMessage) -> dict[str, Any]:
    changes: dict[str, Any] = {"last_message_at": message.received_at}
    if message.channel == "order_note":
        changes["has_note"] = True
    if message.automatic:
        return changes
    text = snippet(message.fresh_text or message.text) or message.subject
    awake = {"status": "open", "snoozed_until": None, "automatic": False}
    return changes | awake | {"snippet": text, "unread": True, "needs_reply": True}
