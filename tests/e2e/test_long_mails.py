"""Long mails that come slowly, many at once: they wait on the disk, not in memory, and arrive byte for byte."""

import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.serving import gateway

DATABASES = ("sqlite",)
MIB = 1024 * 1024
SESSIONS, PIECES = 20, 20
PIECE = (b"a" * 126 + b"\r\n") * (MIB // 128)


def hear(wire: socket.socket, code: bytes) -> None:
    """Read one reply, of one line or several."""
    heard = b""
    while not heard.endswith(b"\r\n") or heard.splitlines()[-1][3:4] == b"-":
        heard += wire.recv(4096)
    assert heard.startswith(code), heard


def begin(port: int, number: int) -> socket.socket:
    """A session that waits for the text of a mail."""
    wire = socket.create_connection(("127.0.0.1", port), timeout=60)
    hear(wire, b"220")
    for command, code in (
        (b"HELO slow.example", b"250"),
        (b"MAIL FROM:<wang@example.com>", b"250"),
        (b"RCPT TO:<lotus@inbox.example>", b"250"),
        (b"DATA", b"354"),
    ):
        wire.sendall(command + b"\r\n")
        hear(wire, code)
    wire.sendall(b"From: wang@example.com\r\nSubject: %d\r\n\r\n" % number)
    return wire


def resident(pid: int) -> int:
    """Bytes of memory of a process that are its own."""
    (line,) = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("RssAnon:")]
    return int(line.split()[1]) * 1024


@pytest.mark.slow
def test_twenty_sessions_with_twenty_mebibytes_each_do_not_fill_the_memory(tmp_path: Path) -> None:
    with gateway(tmp_path / "home") as znx, ExitStack() as stack:
        znx.run("shop", "add", "lotus", "--name", "Lotus")
        pid = znx.start("smtp", roles=("smtp",)).pid
        stack.enter_context(begin(znx.port("smtp"), 0)).close()
        before = resident(pid)
        wires = [stack.enter_context(begin(znx.port("smtp"), number)) for number in range(SESSIONS)]
        seen = []
        for _ in range(PIECES):
            for wire in wires:
                wire.sendall(PIECE)
            seen.append(resident(pid) - before)
        assert max(seen) < SESSIONS * 2 * MIB, seen
        for wire in wires:
            wire.sendall(b".\r\n")
        for wire in wires:
            hear(wire, b"250")
            seen.append(resident(pid) - before)
        # Those that are on their way from the spool to the store, whole: two, and what the allocator keeps of others.
        assert max(seen) < 5 * PIECES * MIB, seen
        kept = sorted((tmp_path / "home").rglob("*.seg"))
        assert sum(path.stat().st_size for path in kept) > SESSIONS * PIECES * MIB
