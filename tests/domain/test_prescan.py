"""What a session is told at the end of DATA: which mails are refused, and with which reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.authenticity.fields import Header, fields
from gateway.domain.prescan import MAX_HEADER_BYTES, MAX_HEADER_LINES, MAX_RECEIVED, prescan

FROM = b"From: buyer@example.com\r\n"


def mail(*header_lines: bytes, body: bytes = b"Hello.\r\n") -> bytes:
    return FROM + b"".join(line + b"\r\n" for line in header_lines) + b"\r\n" + body


def test_a_plain_mail_passes() -> None:
    assert prescan(mail(b"Subject: hi"), null_sender=False) is None


@pytest.mark.parametrize(
    "body", [b"a\rb\r\n", b"a\nb\r\n", b"a\0b\r\n", b"a\r\r\n", b"a\n\r\n", b"\r\n.\n\r\n", b"end\r"]
)
def test_control_bytes_that_hide_lines_are_refused(body: bytes) -> None:
    assert prescan(mail(body=body), null_sender=False) == "bare-newline"


@pytest.mark.parametrize("trick", [b"X: a\rFrom: boss@example.com", b"X: a\nFrom: boss@example.com", b"X\0: a"])
def test_control_bytes_in_the_header_are_refused(trick: bytes) -> None:
    assert prescan(mail(trick), null_sender=False) == "bare-newline"


def test_a_bounce_may_not_hide_lines_either() -> None:
    assert prescan(mail(body=b"a\nb\r\n"), null_sender=True) == "bare-newline"


def test_header_lines_at_the_limit_and_one_over() -> None:
    at_limit = [b"X: y"] * (MAX_HEADER_LINES - 1)
    assert prescan(mail(*at_limit), null_sender=False) is None
    assert prescan(mail(*at_limit, b"X: y"), null_sender=False) == "headers-too-large"


def test_folded_lines_count_too() -> None:
    assert prescan(mail(b"To: a@example.org", *[b" b"] * MAX_HEADER_LINES), null_sender=False) == "headers-too-large"


def test_header_bytes_at_the_limit_and_one_over() -> None:
    padding = b"X: " + b"y" * (MAX_HEADER_BYTES - len(FROM) - len(b"X: "))
    assert prescan(mail(padding), null_sender=False) is None
    assert prescan(mail(padding + b"y"), null_sender=False) == "headers-too-large"


def test_a_mail_that_never_ends_its_header_is_measured_whole() -> None:
    assert prescan(FROM + b"X: " + b"y" * MAX_HEADER_BYTES, null_sender=False) == "headers-too-large"


def test_hops_at_the_limit_and_one_over() -> None:
    hops = [b"Received: from a by b"] * MAX_RECEIVED
    assert prescan(mail(*hops), null_sender=False) is None
    assert prescan(mail(*hops, b"RECEIVED : from a by b"), null_sender=False) == "loop"


def test_hops_quoted_in_the_body_do_not_count() -> None:
    assert prescan(mail(body=b"Received: x\r\n" * 40), null_sender=False) is None


def test_a_mail_without_an_author_is_refused() -> None:
    assert prescan(b"Subject: hi\r\n\r\nFrom: buyer@example.com\r\n", null_sender=False) == "malformed-from"
    assert prescan(b"\r\nFrom: buyer@example.com\r\n", null_sender=False) == "malformed-from"
    assert prescan(b"", null_sender=False) == "malformed-from"


def test_two_authors_are_refused() -> None:
    assert prescan(mail(b"from: boss@example.com"), null_sender=False) == "malformed-from"


def test_a_bounce_needs_no_author() -> None:
    assert prescan(b"Subject: Undelivered\r\n\r\n", null_sender=True) is None


@given(st.lists(st.sampled_from([b"From", b"\r\n", b" ", b"\t", b":", b"x", b"\xa0", b"a@b.example", b"\r", b"\n"])))
def test_the_quick_reading_of_a_header_is_that_of_the_signature_verifiers(pieces: list[bytes]) -> None:
    raw = b"".join(pieces)
    slow = [(field.key, field.raw.replace(b"\r\n", b"")) for field in fields(raw)]
    assert [found for found in Header(raw).fields if found[1]] == [found for found in slow if found[1]]
