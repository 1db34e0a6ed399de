"""The JSON documents of the API as models: what requests are read by, and what the documentation says of answers."""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, StringConstraints, WithJsonSchema

from gateway.admin import LISTED_SENDER
from gateway.domain.conversations import MAX_LIMIT, VIEWS, Status
from gateway.domain.ledger import State
from gateway.domain.orders import NO_NUL, Document, Line, Locale, Moment, Note

Id = Annotated[str, Field(json_schema_extra={"format": "uuid"})]
View = Literal[VIEWS]  # type: ignore[valid-type]
MAX_REPLY_CHARS = 100_000
_BASE64 = r"^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
_MEDIA_TYPE = r"^[A-Za-z0-9!#$&^_.+-]{1,80}/[A-Za-z0-9!#$&^_.+-]{1,80}( *;[ -~]*)?$"

_LEFT_OUT: Any = Field(default_factory=lambda: None)
"""Not required, and null is no value of it: what was given stands in `model_fields_set`."""


def _decoded(value: object) -> bytes:
    """RFC 4648 base64; line ends inside, which many encoders write, are passed over."""
    if isinstance(value, str):
        try:
            return base64.b64decode("".join(value.split()), validate=True)
        except (binascii.Error, ValueError):
            pass
    raise ValueError("expected base64")


Base64 = Annotated[bytes, PlainValidator(_decoded), WithJsonSchema({"type": "string", "pattern": _BASE64})]
Text = Annotated[str, StringConstraints(pattern=NO_NUL)]
Sender = Annotated[str, StringConstraints(max_length=254, pattern=LISTED_SENDER)]


class MailsBody(BaseModel):
    """What a shop's mails are to be like; what is left out stays."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    quote_history: bool = _LEFT_OUT
    order_placed: bool = _LEFT_OUT
    received: bool = _LEFT_OUT
    conversation_closed: bool = _LEFT_OUT


class ShopBody(Document):
    """How a shop is to be; what is left out stays."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")]
    locale: Locale | None = None
    reply_name: Line | None = None
    notes_from: Annotated[list[Sender], Field(max_length=100)] | None = None
    mails: MailsBody | None = None


class FileBody(Document):
    """A file to send along."""

    filename: Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=NO_NUL)]
    content_type: Annotated[str, StringConstraints(max_length=255, pattern=_MEDIA_TYPE)] = "application/octet-stream"
    content_base64: Base64


class ReplyBody(Document):
    """An answer to the buyer: a text, files, or both."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"required": ["text"], "properties": {"text": {"pattern": r"\S"}}},
                {"required": ["attachments"], "properties": {"attachments": {"minItems": 1}}},
            ]
        }
    )

    text: Annotated[str, StringConstraints(max_length=MAX_REPLY_CHARS, pattern=NO_NUL)] = ""
    attachments: Annotated[tuple[FileBody, ...], Field(max_length=20)] = ()
    template: Annotated[str, StringConstraints(max_length=100, pattern=NO_NUL)] = "reply"


class InternalNoteBody(Document):
    """A note that only colleagues see."""

    text: Note


class ThreadChange(BaseModel):
    """What is to change; what is left out stays, null takes away."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: Status = _LEFT_OUT
    assignee: Annotated[str, StringConstraints(max_length=254, pattern=NO_NUL)] | None = None
    labels: Annotated[list[Annotated[str, StringConstraints(max_length=40)]], Field(max_length=20)] = _LEFT_OUT
    snoozed_until: Moment | None = None


class _Query(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class ThreadsQuery(_Query):
    """Which threads to list."""

    shop: Text | None = None
    view: View = "all"
    q: Annotated[str, StringConstraints(max_length=500, pattern=NO_NUL)] = ""
    order_no: Annotated[str, StringConstraints(max_length=64, pattern=NO_NUL)] = ""
    cursor: Annotated[str, StringConstraints(max_length=300, pattern=NO_NUL)] = ""
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = 50


class InboundListQuery(_Query):
    """Which rows of the ledger to list."""

    state: State | None = None
    shop: Text | None = None
    cursor: Annotated[str, Field(json_schema_extra={"format": "uuid"})] | None = None
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = 50


class EventsQuery(_Query):
    """From where on to tell."""

    since: Annotated[str, StringConstraints(max_length=2000, pattern=NO_NUL)] | None = None


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class BuyerRef(_Answer):
    """A buyer as sellers see one."""

    id: Id
    name: str
    email_masked: str


class Thread(_Answer):
    """A conversation of one buyer with one shop."""

    id: Id
    shop: str
    order_no: str | None
    subject: str
    buyer: BuyerRef
    status: Status
    assignee: str | None
    labels: list[str]
    unread: bool
    last_message_at: datetime
    message_count: int
    snippet: str
    needs_reply: bool
    due_at: datetime | None
    snoozed_until: datetime | None


class Author(_Answer):
    """Who wrote a message."""

    kind: str
    name: str


class Attachment(_Answer):
    """A file of a message; `content_type` is told by its bytes."""

    id: Id
    filename: str
    content_type: str
    declared_type: str
    size: int
    sha256: str
    inline: bool
    content_id: str | None


class Sentences(_Answer):
    """The same sentence in both languages."""

    en: str
    zh: str


class Trust(_Answer):
    """How sure it is who wrote a message, by the result words of RFC 8601."""

    verdict: Literal["verified", "unverified", "failed", "internal"]
    spf: str
    dkim: str
    dmarc: str
    arc: str
    why: str
    why_text: Sentences


class Clue(_Answer):
    """One fact that led a message to its place."""

    clue: str
    detail: str


class Delivery(_Answer):
    """How far a mail of ours came, with the other server's words."""

    to_masked: str
    state: Literal["queued", "sent", "deferred", "bounced", "failed"]
    attempts: int
    smtp_reply: str
    at: datetime


class Message(_Answer):
    """One entry of a thread."""

    id: Id
    thread_id: Id
    direction: Literal["inbound", "outbound", "internal", "system"]
    channel: Literal["email", "order_note", "site", "chat"]
    author: Author
    subject: str
    text: str
    fresh_text: str
    quoted_text: str
    html: str | None
    attachments: list[Attachment]
    internet_message_id: str | None
    sent_at: datetime | None
    received_at: datetime
    trust: Trust
    filed_because: list[Clue]
    automatic: Literal[False, "auto-reply", "bounce", "list"]
    deliveries: list[Delivery]


class ThreadWithMessages(Thread):
    """A thread with its messages in order."""

    messages: list[Message]


class ThreadPage(_Answer):
    """Some threads, newest first; `next` is the cursor of the page after them."""

    items: list[Thread]
    next: str | None


class Inbound(_Answer):
    """One recipient of one accepted mail, its state and why."""

    id: Id
    received_at: datetime
    ingress: Literal["smtp", "lmtp", "pipe", "api", "webhook"]
    mail_from: str
    rcpt_to: str
    size: int
    sha256: str
    state: State
    why: str
    why_text: str
    shop: str | None
    message_id: Id | None
    thread_id: Id | None
    attempts: int
    decided_at: datetime | None


class InboundPage(_Answer):
    """Some rows, newest first; `next` is the cursor of the page after them."""

    items: list[Inbound]
    next: str | None


class Mails(_Answer):
    """Whether answers quote what they answer, and which automatic mails go to buyers."""

    quote_history: bool
    order_placed: bool
    received: bool
    conversation_closed: bool


class Shop(_Answer):
    """A shop."""

    id: Id
    slug: str
    name: str
    locale: str
    reply_name: str
    notes_from: list[str]
    mails: Mails
    created_at: datetime


class ShopList(_Answer):
    """The shops that the token reaches, by slug; they all fit one page, so `next` is always null."""

    items: list[Shop]
    next: None


class OrderBuyer(BuyerRef):
    """Who bought."""

    locale: str


class Order(_Answer):
    """An order; amounts are decimal texts."""

    id: Id
    shop: str
    order_no: str
    buyer: OrderBuyer
    status: str
    placed_at: datetime | None
    paid_at: datetime | None
    currency: str
    total: str
    items: list[dict[str, Any]]
    tracking_no: str
    thread_id: Id | None
    created_at: datetime
    updated_at: datetime


class FieldError(_Answer):
    """One wrong field."""

    field: str
    message: str


class ProblemDocument(_Answer):
    """RFC 9457: what went wrong, for programs and people."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldError] = []


class OpenApi(BaseModel):
    """An OpenAPI 3.1 document."""

    model_config = ConfigDict(extra="allow")

    openapi: str
    info: dict[str, Any]
    paths: dict[str, Any]
