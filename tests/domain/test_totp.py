"""Codes of authenticator apps: the examples of RFC 6238, clocks that differ, and each step once."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.domain import totp

SECRET = totp.secret_from(b"12345678901234567890")
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_the_examples_of_rfc_6238(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert totp.step_of(SECRET, code, at, 0) == seconds // 30


@pytest.mark.parametrize(("off", "taken"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_may_be_a_step_off(off: int, taken: bool) -> None:
    import pyotp

    code = pyotp.TOTP(SECRET).at(NOW + timedelta(seconds=off))
    assert (totp.step_of(SECRET, code, NOW, 0) is not None) is taken


def test_a_step_that_was_used_is_not_taken_again() -> None:
    import pyotp

    code = pyotp.TOTP(SECRET).at(NOW)
    assert totp.step_of(SECRET, code, NOW, totp.step_at(NOW)) is None


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "-12345"])
def test_what_is_no_code_is_none(code: str) -> None:
    assert totp.step_of(SECRET, code, NOW, 0) is None


def test_recovery_codes_are_read_as_people_type_them() -> None:
    code = totp.recovery_code(b"\x01\x02\x03\x04\x05\x06\x07")
    assert totp.recovery_plain(f" {code.upper().replace('-', ' ')} ") == code.replace("-", "")
    assert totp.recovery_plain("123456") is None
