"""P5: what nobody expected is "try again" to the client, and says nothing of the inside."""

import random
import smtplib
from pathlib import Path

import pytest

from tests.e2e.serving import Znx, gateway
from tests.promises.mta import AUTHOR, letter

RCPT = "lotus@inbox.example"


@pytest.fixture
def broken(tmp_path: Path) -> Znx:
    """A home whose database is overwritten with noise once the schema was looked at."""
    znx = Znx(tmp_path / "home")
    znx.run("shop", "add", "lotus", "--name", "Lotus")
    return znx


def overwrite(znx: Znx) -> None:
    """No failure of a disk or a lock that somebody might have thought of."""
    for path in znx.home.glob("znx.db*"):
        path.write_bytes(random.Random(5).randbytes(path.stat().st_size or 4096))


def test_over_smtp(broken: Znx) -> None:
    with gateway(broken.home) as znx:
        znx.start("smtp", roles=("smtp",))
        overwrite(znx)
        with smtplib.SMTP("127.0.0.1", znx.port("smtp"), timeout=20) as client:
            client.ehlo()
            client.mail(AUTHOR)
            code, words = client.rcpt(RCPT)
    assert code == 451
    assert words.startswith(b"4.3.0 ")
    assert not any(word in words.lower() for word in (b"error", b"database", b"sqlite", b"malformed"))


def test_from_a_pipe(broken: Znx) -> None:
    overwrite(broken)
    done = broken.run("ingest", "--rcpt", RCPT, given=letter("p5-0001").raw, check=False)
    assert done.returncode == 75
    assert done.stdout == b""
    assert done.stderr.decode().split() == ["znx:", "DatabaseError"]
