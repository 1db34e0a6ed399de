"""A real Dovecot of the test's own on loopback, that gives the Maildir of the test's Postfix out by IMAP."""

import contextlib
import grp
import imaplib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.postfix import free_port
from tests.e2e.serving import eventually
from tests.tools import find

# Without root no service may chroot, and all run as whoever started them: Dovecot's "rootless installation".
CONFIG = """\
base_dir = {folder}/run
state_dir = {folder}
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
mail_location = maildir:{maildir}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""
PASSWORD = "only-for-this-test"


@dataclass(frozen=True, slots=True)
class Dovecot:
    """A running instance: where it listens."""

    port: int

    @contextlib.contextmanager
    def inbox(self, address: str) -> Iterator[imaplib.IMAP4]:
        """A client that has logged in and opened the inbox."""
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=20) as client:
            client.login(address, PASSWORD)
            client.select("INBOX")
            yield client


@contextlib.contextmanager
def running(maildir: Path) -> Iterator[Dovecot]:
    """Start an instance as the owner of a Maildir, and stop it and remove its files at the end."""
    owner = pwd.getpwuid(maildir.stat().st_uid)
    group = grp.getgrgid(owner.pw_gid).gr_name
    folder, port = Path(tempfile.mkdtemp(prefix="znximap", dir="/tmp")), free_port()
    (folder / "dovecot.conf").write_text(
        CONFIG.format(folder=folder, user=owner.pw_name, group=group, maildir=maildir, password=PASSWORD, port=port)
    )
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    command = [str(find("dovecot")), "-F", "-c", str(folder / "dovecot.conf")]
    process = subprocess.Popen(command, user=owner.pw_uid, group=owner.pw_gid, extra_groups=[])
    try:
        eventually(lambda: _greets(port))
        yield Dovecot(port)
    finally:
        process.kill()  # on SIGTERM it waits a second; its children end when it is gone
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _greets(port: int) -> bool:
    try:
        imaplib.IMAP4("127.0.0.1", port, timeout=5).logout()
    except OSError:
        return False
    return True
