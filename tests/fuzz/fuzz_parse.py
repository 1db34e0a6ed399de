"""The long run: `python -m tests.fuzz.fuzz_parse [-runs=1000000]`, needs atheris; stops at the first finding.

libFuzzer drives the bytes by coverage, starting from the mails of `tests/emails`. A mail that takes longer than two
seconds of processor time is a finding too. `-max_len=400` is several times as fast, and reaches nearly as much.
"""

import sys
import tempfile
import time
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["gateway.domain"], exclude=["gateway.domain.parsing.guessing"]):
    from gateway.domain.parsing import parse

from tests.fuzz.checking import must_hold

SECONDS = 2.0
SEEDS = Path(__file__).parents[1] / "emails"


def one_input(data: bytes) -> None:
    """Read one mail and look at what came of it."""
    start = time.process_time()
    must_hold(parse(data))
    assert time.process_time() - start < SECONDS


def main() -> None:
    """Hand over to libFuzzer; findings are written to the working directory."""
    grown = tempfile.mkdtemp(prefix="znx-fuzz-")  # libFuzzer writes what it learns into the first folder
    arguments = [sys.argv[0], "-timeout=120", "-max_len=8192", *sys.argv[1:], grown, str(SEEDS)]
    atheris.Setup(arguments, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
