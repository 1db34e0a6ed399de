"""A log that can't be written stops nobody."""

import os
import subprocess
import sys
from pathlib import Path

WRITES = "from gateway import maillog; maillog.configure(True); [maillog.event('service.ready', id='x') for _ in '12']"


def test_a_full_disk_under_the_log_fails_nothing() -> None:
    with Path("/dev/full").open("w") as full:
        assert subprocess.run([sys.executable, "-c", WRITES], stderr=full, check=False).returncode == 0


def test_a_reader_of_the_log_that_has_gone_fails_nothing() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        assert subprocess.run([sys.executable, "-c", WRITES], stderr=writer, check=False).returncode == 0
    finally:
        os.close(writer)
