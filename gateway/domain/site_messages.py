"""What a shop's site or chat posts for a buyer: the document, and the message that it is. Who may post: the flow."""

from dataclasses import replace
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationError, model_validator

from gateway.domain.conversations import clean_text
from gateway.domain.emails import Email, Mailbox
from gateway.domain.orders import NO_NUL, Address, Document, Line, Locale, Moment, Word
from gateway.errors import Unreadable

MAX_BODY_BYTES = 256 * 1024
MAX_TEXT_CHARS = 20_000
EXTERNAL_ID, ORDER_NO = "External-Id", "Order-No"
"""What a body says beside the message stands in its fields, as a mail's would."""
VISIBLE = r"^[^\x00]*[^\s\x00][^\x00]*$"


class WriterDocument(Document):
    """Who wrote, as the site knows them. Without an address the order says whose buyer it is."""

    email: Address | None = None
    name: Line | None = None
    locale: Locale | None = None


class SiteMessageDocument(Document):
    """One message. The same `external_id` of a channel is filed once."""

    external_id: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL)]
    text: Annotated[str, StringConstraints(max_length=MAX_TEXT_CHARS, pattern=VISIBLE)]
    buyer: WriterDocument = Field(default_factory=WriterDocument)
    order_no: Word | None = None
    subject: Line | None = None
    sent_at: Moment | None = None

    @model_validator(mode="after")
    def _somebody(self) -> "SiteMessageDocument":
        if not self.buyer.email and not self.order_no:
            raise ValueError("say who wrote: buyer.email, or the order_no of one of their orders")
        return self


def read_message(body: bytes) -> SiteMessageDocument:
    """The document of a body. Raises ValidationError, which names the fields."""
    return SiteMessageDocument.model_validate_json(body)


def email_of(body: bytes, address: str) -> Email:
    """The message as everything behind the door knows messages. Raises Unreadable for what is none.

    `address` is whose it is: the one in the body, or the order's buyer's.
    """
    try:
        told = read_message(body)
    except ValidationError:
        raise Unreadable("this is no message of a site or chat") from None
    text = clean_text(told.text).strip()
    writer = Mailbox(told.buyer.name or "", address)
    fields = ((EXTERNAL_ID, told.external_id), (ORDER_NO, told.order_no or ""))
    plain = Email(subject=told.subject or "", from_=(writer,), date=told.sent_at, text=text, fresh_text=text)
    return replace(plain, headers=fields)


def dedupe_key(channel_id: str, email: Email) -> str:
    """What two calls of one channel about the same message have in common."""
    return f"call:{channel_id}:{email.header(EXTERNAL_ID)}"


def order_of(email: Email) -> str:
    """The order that a call names; empty when it names none."""
    return email.header(ORDER_NO) or ""


def recipient_of_call(kind: str, channel_id: str, domain: str) -> str:
    """What the ledger has as the recipient of a call: no mail reaches it, since no channel has such an address."""
    return f"{kind}.{channel_id}@{domain}"


def channel_of_call(rcpt_to: str) -> str:
    """The channel's id of such a recipient."""
    return rcpt_to.partition("@")[0].partition(".")[2]
