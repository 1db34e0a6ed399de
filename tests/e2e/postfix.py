"""A real Postfix of the test's own on loopback: in front of the gateway, or behind it with a mailbox."""

import contextlib
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.tools import find

PORTS = range(20_000, 32_768)
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - n - - lmtp
virtual unix - n n - - virtual
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
mail_owner = postfix
myhostname = mta.test.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
smtputf8_enable = yes
smtpd_peername_lookup = no
smtp_host_lookup = native
lmtp_host_lookup = native
smtp_dns_support_level = disabled
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
{extra}
"""


@dataclass(frozen=True, slots=True)
class Postfix:
    """A running instance: where it listens, and the Maildir of everything that it delivers itself."""

    port: int
    folder: Path

    @property
    def mails(self) -> list[Path]:
        """The mails delivered so far, oldest first."""
        return sorted((self.folder / "box" / "new").glob("*"), key=lambda path: path.stat().st_mtime_ns)

    @property
    def log(self) -> str:
        """What it says of itself."""
        path = self.folder / "log"
        return path.read_text() if path.exists() else ""


def in_front(domain: str, transport: str) -> str:
    """Settings of an MTA that relays our domain to us: `smtp:[127.0.0.1]:PORT` or `lmtp:inet:127.0.0.1:PORT`."""
    return (
        f"relay_domains = {domain}\nrelay_recipient_maps =\ntransport_maps = inline:{{ {{ {domain} = {transport} }} }}"
    )


def behind(domain: str, folder: Path) -> str:
    """Settings of an MTA that delivers every address of a domain into one Maildir."""
    owner = pwd.getpwnam("postfix")
    return (
        f"virtual_mailbox_domains = {domain}\nvirtual_mailbox_base = {folder}\nvirtual_mailbox_maps = static:box/\n"
        f"virtual_uid_maps = static:{owner.pw_uid}\nvirtual_gid_maps = static:{owner.pw_gid}\n"
        f"virtual_minimum_uid = 1"
    )


def free_port() -> int:
    """A port that nobody has; Postfix can't be asked to pick one.

    From below those that the kernel gives to whoever asks for any, so that nobody gets it before Postfix is there.
    """
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextlib.contextmanager
def running(extra: str = "", delivers: str = "") -> Iterator[Postfix]:
    """Start an instance, and stop it and remove its files at the end."""
    folder = Path(tempfile.mkdtemp(prefix="znxpf", dir="/tmp"))
    folder.chmod(0o755)
    port = free_port()
    owner = pwd.getpwnam("postfix")
    for name in ("conf", "queue", "data", "box"):
        (folder / name).mkdir()
    for name in ("data", "box"):
        os.chown(folder / name, owner.pw_uid, owner.pw_gid)
    extra = extra + "\n" + behind(delivers, folder) if delivers else extra
    (folder / "conf" / "main.cf").write_text(MAIN.format(folder=folder, extra=extra))
    (folder / "conf" / "master.cf").write_text(MASTER.format(port=port))
    command = [str(find("postfix")), "-c", str(folder / "conf")]
    subprocess.run([*command, "start"], check=True, capture_output=True)
    try:
        yield Postfix(port, folder)
    finally:
        subprocess.run([*command, "stop"], check=False, capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)
