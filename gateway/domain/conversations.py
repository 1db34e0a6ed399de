"""What sellers read of threads, as values: lists, whole threads, messages. Where they come from is the store's job."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from gateway.errors import Invalid

Status = Literal["open", "waiting", "snoozed", "closed"]
STATUSES: tuple[Status, ...] = ("open", "waiting", "snoozed", "closed")
VIEWS = (
    "needs_reply",
    "mine",
    "mentions",
    "unassigned",
    "waiting",
    "snoozed",
    "order_notes",
    "automatic",
    "closed",
    "all",
)
Sort = Literal["newest", "due"]
SORTS: tuple[Sort, ...] = ("newest", "due")
"""The order of a list: newest message first; or next to breach first, then newest first what has no target."""
MAX_LIMIT = 100


@dataclass(frozen=True, slots=True)
class ThreadQuery:
    """Which threads to list. `shop` is a slug; `view` one of VIEWS; `q` words that must all occur; `team` an id.

    `sort` is one of SORTS; what is found by words is newest first whatever it says.
    """

    shop: str | None = None
    view: str = "all"
    q: str = ""
    order_no: str = ""
    cursor: str = ""
    limit: int = 50
    team: str = ""
    sort: Sort = "newest"


@dataclass(frozen=True, slots=True)
class ShopView:
    """A shop as its pages name it."""

    id: str
    slug: str
    name: str
    locale: str = "en"
    system: bool = False


@dataclass(frozen=True, slots=True)
class BuyerView:
    """A buyer as sellers see one: the address only in its masked form."""

    id: str
    name: str
    email_masked: str
    locale: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """A user whom colleagues may see by name."""

    id: str
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class TeamRef:
    """A team by name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadSummary:
    """One row of a list: everything but the bodies."""

    id: str
    shop: ShopView
    buyer: BuyerView
    order_id: str | None
    order_no: str | None
    subject: str
    status: str
    assignee: Person | None
    team: TeamRef | None = None
    priority: str = "normal"
    labels: tuple[str, ...]
    unread: bool
    needs_reply: bool
    has_note: bool
    automatic: bool
    has_files: bool
    snippet: str
    message_count: int
    last_message_at: datetime
    created_at: datetime
    snoozed_until: datetime | None
    due_at: datetime | None
    change_no: int
    order_status: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """Where the words of a search stand in a thread: texts in pieces, of which the true ones are hits."""

    subject: tuple[tuple[str, bool], ...]
    excerpt: tuple[tuple[str, bool], ...] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some threads in their order, and the cursor of the page after them.

    `search` is how the words were understood (a `searching_queries.Search`), `hits` where they stand, by thread.
    """

    items: tuple[ThreadSummary, ...]
    next: str | None
    search: Any = None
    hits: Mapping[str, Hit] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentView:
    """A file of a message; `content_type` is told by its bytes."""

    id: str
    message_id: str
    filename: str
    content_type: str
    declared_type: str
    size: int
    sha256: str
    inline: bool
    content_id: str | None
    blob_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryView:
    """How far one outgoing mail of a message came, with the other server's words and what kind of no they are."""

    id: str
    to_masked: str
    state: str
    attempts: int
    smtp_reply: str
    refusal: str
    at: datetime
    next_attempt_at: datetime


@dataclass(frozen=True, slots=True)
class Original:
    """What a message came as or left as, byte for byte: a mail, or the JSON that a site or chat `posted`."""

    content: bytes
    posted: bool

    @property
    def content_type(self) -> str:
        """Its media type."""
        return "application/json" if self.posted else "message/rfc822"

    def filename(self, message_id: str) -> str:
        """What a browser saves it as."""
        return f"{message_id}.{'json' if self.posted else 'eml'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    """One entry of a thread. `html` is None when the reader did not ask for it: `has_html` tells if there is one."""

    id: str
    thread_id: str
    shop_id: str
    direction: str
    channel: str
    author_kind: str
    author_name: str
    subject: str
    text: str
    fresh_text: str
    quoted_text: str
    signature_text: str
    html: str | None
    has_html: bool
    remote_content: bool
    internet_message_id: str | None
    sent_at: datetime | None
    sent_offset: int | None = None
    received_at: datetime
    trust: Mapping[str, Any]
    filed_because: tuple[Mapping[str, Any], ...]
    rules: tuple[Mapping[str, Any], ...] = ()
    defects: tuple[str, ...]
    automatic: str
    raw_sha256: str | None
    attachments: tuple[AttachmentView, ...] = ()
    deliveries: tuple[DeliveryView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """An order as the shop's order system tells it; amounts are the shop's own decimal texts."""

    id: str
    order_no: str
    status: str
    placed_at: datetime | None
    paid_at: datetime | None
    currency: str
    total: str
    items: tuple[Mapping[str, Any], ...]
    tracking_no: str


@dataclass(frozen=True, slots=True)
class ThreadDetail:
    """A whole thread: its row, its messages in order, its order, and what else this buyer has with the shop."""

    thread: ThreadSummary
    messages: tuple[MessageView, ...]
    order: OrderView | None = None
    other_orders: tuple[OrderView, ...] = ()
    other_threads: tuple[ThreadSummary, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a list: the moment and the id of the thread that stands there.

    `part` says of which: `newest`; of a list by targets `due`, whose moments are those, and `rest`, newest first again.
    """

    at: datetime
    id: str
    part: Literal["newest", "due", "rest"] = "newest"


def write_cursor(position: Position) -> str:
    """An opaque text for URLs."""
    part = [] if position.part == "newest" else [position.part]
    text = json.dumps([position.at.isoformat(), position.id, *part], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> Position | None:
    """The place that a cursor names; None for an empty one. Raises Invalid for what we did not write."""
    if not cursor:
        return None
    try:
        at, id_, *part = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        moment = datetime.fromisoformat(at)
    except (ValueError, TypeError, binascii.Error):
        raise Invalid("this cursor is not one of ours", field="cursor") from None
    if moment.tzinfo is None or not isinstance(id_, str) or "\0" in id_ or part not in ([], ["due"], ["rest"]):
        raise Invalid("this cursor is not one of ours", field="cursor")
    return Position(moment, id_, *part)


def clean_text(text: str) -> str:
    """A person's text as it may be stored: no NULs, lone surrogates or control characters; line ends are LF."""
    whole = text.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char for char in whole if char in "\n\t" or (char >= " " and not "\x7f" <= char <= "\x9f"))
