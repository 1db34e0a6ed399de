"""Several processes on one SMTP port: all take mail, and all end together."""

import email.message
import smtplib
from pathlib import Path

import pytest

from tests.e2e.serving import eventually, gateway, open_store
from tests.postgres import Server


def children(pid: int) -> list[int]:
    """The processes that a process has started, by /proc."""
    found = [
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]
    return [child for child in found if b"--member" in Path(f"/proc/{child}/cmdline").read_bytes()]


@pytest.mark.postgres
def test_processes_share_a_port_and_end_together(postgres_server: Server, tmp_path: Path) -> None:
    with (
        postgres_server.database() as url,
        gateway(tmp_path / "home", ZNX_DATABASE_URL=url, ZNX_SMTP_PROCESSES="3") as znx,
    ):
        process = znx.start("serve")
        store = open_store(znx)
        others = eventually(lambda: found if len(found := children(process.pid)) == 2 else None)
        assert others is not None
        for number in range(12):
            mail = email.message.EmailMessage()
            mail["From"], mail["Subject"] = "wang@example.com", f"A-1001 {number}"
            mail.set_content(str(number))
            with smtplib.SMTP("127.0.0.1", znx.port("smtp"), timeout=20) as smtp:
                smtp.sendmail("wang@example.com", [store.address()], mail.as_string())
        assert store.thread(12)["message_count"] == 12
        znx.stop()
        assert not any(Path(f"/proc/{pid}").exists() for pid in others)


@pytest.mark.postgres
def test_processes_end_with_one_that_is_killed(postgres_server: Server, tmp_path: Path) -> None:
    with (
        postgres_server.database() as url,
        gateway(tmp_path / "home", ZNX_DATABASE_URL=url, ZNX_SMTP_PROCESSES="3") as znx,
    ):
        process = znx.start("smtp", roles=("smtp",))
        others = eventually(lambda: found if len(found := children(process.pid)) == 2 else None)
        assert others is not None
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
        znx.processes.clear()
        eventually(lambda: not any(_runs(pid) for pid in others))


def _runs(pid: int) -> bool:
    """Whether it still does anything; one whose end nobody asks for stays as a name only."""
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
