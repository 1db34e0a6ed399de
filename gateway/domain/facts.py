"""What is known when a mail is decided, read once before; and the values that the decision ends in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gateway.domain.addresses import Recipient
from gateway.domain.authenticity.author import Mailbox
from gateway.domain.emails import Email
from gateway.domain.messages import Channel
from gateway.domain.notes import OrderNote
from gateway.domain.routing.channels import ORDERED, Entitlement
from gateway.domain.routing.channels import Channel as RoutingChannel
from gateway.domain.values import Trust


@dataclass(frozen=True, slots=True)
class ShopFacts:
    """The shop that a recipient address leads to. `system` is the admins' own inbox.

    `acknowledges` where it wants buyers told that their mails have come.
    """

    id: str
    slug: str
    notes_from: tuple[str, ...] = ()
    system: bool = False
    acknowledges: bool = False
    order_mask: str = ""


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """An order of the shop and whose it is."""

    id: str
    order_no: str
    buyer_id: str
    placed_at: datetime | None = None
    paid: bool = False


@dataclass(frozen=True, slots=True)
class ThreadFacts:
    """A thread of the shop and the buyer."""

    id: str
    order_id: str | None
    status: str


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """A valid token of the recipient address: its thread, and the only buyer who may use it.

    `delivery_id` is set for a return path (`b.TOKEN@`). `seller` is set instead of a buyer where a seller was told of
    a message and may answer by mail.
    """

    thread_id: str
    buyer_id: str
    delivery_id: str = ""
    seller: "SellerFacts | None" = None


@dataclass(frozen=True, slots=True)
class SellerFacts:
    """The one seller whom a reply address was given to. `may_answer` while they still may in this shop."""

    user_id: str
    folded: str
    may_answer: bool


@dataclass(frozen=True, slots=True)
class BuyerFacts:
    """The buyer of this shop whom the author's address belongs to, with the orders, newest first."""

    id: str
    name: str
    orders: tuple[OrderFacts, ...] = ()
    threads: tuple[ThreadFacts, ...] = ()
    blocked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that a decision may look at.

    `author` is the strictly read From, its address folded; None when there is no certain one.
    `referenced` maps Message-IDs that the mail names to threads of this shop, `quoted_tokens` the reply tokens that
    its body still carries to threads of this shop and buyer.
    `channel` is the admin's channel that the recipient belongs to, `entitlement` what it asks of whoever writes;
    `at` is when the mail came.
    `own_mail` is set where our own
    loop mark came back. `require_verified` is off on a trusted network; `released` when an admin vouched for the
    mail, `confirmed` when somebody who reads the registered address did.
    """

    recipient: Recipient
    email: Email
    trust: Trust
    author: Mailbox | None = None
    null_sender: bool = False
    own_mail: bool = False
    shop: ShopFacts | None = None
    token: TokenFacts | None = None
    buyer: BuyerFacts | None = None
    named_order: OrderFacts | None = None
    referenced: Mapping[str, str] = field(default_factory=dict)
    quoted_tokens: Mapping[str, str] = field(default_factory=dict)
    note: OrderNote | None = None
    channel: RoutingChannel | None = None
    entitlement: Entitlement = ORDERED
    at: datetime | None = None
    require_verified: bool = True
    released: bool = False
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Clue:
    """One fact that led a mail to its place, kept and shown as "why is this here?"."""

    clue: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """Make a message of it. `thread_id` None: the order's one thread, or a new one when there is no order either.

    `buyer_id` None: the author becomes a correspondent of the shop first (the admins' inbox, a released mail).
    """

    buyer_id: str | None
    order_id: str | None = None
    thread_id: str | None = None
    channel: Channel = "email"
    text: str | None = None
    clues: tuple[Clue, ...] = ()


@dataclass(frozen=True, slots=True)
class Bounced:
    """It reports on a delivery of ours: the delivery's state changes, and the bubble shows it."""

    delivery_id: str
    clues: tuple[Clue, ...] = ()


@dataclass(frozen=True, slots=True)
class SellersAnswer:
    """A seller answered by mail: its new words leave as the shop's reply in the thread."""

    user_id: str
    thread_id: str
    clues: tuple[Clue, ...] = ()


@dataclass(frozen=True, slots=True)
class Hold:
    """Keep it for a person to look at; `why` is a code of `reasons`."""

    why: str
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Discard:
    """Keep the bytes, show nothing; `why` is a code of `reasons`."""

    why: str
    details: Mapping[str, str] = field(default_factory=dict)


Disposition = File | Bounced | SellersAnswer | Hold | Discard
