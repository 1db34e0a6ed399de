"""Whole sessions as data: each file of dialogs/ is held with a real server, word for word.

`O:` changes an option (`hello` is said before the dialog begins), `C:` is a line of the client, `B:` are bytes with
escapes, `S:` is a line of the server (`*` for anything), `M:` is a mail that the gateway must have got: there are
no others. What the client says without an `S:` in between is sent at once.
"""

import fnmatch
from pathlib import Path
from typing import Any

import pytest

from gateway.domain.values import Arrival
from tests.smtp.talk import Client, Serving

DIALOGS = sorted((Path(__file__).parent / "dialogs").glob("*.txt"))
CLOSED = "(closed)"


@pytest.mark.parametrize("path", DIALOGS, ids=lambda path: path.stem)
async def test_dialog(serve: Serving, path: Path) -> None:
    steps = _steps(path)
    options: dict[str, Any] = dict(_option(text) for kind, text in steps if kind == "O")
    hello = options.pop("hello", "EHLO client.test")
    server = await serve(**options)
    client = await server.client()
    if hello:
        await client.greet(hello)
    await _hold(client, steps)
    mails = [text for kind, text in steps if kind == "M"]
    assert [_as_line(arrival) for arrival in server.door.arrivals] == mails
    assert {arrival.ingress for arrival in server.door.arrivals} <= {options.get("protocol", "smtp")}


async def _hold(client: Client, steps: list[tuple[str, str]]) -> None:
    heard: list[str] = []
    said = b""
    for kind, text in steps:
        if kind == "C":
            said += text.encode() + b"\r\n"
        elif kind == "B":
            said += text.encode("latin-1").decode("unicode_escape").encode("latin-1")
        elif kind == "S":
            if said:
                assert not heard, "the server said more than it should"
                client.send(said)
                said = b""
            heard = heard or await client.hear() or [CLOSED]
            assert fnmatch.fnmatchcase(line := heard.pop(0), text), f"expected {text!r}, heard {line!r}"
    assert not heard, "the server said more than it should"


def _steps(path: Path) -> list[tuple[str, str]]:
    return [_step(line) for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]


def _step(line: str) -> tuple[str, str]:
    kind, colon, text = line[:1], line[1:2], line[3:]
    assert kind in "OCBSM", line
    assert colon == ":", line
    return kind, text


def _option(text: str) -> tuple[str, str | int]:
    name, _, value = text.partition("=")
    value = value.strip()
    return name.strip(), int(value) if value.isdigit() else value


def _as_line(arrival: Arrival) -> str:
    envelope = arrival.envelope
    text = arrival.raw.decode().replace("\r\n", "\\r\\n")
    return f"{envelope.mail_from} -> {', '.join(envelope.rcpt_tos)}: {text}".strip()
