"""The chain of the audit log names the first row that anybody touched; secrets and bodies never come into it."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.domain.auditing import FIRST, Entry, canonical, chained, changes, first_break, without_secrets

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def chain(length: int) -> list[Entry]:
    """A sound log."""
    entries: list[Entry] = []
    for number in range(1, length + 1):
        previous = entries[-1].hash if entries else FIRST
        plain: dict[str, Any] = {
            "actor_kind": "user",
            "actor_id": "u",
            "actor_name": "Lin",
            "on_id": "x",
            "on_name": "",
        }
        entry = Entry(number=number, at=AT, act="token.added", shop_id=None, details="{}", previous=previous, **plain)
        entries.append(replace(entry, hash=chained(entry)))
    return entries


def test_a_sound_chain_has_no_break() -> None:
    assert first_break([]) is None
    assert first_break(chain(5)) is None
    assert first_break(chain(5)[2:], after=(2, chain(2)[-1].hash)) is None


@pytest.mark.parametrize("name", [name for name in Entry.__slots__ if name != "number"])
def test_one_changed_byte_anywhere_is_named(name: str) -> None:
    entries = chain(5)
    old = getattr(entries[2], name)
    new = old + timedelta(microseconds=1) if isinstance(old, datetime) else f"{old or ''}x"
    changed: dict[str, Any] = {name: new}
    entries[2] = replace(entries[2], **changed)
    assert first_break(entries) == 3


def test_missing_inserted_and_swapped_rows_are_named() -> None:
    entries = chain(5)
    assert first_break(entries[:1] + entries[2:]) == 2
    assert first_break(entries[1:]) == 1
    assert first_break([*entries[:3], replace(entries[2], number=4), *entries[3:]]) == 4
    assert first_break([entries[0], entries[2], entries[1], *entries[3:]]) == 2


def test_a_row_with_a_hash_of_its_own_breaks_the_one_after_it() -> None:
    entries = chain(5)
    forged = replace(entries[2], actor_name="Somebody else")
    entries[2] = replace(forged, hash=chained(forged))
    assert first_break(entries) == 4


def test_only_what_differs_is_kept() -> None:
    assert changes({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": 4}) == {
        "before": {"b": 2, "c": None},
        "after": {"b": 3, "c": 4},
    }
    assert changes({"a": 1}, {"a": 1}) == {}


@pytest.mark.parametrize(
    "name", ["password", "password_hash", "token", "secret_key", "text", "body_html", "fingerprint"]
)
def test_secrets_and_bodies_become_a_mark(name: str) -> None:
    kept = without_secrets({"before": {name: ["hunter2"]}, "after": [{name: {"inner": "hunter2"}}]})
    assert "hunter2" not in canonical(kept)
    assert kept["before"][name] == "•"
    assert without_secrets({name: ""}) == {name: ""}


def test_the_text_is_the_same_for_the_same_values_and_plain_json() -> None:
    given = {"b": (1, True, None), "a": frozenset({"y", "x"}), "at": AT, "bad": "\ud800\0"}
    text = canonical(without_secrets(given))
    assert text == canonical(without_secrets(dict(reversed(given.items()))))
    assert json.loads(text)["a"] == ["x", "y"]
    assert text.isascii()
