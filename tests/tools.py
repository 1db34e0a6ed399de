"""`python -m tests.tools`: says in one line each which outside programs the tests lack, and how to get them."""

import shutil
from pathlib import Path

from tests import postgres

PROGRAMS = {
    # The program, what it is for, and the Debian package that has it.
    "chromium": ("the browser tests", "chromium fonts-noto-cjk"),
    "postfix": ("the tests with a real mail server", "postfix"),
    "dovecot": ("the tests with a real mailbox server", "dovecot-imapd"),
    "opendkim": ("the tests of signatures by another program", "opendkim opendkim-tools"),
    "opendmarc": ("the tests behind a checking mail server", "opendmarc"),
    "strace": ("the tests that watch what reaches the disk", "strace"),
    "eatmydata": ("the test that a sync which does nothing is noticed", "eatmydata"),
    "haproxy": ("the tests of many machines", "haproxy"),
    "swaks": ("the tests that send mail as a person would", "swaks"),
}


def find(program: str) -> str | None:
    """The path of a program, also where Debian puts servers."""
    return shutil.which(program) or next((str(p) for p in [Path("/usr/sbin") / program] if p.exists()), None)


def missing(program: str) -> str:
    """Why a test can't run, with the command that mends it; empty when the program is there."""
    purpose, package = PROGRAMS[program]
    return "" if find(program) else f"{purpose} need {program}: apt-get install {package}"


def main() -> None:
    """Print what is missing."""
    for reason in filter(None, [postgres.available(), *map(missing, PROGRAMS)]):
        print(f"left out: {reason}")


if __name__ == "__main__":
    main()
