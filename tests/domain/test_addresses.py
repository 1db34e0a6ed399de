"""Our own addresses, as they come back from mail servers that fold, encode and decorate them."""

import pytest

from gateway.domain.addresses import (
    ForeignAddress,
    NotesAddress,
    Recipient,
    RoleAddress,
    ShopAddress,
    TokenAddress,
    fold,
    mask,
    recipient_of,
    valid_slug,
)

DOMAIN = "inbox.example"
TOKEN = "abcdefghijklmnopqrstuvwxyz"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("lotus@inbox.example", ShopAddress("lotus")),
        ("Lotus@INBOX.Example", ShopAddress("lotus")),
        ("lotus@inbox.example.", ShopAddress("lotus")),
        ("order-A-1001.lotus@inbox.example", ShopAddress("lotus", "a-1001")),
        ("order-2026.11.7.lotus@inbox.example", ShopAddress("lotus", "2026.11.7")),
        ("lotus+A-1001@inbox.example", ShopAddress("lotus", "a-1001")),
        ("notes.lotus@inbox.example", NotesAddress("lotus")),
        (f"r.{TOKEN}@inbox.example", TokenAddress("reply", TOKEN)),
        (f"R.{TOKEN.upper()}@inbox.example", TokenAddress("reply", TOKEN)),
        (f"b.{TOKEN}@inbox.example", TokenAddress("bounce", TOKEN)),
        ("postmaster@inbox.example", RoleAddress("postmaster")),
        ("Postmaster", RoleAddress("postmaster")),
        ("abuse@inbox.example", RoleAddress("abuse")),
        ("lotus@elsewhere.example", ForeignAddress("lotus@elsewhere.example")),
        ("some.body@inbox.example", ForeignAddress("some.body@inbox.example")),
        ("lotus", ForeignAddress("lotus")),
    ],
)
def test_an_address_is_read_for_what_it_reaches(address: str, expected: Recipient) -> None:
    assert recipient_of(address, DOMAIN) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Wang@Example.com", "wang@example.com"),
        ("wang@bücher.example", "wang@xn--bcher-kva.example"),
        ("wang@例子.中国", "WANG@xn--fsqu00a.xn--fiqs8s"),
    ],
)
def test_two_spellings_of_an_address_are_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("wang.fang@example.com", "w***@e***.com"),
        ("王芳@例子.中国", "王***@x***.xn--fiqs8s"),
        ("a@localhost", "a***@l***"),
        ("", ""),
    ],
)
def test_a_masked_address_gives_nobody_away(address: str, shown: str) -> None:
    assert mask(address) == shown


@pytest.mark.parametrize("slug", ["postmaster", "order-9", "r", "Lotus", "a.b", "-a", "a-", "", "x" * 33])
def test_a_slug_that_could_be_mistaken_is_no_slug(slug: str) -> None:
    assert not valid_slug(slug)


@pytest.mark.parametrize("slug", ["lotus", "tea-house-88", "a", "x" * 32])
def test_plain_slugs_are_valid(slug: str) -> None:
    assert valid_slug(slug)
