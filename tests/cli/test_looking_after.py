"""`znx settings`, `doctor` and `db upgrade`: what an operator is told, what is kept from the screen, what is wrong."""

import asyncio
import json
import socket
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.settings_ import shown
from gateway.settings import load_settings
from gateway.store import migrate
from gateway.store.db import Database
from tests.e2e.serving import Znx, gateway
from tests.postgres import Server
from tests.smtp.relay import Relay, listening


def findings(znx: Znx) -> dict[str, dict[str, Any]]:
    """What the doctor finds, by check."""
    return {finding["check"]: finding for finding in json.loads(znx.run("doctor", "--json", check=False).stdout)}


def test_every_setting_is_shown_with_its_value_and_source(tmp_path: Path) -> None:
    with gateway(tmp_path / "home", ZNX_CONNECTIONS="7") as znx:
        rows = json.loads(znx.run("settings", "--json").stdout)
        text = znx.run("settings").stdout.decode()
    assert rows["ZNX_CONNECTIONS"]["value"] == 7
    assert rows["ZNX_CONNECTIONS"]["source"] == "environment"
    assert rows["ZNX_LMTP_LISTEN"]["source"] == "default"
    assert rows["ZNX_DATABASE_URL"]["value"] == f"sqlite:///{tmp_path / 'home' / 'znx.db'}"
    assert all(name in text for name in rows)


@pytest.mark.parametrize(
    "secrets",
    [
        {"secret_key": "hunter2"},
        {"relay_url": "smtp://user:hunter2@relay.test:587,smtps://other:hunter2@b.test"},
        {"database_url": "postgresql://znx:hunter2@db.test/znx"},
        {"blob_url": "s3://key:hunter2@bucket/prefix"},
    ],
)
def test_no_secret_is_shown(secrets: dict[str, str]) -> None:
    assert "hunter2" not in json.dumps(shown(load_settings(**secrets)))


def test_a_wrong_setting_is_named_in_one_line(tmp_path: Path) -> None:
    with gateway(tmp_path / "home", ZNX_WEB_LISTEN="nowhere") as znx:
        for words in (("settings",), ("shop", "add", "lotus", "--name", "x")):
            done = znx.run(*words, check=False)
            assert done.returncode == 1
            assert done.stderr.startswith(b"znx: ZNX_WEB_LISTEN: expected host:port")
        assert "ZNX_WEB_LISTEN" in findings(znx)["settings"]["detail"]


def test_a_slip_of_the_pen_is_found(tmp_path: Path) -> None:
    with gateway(tmp_path / "home", ZNX_SMPT_LISTEN="127.0.0.1:25") as znx:
        assert b"ZNX_SMPT_LISTEN" in znx.run("settings").stderr
        finding = findings(znx)["settings"]
    assert (finding["ok"], "ZNX_SMPT_LISTEN" in finding["detail"]) == (False, True)


def test_a_sound_gateway_passes_every_check(tmp_path: Path) -> None:
    with gateway(tmp_path / "home") as znx:
        znx.run("shop", "add", "lotus", "--name", "莲花")
        done = znx.run("doctor")
        assert done.stdout.count(b"ok ") == len(done.stdout.splitlines()) >= 11


def test_mail_that_nobody_processes_is_told_of(tmp_path: Path) -> None:
    letter = b"From: li@buyer.test\r\nSubject: hello\r\n\r\nhello\r\n"
    with gateway(tmp_path / "home") as znx:
        znx.run("shop", "add", "lotus", "--name", "莲花")
        znx.run("ingest", "--rcpt", "lotus@inbox.example", "--mail-from", "li@buyer.test", given=letter)
        finding = findings(znx)["queues"]
    assert finding["detail"].startswith("to process for ")


def test_a_database_without_a_schema_says_what_to_run(postgres_server: Server, tmp_path: Path) -> None:
    with postgres_server.database() as url:
        migrate.downgrade(Database(url), "base")
        with gateway(tmp_path / "home", ZNX_DATABASE_URL=url) as znx:
            assert b"run `znx db upgrade`" in znx.run("shop", "add", "lotus", "--name", "x", check=False).stderr
            assert "znx db upgrade" in findings(znx)["schema"]["detail"]
            assert "→" in znx.run("db", "upgrade").stdout.decode()
            assert "→" not in znx.run("db", "upgrade").stdout.decode()
            assert findings(znx)["schema"]["ok"]
            znx.run("shop", "add", "lotus", "--name", "莲花")


def closed_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


def test_a_database_that_is_away_is_one_line(tmp_path: Path) -> None:
    url = f"postgresql://znx:hunter2@127.0.0.1:{closed_port()}/znx"
    with gateway(tmp_path / "home", ZNX_DATABASE_URL=url) as znx:
        done = znx.run("token", "add", "--role", "admin", check=False)
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, b"", 1)
        assert b"hunter2" not in done.stderr
        assert not findings(znx)["database"]["ok"]


def test_a_relay_that_is_away_is_found(tmp_path: Path) -> None:
    with gateway(tmp_path / "home", ZNX_RELAY_URL=f"smtp://127.0.0.1:{closed_port()}") as znx:
        assert not findings(znx)["relay"]["ok"]


async def test_a_relay_that_answers_gets_no_mail(tmp_path: Path) -> None:
    async with listening(Relay()) as relay:
        with gateway(tmp_path / "home", ZNX_RELAY_URL=relay.url) as znx:
            found = await asyncio.to_thread(findings, znx)
    assert (found["relay"]["ok"], relay.connections, relay.mails) == (True, 1, [])
