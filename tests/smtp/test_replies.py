"""The tables of replies are complete and well formed."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import gateway
from gateway import errors
from smtp.data import Fault
from smtp.replies import ERRORS, FAULTS, REFUSALS, SmtpReply, reply_to

SOURCES = sorted(Path(gateway.__file__).parent.rglob("*.py"))
SMTP = Path(gateway.__file__).parent.parent / "smtp"


def subclasses(kind: type[Exception]) -> Iterator[type[Exception]]:
    for child in kind.__subclasses__():
        yield child
        yield from subclasses(child)


def reasons() -> set[str]:
    """Every `Refused("...")` of the gateway, and every code that the checks at the end of DATA return."""
    found = {code for path in SOURCES for code in re.findall(r'\bRefused\("([^"]+)"\)', path.read_text())}
    prescan = ast.parse((Path(gateway.__file__).parent / "domain" / "prescan.py").read_text())
    returned = (node.value for node in ast.walk(prescan) if isinstance(node, ast.Return))
    return found | {node.value for node in returned if isinstance(node, ast.Constant) and isinstance(node.value, str)}


@pytest.mark.parametrize("reply", SmtpReply, ids=lambda reply: reply.name)
def test_each_reply_is_one_line_with_a_matching_status(reply: SmtpReply) -> None:
    line = reply.decode("ascii")
    assert re.fullmatch(r"[2-5][0-5]\d [ -~]{2,400}", line)
    if not line.startswith(("220 %", "354")):  # RFC 2034: all but the greeting, the hello and 3yz
        assert re.match(r"([245])\d\d \1\.\d\.\d+ ", line)


def test_no_two_replies_are_one() -> None:
    assert len(SmtpReply.__members__) == len(list(SmtpReply))


def test_each_reply_is_given_somewhere() -> None:
    texts = "".join(path.read_text() for path in SMTP.glob("*.py"))
    assert [reply.name for reply in SmtpReply if f"SmtpReply.{reply.name}" not in texts] == []


def test_each_failure_has_a_reply_and_only_refusals_are_for_good() -> None:
    for kind in subclasses(errors.ZnxError):
        if kind is errors.Refused:
            continue
        reply = reply_to(kind("text that stays here"))
        for_good = kind is errors.UnknownRecipient
        assert reply.startswith(b"5" if for_good else b"4"), kind
        assert "stays here" not in reply.decode()


@pytest.mark.parametrize("error", [ValueError("x"), OSError(28, "x"), TimeoutError(), MemoryError(), RecursionError()])
def test_what_nobody_expected_is_temporary(error: Exception) -> None:
    assert reply_to(error) is SmtpReply.TRY_AGAIN


def test_each_reason_has_its_reply() -> None:
    assert reasons() <= REFUSALS.keys()
    assert {"malformed-from", "loop", "headers-too-large", "relay"} <= reasons()
    assert reply_to(errors.Refused("loop")) is SmtpReply.LOOP
    assert reply_to(errors.Refused("a reason of tomorrow")) is SmtpReply.NOT_ACCEPTED


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("malformed-from", b"550 5.6.0 "),
        ("bare-newline", b"550 5.5.2 "),
        ("loop", b"554 5.4.6 "),
        ("dmarc", b"550 5.7.26 "),
        ("headers-too-large", b"552 5.3.4 "),
        ("too-large", b"552 5.3.4 "),
        ("relay", b"550 5.7.1 "),
    ],
)
def test_the_status_of_each_reason(reason: str, status: bytes) -> None:
    assert reply_to(errors.Refused(reason)).startswith(status)


def test_each_fault_has_its_reply() -> None:
    assert FAULTS.keys() == set(Fault)
    assert BaseException in ERRORS
