"""What becomes of a mail: each row of the policy, and that nothing but the buyer's own threads can be reached."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.addresses import NotesAddress, RoleAddress, ShopAddress, TokenAddress
from gateway.domain.authenticity.author import Mailbox
from gateway.domain.deciding import decide
from gateway.domain.emails import Bounce, BouncedRecipient, Email
from gateway.domain.facts import (
    Bounced,
    BuyerFacts,
    Discard,
    Facts,
    File,
    Hold,
    OrderFacts,
    ShopFacts,
    ThreadFacts,
    TokenFacts,
)
from gateway.domain.notes import OrderNote
from gateway.domain.values import Trust

TOKEN = "abcdefghijklmnopqrstuvwxyz"
VERIFIED = Trust("verified", "dmarc-pass")
UNVERIFIED = Trust("unverified", "nothing-passed")
FAILED = Trust("failed", "dmarc-reject")
SHOP = ShopFacts("shop", "lotus")
ORDER = OrderFacts("order-1", "A-1001", "wang")
SECOND = OrderFacts("order-2", "A-1002", "wang")
WANG = BuyerFacts("wang", "王芳", (ORDER,))
TWO_ORDERS = replace(WANG, orders=(SECOND, ORDER))
BOUNCE = Bounce("failed", "5.1.1", "hard", (BouncedRecipient("wang@example.com", "5.1.1", "no such user"),), None)


def email(**changes: Any) -> Email:
    """A plain mail."""
    plain: dict[str, Any] = {
        "subject": "Hello",
        "from_": (),
        "to": (),
        "cc": (),
        "reply_to": (),
        "date": None,
        "internet_message_id": "one@example.com",
        "in_reply_to": (),
        "references": (),
        "text": "Where is it?",
        "html": None,
        "fresh_text": "Where is it?",
        "quoted_text": "",
        "signature_text": "",
        "attachments": (),
        "mail_class": "human",
        "bounce": None,
        "defects": (),
        "charset_uncertain": False,
    }
    return Email(**plain | changes)


def facts(**changes: Any) -> Facts:
    """A verified mail to the shop by a buyer with one order."""
    usual: dict[str, Any] = {
        "recipient": ShopAddress("lotus"),
        "email": email(),
        "trust": VERIFIED,
        "author": Mailbox("Wang", "wang@example.com"),
        "shop": SHOP,
        "buyer": WANG,
    }
    return Facts(**usual | changes)


def note(**changes: Any) -> Facts:
    """An order note by the shop's order system."""
    usual: dict[str, Any] = {
        "recipient": NotesAddress("lotus"),
        "note": OrderNote(order_no="A-1001", text="Gift wrap, please", buyer_email="wang@example.com", buyer_name=None),
        "named_order": ORDER,
        "author": Mailbox("", "orders@system.example"),
    }
    return facts(**usual | changes)


def reply(**changes: Any) -> Facts:
    """An answer to the reply address that Wang was given."""
    usual: dict[str, Any] = {"recipient": TokenAddress("reply", TOKEN), "token": TokenFacts("thread-7", "wang")}
    return facts(**usual | changes)


def test_a_buyer_who_ordered_is_filed_under_the_order() -> None:
    filed = decide(facts())
    assert isinstance(filed, File)
    assert (filed.buyer_id, filed.order_id, filed.channel) == ("wang", "order-1", "email")
    assert [clue.clue for clue in filed.clues] == ["only-order"]


HELD: Mapping[str, tuple[Facts, str]] = {
    "nobody who ordered": (facts(buyer=None), "not-a-buyer"),
    "known, but without an order": (facts(buyer=replace(WANG, orders=())), "not-a-buyer"),
    "address fits, nothing proves it": (facts(trust=UNVERIFIED), "unverified"),
    "an order that there is not": (facts(recipient=ShopAddress("lotus", "zz-9")), "unknown-order"),
    "somebody else's order": (
        facts(recipient=ShopAddress("lotus", "b-1"), named_order=OrderFacts("order-9", "B-1", "li")),
        "order-of-another",
    ),
    "another buyer with Wang's token": (reply(buyer=BuyerFacts("li", "Li", (ORDER,))), "token-of-another"),
    "a stranger with Wang's token": (reply(buyer=None), "token-of-another"),
    "Wang's token, not verified": (reply(trust=UNVERIFIED), "unverified"),
    "a note that can't be read": (note(note=None), "note-unreadable"),
    "a note on an unknown order": (note(named_order=None), "unknown-order"),
    "a note of an unlisted system": (
        note(shop=replace(SHOP, notes_from=("erp.example",))),
        "note-sender-unknown",
    ),
    "a note of an unverified system": (note(trust=UNVERIFIED), "note-sender-unknown"),
    "a note that names another buyer": (note(buyer=BuyerFacts("li", "Li", ())), "note-of-another-buyer"),
}


@pytest.mark.parametrize(("known", "why"), HELD.values(), ids=HELD.keys())
def test_who_does_not_fit_is_held(known: Facts, why: str) -> None:
    held = decide(known)
    assert isinstance(held, Hold)
    assert held.why == why


DISCARDED: Mapping[str, tuple[Facts, str]] = {
    "the shop is gone": (facts(shop=None, buyer=None), "no-such-recipient"),
    "the token was revoked": (facts(recipient=TokenAddress("reply", TOKEN)), "no-such-recipient"),
    "null sender to a shop": (facts(null_sender=True), "null-sender"),
    "no certain author": (facts(author=None), "malformed-from"),
    "our own mail": (facts(own_mail=True), "own-mail"),
    "the domain disowns it": (facts(trust=FAILED), "sender-refused"),
    "disowned, with a token": (reply(trust=FAILED), "sender-refused"),
    "disowned note": (note(trust=FAILED), "sender-refused"),
}


@pytest.mark.parametrize(("known", "why"), DISCARDED.values(), ids=DISCARDED.keys())
def test_what_nobody_stands_behind_is_discarded(known: Facts, why: str) -> None:
    discarded = decide(known)
    assert isinstance(discarded, Discard)
    assert discarded.why == why


def test_on_a_trusted_network_an_unverified_buyer_is_filed() -> None:
    assert isinstance(decide(facts(trust=UNVERIFIED, require_verified=False)), File)


@pytest.mark.parametrize("known", [facts(buyer=None, released=True), reply(buyer=None, released=True)])
def test_a_released_stranger_becomes_a_correspondent(known: Facts) -> None:
    filed = decide(known)
    assert isinstance(filed, File)
    assert filed.buyer_id is None
    assert filed.thread_id is None


def test_a_released_buyer_is_filed_with_the_admins_word_as_a_clue() -> None:
    filed = decide(facts(trust=UNVERIFIED, released=True))
    assert isinstance(filed, File)
    assert [clue.clue for clue in filed.clues] == ["only-order", "released"]


def test_postmaster_takes_mail_from_everybody() -> None:
    filed = decide(facts(recipient=RoleAddress("postmaster"), buyer=None, trust=UNVERIFIED))
    assert isinstance(filed, File)
    assert filed.clues[0].detail == "postmaster"


class TestNotes:
    """Order notes come from the shop's order system, about one order."""

    def test_a_note_goes_to_the_orders_buyer(self) -> None:
        filed = decide(note())
        assert isinstance(filed, File)
        assert (filed.buyer_id, filed.order_id, filed.channel, filed.text) == (
            "wang",
            "order-1",
            "order_note",
            "Gift wrap, please",
        )

    @pytest.mark.parametrize("listed", ["system.example", "orders@system.example", "ORDERS@System.example"])
    def test_a_listed_system_need_not_name_the_buyer(self, listed: str) -> None:
        unnamed = OrderNote(order_no="A-1001", text="Hi", buyer_email=None, buyer_name=None)
        known = note(note=unnamed, buyer=None, shop=replace(SHOP, notes_from=(listed,)))
        assert isinstance(decide(known), File)

    def test_where_no_system_is_listed_the_note_must_name_the_buyer(self) -> None:
        unnamed = OrderNote(order_no="A-1001", text="Hi", buyer_email=None, buyer_name=None)
        assert decide(note(note=unnamed, buyer=None)) == Hold("note-sender-unknown")


class TestReturnPath:
    """What comes to the signed return path of one delivery."""

    @staticmethod
    def came_back(**changes: Any) -> Facts:
        """A mail to `b.TOKEN@`."""
        token = TokenFacts("thread-7", "wang", "delivery-3")
        return facts(**{"recipient": TokenAddress("bounce", TOKEN), "token": token, "author": None} | changes)

    def test_a_report_belongs_to_its_delivery(self) -> None:
        bounced = decide(self.came_back(email=email(mail_class="bounce", bounce=BOUNCE), null_sender=True, buyer=None))
        assert isinstance(bounced, Bounced)
        assert bounced.delivery_id == "delivery-3"

    def test_an_out_of_office_is_filed_in_its_thread(self) -> None:
        filed = decide(self.came_back(email=email(mail_class="auto-reply"), buyer=None))
        assert isinstance(filed, File)
        assert filed.thread_id == "thread-7"

    def test_a_stranger_can_not_write_there(self) -> None:
        stranger = Mailbox("", "eve@evil.example")
        assert decide(self.came_back(author=stranger, buyer=None)) == Hold("token-of-another")


class TestPlacing:
    """Which thread of the buyer's."""

    def clue(self, **changes: Any) -> tuple[str, str | None, str | None]:
        """The clue that decided, the thread and the order it led to."""
        filed = decide(facts(**{"buyer": TWO_ORDERS} | changes))
        assert isinstance(filed, File)
        return filed.clues[0].clue, filed.thread_id, filed.order_id

    def test_the_reply_token_is_stronger_than_all_others(self) -> None:
        mail = email(subject="A-1002", in_reply_to=("x@inbox.example",))
        known = replace(reply(buyer=TWO_ORDERS, email=mail), referenced={"x@inbox.example": "thread-8"})
        filed = decide(known)
        assert isinstance(filed, File)
        assert (filed.clues[0].clue, filed.thread_id) == ("reply-token", "thread-7")

    def test_references_lead_to_the_nearest_ancestor_that_is_the_buyers(self) -> None:
        threads = (ThreadFacts("thread-1", None, "closed"), ThreadFacts("thread-2", None, "open"))
        mail = email(references=("a@x", "b@x", "c@x"), in_reply_to=("of-somebody-else@x",))
        known = {"a@x": "thread-1", "b@x": "thread-2", "of-somebody-else@x": "thread-of-li"}
        buyer = replace(TWO_ORDERS, threads=threads)
        assert self.clue(buyer=buyer, email=mail, referenced=known) == ("references", "thread-2", None)

    def test_the_mark_in_a_quoted_footer_leads_to_the_buyers_thread_only(self) -> None:
        mine = replace(
            TWO_ORDERS, threads=(ThreadFacts("thread-1", None, "open"), ThreadFacts("thread-2", None, "open"))
        )
        foreign, own = {"x": "thread-of-li"}, {"x": "thread-of-li", "y": "thread-2"}
        assert self.clue(buyer=mine, quoted_tokens=own) == ("body-token", "thread-2", None)
        assert self.clue(buyer=mine, quoted_tokens=foreign)[0] == "new-thread"

    def test_an_order_address_names_the_order(self) -> None:
        changes = {"recipient": ShopAddress("lotus", "a-1002"), "named_order": SECOND}
        assert self.clue(**changes) == ("order-address", None, "order-2")

    @pytest.mark.parametrize(
        "subject", ["Order A-1002", "Re: [A-1002] parcel", "订单a-1002还没到", "(A-1002)", "№A-1002?", "A-1002。谢谢"]
    )
    def test_an_order_number_in_the_subject_names_the_order(self, subject: str) -> None:
        assert self.clue(email=email(subject=subject)) == ("order-number", None, "order-2")

    def test_an_order_number_in_the_text_counts_but_not_in_the_quote(self) -> None:
        mail = email(fresh_text="It is about A-1001.", quoted_text="> order A-1002")
        assert self.clue(email=mail) == ("order-number", None, "order-1")

    @pytest.mark.parametrize("subject", ["A-10021", "XA-1002", "both A-1001 and A-1002", "a parcel"])
    def test_what_only_looks_like_a_number_or_names_two_decides_nothing(self, subject: str) -> None:
        assert self.clue(email=email(subject=subject))[0] == "new-thread"

    def test_a_number_inside_a_longer_one_is_not_meant(self) -> None:
        parts = (OrderFacts("o-1", "20261", "wang"), OrderFacts("o-2", "20261-2", "wang"))
        assert self.clue(buyer=replace(WANG, orders=parts), email=email(subject="20261-2"))[2] == "o-2"

    @pytest.mark.parametrize(("subject", "found"), [("I want 12 of them", False), ("Order 12", True), ("订单12", True)])
    def test_a_short_number_needs_a_word_before_it(self, subject: str, found: bool) -> None:
        orders = (OrderFacts("o-1", "12", "wang"), OrderFacts("o-2", "13", "wang"))
        clue = self.clue(buyer=replace(WANG, orders=orders), email=email(subject=subject))
        assert (clue[0] == "order-number") is found

    @pytest.mark.parametrize(
        ("subject", "found"),
        [
            ("About a1002", ("order-number", None, "order-2")),
            ("A 1002!", ("order-number", None, "order-2")),
            ("A-9999", ("unknown-number", None, None)),
            ("A-9999 or A-8888", ("new-thread", None, None)),
            ("a parcel", ("new-thread", None, None)),
        ],
    )
    def test_the_shops_own_way_of_writing_numbers_finds_what_buyers_mean(
        self, subject: str, found: tuple[str, str | None, str | None]
    ) -> None:
        shop = replace(SHOP, order_mask="A-####")
        assert self.clue(shop=shop, email=email(subject=subject)) == found

    def test_a_number_of_another_order_is_not_put_to_the_buyers_only_one(self) -> None:
        mail = email(subject="A-9999")
        assert self.clue(buyer=WANG, email=mail)[0] == "only-order"
        assert self.clue(buyer=WANG, email=mail, shop=replace(SHOP, order_mask="A-####"))[0] == "unknown-number"

    def test_the_only_open_thread_is_joined_and_two_are_not(self) -> None:
        one = (ThreadFacts("t-1", None, "closed"), ThreadFacts("t-2", None, "waiting"))
        two = (*one, ThreadFacts("t-3", None, "open"))
        assert self.clue(buyer=replace(TWO_ORDERS, threads=one)) == ("only-open-thread", "t-2", None)
        assert self.clue(buyer=replace(TWO_ORDERS, threads=two)) == ("new-thread", None, None)


texts = st.text(max_size=30) | st.sampled_from(["A-1001", "B-7 A-1002", "[znx:x]"])
threads = st.lists(st.sampled_from(["t-1", "t-2", "foreign-1", "foreign-2"]), max_size=4)


@given(
    texts, texts, threads, st.dictionaries(st.sampled_from(["m1", "m2", "m3"]), st.sampled_from(["t-1", "foreign-1"]))
)
def test_nothing_in_a_mail_leads_out_of_the_buyers_own_threads(
    subject: str, body: str, held: list[str], known: dict[str, str]
) -> None:
    mine = tuple(ThreadFacts(name, None, "open") for name in dict.fromkeys(held) if name.startswith("t-"))
    mail = email(subject=subject, fresh_text=body, in_reply_to=("m1",), references=("m2", "m3"))
    filed = decide(facts(buyer=replace(TWO_ORDERS, threads=mine), email=mail, referenced=known))
    assert isinstance(filed, File)
    assert filed.buyer_id == "wang"
    assert filed.thread_id in {None, *(thread.id for thread in mine)}
    assert filed.order_id in {None, "order-1", "order-2"}
