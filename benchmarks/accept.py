"""Accepting mail durably: `znx smtp` on SQLite and on PostgreSQL beside Postfix that only queues, load by smtp-source.

`python -m benchmarks.accept [--rounds N] [--only CASE …] [--servers …]` prints for each case the median of interleaved
rounds: mails a second, processor time of the server a mail, and how long one more client waited from its dot to the 250
meanwhile. Before the first round each server takes half as many mails that do not count. Two more servers can be asked
for: `sqlite-2`, ours with ZNX_SMTP_PROCESSES=2, and `floor`, our SMTP that drops the mail.
"""

import argparse
import contextlib
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from benchmarks import edge
from benchmarks.measuring import Row, cpu_seconds, last, machine, median, percentile, remember
from benchmarks.running import Target, accepting_znx, postfix_on_hold, postgres

SERVERS = ("postfix", "sqlite", "postgres")
MORE = ("sqlite-2", "floor")
WARM_UP = 0.5
"""The share of a case's mails that each server takes before they count: what is made once is made then, by all."""


@dataclass(frozen=True, slots=True)
class Case:
    """One load: `size` bytes of body, `sessions` at once, `kept` for many mails a connection; ratios to reach."""

    size: int
    sessions: int
    kept: bool
    mails: int
    goals: dict[str, float] = field(hash=False)

    def __str__(self) -> str:
        return f"{self.size // 1000} KB, {self.sessions} sessions, {'many' if self.kept else 'one'} a connection"


CASES = (
    Case(2_000, 50, False, 2000, {"sqlite": 2.0, "postgres": 2.0}),
    Case(2_000, 10, False, 1500, {"sqlite": 1.5, "postgres": 1.15}),
    Case(2_000, 50, True, 3000, {"sqlite": 3.5, "postgres": 2.0}),
    Case(20_000, 50, False, 1000, {"sqlite": 1.7, "postgres": 1.0}),
    Case(20_000, 10, False, 1000, {"sqlite": 1.3, "postgres": 1.0}),
    Case(500_000, 10, False, 150, {"sqlite": 1.2, "postgres": 1.0}),
)


@dataclass(slots=True)
class Seen:
    """What the rounds of one case showed of one server: mails a second, CPU ms a mail, ms from dot to 250."""

    rates: list[float] = field(default_factory=list)
    cpu: list[dict[str, float]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)


class Probe(threading.Thread):
    """One more client: sends a small mail twenty times a second over one connection and notes how long it waits."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self._port, self._over = port, threading.Event()
        self.waits: list[float] = []

    def run(self) -> None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port)) as wire:
            lines = wire.makefile("rb")
            lines.readline()
            _say(wire, lines, b"HELO probe.example")
            number = 0
            while not self._over.wait(0.05):
                number += 1
                for command in (b"MAIL FROM:<load@example.org>", b"RCPT TO:<shop@inbox.example>", b"DATA"):
                    _say(wire, lines, command)
                began = time.perf_counter()
                _say(wire, lines, b"From: load@example.org\r\nSubject: probe %d\r\n\r\nhello\r\n." % number)
                self.waits.append((time.perf_counter() - began) * 1000)

    def stop(self) -> list[float]:
        """What it has seen."""
        self._over.set()
        self.join(10)
        return self.waits


def _say(wire: socket.socket, lines: Any, text: bytes) -> None:
    wire.sendall(text + b"\r\n")
    reply = lines.readline()
    if reply[:1] not in b"23":
        raise RuntimeError(f"{text[:20]!r} was answered with {reply!r}")


def load(case: Case, target: Target, seen: Seen) -> None:
    """One round of a case against one server."""
    command = [shutil.which("smtp-source") or "/usr/sbin/smtp-source"]
    command += ["-s", str(case.sessions), "-m", str(case.mails), "-l", str(case.size), "-f", "load@example.org"]
    command += [*(["-d"] if case.kept else []), "-t", "shop@inbox.example", f"127.0.0.1:{target.port}"]
    probe = Probe(target.port)
    probe.start()
    used, began = {name: cpu_seconds(pid) for name, pid in target.pids.items()}, time.perf_counter()
    subprocess.run(command, check=True)
    took = time.perf_counter() - began
    cpu = {name: (cpu_seconds(pid) - used[name]) * 1000 for name, pid in target.pids.items()}
    seen.waits += (waits := probe.stop())
    total = case.mails + len(waits)
    seen.rates.append(total / took)
    seen.cpu.append({name: spent / total for name, spent in cpu.items()})


@contextlib.contextmanager
def targets(names: tuple[str, ...]) -> Iterator[dict[str, Target]]:
    """All servers at once: a silent one costs nothing."""
    with contextlib.ExitStack() as stack:
        found: dict[str, Target] = {}
        if "postfix" in names:
            found["postfix"] = stack.enter_context(postfix_on_hold())
        if "sqlite" in names:
            found["sqlite"] = stack.enter_context(accepting_znx())
        if "postgres" in names:
            found["postgres"] = stack.enter_context(accepting_znx(stack.enter_context(postgres())))
        if "sqlite-2" in names:
            found["sqlite-2"] = stack.enter_context(accepting_znx(ZNX_SMTP_PROCESSES="2"))
        if "floor" in names:
            pid, port = stack.enter_context(edge.running("ours-uvloop"))
            found["floor"] = Target(int(port), {"server": pid})
        yield found


def measure(case: Case, servers: dict[str, Target], rounds: int) -> dict[str, Seen]:
    """Interleaved rounds; a shorter one first warms up and does not count."""
    seen = {name: Seen() for name in servers}
    warm = Case(case.size, case.sessions, case.kept, max(int(case.mails * WARM_UP), case.sessions), {})
    for target in servers.values():
        load(warm, target, Seen())
    for _ in range(rounds):
        for name, target in servers.items():
            load(case, target, seen[name])
    return seen


def summary(case: Case, seen: dict[str, Seen]) -> dict[str, Any]:
    """The figures of a case that are shown and kept."""
    return {
        "case": str(case),
        "mails": case.mails,
        "servers": {
            name: {
                "rate": median(one.rates),
                "slowest": min(one.rates),
                "cpu_ms": {part: median([cpu[part] for cpu in one.cpu]) for part in one.cpu[0]},
                "dot_to_250_ms": [percentile(one.waits, share) for share in (0.5, 0.95, 0.99)],
                "probes": len(one.waits),
            }
            for name, one in seen.items()
        },
    }


def show(found: dict[str, Any], before: dict[str, Any]) -> None:
    """One line a server."""
    print(f"\n{found['case']}, n={found['mails']}")
    for name, one in found["servers"].items():
        cpu = " + ".join(f"{spent:.3f} {part}" for part, spent in one["cpu_ms"].items())
        waits = "/".join(f"{wait:.0f}" for wait in one["dot_to_250_ms"])
        ratio = one["rate"] / found["servers"]["postfix"]["rate"] if "postfix" in found["servers"] else 0
        was = before.get("servers", {}).get(name, {}).get("rate")
        print(
            f"  {name:<9}{one['rate']:>7,.0f}/s (slowest {one['slowest']:,.0f}) {ratio:>5.2f} x Postfix, CPU ms a mail "
            f"{cpu}, dot to 250 p50/p95/p99 {waits} ms (n={one['probes']})" + (f", last {was:,.0f}/s" if was else ""),
            flush=True,
        )


def rows_of(case: Case, found: dict[str, Any]) -> list[Row]:
    """The case as rows of the common table."""
    peer, rows = found["servers"]["postfix"]["rate"], []
    for name, goal in case.goals.items():
        rate = found["servers"][name]["rate"]
        rows.append(Row(f"accept {name}: {case}", rate, peer, goal, peer_name="Postfix"))
        # Processor time, unlike the clock, does not care what else the machine has to do.
        ours, theirs = (found["servers"][one]["cpu_ms"]["server"] for one in (name, "postfix"))
        rows.append(Row(f"accept CPU {name}: {case}", ours, theirs, goal, "ms/mail", "Postfix"))
    if case.size == 2_000 and case.sessions == 50:
        spent, limit = found["servers"]["sqlite"]["cpu_ms"]["server"], 0.2 if case.kept else 0.4
        rows.append(Row(f"accept CPU limit: {case}", spent, limit, 1.0, "ms/mail", "the limit"))
    return rows


def run(cases: tuple[Case, ...] = CASES, names: tuple[str, ...] = SERVERS, rounds: int = 5) -> list[Row]:
    """Measure, print, remember; the rows of the common table."""
    print(
        f"{machine()}; median of {rounds} interleaved rounds after a warm-up of {WARM_UP:.0%} of the mails", flush=True
    )
    kept = {one["case"]: one for one in last("accept")}
    rows: list[Row] = []
    with targets(names) as servers:
        for case in cases:
            found = summary(case, measure(case, servers, rounds))
            show(found, kept.get(str(case), {}))
            if names == SERVERS:
                rows += rows_of(case, found)
                kept[str(case)] = found
    if names == SERVERS:
        remember("accept", list(kept.values()))
    return rows


def main() -> None:
    """Run the cases that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", type=int, nargs="*", help="numbers of the cases to run")
    parser.add_argument("--servers", nargs="*", default=SERVERS, choices=SERVERS + MORE)
    options = parser.parse_args()
    cases = tuple(CASES[number] for number in options.only) if options.only else CASES
    for row in run(cases, tuple(options.servers), options.rounds):
        print(row)


if __name__ == "__main__":
    main()
