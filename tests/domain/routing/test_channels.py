"""Which channel an address comes by, and who may write there."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.addresses import NotesAddress, Recipient, ShopAddress, recipient_of
from gateway.domain.deciding import decide
from gateway.domain.facts import BuyerFacts, File, Hold, OrderFacts, TokenFacts
from gateway.domain.routing.channels import Channel, Entitlement, Who, choose, matches, pattern_of, recipient_by
from gateway.errors import Invalid
from tests.domain.test_deciding import TOKEN, UNVERIFIED, facts

DOMAIN = "inbox.example"
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def channel(pattern: str, shop: str = "lotus", **fields: Any) -> Channel:
    """A channel of the shop."""
    usual: dict[str, Any] = {"id": pattern, "name": pattern, "kind": "email", "shop_id": shop, "shop": shop}
    return Channel(pattern=pattern, **usual | fields)


@pytest.mark.parametrize(
    ("pattern", "local", "fits"),
    [
        ("support", "support", True),
        ("support", "supports", False),
        ("*", "anything", True),
        ("help-*", "help-de", True),
        ("help-*", "help-", True),
        ("help-*", "hel-p", False),
        ("*-de", "help-de", True),
        ("a*b*c", "axxbyyc", True),
        ("a*b*c", "abc", True),
        ("a*b*c", "acb", False),
        ("ab*ba", "aba", False),
        ("a**c", "abc", True),
        ("a.c", "abc", False),
    ],
)
def test_a_star_stands_for_anything_and_nothing_else_is_special(pattern: str, local: str, fits: bool) -> None:
    assert matches(pattern, local) is fits


@given(st.lists(st.text("ab.", max_size=4), min_size=1, max_size=6), st.lists(st.text("abc", max_size=3), max_size=6))
def test_what_a_pattern_was_filled_with_fits_it(parts: list[str], fillings: list[str]) -> None:
    filled = "".join(part + (fillings[n] if n < len(fillings) else "") for n, part in enumerate(parts[:-1])) + parts[-1]
    assert matches("*".join(parts), filled)


def chosen(local: str, *channels: Channel, built_in: str | None = None) -> str | None:
    """The id of the channel that the address comes by."""
    found = choose(channels, local, recipient_of(f"{local}@{DOMAIN}", DOMAIN), built_in)
    return found.id if found else None


def test_the_most_exact_channel_takes_a_mail() -> None:
    all_, help_, german = channel("*"), channel("help-*"), channel("help-de")
    assert chosen("help-de", all_, help_, german) == "help-de"
    assert chosen("help-fr", all_, help_, german) == "help-*"
    assert chosen("whatever", all_, help_, german) == "*"
    assert chosen("whatever", help_, german) is None


def test_a_channel_that_is_off_leaves_the_mail_to_the_next() -> None:
    assert chosen("help-de", channel("help-de", enabled=False), channel("help-*")) == "help-*"


def test_no_channel_takes_a_shops_own_address_from_it() -> None:
    foreign = (channel("jade", "lotus"), channel("j*", "lotus"), channel("*", "jade"))
    assert chosen("jade", *foreign, built_in="jade") is None
    assert chosen("jade", *foreign, channel("j*de", "jade"), built_in="jade") == "j*de"
    assert chosen("notes.jade", channel("notes.jade", "jade"), built_in="jade") is None
    assert chosen("notes.jade", channel("notes.jade", "jade", kind="order_note"), built_in="jade") == "notes.jade"


@pytest.mark.parametrize("local", ["postmaster", "abuse", f"r.{TOKEN}", f"b.{TOKEN}"])
def test_tokens_and_roles_are_never_a_channels(local: str) -> None:
    assert chosen(local, channel("*"), channel(local)) is None


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("email", ShopAddress("support"), ShopAddress("lotus")),
        ("order_note", ShopAddress("ae-notes"), NotesAddress("lotus")),
        ("email", ShopAddress("lotus", "a-1"), ShopAddress("lotus", "a-1")),
    ],
)
def test_behind_a_channel_stands_the_shop_or_its_notes(kind: Any, before: Recipient, after: Recipient) -> None:
    assert recipient_by(channel("x", kind=kind), "lotus", before) == after


@pytest.mark.parametrize(
    "address", ["", "a b", "a@else.example", "postmaster", "r.token", "b.*", "x" * 65, "ü", "a@b@inbox.example"]
)
def test_what_can_be_no_channels_address(address: str) -> None:
    with pytest.raises(Invalid) as caught:
        pattern_of(address, DOMAIN)
    assert caught.value.field == "address"


def test_an_address_is_folded() -> None:
    assert pattern_of(" Help-*@INBOX.example ", DOMAIN) == "help-*"


def buyer(*orders: OrderFacts) -> BuyerFacts:
    """Wang, with these orders."""
    return BuyerFacts("wang", "王芳", orders)


def order(days: int = 0, paid: bool = False) -> OrderFacts:
    """An order of so many days ago."""
    return OrderFacts("o", "A-1", "wang", NOW - timedelta(days=days), paid)


@pytest.mark.parametrize(
    ("who", "days", "writer", "why"),
    [
        ("always", 0, buyer(order(4000)), None),
        ("always", 0, None, "not-a-buyer"),
        ("always", 0, buyer(), "not-a-buyer"),
        ("days", 30, buyer(order(30)), None),
        ("days", 30, buyer(order(31)), "order-too-old"),
        ("days", 30, buyer(order(31), order(2)), None),
        ("days", 30, None, "not-a-buyer"),
        ("paid", 0, buyer(order(paid=True)), None),
        ("paid", 0, buyer(order()), "order-not-paid"),
        ("paid", 0, None, "not-a-buyer"),
        ("never", 0, buyer(), None),
        ("never", 0, None, None),
    ],
)
def test_a_channel_says_who_must_have_ordered(who: Who, days: int, writer: BuyerFacts | None, why: str | None) -> None:
    known = facts(buyer=writer, entitlement=Entitlement(who, days), at=NOW)
    disposition = decide(known)
    assert (disposition.why if isinstance(disposition, Hold) else None) == why
    assert isinstance(disposition, File) == (why is None)


def test_an_open_channel_still_asks_for_a_proven_author() -> None:
    known = facts(buyer=None, entitlement=Entitlement("never"), at=NOW, trust=UNVERIFIED)
    assert decide(known) == Hold("unverified", {"because": UNVERIFIED.why})


def test_a_conversation_that_goes_on_is_not_cut_off_by_its_channel() -> None:
    token = TokenFacts("thread-1", "wang")
    known = facts(buyer=buyer(order(400)), token=token, entitlement=Entitlement("days", 30), at=NOW)
    assert isinstance(decide(known), File)


def test_who_came_by_an_open_channel_may_answer_us() -> None:
    known = facts(buyer=buyer(), token=TokenFacts("thread-1", "wang"), entitlement=Entitlement("never"), at=NOW)
    found = decide(known)
    assert isinstance(found, File)
    assert found.thread_id == "thread-1"
