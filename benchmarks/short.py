"""The short set, below five minutes on a machine that has nothing else to do: one table of ours, peer, ratio, goal.

`make bench`, or `python -m benchmarks.short`. The whole sets are the modules `accept`, `filing`, `sending`, `memory`.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from benchmarks import accept, filing, memory, sending
from benchmarks.measuring import Row, machine

SHORT = tuple(replace(accept.CASES[number], mails=accept.CASES[number].mails // 2) for number in (0, 1, 2, 5))
PARTS: Mapping[str, Callable[[], list[Row]]] = {
    "accepting": lambda: accept.run(SHORT, rounds=1),
    "filing": lambda: filing.run(rounds=1, count=300),
    "sending": lambda: sending.run(mails=400, rounds=1),
    "waiting": lambda: memory.run(connections=1000, streams=200),
}


def main() -> None:
    """Run all, then print the table, and how long each part took."""
    rows: list[Row] = []
    took: dict[str, float] = {}
    for name, part in PARTS.items():
        began = time.monotonic()
        rows += part()
        took[name] = time.monotonic() - began
    print(f"\n{machine()}\n{'what':<57}{'ours':>10} {'peer':>10}")
    print(*rows, sep="\n")
    each = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in took.items())
    print(f"\n{sum(took.values()):.0f} s: {each}")


if __name__ == "__main__":
    main()
