"""What processing asks of a parsed mail besides its JSON: fields by name, and whether a machine wrote it."""

import json

import pytest

from gateway.domain.emails import NOTHING, to_json, with_defect
from gateway.domain.parsing import parse


def test_fields_are_found_without_regard_to_case_and_in_their_order() -> None:
    email = parse("Received: one\r\nSubject: 订单\r\nreceived: two\r\n\r\nhello\r\n".encode())
    assert email.header("SUBJECT") == "订单"
    assert list(email.header_values("Received")) == ["one", "two"]
    assert email.header("Delivered-To") is None


@pytest.mark.parametrize(
    ("field", "keyword"),
    [("", "no"), ("Auto-Submitted: Auto-Replied; x=y\r\n", "auto-replied"), ("Auto-Submitted: no\r\n", "no")],
)
def test_the_keyword_of_an_automatic_mail(field: str, keyword: str) -> None:
    assert parse(f"{field}Subject: x\r\n\r\nhello".encode()).auto_submitted == keyword


def test_the_bytes_of_a_file_are_at_hand_but_not_in_the_json() -> None:
    raw = b"Content-Type: application/pdf; name=a.pdf\r\n\r\n%PDF-1.4 secret"
    email = parse(raw)
    assert email.attachments[0].content == b"%PDF-1.4 secret"
    assert "secret" not in json.dumps(to_json(email))


def test_a_mail_that_could_not_be_read_says_why() -> None:
    assert to_json(with_defect(NOTHING, "took too long"))["defects"] == ["took too long"]
