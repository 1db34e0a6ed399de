"""What a bounce in words tells of recipients, reasons and delays."""

import pytest

from gateway.domain.emails import Bounce
from gateway.domain.parsing import parse


def read(text: str, sender: str = "postmaster@mx.example.cn", subject: str = "Mail delivery failed") -> Bounce:
    mail = f"From: {sender}\r\nTo: shop@example.com\r\nSubject: {subject}\r\n\r\n{text}".encode()
    bounce = parse(mail).bounce
    assert bounce is not None
    return bounce


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("<li@example.cn>: user unknown", ["li@example.cn"]),
        (
            "Could not deliver to li@example.cn.\n550 Quota violation for han@example.cn",
            ["li@example.cn", "han@example.cn"],
        ),
        (
            "The following recipients failed:\n\n  li@example.cn\n  han@example.cn\n",
            ["li@example.cn", "han@example.cn"],
        ),
        ("These recipients could not be reached:\n\tli\n\than\n", ["li@mx.example.cn", "han@mx.example.cn"]),
        ("Delivery to li@example.cn failed: mail from other@example.com refused", ["li@example.cn"]),
        ("Delivery failed, an undisclosed address\n    (generated from li@example.cn)", ["li@example.cn"]),
    ],
)
def test_whom_a_report_is_about(text: str, addresses: list[str]) -> None:
    assert [each.address for each in read(text).recipients] == addresses


@pytest.mark.parametrize(
    ("text", "action", "status", "kind"),
    [
        ("<li@example.cn>: the mailbox is full", "failed", "5.2.2", "soft"),
        ("<li@example.cn>: full mailbox. We will continue to try for 2 days.", "delayed", "4.2.2", "soft"),
        ("<li@example.cn>: full mailbox. We will continue to try. 550 5.2.2 over quota", "failed", "5.2.2", "soft"),
        ("<li@example.cn>: user unknown", "failed", "5.1.1", "hard"),
        ("<li@example.cn>: 451 4.3.0 queue file write error", "failed", "4.3.0", "soft"),
    ],
)
def test_what_happened_and_why(text: str, action: str, status: str, kind: str) -> None:
    bounce = read(text)
    assert (bounce.action, bounce.status, bounce.kind) == (action, status, kind)


def test_the_diagnostic_is_the_line_that_names_the_recipient() -> None:
    (recipient,) = read("Sorry.\n\n<li@example.cn>:\n550 no such user here\n\nBye.").recipients
    assert recipient.diagnostic == "<li@example.cn>: 550 no such user here"
