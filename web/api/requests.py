"""What requests are read by: the bodies and the queries, strictly, with every limit in the published schema."""

import base64
import binascii
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, StringConstraints, WithJsonSchema

from gateway.admin.shops import LISTED_SENDER
from gateway.domain.conversations import MAX_LIMIT, VIEWS, Sort, Status
from gateway.domain.ledger import Ingress, State, Trusted
from gateway.domain.orders import NO_NUL, Document, Line, Locale, Moment, Note

from .schemas import Text

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
    time_zone: Annotated[str, StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9_+/-]*$")] | None = None
    notes_from: Annotated[list[Sender], Field(max_length=100)] | None = None
    order_mask: Annotated[str, StringConstraints(max_length=220, pattern=NO_NUL)] | None = None
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
    send_at: Moment | None = None


class InternalNoteBody(Document):
    """A note that only colleagues see."""

    text: Note


class ThreadChange(BaseModel):
    """What is to change; what is left out stays, null takes away."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: Status = _LEFT_OUT
    assignee: Annotated[str, StringConstraints(max_length=254, pattern=NO_NUL)] | None = None
    team: Annotated[str, StringConstraints(max_length=100, pattern=NO_NUL)] | None = None
    priority: Literal["low", "normal", "high", "urgent"] = _LEFT_OUT
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
    team: Annotated[str, StringConstraints(max_length=40, pattern=NO_NUL)] = ""
    cursor: Annotated[str, StringConstraints(max_length=300, pattern=NO_NUL)] = ""
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = 50
    sort: Sort = "newest"


Asked = Annotated[str, StringConstraints(max_length=254, pattern=NO_NUL)]


class InboundListQuery(_Query):
    """Which rows of the ledger to list. `sender` is a whole address or `@domain`, `recipient` how an address begins.

    `channel` and `trust` are known of what was filed.
    """

    state: State | None = None
    shop: Text | None = None
    why: Asked = ""
    sender: Asked = ""
    recipient: Asked = ""
    ingress: Ingress | None = None
    channel: Asked = ""
    trust: Trusted | None = None
    since: Moment | None = None
    until: Moment | None = None
    cursor: Annotated[str, Field(json_schema_extra={"format": "uuid"})] | None = None
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = 50


class EventsQuery(_Query):
    """From where on to tell."""

    since: Annotated[str, StringConstraints(max_length=2000, pattern=NO_NUL)] | None = None
