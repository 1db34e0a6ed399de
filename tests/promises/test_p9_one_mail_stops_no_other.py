"""P9, P10: bombs sent through the running gateway: other mails keep flowing, and each bomb comes to an end."""

import email.policy
import random
import smtplib
from collections import Counter
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.serving import Store, Znx, eventually
from tests.promises.looking import ledger, messages
from tests.promises.mta import AUTHOR, Mta, letters

HEAD = b"From: Wang Fang <wang@example.com>\r\nTo: shop@inbox.example\r\nMIME-Version: 1.0\r\n"
EMAILS = Path(__file__).parent.parent / "emails"


def nested(depth: int) -> bytes:
    """Parts inside of parts."""
    opening = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(depth))
    return HEAD + b"Subject: depth\r\n" + opening + b"Content-Type: text/plain\r\n\r\nx\r\n"


def many_parts(count: int) -> bytes:
    """Parts beside parts."""
    return HEAD + b"Subject: parts\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * count


def many_sections(count: int) -> bytes:
    """One parameter in very many sections (RFC 2231)."""
    sections = b"".join(b";\r\n name*%d*=utf-8''%%41" % number for number in range(count))
    return HEAD + b"Subject: sections\r\nContent-Type: text/plain" + sections + b"\r\n\r\nx\r\n"


def html(body: bytes, name: bytes) -> bytes:
    """A page."""
    return HEAD + b"Subject: " + name + b"\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body + b"\r\n"


def mutated(count: int) -> list[bytes]:
    """Mails of the collection with bytes changed, cut out and doubled, still from the buyer and in CRLF."""
    dice, found = random.Random(count), sorted(EMAILS.glob("*.eml"))
    return [_mutate(dice.choice(found).read_bytes(), dice) for _ in range(count)]


def _mutate(raw: bytes, dice: random.Random) -> bytes:
    body = bytearray(raw.replace(b"\r\n", b"\n").replace(b"\r", b" ").replace(b"\0", b" "))
    for _ in range(dice.randint(1, 12)):
        at = dice.randrange(len(body) + 1)
        piece = body[at : at + dice.randint(1, 60)]
        body[at : at + len(piece)] = dice.choice((b"", piece * 3, dice.randbytes(len(piece)), b"=?utf-8?b?" + piece))
    text = bytes(body).replace(b"\r", b" ").replace(b"\0", b" ").replace(b"\n", b"\r\n")
    return HEAD + b"X-Was: " + text


BOMBS = (
    nested(2_000),
    many_parts(100_000),
    many_sections(400),
    html(b"<div>\r\n" * 100_000, b"tags"),
    html(b"<p" + b" a=b\r\n" * 200_000 + b">", b"attributes"),
    html((b"&" * 70 + b"\r\n") * 30_000, b"entities"),
    html(b"<blockquote>\r\n" * 5_000 + b"x" + b"</blockquote>\r\n" * 5_000, b"quotes"),
    HEAD + b"Subject: lines\r\n\r\n" + b"> " * 300 + b"x\r\n" * 300_000,
    HEAD + b"Subject: " + b"=?utf-8?q?=41?= " * 3_000 + b"\r\n\r\nx\r\n",
    HEAD + b"Subject: references\r\nReferences: " + b"<a@b>\r\n " * 480 + b"\r\n\r\nx\r\n",
)


@pytest.mark.parametrize("count", [20, pytest.param(1_000, marks=pytest.mark.slow)])
def test_bombs_and_garbage_come_to_an_end_and_hold_up_nobody(count: int, znx: Znx, store: Store) -> None:
    codes: Counter[int] = Counter()
    for raw in (*BOMBS, *mutated(count)):
        try:
            with smtplib.SMTP("127.0.0.1", znx.port("smtp"), timeout=30) as client:
                client.sendmail(AUTHOR, [store.address()], raw)
        except smtplib.SMTPDataError as error:
            codes[error.smtp_code] += 1
    assert set(codes) <= {550, 552, 554}, codes
    mta = Mta(lambda: znx.port("smtp"), store.address())
    good = letters("p9", 5)
    mta.send(good)
    mta.wait()
    marks = {mail.mark for mail in good}
    eventually(lambda: marks <= {m["subject"].split()[-1] for m in messages(store) if m["subject"]}, 60)
    eventually(lambda: not znx.items("/inbound?state=pending&limit=10"), 60 + count)
    assert len(BOMBS) + count - codes.total() + len(good) <= len(ledger(store)) + len(unread(znx))


def unread(znx: Znx) -> list[dict[str, Any]]:
    """Rows that belong to no shop yet, since their mail could not be read."""
    return znx.items("/inbound?state=failed&limit=100")


def test_the_bombs_are_mails_by_their_envelope() -> None:
    """They carry the buyer's From and would be shown, were they not bombs."""
    for raw in BOMBS:
        headers = message_from_bytes(raw[:300], policy=email.policy.compat32)
        assert headers["From"] == "Wang Fang <wang@example.com>"
