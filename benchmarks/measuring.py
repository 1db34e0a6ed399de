"""What all benchmarks share: processor time of a group of processes, percentiles, the machine, the last results."""

import argparse
import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("results")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a result: ours beside a peer. `goal` is the ratio to reach; `better` tells what a ratio is of."""

    what: str
    ours: float
    peer: float
    goal: float
    unit: str = "/s"
    peer_name: str = ""

    @property
    def ratio(self) -> float:
        """How many times better than the peer (or than a limit, where less is better)."""
        less_is_better = self.unit != "/s"
        best, other = (self.peer, self.ours) if less_is_better else (self.ours, self.peer)
        return best / other if other else 0.0

    def __str__(self) -> str:
        reached = "" if self.ratio >= self.goal else "  below its goal"
        return (
            f"{self.what:<57}{self.ours:>10,.2f} {self.peer:>10,.2f} {self.unit:<9}"
            f"{self.ratio:>6.2f} x {self.peer_name:<18} goal {self.goal:.2f}{reached}"
        )


def command(about: str | None, run: Callable[..., Iterable[Row]], **numbers: int) -> None:
    """Run a benchmark with numbers from the command line, each in its place and with its default; print its table."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0] if about else None)
    for name, default in numbers.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    for row in run(*vars(parser.parse_args()).values()):
        print(row)


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and all of its descendants, those that have ended included."""
    return sum(map(_own_seconds, [pid, *descendants(pid)]))


def _own_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / TICKS


def descendants(pid: int) -> list[int]:
    """All living children of a process, and theirs."""
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, path.read_text().split()):
            found += [child, *descendants(child)]
    return found


def resident_kib(pid: int) -> int:
    """Memory of a process that is its own: RssAnon, in KiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1])
    return 0


def percentile(values: Iterable[float], share: float) -> float:
    """The value below which a share of all lies; nan for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def machine() -> str:
    """Where and when this was measured."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC, {platform.platform()}, {os.cpu_count()} CPUs, "
        f"Python {platform.python_version()}, load {load}"
    )


def remember(name: str, rows: Sequence[Any]) -> list[Any]:
    """Keep a result for the next time; what was kept before."""
    path = RESULTS / f"{name}.json"
    before = last(name)
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"machine": machine(), "rows": list(rows)}, indent=1) + "\n")
    return before


def last(name: str) -> list[Any]:
    """The rows of the last time; none when there was none."""
    path = RESULTS / f"{name}.json"
    rows: list[Any] = json.loads(path.read_text())["rows"] if path.exists() else []
    return rows
