"""Hours in minutes: mails at an even rate into a whole gateway, while memory, open files, WAL and tables are weighed.

`python -m benchmarks.soak [--mails N] [--minutes M] [--sizes BYTES …] [--postgres]`; at its full length 200,000 mails
over half an hour. On PostgreSQL it also tells how much log a mail makes, which a standby has to be sent.
What comes after the first third is compared: memory, files and WAL must stay where they were; the tables grow with
the mails that they hold, so there it is the bytes and the processor time a mail that must stay.
"""

import argparse
import contextlib
import itertools
import smtplib
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import psycopg

from benchmarks.measuring import cpu_seconds, descendants, machine, remember, resident_kib
from benchmarks.running import postgres
from tests.e2e.serving import Znx, gateway

CLIENTS, SAMPLES = 4, 30
A_THREAD = 10
"""Mails about one order: a conversation that never ends would cost more with each of them."""
A_CONNECTION = 50
"""Mails that a client hands over before it says goodbye."""
A_FILE = 1_000
"""Orders that are imported by one command."""
SIZES = (2_000, 2_000, 2_000, 2_000, 20_000, 2_000, 2_000, 2_000, 2_000, 200_000)
FLAT = 0.05
"""How much may be added, of what there was, from the first third to the last."""
KIB = 1024


@dataclass(frozen=True, slots=True)
class Sample:
    """One look: seconds and mails since the start, KiB and counts of all processes together, bytes of the files."""

    seconds: float
    sent: int
    filed: int
    rss_kib: int
    open_files: int
    wal_kib: int
    log_kib: int
    tables_kib: int
    blobs_kib: int
    cpu: float


@dataclass(frozen=True, slots=True)
class Trend:
    """What something was in the middle third and in the last; `flat` when it has not grown by more than FLAT."""

    what: str
    before: float
    after: float

    @property
    def flat(self) -> bool:
        """Whether it stays."""
        return self.after <= self.before * (1 + FLAT)

    def __str__(self) -> str:
        change = (self.after / self.before - 1) * 100 if self.before else 0.0
        verdict = "flat" if self.flat else "GROWS"
        return f"{self.what:<28}{self.before:>12,.2f}{self.after:>12,.2f}{change:>8.1f} %  {verdict}"


class Load:
    """Clients that send mails of `sizes` in turn, all together `rate` a second, and notice what was not taken."""

    def __init__(self, port: int, mails: int, rate: float, sizes: Sequence[int]) -> None:
        self._port, self._mails, self._rate, self._sizes = port, mails, rate, sizes
        self._orders = orders_for(mails)
        self._numbers = itertools.count()
        self._began = time.monotonic()
        self.sent = self.refused = 0
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    @property
    def busy(self) -> bool:
        """Whether there is more to come."""
        return any(thread.is_alive() for thread in self._threads)

    def _run(self) -> None:
        while True:
            with smtplib.SMTP("127.0.0.1", self._port, timeout=60) as client:
                for number in itertools.islice(self._numbers, A_CONNECTION):
                    if number >= self._mails:
                        return
                    time.sleep(max(0.0, self._began + number / self._rate - time.monotonic()))
                    self._send(client, number)

    def _send(self, client: smtplib.SMTP, number: int) -> None:
        try:
            raw = letter(number, number % self._orders, self._sizes[number % len(self._sizes)])
            client.sendmail(f"buyer{number % self._orders}@example.com", ["shop@inbox.example"], raw)
            self.sent += 1
        except smtplib.SMTPResponseException:
            self.refused += 1


def orders_for(mails: int) -> int:
    """How many orders so many mails are about."""
    return max(1, mails // A_THREAD)


def letter(number: int, order: int, size: int) -> bytes:
    """The mail of that number, of about so many bytes; its number is a word of its own, which search must keep."""
    line = f"hello where is my parcel {number} it has not come yet 你好 我的包裹 在哪里 blue tea pot\r\n".encode()
    header = (
        f"From: Buyer <buyer{order}@example.com>\r\nTo: shop@inbox.example\r\n"
        f"Subject: A-{order} question {number}\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\n"
        f"Message-ID: <soak.{number}@example.com>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    return header.encode() + line * (size // len(line) + 1)


class Scales:
    """Weighs one gateway: its processes, its folder, and its database."""

    def __init__(self, znx: Znx, url: str | None) -> None:
        self._znx, self._url = znx, url
        self._began = time.monotonic()

    def weigh(self, sent: int) -> Sample:
        """One look."""
        pid = self._znx.processes[0].pid
        everybody = [pid, *descendants(pid)]
        filed, tables, wal, log = self._of_postgres(self._url) if self._url else self._of_sqlite()
        return Sample(
            seconds=time.monotonic() - self._began,
            sent=sent,
            filed=filed,
            rss_kib=sum(map(_resident, everybody)),
            open_files=sum(map(_open_files, everybody)),
            wal_kib=wal // KIB,
            log_kib=log // KIB,
            tables_kib=tables // KIB,
            blobs_kib=sum(path.stat().st_size for path in (self._znx.home / "blobs").rglob("*") if path.is_file())
            // KIB,
            cpu=cpu_seconds(pid),
        )

    def _of_sqlite(self) -> tuple[int, int, int, int]:
        path = self._znx.home / "znx.db"
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)) as database:
            (filed,) = database.execute("SELECT count(*) FROM inbound_emails WHERE state = 'filed'").fetchone()
        wal = path.with_name("znx.db-wal")
        return filed, path.stat().st_size, wal.stat().st_size if wal.exists() else 0, 0

    @staticmethod
    def _of_postgres(url: str) -> tuple[int, int, int, int]:
        with psycopg.connect(url, autocommit=True) as database:
            row = database.execute(
                "SELECT (SELECT count(*) FROM inbound_emails WHERE state = 'filed'),"
                " pg_database_size(current_database()), (SELECT sum(size) FROM pg_ls_waldir()),"
                " pg_current_wal_lsn() - '0/0'"
            ).fetchone()
        assert row is not None
        return int(row[0]), int(row[1]), int(row[2]), int(row[3])


def _resident(pid: int) -> int:
    with contextlib.suppress(OSError):
        return resident_kib(pid)
    return 0


def _open_files(pid: int) -> int:
    with contextlib.suppress(OSError):
        return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    return 0


@contextlib.contextmanager
def soaked(folder: Path, orders: int, on_postgres: bool) -> Iterator[tuple[Znx, str | None]]:
    """One gateway with so many orders; the URL of its database when that is a server."""
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(postgres())[0] if on_postgres else None
        env = {"ZNX_DATABASE_URL": url} if url else {}
        znx = stack.enter_context(gateway(folder / "home", **env))
        if url:
            znx.run("db", "upgrade")
        znx.run("shop", "add", "shop", "--name", "Shop")
        for start in range(0, orders, A_FILE):
            rows = [f"A-{n},buyer{n}@example.com,Buyer {n}" for n in range(start, min(start + A_FILE, orders))]
            table = folder / "orders.csv"
            table.write_text("\n".join(["order_no,buyer_email,buyer_name", *rows]) + "\n")
            znx.run("order", "import", str(table), "--shop", "shop")
        znx.start("serve")
        yield znx, url


def soak(folder: Path, chosen: argparse.Namespace) -> list[Sample]:
    """Send, and look SAMPLES times; the last look is when all is filed, or a minute after the last mail."""
    mails, minutes = chosen.mails, chosen.minutes
    with soaked(folder, orders_for(mails), chosen.postgres) as (znx, url):
        scales, samples = Scales(znx, url), list[Sample]()
        load = Load(znx.port("smtp"), mails, mails / (minutes * 60), chosen.sizes)
        while load.busy:
            time.sleep(minutes * 60 / SAMPLES)
            samples.append(scales.weigh(load.sent))
            _say(samples[-1])
        end = time.monotonic() + 60
        while scales.weigh(load.sent).filed < load.sent and time.monotonic() < end:
            time.sleep(1)
        samples.append(scales.weigh(load.sent))
        _say(samples[-1])
        print(f"{load.sent} taken, {load.refused} refused, {load.sent - samples[-1].filed} not filed", flush=True)
    return samples


def _say(sample: Sample) -> None:
    print(" ".join(f"{value:>10,.0f}" for value in asdict(sample).values()), flush=True)


def trends(samples: Sequence[Sample]) -> list[Trend]:
    """The middle third beside the last one."""
    third = len(samples) // 3
    middle, end = samples[third : 2 * third], samples[2 * third :]
    levels = {"rss_kib": "memory, KiB", "open_files": "open files", "wal_kib": "WAL, KiB"}
    found = [
        Trend(what, *(_mean([getattr(one, name) for one in part]) for part in (middle, end)))
        for name, what in levels.items()
    ]
    rates = {
        "log_kib": ("log, KiB a mail", 1.0),
        "tables_kib": ("tables, KiB a mail", 1.0),
        "blobs_kib": ("blobs, KiB a mail", 1.0),
        "cpu": ("processor, ms a mail", 1000.0),
    }
    return found + [
        Trend(what, *(_slope(part, name) * unit for part in (middle, end))) for name, (what, unit) in rates.items()
    ]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _slope(samples: Sequence[Sample], name: str) -> float:
    """How much came with each mail that was filed."""
    first, last = samples[0], samples[-1]
    return float((getattr(last, name) - getattr(first, name)) / max(last.filed - first.filed, 1))


def main() -> None:
    """Run, print, remember."""
    import tempfile

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=200_000)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--postgres", action="store_true")
    chosen = parser.parse_args()
    print(" ".join(f"{field.name:>10}" for field in fields(Sample)))
    with tempfile.TemporaryDirectory(prefix="znxsoak", ignore_cleanup_errors=True) as name:
        samples = soak(Path(name), chosen)
    found = trends(samples)
    print(f"{machine()}; {chosen.mails} mails over {chosen.minutes:g} minutes", *found, sep="\n")
    where = "soak-postgres" if chosen.postgres else "soak"
    remember(where, [asdict(trend) | {"flat": trend.flat} for trend in found] + [asdict(samples[-1])])


if __name__ == "__main__":
    main()
