"""The short set, below five minutes on a machine that has nothing else to do: one table of ours, peer, ratio, goal.

`make bench`, or `python -m benchmarks.short`. The whole sets are the modules `accept`, `filing`, `sending`, `memory`.
"""

from benchmarks import accept, filing, memory, sending


def main() -> None:
    """Run all, then print the table."""
    rows = accept.run(tuple(accept.CASES[number] for number in (0, 1, 2, 5)), rounds=1)
    rows += filing.run(rounds=1, count=300)
    rows += sending.run(mails=400, runs=1)
    rows += memory.run(connections=1000)
    print(f"\n{'what':<58}{'ours':>10} {'peer':>10}")
    for row in rows:
        print(row)


if __name__ == "__main__":
    main()
