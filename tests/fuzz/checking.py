"""What must hold for every mail whatsoever."""

import json

from gateway.domain.emails import Email, to_json


def must_hold(email: Email) -> None:
    """Raises AssertionError where a parsed mail breaks a promise."""
    line = json.dumps(to_json(email), ensure_ascii=False).encode("utf-8")  # no lone surrogate anywhere
    assert b"\n" not in line
    assert "\x00" not in email.text + email.subject
    pieces = email.fresh_text + email.quoted_text + email.signature_text
    assert len(pieces) == len(email.text)
    assert sorted(pieces) == sorted(email.text)
    assert len(email.attachments) <= 20
    assert all(_is_safe(file.filename) for file in email.attachments)
    assert (email.mail_class == "bounce") <= (email.bounce is not None)
    if email.html is not None:
        assert "<script" not in email.html.lower()


def _is_safe(name: str) -> bool:
    return bool(name) and not set(name) & set("/\\\x00\r\n") and not name.startswith(".")
