"""P1: when a client hears 250, the mail's bytes have been synced to the disk; shown by a trace of the system calls."""

import subprocess
import sys
from pathlib import Path

import pytest

from gateway.blobs import content_key
from tests.conftest import lacking
from tests.e2e.serving import Znx, eventually, gateway
from tests.promises.mta import Letter, Mta, letters
from tests.promises.tracing import SYNCS, Trace, calls, traced
from tests.tools import missing


def acknowledged(znx: Znx, mails: list[Letter], trace: Path, *also: str) -> tuple[Trace, Mta]:
    """Send mails to a listener that is watched; what it did, and what it said."""
    znx.run("shop", "add", "lotus", "--name", "Lotus")
    znx.start("smtp", roles=("smtp",), under=(*traced(trace), *also))
    mta = Mta(lambda: znx.port("smtp"), "lotus@inbox.example")
    mta.send(mails)
    mta.wait(300)
    znx.stop()
    eventually(lambda: "exited with" in trace.read_text(errors="replace")[-200:])
    return Trace(tuple(calls(trace))), mta


@pytest.mark.parametrize("count", [50, pytest.param(1_000, marks=pytest.mark.slow)])
def test_every_mail_is_synced_before_its_250(count: int, tmp_path: Path) -> None:
    if reason := missing("strace"):
        lacking(reason)
    mails = letters("p1", count)
    with gateway(tmp_path / "home") as znx:
        trace, mta = acknowledged(znx, mails, tmp_path / "trace")
    assert len(mta.ids) == count
    assert trace.unproven(mails, mta.ids) == []


def test_a_file_that_somebody_else_named_is_synced_by_name_too(tmp_path: Path) -> None:
    """Whoever wrote it may have died before its folder was synced: the worker then files the mail again."""
    if reason := missing("strace"):
        lacking(reason)
    path = tmp_path / "blobs" / (key := content_key("files", "ab" * 32))
    path.parent.mkdir(parents=True)
    path.write_bytes(b"a file")
    put = (
        f"import pathlib, gateway.blobs as b; b.LocalBlobs(pathlib.Path({str(tmp_path / 'blobs')!r})).put({key!r}, b'')"
    )
    subprocess.run([*traced(tmp_path / "trace"), sys.executable, "-c", put], check=True)
    eventually(lambda: "exited with" in (tmp_path / "trace").read_text(errors="replace")[-200:])
    synced = {call.place for call in calls(tmp_path / "trace") if call.name in SYNCS and call.result == 0}
    assert {str(folder) for folder in path.parents[:5]} <= synced


def test_a_sync_that_does_nothing_is_noticed(tmp_path: Path) -> None:
    if reason := missing("strace") or missing("eatmydata"):
        lacking(reason)
    mails = letters("p1", 3)
    with gateway(tmp_path / "home") as znx:
        trace, mta = acknowledged(znx, mails, tmp_path / "trace", "eatmydata")
    assert not any(call.name in SYNCS for call in trace.calls)
    assert trace.unproven(mails, mta.ids) == [mail.mark for mail in mails]
