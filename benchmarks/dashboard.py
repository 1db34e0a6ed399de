"""How long the dashboard takes over a million messages: written, added up as the worker does, asked for each range.

python -m benchmarks.dashboard [MESSAGES] [DATABASE_URL]
"""

import asyncio
import random
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from gateway import dashboard
from gateway.blobs import LocalBlobs
from gateway.clock import SystemClock, new_id
from gateway.context import Gateway
from gateway.domain.actors import SYSTEM
from gateway.domain.measuring import RANGES
from gateway.models import Message, Thread
from gateway.models.columns import table_of
from gateway.rendering import Renderer
from gateway.settings import Settings
from gateway.store import migrate
from gateway.store.db import Database
from tests import builders

SHOPS, SELLERS, DAYS, A_THREAD = 10, 30, 90, 10
BATCH = 20_000


async def fill(gw: Gateway, number: int) -> None:
    """Conversations of ten messages each, spread over the last three months."""
    dice, now = random.Random(7), gw.clock.now()
    async with gw.db.write() as session:
        shops = [await builders.add_shop(session, f"shop-{one}") for one in range(SHOPS)]
        buyers = [await builders.add_buyer(session, shop, "b@example.com") for shop in shops]
        people = [(await builders.add_user(session, f"u{one}@example.com")).id for one in range(SELLERS)]
    for begin in range(0, number, BATCH):
        threads: list[dict[str, Any]] = []
        messages: list[dict[str, Any]] = []
        for _ in range(min(BATCH, number - begin) // A_THREAD):
            place, thread_id = dice.randrange(SHOPS), new_id()
            at = now - timedelta(seconds=dice.randrange(DAYS * 86_400))
            same: dict[str, Any] = {"shop_id": shops[place].id}
            dates: dict[str, Any] = {"last_message_at": at, "created_at": at}
            threads.append(Thread(id=thread_id, buyer_id=buyers[place].id, **dates, **same).model_dump())
            for turn in range(A_THREAD):
                inbound = turn % 2 == 0
                who: dict[str, Any] = {"author_kind": "buyer"} if inbound else {"author_kind": "seller"}
                who |= {"direction": "inbound" if inbound else "outbound", "channel": "email", **same}
                who["author_user_id"] = None if inbound else dice.choice(people)
                messages.append(Message(id=new_id(), thread_id=thread_id, received_at=at, **who).model_dump())
                at += timedelta(seconds=dice.randrange(60, 20_000))
        async with gw.db.write() as session:
            connection = await session.connection()
            await connection.execute(insert(table_of(Thread)), threads)
            await connection.execute(insert(table_of(Message)), messages)


async def main(number: int, url: str) -> None:
    """Fill, add up, ask."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(url or f"sqlite:///{folder}/znx.db")
        migrate.upgrade(database)
        blobs = LocalBlobs(Path(folder) / "blobs")
        gw = Gateway(Settings(), database, blobs, SystemClock(), b"k" * 32, Renderer())
        began = time.perf_counter()
        await fill(gw, number)
        print(f"{number} messages written in {time.perf_counter() - began:.1f} s")
        began, pieces = time.perf_counter(), 1
        while await dashboard.refresh(gw):
            pieces += 1
        print(f"added up in {pieces} pieces, {time.perf_counter() - began:.1f} s")
        for range_ in RANGES:
            times = []
            for _ in range(5):
                began = time.perf_counter()
                board = await dashboard.look(gw, SYSTEM, range_)
                times.append(time.perf_counter() - began)
            print(f"{range_:>5}: {board.came + board.went:>8} messages, median {sorted(times)[2] * 1000:.0f} ms")
        await database.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, sys.argv[2] if len(sys.argv) > 2 else ""))
