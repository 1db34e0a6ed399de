"""What becomes of a mail: who wrote it and whether they may. Where in the shop it belongs is `placing`'s part.

The policy is RULES: read from the top, the first row that answers decides. Nothing here reads a clock or a database.
"""

from collections.abc import Callable
from datetime import timedelta

from gateway.domain.addresses import NotesAddress, RoleAddress, ShopAddress, TokenAddress, fold, split
from gateway.domain.facts import Bounced, Clue, Discard, Disposition, Facts, File, Hold, SellersAnswer
from gateway.domain.order_mails import may_tell_orders, told_order
from gateway.domain.placing import place

Rule = Callable[[Facts], Disposition | None]


def decide(facts: Facts) -> Disposition:
    """The disposition of one mail for one recipient."""
    for rule in RULES:
        if (disposition := rule(facts)) is not None:
            return disposition
    return _file(facts)


def _unknown_recipient(facts: Facts) -> Disposition | None:
    return Discard("no-such-recipient") if facts.shop is None else None


def _bounce(facts: Facts) -> Disposition | None:
    token = facts.token
    if token is None or not token.delivery_id or facts.email.bounce is None:
        return None
    return Bounced(token.delivery_id, (Clue("bounce-address"),))


def _automatic_to_return_path(facts: Facts) -> Disposition | None:
    token = facts.token
    if token is None or not token.delivery_id or facts.email.mail_class == "human":
        return None
    return File(buyer_id=token.buyer_id, thread_id=token.thread_id, clues=(Clue("bounce-address"),))


def _null_sender(facts: Facts) -> Disposition | None:
    if not facts.null_sender or isinstance(facts.recipient, RoleAddress):
        return None
    return Discard("null-sender")


def _no_author(facts: Facts) -> Disposition | None:
    return Discard("malformed-from") if facts.author is None and not facts.null_sender else None


def _own_mail(facts: Facts) -> Disposition | None:
    return Discard("own-mail") if facts.own_mail else None


def _forged(facts: Facts) -> Disposition | None:
    if facts.released or facts.trust.verdict != "failed":
        return None
    return Discard("sender-refused", {"because": facts.trust.why})


def _for_the_admins(facts: Facts) -> Disposition | None:
    if not isinstance(facts.recipient, RoleAddress):
        return None
    thread = facts.buyer.threads[0].id if facts.buyer and facts.buyer.threads else None
    clues = (Clue("role-address", facts.recipient.role),)
    return File(buyer_id=facts.buyer.id if facts.buyer else None, thread_id=thread, clues=clues)


def _by_a_seller(facts: Facts) -> Disposition | None:
    """A seller's answer speaks for the shop, so it needs more than a buyer's: no admin's release makes it another's."""
    token, email = facts.token, facts.email
    if token is None or token.seller is None:
        return None
    if email.mail_class != "human" or email.auto_submitted != "no":
        return Discard("seller-automatic")
    author = fold(facts.author.address) if facts.author else ""
    if author != token.seller.folded or not token.seller.may_answer:
        return Hold("seller-another")
    if facts.require_verified and not facts.released and facts.trust.verdict != "verified":
        return Hold("seller-unverified", {"because": facts.trust.why})
    if not email.fresh_text.strip() and not any(not file.inline for file in email.attachments):
        return Hold("seller-empty")
    return SellersAnswer(token.seller.user_id, token.thread_id, (Clue("seller-answer"),))


def _token_of_somebody_else(facts: Facts) -> Disposition | None:
    if facts.token is None or facts.released:
        return None
    if facts.buyer is not None and facts.buyer.id == facts.token.buyer_id:
        return None
    return Hold("token-of-another")


def _token_without_row(facts: Facts) -> Disposition | None:
    is_token = isinstance(facts.recipient, TokenAddress)
    return Discard("no-such-recipient") if is_token and facts.token is None else None


def _order_note(facts: Facts) -> Disposition | None:
    if not isinstance(facts.recipient, NotesAddress) or facts.shop is None:
        return None
    note, order = facts.note, facts.named_order
    if note is None:
        told = told_order(facts.email) if may_tell_orders(facts) else None
        return Discard("order-told", {"order_no": told.order_no}) if told else Hold("note-unreadable")
    if order is None:
        return Hold("unknown-order", {"order_no": note.order_no})
    if not _may_send_notes(facts):
        return Hold("note-sender-unknown")
    if note.buyer_email and (facts.buyer is None or facts.buyer.id != order.buyer_id):
        return Hold("note-of-another-buyer", {"order_no": note.order_no})
    clues = (Clue("order-note", order.order_no), *((Clue("channel", facts.channel.name),) if facts.channel else ()))
    return File(buyer_id=order.buyer_id, order_id=order.id, channel="order_note", text=note.text, clues=clues)


def _may_send_notes(facts: Facts) -> bool:
    """The shop's listed order systems; where none is listed, whoever can name the order's buyer."""
    if not facts.require_verified or facts.released:
        return True
    if facts.trust.verdict != "verified" or facts.author is None or facts.shop is None or facts.note is None:
        return False
    if not facts.shop.notes_from:
        return facts.note.buyer_email is not None
    address = fold(facts.author.address)
    return any(address == fold(listed) or split(address)[1] == listed.lower() for listed in facts.shop.notes_from)


def _blocked(facts: Facts) -> Disposition | None:
    blocked = facts.buyer is not None and facts.buyer.blocked and not facts.released
    return Discard("blocked-by-seller") if blocked else None


def _never_ordered(facts: Facts) -> Disposition | None:
    if facts.buyer is not None and (facts.released or facts.buyer.orders or facts.entitlement.who == "never"):
        return None
    if facts.released:
        return File(buyer_id=None, clues=(Clue("released"),))
    if facts.entitlement.who == "never":
        return _unverified(facts) or File(buyer_id=None, clues=(Clue("open-channel", _channel_name(facts)),))
    return Hold("not-a-buyer")


def _channel_name(facts: Facts) -> str:
    return facts.channel.name if facts.channel else ""


def _not_entitled(facts: Facts) -> Disposition | None:
    who, orders = facts.entitlement.who, facts.buyer.orders if facts.buyer else ()
    if facts.released or facts.token is not None or who not in ("days", "paid"):
        return None
    if who == "paid":
        return None if any(order.paid for order in orders) else Hold("order-not-paid")
    since = facts.at - timedelta(days=facts.entitlement.days) if facts.at else None
    young = any(since is None or order.placed_at is None or order.placed_at >= since for order in orders)
    return None if young else Hold("order-too-old", {"days": str(facts.entitlement.days)})


def _not_their_order(facts: Facts) -> Disposition | None:
    asked = facts.recipient.order_no if isinstance(facts.recipient, ShopAddress) else ""
    if not asked or facts.released or facts.buyer is None:
        return None
    if facts.named_order is None:
        return Hold("unknown-order", {"order_no": asked})
    if facts.named_order.buyer_id != facts.buyer.id:
        return Hold("order-of-another", {"order_no": asked})
    return None


def _unverified(facts: Facts) -> Disposition | None:
    if facts.released or facts.confirmed or not facts.require_verified or facts.trust.verdict == "verified":
        return None
    return Hold("unverified", {"because": facts.trust.why})


RULES: tuple[Rule, ...] = (
    _unknown_recipient,  # the shop went away after the 250
    _token_without_row,  # so did the token: revoked or expired
    _bounce,  # a report on a delivery of ours, by its signed return path
    _automatic_to_return_path,  # RFC 3834 §4: machines answer to the return path
    _null_sender,  # `<>` has no business anywhere else (RFC 5321 §4.5.5)
    _no_author,  # not exactly one From: nobody can be held to it
    _own_mail,  # our own mail came back: a loop
    _forged,  # the author's domain says that it isn't theirs (RFC 9989)
    _for_the_admins,  # postmaster@ and abuse@ are open to everybody (RFC 2142)
    _by_a_seller,  # a seller's reply address: from that seller, proven, or not at all
    _token_of_somebody_else,  # a reply address is for one participant only
    _order_note,  # the shop's order system speaks for the buyer
    _blocked,  # the shop wants nothing more of this buyer; a bounce or an order's note is not of their writing
    _never_ordered,  # only buyers who have ordered may write, unless an admin has opened the channel to anyone
    _not_entitled,  # the channel asks for more than any order; a conversation that goes on is never cut off
    _not_their_order,  # an order address is for that order's buyer
    _unverified,  # the address fits, but anybody could have written it
)


def _file(facts: Facts) -> Disposition:
    assert facts.buyer is not None, "the rules above hold whoever is no buyer"
    found = place(facts, facts.buyer)
    vouched = (Clue("released"),) * facts.released + (Clue("confirmed"),) * facts.confirmed
    channel = (Clue("channel", facts.channel.name),) if facts.channel else ()
    clues = (*found.clues, *channel, *vouched)
    return File(buyer_id=facts.buyer.id, order_id=found.order_id, thread_id=found.thread_id, clues=clues)
