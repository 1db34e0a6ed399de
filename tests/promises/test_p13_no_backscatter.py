"""P13: mail that is refused, forged or from nobody we know causes no mail of ours."""

import asyncio
import itertools
import smtplib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.serving import Store, Znx, eventually, gateway, open_store
from tests.nameserver import Zone, name_server
from tests.promises.looking import ledger

STRANGER, OTHER = "stranger@elsewhere.example", "somebody@nowhere.example"
ZONE: Zone = {
    # Mail in this name which proves nothing is to be refused.
    "_dmarc.elsewhere.example": [("TXT", "v=DMARC1; p=reject")],
    "elsewhere.example": [("TXT", "v=spf1 -all")],
}
AUTOMATIC = ("", "Auto-Submitted: auto-replied\r\n", "Precedence: bulk\r\n", "List-Id: <l.example.com>\r\n")


def unwanted(shop: str) -> Iterator[tuple[str, str, bytes]]:
    """Envelope and content of mails that must cause nothing, without end."""
    for number in itertools.count():
        header = AUTOMATIC[number % len(AUTOMATIC)]
        body = f"Subject: {number}\r\n{header}\r\nhello {number}\r\n".encode()
        forged, unproven = f"From: {STRANGER}\r\n".encode() + body, f"From: {OTHER}\r\n".encode() + body
        yield STRANGER, f"{shop}@inbox.example", forged
        yield OTHER, f"{shop}@inbox.example", unproven
        yield "", f"{shop}@inbox.example", b"From: MAILER-DAEMON@elsewhere.example\r\n" + body
        yield STRANGER, f"r.{'a' * 52}@inbox.example", forged
        yield STRANGER, "nobody@inbox.example", forged
        yield STRANGER, "victim@elsewhere.example", forged
        yield STRANGER, f"{shop}@inbox.example", f"From: {STRANGER}\r\nFrom: wang@example.com\r\n".encode() + body


def sent_in(znx: Znx, store: Store, count: int) -> int:
    """Send so many in; how many were stored."""
    stored = 0
    for sender, rcpt, raw in itertools.islice(unwanted(store.slug), count):
        with smtplib.SMTP("127.0.0.1", znx.port("smtp"), timeout=20) as client:
            try:
                client.sendmail(sender, [rcpt], raw)
                stored += 1
            except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError):
                pass
    return stored


def judged(znx: Znx, count: int) -> None:
    """Nothing of it was shown, and nothing was queued for anybody."""
    znx.start("serve")
    store = open_store(znx)
    stored = sent_in(znx, store, count)
    assert 0 < stored < count
    eventually(lambda: not znx.items("/inbound?state=pending&limit=1"), 60 + count / 5)
    assert {row["state"] for row in ledger(store)} <= {"held", "discarded"}
    assert store.threads() == []
    assert znx.items("/deliveries?limit=10") == []
    assert list((znx.home / "outgoing").rglob("*.inbox.example")) == []
    znx.stop()


@pytest.mark.parametrize("count", [50, pytest.param(1_000, marks=pytest.mark.slow)])
async def test_unwanted_mail_causes_no_mail(count: int, tmp_path: Path) -> None:
    async with name_server(ZONE) as names:
        host, port = names.address
        with gateway(tmp_path / "home", ZNX_SENDER_AUTH="dns", ZNX_DNS_SERVERS=f"{host}:{port}") as znx:
            await asyncio.to_thread(judged, znx, count)
