"""`znx` as its users run it: processes of their own, over real sockets, on a home of the test's own."""

import contextlib
import itertools
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
DEADLINE = 60.0
"""Seconds that something may take on the slowest machine; whoever waits for what comes at once loses nothing by it."""


def eventually(look: Callable[[], T], seconds: float = DEADLINE) -> T:
    """Look again and again until something true is seen, as a person would; AssertionError when it never comes."""
    end = time.monotonic() + seconds
    while not (seen := look()):
        if time.monotonic() > end:
            raise AssertionError(f"never seen: {seen!r}")
        time.sleep(0.02)
    return seen


@dataclass
class Znx:
    """A home with its settings, the commands on it, and the roles that run."""

    home: Path
    env: Mapping[str, str] = field(default_factory=dict)
    processes: list[subprocess.Popen[str]] = field(default_factory=list)
    ports: dict[str, str] = field(default_factory=dict)
    token: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """The environment of every command."""
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("ZNX_")},
            "ZNX_HOME": str(self.home),
            "ZNX_SMTP_LISTEN": "127.0.0.1:0",
            "ZNX_WEB_LISTEN": "127.0.0.1:0",
            "ZNX_MAIL_DOMAIN": "inbox.example",
            "ZNX_SENDER_AUTH": "off",
            "ZNX_SENDER_PER_HOUR": "0",
            "ZNX_SENDER_PER_DAY": "0",
            **self.env,
        }

    def run(self, *words: str, given: bytes = b"", check: bool = True) -> "subprocess.CompletedProcess[bytes]":
        """One command to its end."""
        command = [sys.executable, "-m", "gateway", *words]
        done = subprocess.run(
            command, input=given, capture_output=True, env=self.environment, timeout=2 * DEADLINE, check=False
        )
        assert not check or done.returncode == 0, done.stderr.decode()
        return done

    def start(
        self, *words: str, roles: tuple[str, ...] = ("smtp", "web"), under: tuple[str, ...] = ()
    ) -> "subprocess.Popen[str]":
        """Start a role and wait until it says that it is ready; `under` is a program that watches it."""
        command = [*under, sys.executable, "-m", "gateway", *words]
        path = self.home.parent / f"{'-'.join(words)}.log"
        with path.open("a") as log:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=self.environment)
        self.processes.append(process)
        assert process.stdout is not None
        waiting = set(roles)
        while waiting:
            line = process.stdout.readline()
            assert line, f"znx {' '.join(words)} ended before it was ready: see {path}"
            if line.startswith("ready "):
                _, name, address = line.split()
                self.ports[name] = address
                waiting.discard(name)
        return process

    def port(self, name: str) -> int:
        """The port of a listener."""
        return int(self.ports[name].rsplit(":", 1)[1])

    def stop(self) -> None:
        """SIGTERM to everything that runs; each must end by itself."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            assert process.wait(DEADLINE) == 0
            assert process.stdout is not None
            process.stdout.close()
        self.processes.clear()

    def api(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Call the API as an admin's program would; the JSON answer, or the bytes of anything else."""
        status, answer = self.call(method, path, body, **headers)
        assert status < 300, (status, answer)
        return answer

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """The same, with the status, whatever it is."""
        data = None if body is None else json.dumps(body).encode()
        url = f"http://{self.ports['web']}/api/v1{path}"
        request = urllib.request.Request(url, data, {"Authorization": f"Bearer {self.token}", **headers}, method=method)
        if data is not None:
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=DEADLINE) as answer:
                return answer.status, _decoded(answer.headers.get_content_type(), answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, _decoded(error.headers.get_content_type(), error.read())

    def items(self, path: str) -> list[dict[str, Any]]:
        """The first page of a list."""
        found: list[dict[str, Any]] = self.api("GET", path)["items"]
        return found


def _decoded(kind: str, content: bytes) -> Any:
    return json.loads(content) if kind.endswith("json") and content else content


@contextlib.contextmanager
def gateway(home: Path, **env: str) -> Iterator[Znx]:
    """A home; whatever was started on it is stopped at the end."""
    znx = Znx(home, env)
    try:
        yield znx
        znx.stop()
    finally:
        for process in znx.processes:
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


ORDER = {
    "buyer": {"email": "wang@example.com", "name": "王芳", "locale": "zh"},
    "status": "paid",
    "placed_at": "2026-11-20T08:00:00Z",
    "paid_at": "2026-11-20T08:05:00Z",
    "currency": "CNY",
    "total": "264.00",
    "items": [{"sku": "T-600", "title": "青花瓷茶壶", "qty": 1, "price": "168.00"}],
}


_numbers = itertools.count(1)


@dataclass(frozen=True)
class Store:
    """A shop of a test's own on a running gateway, with one buyer's order."""

    znx: Znx
    slug: str

    def address(self, form: str = "{shop}") -> str:
        """A recipient: `{shop}`, `notes.{shop}`, or a local part without a shop in it."""
        return f"{form.format(shop=self.slug)}@inbox.example"

    def threads(self) -> list[dict[str, Any]]:
        """All threads of the shop."""
        return self.znx.items(f"/threads?view=all&shop={self.slug}")

    def ledger(self) -> list[dict[str, Any]]:
        """Every mail that came to the shop."""
        return self.znx.items(f"/inbound?limit=100&shop={self.slug}")

    def thread(self, messages: int = 1) -> dict[str, Any]:
        """The only thread there is, once it has so many messages."""

        def look() -> dict[str, Any] | None:
            threads = self.threads()
            assert len(threads) <= 1, threads
            return threads[0] if threads and threads[0]["message_count"] >= messages else None

        found = eventually(look)
        assert found is not None
        thread: dict[str, Any] = self.znx.api("GET", f"/threads/{found['id']}")
        return thread


def open_store(znx: Znx) -> Store:
    """Make a shop by the API, and an order of Wang Fang's in it."""
    if not znx.token:
        znx.token = znx.run("token", "add", "--role", "admin").stdout.decode().strip()
    slug = f"lotus-{next(_numbers)}"
    znx.api("PUT", f"/shops/{slug}", {"name": "莲花茶庄", "locale": "zh", "reply_name": "莲花茶庄"})
    znx.api("PUT", f"/shops/{slug}/orders/A-1001", ORDER)
    return Store(znx, slug)
