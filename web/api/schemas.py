"""The JSON documents that the API answers, as models: what its documentation says of them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gateway.domain.conversations import Status
from gateway.domain.ledger import State
from gateway.domain.orders import NO_NUL

Id = Annotated[str, Field(json_schema_extra={"format": "uuid"})]
Text = Annotated[str, StringConstraints(pattern=NO_NUL)]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class BuyerRef(_Answer):
    """A buyer as sellers see one."""

    id: Id
    name: str
    email_masked: str


class TeamRef(_Answer):
    """A team by name."""

    id: Id
    name: str


class Thread(_Answer):
    """A conversation of one buyer with one shop."""

    id: Id
    shop: str
    order_no: str | None
    subject: str
    buyer: BuyerRef
    status: Status
    assignee: str | None
    team: TeamRef | None
    priority: Literal["low", "normal", "high", "urgent"]
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


class ActedCondition(_Answer):
    """Something that a rule asked and found to be so."""

    field: str
    op: str
    value: list[str] | str | float | bool


class ActedAction(_Answer):
    """Something that a rule did."""

    do: str
    value: str | int


class ActedRule(_Answer):
    """A rule that acted on a message, as it was then: what it found and what it did."""

    id: Id
    name: str
    because: list[ActedCondition]
    did: list[ActedAction]


class Delivery(_Answer):
    """How far a mail of ours came, with the other server's words."""

    to_masked: str
    state: Literal["queued", "sent", "deferred", "bounced", "failed"]
    attempts: int
    smtp_reply: str
    refusal: str
    at: datetime
    next_attempt_at: datetime | None


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
    rules: list[ActedRule]
    automatic: Literal[False, "auto-reply", "bounce", "list"]
    deliveries: list[Delivery]


class ThreadWithMessages(Thread):
    """A thread with its messages in order."""

    messages: list[Message]


class ViewerRef(_Answer):
    """Somebody who has the thread open in the inbox at this moment, and whether they write."""

    name: str
    typing: bool


class ListedThread(Thread):
    """A thread in a list, with who else is looking at it."""

    viewers: list[ViewerRef]


class ThreadPage(_Answer):
    """Some threads in the order that was asked for; `next` is the cursor of the page after them."""

    items: list[ListedThread]
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
    time_zone: str
    order_mask: str
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
    country: str
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
