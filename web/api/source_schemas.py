"""The JSON documents of order sources as models."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gateway.domain.conversations import MAX_LIMIT
from gateway.domain.orders import NO_NUL, Document
from gateway.domain.sources.hearing import Kind, Outcome
from gateway.domain.sources.setup import MAX_NAME, MAX_SECRET

from .schemas import Id, Text

_LEFT_OUT: Any = Field(default_factory=lambda: None)
Cursor = Annotated[str, Field(json_schema_extra={"format": "uuid"})]
Secret = Annotated[str, StringConstraints(min_length=8, max_length=MAX_SECRET, pattern=r"^[!-~]+$")]
Name = Annotated[str, StringConstraints(max_length=MAX_NAME, pattern=NO_NUL)]
Slug = Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=NO_NUL)]
Url = Annotated[str, StringConstraints(max_length=500, pattern=r"^https?://[!-~]+$")]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Query(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class SourceListQuery(_Query):
    """Whose sources to list."""

    shop: Text | None = None


class SourceCallsQuery(_Query):
    """Which calls of the log to list."""

    cursor: Cursor | None = None
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = 50


class SourceBody(Document):
    """A shop system to connect; `url` and `consumer_key` are for woocommerce-pull."""

    shop: Slug
    kind: Kind
    name: Name = ""
    secret: Secret | None = None
    url: Url | None = None
    consumer_key: Secret | None = None


class SourceChange(BaseModel):
    """What is to change; what is left out stays."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name = _LEFT_OUT
    enabled: bool = _LEFT_OUT


class SecretBody(Document):
    """A secret of the caller's own; one is made when it is left out."""

    secret: Secret | None = None


class Source(_Answer):
    """A shop's system that tells us of orders."""

    id: Id
    shop: str
    kind: Kind
    name: str
    hook_url: str
    url: str
    enabled: bool
    received: int
    refused: int
    last_at: datetime | None
    last_error: str
    last_error_at: datetime | None
    next_pull_at: datetime | None
    created_at: datetime


class SourceWithSecret(Source):
    """A source and, this once, the secret that was made for it."""

    secret: str | None


class SourceList(_Answer):
    """All sources, oldest first; they fit one page, so `next` is always null."""

    items: list[Source]
    next: None


class SourceCall(_Answer):
    """One call of a source and what became of it."""

    id: Id
    delivery_id: str
    topic: str
    order_no: str
    outcome: Outcome
    why: str
    why_text: str
    size: int
    repeats: int
    at: datetime


class SourceCallPage(_Answer):
    """Some calls, newest first; `next` is the cursor of the page after them."""

    items: list[SourceCall]
    next: str | None
