"""Where a mail belongs among the threads of one shop and one buyer, and the clue that says so.

The clues are CLUES, strongest first. None of them can lead outside that shop and that buyer: a Message-ID, an order
number or a token that belongs to somebody else simply finds nothing here.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from gateway.domain.addresses import ShopAddress
from gateway.domain.facts import BuyerFacts, Clue, Facts, OrderFacts
from gateway.domain.order_masks import numbers_in, squashed


@dataclass(frozen=True, slots=True)
class Found:
    """A thread, or the order whose one thread it is, or neither: a new thread."""

    thread_id: str | None = None
    order_id: str | None = None
    clues: tuple[Clue, ...] = ()


Finder = Callable[[Facts, BuyerFacts], Found | None]

MAX_QUOTED_TOKENS = 10
_MARKER = re.compile(r"\[znx:([a-z2-7]{26})\]")
SHORT_NUMBER = 4
"""Order numbers shorter than this are believed only behind a word like "order" or a "#"."""
_INTRODUCED = r"(?:#|№|no\.?|nr\.?|n[°º]|order|订单号?|訂單|заказ|pedido|commande|bestellung|ordine)[\s:：#№-]*"


def place(facts: Facts, buyer: BuyerFacts) -> Found:
    """The first clue that finds a place; without one, a new thread."""
    for find in CLUES:
        if (found := find(facts, buyer)) is not None:
            return found
    return Found(clues=(Clue("new-thread"),))


def _reply_token(facts: Facts, buyer: BuyerFacts) -> Found | None:
    if facts.token is None or facts.token.buyer_id != buyer.id:
        return None
    name = "bounce-address" if facts.token.delivery_id else "reply-token"
    return Found(facts.token.thread_id, clues=(Clue(name),))


def _references(facts: Facts, buyer: BuyerFacts) -> Found | None:
    """The nearest ancestor counts: In-Reply-To first, then References from its end (RFC 5322 §3.6.4)."""
    named = (*facts.email.in_reply_to, *reversed(facts.email.references))
    mine = {thread.id for thread in buyer.threads}
    for message_id in named:
        if facts.referenced.get(message_id) in mine:
            return Found(facts.referenced[message_id], clues=(Clue("references", message_id),))
    return None


def _body_token(facts: Facts, buyer: BuyerFacts) -> Found | None:
    """The mark in the footer of the mail that is quoted: what is left when a program drops References."""
    mine = {thread.id for thread in buyer.threads}
    for thread_id in facts.quoted_tokens.values():
        if thread_id in mine:
            return Found(thread_id, clues=(Clue("body-token"),))
    return None


def quoted_tokens(text: str) -> tuple[str, ...]:
    """The tokens of our footers that stand in a text, the newest quote first; a handful at most."""
    return tuple(dict.fromkeys(_MARKER.findall(text)))[:MAX_QUOTED_TOKENS]


def _order_address(facts: Facts, buyer: BuyerFacts) -> Found | None:
    order = facts.named_order
    if not isinstance(facts.recipient, ShopAddress) or order is None or order.buyer_id != buyer.id:
        return None
    return Found(order_id=order.id, clues=(Clue("order-address", order.order_no),))


def _order_number(facts: Facts, buyer: BuyerFacts) -> Found | None:
    for text in (facts.email.subject, facts.email.fresh_text):
        folded = text.casefold()  # a quick look: most texts name no order at all
        possible = [order for order in buyer.orders if order.order_no.casefold() in folded]
        named = _longest([order for order in possible if _mentions(text, order.order_no)])
        if len(named) == 1:
            return Found(order_id=named[0].id, clues=(Clue("order-number", named[0].order_no),))
    return None


def _number_of_the_shop(facts: Facts, buyer: BuyerFacts) -> Found | None:
    """A number that is written as the shop's are: the buyer's order, also without its separators; else a new matter."""
    masks = facts.shop.order_mask if facts.shop else ""
    for text in (facts.email.subject, facts.email.fresh_text):
        named = {squashed(number): number for number in numbers_in(text, masks)}
        mine = [order for order in buyer.orders if squashed(order.order_no) in named]
        if len(mine) == 1:
            return Found(order_id=mine[0].id, clues=(Clue("order-number", mine[0].order_no),))
        if len(named) == 1 and not mine:
            return Found(clues=(Clue("unknown-number", next(iter(named.values()))),))
    return None


def _mentions(text: str, order_no: str) -> bool:
    """The number stands alone, not inside a longer number or word; white space around CJK is not asked for."""
    start = _INTRODUCED if len(order_no) < SHORT_NUMBER else r"(?<![0-9A-Za-z])"
    return re.search(rf"{start}{re.escape(order_no)}(?![0-9A-Za-z])", text, re.IGNORECASE) is not None


def _longest(named: list[OrderFacts]) -> list[OrderFacts]:
    """Without those whose number is only a part of another's: `1001` is not meant where `1001-2` stands."""
    return [o for o in named if not any(o is not other and o.order_no in other.order_no for other in named)]


def _only_order(_facts: Facts, buyer: BuyerFacts) -> Found | None:
    if len(buyer.orders) != 1:
        return None
    return Found(order_id=buyer.orders[0].id, clues=(Clue("only-order", buyer.orders[0].order_no),))


def _only_open_thread(_facts: Facts, buyer: BuyerFacts) -> Found | None:
    living = [thread for thread in buyer.threads if thread.status != "closed"]
    return Found(living[0].id, clues=(Clue("only-open-thread"),)) if len(living) == 1 else None


CLUES: tuple[Finder, ...] = (
    _reply_token,  # nobody but this buyer could know it
    _references,  # the buyer's mail program says what is being answered
    _body_token,  # the mail quotes one of ours
    _order_address,  # the buyer chose the order's own address
    _order_number,  # the buyer named one of their orders
    _number_of_the_shop,  # the buyer named an order in the shop's way, if with a slip or of somebody else
    _only_order,  # there is only one matter that it can be about
    _only_open_thread,  # there is only one conversation going on
)
