"""What may be a password, and which ones are guessed first."""

import pytest

from gateway.domain.passwords import COMMON, SHORTEST, normal, weakness

ABOUT = ("lin@example.com", "Li Lin")


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("correct horse battery", ""),
        ("天青色等烟雨而我在等你", ""),
        ("lin has a lantern", ""),
        ("a" * 64 + "b", ""),
        ("1234567", "length"),
        ("x" * 201, "length"),
        ("12345678", "run"),
        ("87654321", "run"),
        ("7890123456", "run"),
        ("abcdefgh", "run"),
        ("aaaaaaaa", "run"),
        ("abcabcabc", "run"),
        ("Password123", "common"),
        ("ｐａｓｓｗｏｒｄ1", "common"),
        ("woaini1314", "common"),
        ("lin@example.com", "personal"),
        ("Li Lin 2026!", "personal"),
        ("znx-2026-11", "personal"),
    ],
)
def test_each(password: str, reason: str) -> None:
    assert weakness(password, ABOUT) == reason


def test_the_list_holds_only_what_could_be_chosen() -> None:
    assert {word for word in COMMON if len(word) < SHORTEST or word != word.casefold() or normal(word) != word} == set()


def test_one_character_typed_in_two_ways_is_one() -> None:
    assert normal("Å1234567") == normal("A\u030a1234567")
