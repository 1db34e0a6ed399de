"""How long the dashboard takes over a million messages of a year, and whether its figures are those of the messages.

`python -m benchmarks.dashboard [MESSAGES] [--on sqlite|postgresql] [--keep FOLDER]`: writes the messages (kept in
FOLDER for the next run on SQLite), adds up as the worker does, asks for each range, and counts the rows one by one.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from benchmarks.measuring import machine, percentile, remember
from benchmarks.pages import databases
from gateway.admin import dashboard
from gateway.blobs import LocalBlobs
from gateway.clock import SystemClock, new_id
from gateway.context import Gateway
from gateway.domain import measuring
from gateway.domain.actors import SYSTEM
from gateway.domain.measuring import RANGES, Said, Took, day_of
from gateway.models import Message, Thread
from gateway.models.columns import table_of
from gateway.rendering import Renderer
from gateway.settings import Settings
from gateway.store.db import Database
from tests import builders

SHOPS, SELLERS, DAYS, A_THREAD = 10, 30, 365, 10
BATCH, ROUNDS, GOAL_MS = 50_000, 15, 300
MESSAGES = table_of(Message)


@dataclass(frozen=True, slots=True)
class Figure:
    """One range on one database. `right`: its figures are those of the messages. `cpu_ms` is of this process alone."""

    database: str
    range: str
    messages: int
    p50_ms: float
    p95_ms: float
    cpu_ms: float
    right: bool


async def fill(gw: Gateway, number: int) -> None:
    """Conversations of ten messages each, spread over a year, every seller in every shop."""
    dice, now = random.Random(7), gw.clock.now() - timedelta(days=3)
    async with gw.db.write() as session:
        shops = [await builders.add_shop(session, f"shop-{one}") for one in range(SHOPS)]
        buyers = [await builders.add_buyer(session, shop, "b@example.com") for shop in shops]
        people = [(await builders.add_user(session, f"u{one}@example.com")).id for one in range(SELLERS)]
    ids: dict[str, Any] = {"id": "", "shop_id": "", "buyer_id": ""}
    a_thread = Thread(**ids, last_message_at=now, created_at=now).model_dump()
    words: dict[str, Any] = {"id": "", "thread_id": "", "shop_id": "", "direction": "inbound", "channel": "email"}
    a_message = Message(**words, author_kind="buyer", received_at=now).model_dump()
    for begin in range(0, number, BATCH):
        threads: list[dict[str, Any]] = []
        messages: list[dict[str, Any]] = []
        for _ in range(min(BATCH, number - begin) // A_THREAD):
            place, thread_id = dice.randrange(SHOPS), new_id()
            at = now - timedelta(seconds=dice.randrange((DAYS - 4) * 86_400))
            same: dict[str, Any] = {"shop_id": shops[place].id}
            dates = {"last_message_at": at, "created_at": at}
            threads.append(a_thread | same | dates | {"id": thread_id, "buyer_id": buyers[place].id})
            for turn in range(A_THREAD):
                who: dict[str, Any] = {"id": new_id(), "thread_id": thread_id, "received_at": at}
                if turn % 2:
                    who |= {"direction": "outbound", "author_kind": "seller", "author_user_id": dice.choice(people)}
                messages.append(a_message | same | who)
                at += timedelta(seconds=dice.randrange(60, 20_000))
        async with gw.db.write() as session:
            connection = await session.connection()
            await connection.execute(insert(table_of(Thread)), threads)
            await connection.execute(insert(MESSAGES), messages)


async def counted_one_by_one(gw: Gateway) -> AsyncIterator[tuple[datetime, bool, list[Took]]]:
    """Each message's time, whether it came in, and (once for each conversation) all the waits that ended in it."""
    columns = (MESSAGES.c.thread_id, MESSAGES.c.received_at, MESSAGES.c.direction, MESSAGES.c.author_user_id)
    async with gw.db.read() as session:
        found = await (await session.connection()).execute(select(*columns).order_by(*columns[:2]))
        for _, rows in groupby(found, key=lambda row: row.thread_id):
            talk = [Said(row.received_at, row.direction == "inbound", row.author_user_id or "") for row in rows]
            waits = measuring.answers(talk)
            for number, said in enumerate(talk):
                yield said.at, said.by_buyer, [] if number else waits


async def truth(gw: Gateway, begins: dict[str, datetime]) -> dict[str, tuple[int, int, int | None, int | None]]:
    """What each range has to show: came, went, half and nine of ten of the answers."""
    volume: Counter[tuple[str, bool]] = Counter()
    minutes: dict[str, Counter[int]] = {range_: Counter() for range_ in begins}
    async for at, inbound, waits in counted_one_by_one(gw):
        for range_, since in begins.items():
            volume[range_, inbound] += at >= since
            minutes[range_].update(took.minutes for took in waits if took.at >= day_of(since))
    return {
        range_: (
            volume[range_, True],
            volume[range_, False],
            measuring.percentile(minutes[range_], 0.5),
            measuring.percentile(minutes[range_], 0.9),
        )
        for range_ in begins
    }


async def asked(gw: Gateway, kind: str) -> list[Figure]:
    """Every range, in turns, and then the truth."""
    times: dict[str, list[float]] = {range_: [] for range_ in RANGES}
    used: dict[str, list[float]] = {range_: [] for range_ in RANGES}
    boards: dict[str, dashboard.Dashboard] = {}
    for _ in range(ROUNDS):
        for range_ in RANGES:
            began, spent = time.perf_counter(), time.process_time()
            boards[range_] = await dashboard.look(gw, SYSTEM, range_)
            times[range_].append((time.perf_counter() - began) * 1000)
            used[range_].append((time.process_time() - spent) * 1000)
    right = await truth(gw, {range_: board.at[0] for range_, board in boards.items()})
    return [
        Figure(
            kind,
            range_,
            board.came + board.went,
            round(percentile(times[range_], 0.5), 1),
            round(percentile(times[range_], 0.95), 1),
            round(percentile(used[range_], 0.5), 1),
            right[range_] == (board.came, board.went, board.answers.p50, board.answers.p90),
        )
        for range_, board in boards.items()
    ]


async def run(kind: str, url: str, fresh: bool, number: int, folder: Path) -> list[Figure]:
    """Write what is not there yet, add up, ask."""
    database = Database(url)
    gw = Gateway(Settings(), database, LocalBlobs(folder / "blobs"), SystemClock(), b"k" * 32, Renderer())
    try:
        began = time.perf_counter()
        if fresh:
            await fill(gw, number)
            print(f"{kind}: written in {time.perf_counter() - began:.0f} s", flush=True)
        began, pieces = time.perf_counter(), 1
        while await dashboard.refresh(gw):
            pieces += 1
        print(f"{kind}: added up in {pieces} pieces, {time.perf_counter() - began:.0f} s", flush=True)
        return await asked(gw, kind)
    finally:
        await database.close()


def main() -> None:
    """Run on the databases that are asked for, print and keep the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dashboard")
    parser.add_argument("messages", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--on", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="znx-dashboard") as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for kind in options.on or ("sqlite", "postgresql"):
            with databases(kind, folder, at="") as (url, fresh):
                figures += asyncio.run(run(kind, url, fresh, options.messages, folder))
    for one in figures:
        told = "right" if one.right else "WRONG"
        late = "" if one.p95_ms <= GOAL_MS else f"  above {GOAL_MS} ms"
        times = f"p50 {one.p50_ms:6.1f} ms  p95 {one.p95_ms:6.1f} ms  cpu {one.cpu_ms:6.1f} ms"
        print(f"{one.database:10} {one.range:>5} {one.messages:>8} messages  {times}  {told}{late}")
    remember("dashboard", [asdict(one) | {"of": options.messages} for one in figures])
    print(machine())


if __name__ == "__main__":
    main()
