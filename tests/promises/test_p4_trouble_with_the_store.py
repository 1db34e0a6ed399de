"""P4: disk full, failing syncs, a locked or stopped database: 250, 451 or 452 within 10 s, and all is well then."""

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from tests import postgres
from tests.conftest import lacking
from tests.e2e.serving import Store, Znx, eventually, gateway, open_store
from tests.promises.looking import assert_each_shown_once
from tests.promises.mta import Letter, Mta, letters
from tests.promises.tracing import failing
from tests.tools import missing

WITHIN = 10.0
"""Seconds: for every answer, and for the recovery."""


class Trouble:
    """Mails sent before, amid and after; what was heard meanwhile."""

    def __init__(self, znx: Znx, rcpt: str) -> None:
        self.mta = Mta(lambda: znx.port("smtp"), rcpt, pause=0.3)

    def send(self, mails: list[Letter], until: int = 1, patience: float = 3 * WITHIN) -> None:
        """Send until so many temporary answers were heard."""
        self.mta.send(mails)
        end = time.monotonic() + patience
        while len(self.refusals()) < until:
            assert time.monotonic() < end, self.mta.heard
            time.sleep(0.05)

    def refusals(self) -> list[int]:
        """The codes of all answers but the good ones."""
        return [heard.code for heard in self.mta.heard if heard.code >= 400]

    def recovers(self) -> None:
        """Every mail gets its 250 within the time, and no answer was a wrong one or a late one."""
        self.mta.wait(WITHIN)
        assert set(self.refusals()) <= {451, 452}
        assert max(heard.seconds for heard in self.mta.heard) < WITHIN


@contextlib.contextmanager
def small_disk(size: str) -> Iterator[Path]:
    """A file system of its own, in memory."""
    folder = Path(tempfile.mkdtemp(prefix="znxdisk"))
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(command, capture_output=True, check=False).returncode:
        folder.rmdir()
        lacking("the test of a full disk needs the right to mount (root)")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
        folder.rmdir()


def test_a_full_disk_is_said_and_survived() -> None:
    with small_disk("320m") as disk, gateway(disk / "home") as znx:
        znx.start("serve")
        store = open_store(znx)
        mails, trouble = letters("p4", 6), Trouble(znx, store.address())
        filler = disk / "filler"
        with filler.open("wb") as file:
            file.truncate(0)
            subprocess.run(["fallocate", "-l", "150M", str(filler)], check=True)
        trouble.send(mails, until=3)
        assert set(trouble.refusals()) == {452}
        filler.unlink()
        trouble.recovers()
        assert_each_shown_once(store, mails)


@pytest.mark.parametrize(
    "failure",
    [
        "fsync,fdatasync:error=EIO:when=4..9",
        "pwrite64:error=ENOSPC:when=20..26",
        "pwrite64:error=EIO:when=20..26",
        "rename:error=ENOSPC:when=1..3",
    ],
)
@pytest.mark.slow
def test_a_disk_that_fails_for_a_while(failure: str, tmp_path: Path) -> None:
    """Each thread's calls fail from its n-th on and work again after some more: the first mails are hit."""
    if reason := missing("strace"):
        lacking(reason)
    with gateway(tmp_path / "home") as znx:
        znx.start("serve")
        store = open_store(znx)
        znx.stop()
        znx.start("serve", under=failing(failure))
        mails, trouble = letters("p4", 24), Trouble(znx, store.address())
        trouble.mta.send(mails)
        trouble.recovers()
        assert_each_shown_once(store, mails)


@pytest.mark.slow
def test_a_database_locked_by_somebody_else(znx: Znx, store: Store) -> None:
    mails, trouble = letters("p4", 6), Trouble(znx, store.address())
    other = sqlite3.connect(znx.home / "znx.db", isolation_level=None, timeout=10)
    other.execute("BEGIN EXCLUSIVE")
    trouble.send(mails[:3], until=0)
    time.sleep(4)  # so that the writer is amid its patience when the next ones come
    trouble.send(mails[3:], until=4)
    other.execute("ROLLBACK")
    other.close()
    trouble.recovers()
    assert_each_shown_once(store, mails)


@pytest.fixture
def own_postgres() -> Iterator[postgres.Server]:
    """A PostgreSQL that may be stopped: what it has committed must be there afterwards."""
    if reason := postgres.available():
        lacking(reason)
    with postgres.running() as server:
        with psycopg.connect(server.uri, autocommit=True) as admin:
            admin.execute("ALTER ROLE ALL SET synchronous_commit = on")
        yield server


@pytest.mark.postgres
def test_postgresql_stopped_and_started_again(own_postgres: postgres.Server, tmp_path: Path) -> None:
    with own_postgres.database() as url, gateway(tmp_path / "home", ZNX_DATABASE_URL=url) as znx:
        znx.start("serve")
        store = open_store(znx)
        mails, trouble = letters("p4", 6), Trouble(znx, store.address())
        process = Postmaster(own_postgres)
        process.stop()
        trouble.send(mails, until=6)
        process.start()
        trouble.recovers()
        assert_each_shown_once(store, mails)


@pytest.mark.slow
@pytest.mark.postgres
def test_postgresql_that_hangs(own_postgres: postgres.Server, tmp_path: Path) -> None:
    with own_postgres.database() as url, gateway(tmp_path / "home", ZNX_DATABASE_URL=url) as znx:
        znx.start("serve")
        store = open_store(znx)
        mails, trouble = letters("p4", 6), Trouble(znx, store.address())
        process = Postmaster(own_postgres)
        process.signal_all(signal.SIGSTOP)
        try:
            trouble.send(mails, until=6)
        finally:
            process.signal_all(signal.SIGCONT)
        trouble.recovers()
        assert_each_shown_once(store, mails)


class Postmaster:
    """The server's process, found by the lock of its socket, and the command that it was started by."""

    def __init__(self, server: postgres.Server) -> None:
        self._lock = Path(str(conninfo_to_dict(server.uri)["host"])) / ".s.PGSQL.5432.lock"
        proc = Path(f"/proc/{self.pid}")
        self._command = (proc / "cmdline").read_text().split("\0")[:-1]
        self._user, self._folder = proc.stat().st_uid, (proc / "cwd").readlink()

    @property
    def pid(self) -> int:
        """Its process id; 0 while it does not run."""
        return int(self._lock.read_text().split()[0]) if self._lock.exists() else 0

    def stop(self) -> None:
        """At once, as by `pg_ctl -m immediate`."""
        os.kill(self.pid, signal.SIGQUIT)
        eventually(lambda: self.pid == 0)

    def start(self) -> None:
        """As it was started before."""
        command = ["setsid", "--fork", *self._command]
        subprocess.run(command, cwd=self._folder, user=self._user, check=True, stderr=subprocess.DEVNULL)
        eventually(lambda: self.pid != 0)

    def signal_all(self, number: signal.Signals) -> None:
        """To it and to every process that serves a connection."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        for pid in [self.pid, *map(int, children)]:
            os.kill(pid, number)
