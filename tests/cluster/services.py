"""What stands around the nodes: an S3 server with a bucket, and HAProxy with the configuration that deploy/ has."""

import contextlib
import re
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.conftest import lacking
from tests.e2e.serving import eventually
from tests.tools import find, missing

HERE = "127.0.0.1"
CONFIG = Path(__file__).parent.parent.parent / "deploy" / "haproxy.cfg"
_RUNNING = re.compile(r"Running on (http://\S+:\d+)")


@contextlib.contextmanager
def bucket(folder: Path, name: str = "mails") -> Iterator[Mapping[str, str]]:
    """The settings of a bucket on an S3 server of its own."""
    said = folder / "s3.log"
    with said.open("wb") as log:
        server = subprocess.Popen([sys.executable, "-m", "moto.server", "-H", HERE, "-p", "0"], stdout=log, stderr=log)
    try:
        found = eventually(lambda: _RUNNING.search(said.read_text()), 60)
        assert found is not None
        urllib.request.urlopen(urllib.request.Request(f"{found[1]}/{name}", method="PUT"), timeout=20).close()
        yield {
            **{"ZNX_BLOB_URL": f"s3://{name}/znx", "AWS_ENDPOINT_URL": found[1], "AWS_ALLOW_HTTP": "true"},
            **{"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "key", "AWS_REGION": "us-east-1"},
        }
    finally:
        server.kill()
        server.wait()


def listening() -> socket.socket:
    """A socket that a port of its own is bound to; whoever inherits it serves there."""
    wire = socket.create_server((HERE, 0), backlog=512)
    wire.set_inheritable(True)
    return wire


@contextlib.contextmanager
def haproxy(folder: Path, smtp: socket.socket, web: socket.socket, nodes: Mapping[str, str]) -> Iterator[None]:
    """The shipped configuration on these two sockets; `nodes` has the address of each server that it names.

    What else is changed: no TLS, fewer connections, and a node that is back counts after two seconds, not ten.
    """
    if reason := missing("haproxy"):
        lacking(reason)
    text = CONFIG.read_text().replace("bind :25", f"bind fd@{smtp.fileno()}").replace("maxconn 20000", "maxconn 500")
    text = re.sub(r"bind :443 .*", f"bind fd@{web.fileno()}", text).replace("inter 5s", "inter 1s")
    for shipped, address in nodes.items():
        assert shipped in text, f"{CONFIG.name} names no {shipped}"
        text = text.replace(shipped, address)
    path = folder / "haproxy.cfg"
    path.write_text(text)
    with (folder / "haproxy.log").open("wb") as log:
        command = [str(find("haproxy")), "-db", "-f", str(path)]
        process = subprocess.Popen(command, pass_fds=(smtp.fileno(), web.fileno()), stdout=log, stderr=log)
    try:
        eventually(lambda: _is_ready(process, web))
        yield
        assert process.poll() is None, (folder / "haproxy.log").read_text()
    finally:
        process.kill()
        process.wait()


def _is_ready(process: "subprocess.Popen[bytes]", web: socket.socket) -> bool:
    assert process.poll() is None, "HAProxy has ended: see haproxy.log"
    try:
        with urllib.request.urlopen(f"http://{HERE}:{web.getsockname()[1]}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
