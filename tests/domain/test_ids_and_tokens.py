"""Ids sort by time; tokens can't be guessed, altered or told apart from their bindings."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.clock import new_id
from gateway.domain.ids import is_id, uuid7
from gateway.domain.tokens import LENGTH, fingerprint, from_entropy, mint, well_formed


@given(st.integers(0, 2**60 - 1), st.binary(min_size=8, max_size=16))
def test_a_uuid7_is_one_by_rfc_9562_and_tells_its_millisecond(ticks: int, entropy: bytes) -> None:
    value = uuid.UUID(uuid7(ticks, entropy))
    assert (value.version, value.variant, value.int >> 80) == (7, uuid.RFC_4122, ticks // 4096)


@given(st.integers(0, 2**60 - 2), st.binary(min_size=8, max_size=8), st.binary(min_size=8, max_size=8))
def test_later_ids_sort_behind_earlier_ones(ticks: int, one: bytes, other: bytes) -> None:
    assert uuid7(ticks, one) < uuid7(ticks + 1, other)


def test_ids_made_one_after_another_sort_so() -> None:
    made = [new_id() for _ in range(10_000)]
    assert made == sorted(set(made))


@pytest.mark.parametrize(
    "text", ["", "1", "019a0000000070008000000000000001", "019a0000-0000-7000-8000-00000000000g", "'"]
)
def test_what_is_no_id_never_reaches_a_query(text: str) -> None:
    assert not is_id(text)


def test_a_token_is_bound_to_everything_it_was_made_from() -> None:
    made = {
        mint(key, purpose, *bound)
        for key in (b"k1", b"k2")
        for purpose in ("reply", "bounce")
        for bound in (("a", "b"), ("ab",), ("a", "b", ""), ("b", "a"))
    }
    assert len(made) == 16
    assert all(well_formed(token) and len(token) == LENGTH for token in made)


def test_a_token_survives_a_server_that_folds_case_and_fits_a_local_part() -> None:
    token = mint(b"key", "reply", "thread")
    assert token == token.lower()
    assert len(f"r.{token}") <= 64


def test_what_is_kept_does_not_contain_the_token() -> None:
    token = from_entropy(b"0" * 20)
    assert token not in fingerprint(token)


@pytest.mark.parametrize(
    "text", ["", "short", "A" * LENGTH, "1" * LENGTH, "a" * (LENGTH + 1), "a" * (LENGTH - 1) + "é"]
)
def test_what_can_be_no_token_is_not_looked_up(text: str) -> None:
    assert not well_formed(text)
