"""What a buyer sees of a conversation on its page, as values, and the words that the page leaves behind in threads."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.domain.addresses import fold
from gateway.domain.conversations import AttachmentView, OrderView

LINK_LIFE = timedelta(days=14)
MAX_TEXT_CHARS = 100_000
MAX_SUBJECT_CHARS = 200
MAX_FILES = 20
MAX_FILE_BYTES = 25 * 1_048_576
"""Of all files of one message together."""
SHOWN_MESSAGES = 200
SAMPLE_BYTES = 8192
"""How much of both ends of a file tells its type."""

HUMAN_LABEL = ("human", "人工")
HUMAN_EVENT = ("The buyer asks for a person to look at this.", "买家请求人工客服处理。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link that works: the one conversation that it opens, and for whom. `address` is where the buyer gets mail."""

    fingerprint: str
    expires_at: datetime
    shop_id: str
    shop_slug: str
    shop_name: str
    shop_locale: str
    thread_id: str
    subject: str
    order_id: str | None
    labels: tuple[str, ...]
    needs_reply: bool
    buyer_id: str
    buyer_name: str
    buyer_locale: str
    address: str

    @property
    def author(self) -> str:
        """Whom the limits of a sender count: the address, as mails are counted; the buyer, where there is none."""
        return fold(self.address) or f"buyer:{self.buyer_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One message as the buyer sees it: never the seller's name, never quoted or signed text, never an address."""

    id: str
    own: bool
    channel: str
    text: str
    at: datetime
    files: tuple[AttachmentView, ...]


@dataclass(frozen=True, slots=True)
class Conversation:
    """All that the page shows. `asked_for_human` until somebody answers."""

    link: Link
    entries: tuple[Entry, ...]
    order: OrderView | None
    asked_for_human: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SentEntry:
    """Something written through a link, and whether the shop has answered since."""

    subject: str
    text: str
    at: datetime
    files: int
    answered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedFile:
    """A file that came with a form and lies at `path` until the request ends. Its name and type are not trusted.

    `sample` is its beginning and its end, SAMPLE_BYTES each at most.
    """

    filename: str
    declared_type: str
    path: str
    size: int
    sha256: str
    sample: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PageDraft:
    """What a buyer wants to say. The same `form_id` through one link says it once; `subject` opens a new matter."""

    text: str
    subject: str = ""
    files: tuple[ReceivedFile, ...] = ()
    form_id: str = ""


def in_words_of(locale: str, words: tuple[str, str]) -> str:
    """The English or the Chinese one, for what is kept in a shop's threads."""
    return words[1] if locale.lower().startswith("zh") else words[0]
