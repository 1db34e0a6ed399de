"""`znx authenticate` as its users run it, over a name server of the test's own."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from tests.authentication.letters import BANK_IP, FORGER_IP, letter, signed, zone
from tests.nameserver import name_server


async def run(raw: bytes, *arguments: str, **environment: str) -> tuple[int, str, str]:
    """Exit status, stdout and stderr of the command with a mail on stdin."""
    async with name_server(zone()) as server:
        host, port = server.address
        settings = {"ZNX_DNS_SERVERS": f"{host}:{port}", "ZNX_MAIL_DOMAIN": "inbox.example", **environment}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "gateway", "authenticate", *arguments),
            env={**os.environ, **settings},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate(raw)
    return process.returncode or 0, out.decode(), err.decode()


async def told(raw: bytes, *arguments: str, **environment: str) -> dict[str, Any]:
    """What a successful run prints."""
    status, out, err = await run(raw, *arguments, **environment)
    assert (status, err) == (0, "")
    found: dict[str, Any] = json.loads(out)
    return found


async def test_genuine_mail_by_its_envelope_and_its_signature() -> None:
    found = await told(signed(letter()), "--ip", BANK_IP, "--helo", "mx", "--mail-from", "desk@bank.example", "-")
    assert found == {
        "spf": {"result": "pass", "domain": "bank.example", "why": "the address may send for this domain"},
        "dkim": [{"domain": "bank.example", "selector": "s1", "result": "pass", "why": "the signature is valid"}],
        "arc": {"result": "none", "why": "no forwarder sealed it"},
        "dmarc": {
            "result": "pass",
            "policy": "reject",
            "domain": "bank.example",
            "why": "an aligned domain is authenticated",
        },
        "verdict": "verified",
        "why": "bank.example confirms this mail (DMARC)",
    }


async def test_a_forgery_says_why() -> None:
    found = await told(letter(), "--ip", FORGER_IP, "--mail-from", "x@forger.example")
    assert (found["verdict"], found["why"]) == ("failed", "bank.example disowns this mail (DMARC policy reject)")


async def test_a_file_of_a_unix_editor(tmp_path: Path) -> None:
    file = tmp_path / "mail.eml"
    file.write_bytes(signed(letter()).replace(b"\r\n", b"\n"))
    assert (await told(b"", str(file)))["verdict"] == "verified"


async def test_hidden_line_ends_are_seen() -> None:
    hidden = letter(b"x@forger.example", b"X-A: b\rFrom: desk@bank.example")
    assert (await told(hidden))["why"] == "the mail does not name exactly one author"


async def test_the_null_sender_in_either_spelling() -> None:
    for null in ("", "<>"):
        found = await told(letter(), "--ip", BANK_IP, "--helo", "bank.example", "--mail-from", null)
        assert found["spf"]["domain"] == "bank.example"


async def test_results_of_the_server_in_front() -> None:
    raw = b"Authentication-Results: mx.example; dmarc=pass header.from=bank.example\r\n" + letter()
    found = await told(raw, "--ip", "127.0.0.1", ZNX_SENDER_AUTH="header:mx.example")
    assert found["verdict"] == "verified"
    elsewhere = await told(raw, "--ip", BANK_IP, ZNX_SENDER_AUTH="header:mx.example")
    assert elsewhere["verdict"] == "unverified"


async def test_garbage_is_answered_too() -> None:
    assert (await told(b"\0\xff\r\n\r\r\n"))["verdict"] == "failed"
    assert (await told(b""))["verdict"] == "failed"


async def test_a_file_that_is_not_there() -> None:
    status, out, err = await run(b"", "/no/such/mail.eml")
    assert (status, out) == (1, "")
    assert err == "znx: /no/such/mail.eml: No such file or directory\n"


async def test_a_wrong_setting_is_named() -> None:
    status, _, err = await run(letter(), ZNX_SENDER_AUTH="perhaps")
    assert status == 1
    assert "ZNX_SENDER_AUTH" in err
