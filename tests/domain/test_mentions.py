"""Whom a note calls."""

import pytest

from gateway.domain.conversations import Person
from gateway.domain.mentions import mentioned

PEOPLE = (
    Person("lin", "lin@example.com", "Lin Na"),
    Person("lina", "lina@example.com", "李娜"),
    Person("bo", "bo.w@example.com", ""),
)


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("@lin please", ["lin"]),
        ("@LIN, @lina.", ["lin", "lina"]),
        ("ask @Lin Na!", ["lin"]),
        ("@李娜看一下", ["lina"]),
        ("(@bo.w)", ["bo"]),
        ("@bo.w@example.com", ["bo"]),
        ("@lin@example.com", ["lin"]),
        ("write to lin@example.com", []),
        ("x@lin", []),
        ("@linus @lin-da @bo", []),
        ("@lin" * 3, []),
        ("", []),
    ],
)
def test_names_addresses_and_their_beginnings_call(text: str, called: list[str]) -> None:
    assert list(mentioned(text, PEOPLE)) == called
