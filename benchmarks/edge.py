"""Accepting without keeping: our SMTP server against stock aiosmtpd, loaded by `smtp-source` (postfix).

`python -m benchmarks.edge` prints a row a case: mails a second and server CPU a mail of each server, the median
and the slowest of interleaved rounds, and the ratio to stock. What keeping a mail durably costs is not in it.
"""

import argparse
import asyncio
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.measuring import cpu_seconds, last, machine, remember

SERVERS = ("stock", "ours-asyncio", "ours-uvloop")


@dataclass(frozen=True, slots=True)
class Case:
    """One load: `size` bytes of body, `sessions` at once, `kept` for many mails a connection."""

    size: int
    sessions: int
    kept: bool
    mails: int

    def __str__(self) -> str:
        return f"{self.size // 1000:>3} KB, {self.sessions:>2} sessions, {'many' if self.kept else 'one'} a connection"


CASES = (
    Case(2_000, 50, kept=False, mails=3000),
    Case(2_000, 10, kept=False, mails=3000),
    Case(2_000, 50, kept=True, mails=5000),
    Case(20_000, 50, kept=False, mails=1500),
    Case(20_000, 10, kept=False, mails=1500),
    Case(500_000, 10, kept=False, mails=100),
)


@dataclass(frozen=True, slots=True)
class Round:
    """What one round took: mails a second, and milliseconds of server CPU a mail."""

    rate: float
    cpu: float


class Dropping:
    """An inbound door that takes everything and keeps nothing."""

    async def check_recipient(self, address: str, peer: Any) -> None:
        """Everybody is here."""

    async def accept(self, arrival: Any) -> Sequence[str]:
        """Gone."""
        return ["0"] * len(arrival.envelope.rcpt_tos)


class StockHandler:
    """The same for stock aiosmtpd."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Gone."""
        return "250 OK"


async def serve(name: str) -> None:
    """Run one server until it is killed; prints its port."""
    if name == "stock":
        from aiosmtpd.smtp import SMTP

        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(StockHandler(), hostname="bench.test", loop=loop), "127.0.0.1", 0, backlog=1024
        )
        print(server.sockets[0].getsockname()[1], flush=True)
    else:
        from smtp.listeners import listen
        from smtp.options import SmtpOptions

        listener = await listen("127.0.0.1:0", Dropping(), SmtpOptions(hostname="bench.test"))
        print(listener.address.rpartition(":")[2], flush=True)
    await asyncio.Event().wait()


@contextmanager
def running(name: str) -> Iterator[tuple[int, str]]:
    """A server in a process of its own: its process id and its port."""
    command = [sys.executable, "-m", "benchmarks.edge", "--serve", name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process.pid, process.stdout.readline().strip()
        finally:
            process.kill()


def load(case: Case, pid: int, port: str) -> Round:
    """One round of a case against one server."""
    command = ["smtp-source", "-s", str(case.sessions), "-m", str(case.mails), "-l", str(case.size)]
    command += ["-d"] if case.kept else []
    command += ["-f", "load@example.org", "-t", "shop@inbox.test", f"127.0.0.1:{port}"]
    used, began = cpu_seconds(pid), time.perf_counter()
    subprocess.run(command, check=True)
    took = time.perf_counter() - began
    return Round(case.mails / took, (cpu_seconds(pid) - used) / case.mails * 1000)


def measure(case: Case, rounds: int) -> dict[str, list[Round]]:
    """Interleaved rounds of all servers; the first of each warms it up and does not count."""
    found: dict[str, list[Round]] = {name: [] for name in SERVERS}
    with running(SERVERS[0]) as stock, running(SERVERS[1]) as plain, running(SERVERS[2]) as fast:
        for _ in range(rounds + 1):
            for name, server in zip(SERVERS, (stock, plain, fast), strict=True):
                found[name].append(load(case, *server))
    return {name: results[1:] for name, results in found.items()}


def row(case: Case, found: dict[str, list[Round]]) -> dict[str, Any]:
    """The medians of a case."""
    rates = {name: statistics.median(one.rate for one in found[name]) for name in SERVERS}
    return {
        "case": str(case),
        "mails": case.mails,
        "rate": rates,
        "slowest": {name: min(one.rate for one in found[name]) for name in SERVERS},
        "cpu_ms": {name: statistics.median(one.cpu for one in found[name]) for name in SERVERS},
        "ratio": {name: rates[name] / rates["stock"] for name in SERVERS},
    }


def show(result: dict[str, Any], before: dict[str, Any]) -> None:
    """One line a server, with what it was the last time."""
    print(f"\n{result['case']}, n={result['mails']}")
    for name in SERVERS:
        earlier = f"   (last {before['rate'][name]:,.0f}/s)" if before else ""
        print(
            f"  {name:<13}{result['rate'][name]:>8,.0f}/s  slowest {result['slowest'][name]:>8,.0f}/s"
            f"  {result['cpu_ms'][name]:>6.3f} ms CPU a mail  {result['ratio'][name]:>5.2f} x stock{earlier}"
        )


def main() -> None:
    """Run all cases."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--serve", choices=SERVERS, help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", type=int, help="number of the one case to run")
    options = parser.parse_args()
    if options.serve:
        return run_server(options.serve)
    if not shutil.which("smtp-source"):
        parser.error("smtp-source is missing: apt-get install postfix")
    print(f"{machine()}, median of {options.rounds}")
    known = {one["case"]: one for one in last("edge")}
    for case in CASES if options.only is None else (CASES[options.only],):
        result = row(case, measure(case, options.rounds))
        show(result, known.get(str(case), {}))
        known[str(case)] = result
    remember("edge", list(known.values()))
    return None


def run_server(name: str) -> None:
    """On the loop that its name says."""
    import uvloop

    factory = uvloop.new_event_loop if name == "ours-uvloop" else asyncio.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(serve(name))


if __name__ == "__main__":
    main()
