"""A very long file of orders takes no more memory than a short one, by the command."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.serving import Znx, gateway

GOOD_EACH = 100
"""One row of so many can be written: writing takes far longer than reading, and it is reading that is looked at."""


def write_orders(file: Path, count: int) -> None:
    """A file in which most rows are bad."""
    with file.open("w") as lines:
        lines.write("order_no,email\n")
        for number in range(count):
            lines.write(f"L-{number},{'nobody' if number % GOOD_EACH else f'b{number}@buyer.test'}\n")


def most_memory(znx: Znx, file: Path) -> tuple[int, bytes]:
    """The most that the command held, in KiB (Linux's unit of ru_maxrss), and the last line that it printed."""
    command = [sys.executable, "-m", "gateway", "order", "import", str(file), "--shop", "lotus", "--json"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=znx.environment) as process:
        assert process.stderr is not None
        told = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss, told.splitlines()[-1]


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    short, long = tmp_path / "short.csv", tmp_path / "long.csv"
    write_orders(short, 5_000)
    write_orders(long, 200_000)
    with gateway(tmp_path / "home") as znx:
        znx.run("shop", "add", "lotus", "--name", "Lotus")
        before, _ = most_memory(znx, short)
        after, told = most_memory(znx, long)
    assert told == b"1950 created, 50 updated, 198000 failed"
    assert after - before < 8 * 1024, f"{before} KiB for 5,000 rows, {after} KiB for 200,000"
