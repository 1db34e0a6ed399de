"""A real Postfix with OpenDKIM and OpenDMARC, in a network namespace of its own with the DNS of a test.

`hand_in` runs this module there as a program: OpenDMARC asks only the servers in /etc/resolv.conf, at port 53.
"""

import asyncio
import base64
import contextlib
import json
import smtplib
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.e2e import postfix
from tests.nameserver import NameServer, Zone
from tests.tools import find

AUTHSERV_ID = "mx.shop.example"
DKIM_PORT, DMARC_PORT = 8891, 8893

OPENDKIM = f"""\
Socket inet:{DKIM_PORT}@127.0.0.1
Mode v
AlwaysAddARHeader yes
AuthservID {AUTHSERV_ID}
Nameservers 127.0.0.1
UserID root
"""

OPENDMARC = f"""\
Socket inet:{DMARC_PORT}@127.0.0.1
AuthservID {AUTHSERV_ID}
TrustedAuthservIDs {AUTHSERV_ID}
RejectFailures false
SPFSelfValidate true
UserID root
"""

POSTFIX = f"""\
smtpd_authorized_xclient_hosts = 127.0.0.1
smtpd_milters = inet:127.0.0.1:{DKIM_PORT}, inet:127.0.0.1:{DMARC_PORT}
milter_default_action = tempfail
"""


@dataclass(frozen=True, slots=True)
class HandedIn:
    """One mail with its envelope, as a client with this address hands it to the Postfix."""

    raw: bytes
    mail_from: str
    ip: str
    helo: str = "mail.client.example"


def missing() -> str:
    """Why this can't run here, with what mends it; empty when it can."""
    programs = {"postfix": "postfix", "opendkim": "opendkim", "opendmarc": "opendmarc", "unshare": "util-linux"}
    packages = [package for program, package in programs.items() if not find(program)]
    if packages:
        return f"the tests behind a checking mail server need: apt-get install {' '.join(packages)}"
    allowed = subprocess.run(["unshare", "-n", "-m", "true"], capture_output=True, check=False).returncode == 0
    return "" if allowed else "the tests behind a checking mail server need the right to make namespaces (root)"


def hand_in(mails: Sequence[HandedIn], zone: Zone) -> list[bytes]:
    """The mails as that Postfix delivers them, in the same order; each needs a Message-ID of its own."""
    job = {
        "zone": zone,
        "mails": [[base64.b64encode(m.raw).decode(), m.mail_from, m.ip, m.helo] for m in mails],
    }
    command = ["unshare", "-n", "-m", sys.executable, "-m", "tests.e2e.upstream"]
    done = subprocess.run(command, input=json.dumps(job), capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return [base64.b64decode(text) for text in json.loads(done.stdout)]


def main() -> None:
    """Inside the namespaces: read the job, set everything up, hand in, print what was delivered."""
    job = json.load(sys.stdin)
    mails = [HandedIn(base64.b64decode(raw), *envelope) for raw, *envelope in job["mails"]]
    with tempfile.TemporaryDirectory(prefix="znxup", dir="/tmp") as folder, contextlib.ExitStack() as stack:
        _own_network(Path(folder))
        names_are_there = threading.Event()
        threading.Thread(target=_serve_names, args=(job["zone"], names_are_there), daemon=True).start()
        names_are_there.wait(60)
        stack.enter_context(_milter("opendkim", ["-f", "-x"], OPENDKIM, Path(folder), DKIM_PORT))
        stack.enter_context(_milter("opendmarc", ["-f", "-c"], OPENDMARC, Path(folder), DMARC_PORT))
        server = stack.enter_context(postfix.running(POSTFIX, delivers="inbox.example"))
        delivered = [_through(server, mail, number) for number, mail in enumerate(mails, 1)]
    print(json.dumps([base64.b64encode(raw).decode() for raw in delivered]))  # noqa: T201


def _own_network(folder: Path) -> None:
    (folder / "resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:10\n")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["mount", "--bind", str(folder / "resolv.conf"), "/etc/resolv.conf"], check=True)


def _serve_names(zone: Zone, are_there: threading.Event) -> None:
    async def serve() -> None:
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: NameServer(zone), local_addr=("127.0.0.1", 53))
        are_there.set()
        await asyncio.Event().wait()

    asyncio.run(serve())


@contextlib.contextmanager
def _milter(program: str, options: list[str], config: str, folder: Path, port: int) -> Iterator[None]:
    path = folder / f"{program}.conf"
    path.write_text(config)
    process = subprocess.Popen([str(find(program)), *options, str(path)], stdout=sys.stderr)
    try:
        _wait_for(lambda: _listens(port), f"{program} did not start")
        yield
    finally:
        process.kill()  # on SIGTERM both wait for seconds, for sessions that are not there
        process.wait()


def _listens(port: int) -> bool:
    ports = Path("/proc/net/tcp").read_text()
    return f":{port:04X} 00000000:0000 0A" in ports


def _through(server: postfix.Postfix, mail: HandedIn, number: int) -> bytes:
    with smtplib.SMTP("127.0.0.1", server.port) as client:
        client.ehlo()
        client.docmd("XCLIENT", f"NAME={mail.helo} ADDR={mail.ip} HELO={mail.helo}")
        client.ehlo(mail.helo)
        client.sendmail(mail.mail_from, ["shop@inbox.example"], mail.raw)
    _wait_for(lambda: len(server.mails) == number, server.log)
    return server.mails[-1].read_bytes().replace(b"\n", b"\r\n")


def _wait_for(happened: object, otherwise: str) -> None:
    assert callable(happened)
    patience = time.monotonic() + 60
    while not happened():
        if time.monotonic() > patience:
            raise TimeoutError(otherwise)
        time.sleep(0.02)


if __name__ == "__main__":
    main()
