"""The dashboard's sums against a naive count of the same rows: whatever happened, after restarts, on each database."""

import random
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.admin import dashboard
from gateway.blobs import LocalBlobs
from gateway.clock import new_id
from gateway.context import Gateway
from gateway.domain.actors import SYSTEM, Actor
from gateway.domain.measuring import RANGES, Said, Took, answers, percentile
from gateway.errors import Forbidden, Invalid, NotFound
from gateway.models import Channel, DailyTimes, Delivery, InboundEmail, Message, Thread
from gateway.models.columns import table_of
from gateway.models.rollups import DAILY_COUNTS
from gateway.rendering import Renderer
from gateway.settings import Settings
from gateway.store.db import Database
from tests import builders
from tests.conftest import StillClock

SHOPS = ("lantern", "teahouse")
TARGET = 60 * 12


class History:
    """Weeks of made-up mail: the rows as they lie in the database, kept beside so that they can be counted naively."""

    def __init__(self, gw: Gateway, seed: int) -> None:
        self.gw, self.dice = gw, random.Random(seed)
        self.messages: list[dict[str, Any]] = []
        self.threads: list[dict[str, Any]] = []
        self.shops: dict[str, str] = {}
        self.channels: dict[str, str] = {}
        self.people: list[str] = []

    async def write(self, session: AsyncSession, threads: int) -> None:
        """Conversations of both shops over the last 40 days."""
        buyers, now = {}, self.gw.clock.now()
        for slug in SHOPS:
            shop = await builders.add_shop(session, slug, slug)
            self.shops[slug] = shop.id
            self.channels[slug] = new_id()
            same: dict[str, Any] = {"shop_id": shop.id, "created_at": now, "updated_at": now}
            session.add(Channel(id=self.channels[slug], name="Help", kind="email", response_minutes=TARGET, **same))
            buyers[slug] = (await builders.add_buyer(session, shop, f"b@{slug}.test")).id
            self.people.append((await builders.add_user(session, f"{slug}@example.com", "seller", shop)).id)
        for _ in range(threads):
            slug = self.dice.choice(SHOPS)
            self._thread(slug, buyers[slug])
        connection = await session.connection()
        await connection.execute(insert(table_of(Thread)), self.threads)
        await connection.execute(insert(table_of(Message)), self.messages)

    def _thread(self, slug: str, buyer_id: str) -> None:
        now = self.gw.clock.now()
        at = now - timedelta(minutes=self.dice.randrange(60 * 24 * 40))
        thread_id, begin = new_id(), at
        for _ in range(self.dice.randrange(1, 7)):
            if at > now:
                break
            self.messages.append(self._message(slug, thread_id, at))
            at += timedelta(seconds=self.dice.randrange(30, 60 * 60 * 30))
        closed = begin + timedelta(hours=30) if self.dice.random() < 0.4 and begin < now - timedelta(hours=30) else None
        row = Thread(
            id=thread_id,
            shop_id=self.shops[slug],
            buyer_id=buyer_id,
            status="closed" if closed else "open",
            closed_at=closed,
            needs_reply=closed is None,
            last_message_at=at,
            created_at=begin,
        )
        self.threads.append(row.model_dump())

    def _message(self, slug: str, thread_id: str, at: datetime) -> dict[str, Any]:
        inbound = self.dice.random() < 0.6
        row = Message(
            id=new_id(),
            thread_id=thread_id,
            shop_id=self.shops[slug],
            direction="inbound" if inbound else self.dice.choice(["outbound", "outbound", "internal"]),
            channel=self.dice.choice(["email", "order_note"]) if inbound else "email",
            author_kind="buyer" if inbound else "seller",
            author_user_id=None if inbound else self.dice.choice(self.people),
            automatic=self.dice.choice(["", "", "", "auto-reply"]),
            channel_id=self.channels[slug] if self.dice.random() < 0.5 else None,
            received_at=at,
        )
        return row.model_dump()

    def naive(self, since: datetime, slug: str = "") -> tuple[int, int, list[Took], int]:
        """Came, went, all answers, and how many conversations were closed, counted one by one."""
        wanted = {self.shops[slug]} if slug else set(self.shops.values())
        rows = [row for row in self.messages if row["shop_id"] in wanted]
        recent = [row["direction"] for row in rows if row["received_at"] >= since]
        day = since.replace(hour=0)
        found: list[Took] = []
        for thread in self.threads:
            told = [row for row in rows if row["thread_id"] == thread["id"] and not row["automatic"]]
            talk = [
                Said(row["received_at"], row["direction"] == "inbound", "", TARGET if row["channel_id"] else None)
                for row in sorted(told, key=lambda row: (row["received_at"], row["id"]))
                if row["direction"] in ("inbound", "outbound")
            ]
            found += (took for took in answers(talk) if took.at >= day)
        closed = [
            one for one in self.threads if one["shop_id"] in wanted and one["closed_at"] and one["closed_at"] >= day
        ]
        return recent.count("inbound"), recent.count("outbound"), found, len(closed)


@pytest.fixture
def gw(db: Database, blobs: LocalBlobs, clock: StillClock) -> Gateway:
    return Gateway(Settings(), db, blobs, clock, b"k" * 32, Renderer())


async def add_all_up(gw: Gateway) -> None:
    """As the worker does, until there is nothing to do."""
    while await dashboard.refresh(gw):
        pass


@pytest.mark.parametrize("seed", [1])
async def test_the_sums_are_those_of_a_naive_count(gw: Gateway, seed: int) -> None:
    history = History(gw, seed)
    async with gw.db.write() as session:
        await history.write(session, 80)
    await add_all_up(gw)
    for range_ in RANGES:
        for shop in ("", *SHOPS):
            board = await dashboard.look(gw, SYSTEM, range_, shop)
            since = board.at[0]
            assert gw.clock.now() - since <= RANGES[range_]
            came, went, ended, solved = history.naive(since, shop)
            minutes = Counter(took.minutes for took in ended)
            promised = [took.in_time for took in ended if took.in_time is not None]
            assert board.answers.in_time == (sum(promised) / len(promised) if promised else None)
            assert (board.came, board.went, board.answers.count) == (came, went, sum(minutes.values()))
            assert (board.answers.p50, board.answers.p90) == (percentile(minutes, 0.5), percentile(minutes, 0.9))
            assert board.solved.count == solved
            assert sum(sum(one) for name, one in board.series.items() if name != "out") == sum(board.hours)
            assert sum(one.count for one in board.answers_by_person) == board.answers.count


async def rows(gw: Gateway) -> set[str]:
    """All sums, as they lie."""
    async with gw.db.read() as session:
        connection = await session.connection()
        found = [(await connection.execute(table.select())).all() for table in (DAILY_COUNTS, table_of(DailyTimes))]
    return {repr(row) for one in found for row in one}


async def test_a_walk_that_is_cut_off_or_done_twice_ends_with_the_same_sums(gw: Gateway, clock: StillClock) -> None:
    history = History(gw, 3)
    async with gw.db.write() as session:
        await history.write(session, 40)
    await add_all_up(gw)
    once = await rows(gw)
    for _ in range(3):
        clock.forward(minutes=1)
        await dashboard.refresh(gw)
    assert await rows(gw) == once


async def test_what_changes_later_comes_in_with_the_sweep(gw: Gateway, clock: StillClock) -> None:
    history = History(gw, 4)
    async with gw.db.write() as session:
        await history.write(session, 30)
    await add_all_up(gw)
    async with gw.db.write() as session:
        await (await session.connection()).execute(update(table_of(Message)).values(channel="chat"))
    for _ in range(32):
        await dashboard.sweep(gw)
        clock.forward(minutes=2)
        await dashboard.refresh(gw)
    board = await dashboard.look(gw, SYSTEM, "30d")
    assert set(board.series) == {"chat", "out"}


async def test_held_failed_and_bounced_mail_is_counted_by_its_state(gw: Gateway, clock: StillClock) -> None:
    at = clock.now() - timedelta(hours=2)
    async with gw.db.write() as session:
        shop = await builders.add_shop(session)
        raw = await builders.add_raw(session, b"x")
        same: dict[str, Any] = {"shop_id": shop.id, "mail_from": "a@b.test", "sha256": raw, "next_attempt_at": at}
        for state in ("held", "held", "failed", "filed"):
            row = InboundEmail(id=new_id(), received_at=at, ingress="smtp", rcpt_to="x", size=1, state=state, **same)
            session.add(row)
        for state in ("bounced", "queued"):
            letter: dict[str, Any] = {
                "rcpt_to": "c@d.test",
                "domain": "d.test",
                "state": state,
                "queued_at": at,
                "at": at,
            }
            session.add(Delivery(id=new_id(), internet_message_id=new_id(), **letter, **same))
    await add_all_up(gw)
    board = await dashboard.look(gw, SYSTEM, "1d")
    assert (board.held, board.failed, board.bounced, board.queued) == (2, 1, [("d.test", 1)], 1)


async def test_a_manager_sees_the_own_shops_only(gw: Gateway) -> None:
    history = History(gw, 5)
    async with gw.db.write() as session:
        await history.write(session, 30)
    await add_all_up(gw)
    mei = Actor("user", "m", "Mei", "manager", (history.shops["lantern"],), user_id="m")
    assert (await dashboard.look(gw, mei, "90d")).came == (await dashboard.look(gw, SYSTEM, "90d", "lantern")).came
    with pytest.raises(NotFound):
        await dashboard.look(gw, mei, "90d", "teahouse")
    with pytest.raises(Invalid):
        await dashboard.look(gw, mei, "2d")
    with pytest.raises(Forbidden):
        await dashboard.look(gw, Actor("user", "s", "Lin", "seller", mei.shop_ids, user_id="s"), "7d")


async def test_how_long_things_took_goes_out_as_csv(gw: Gateway) -> None:
    history = History(gw, 6)
    async with gw.db.write() as session:
        await history.write(session, 20)
    await add_all_up(gw)
    board = await dashboard.look(gw, SYSTEM, "90d")
    lines = dashboard.exported_times(board).split("\r\n")
    assert lines[0] == "\ufeffwhat,of,name,count,p50,p90,in_time"
    same = board.answers
    assert lines[1] == f"answer,all,,{same.count},{same.p50},{same.p90},{same.in_time}"
    by_shop = [line.split(",") for line in lines if line.startswith("solved,shop,")]
    assert {name: int(count) for _, _, name, count, *_ in by_shop} == {
        one.name: one.count for one in board.solved_by_shop
    }


async def test_a_house_without_mail_has_an_empty_dashboard(gw: Gateway) -> None:
    await add_all_up(gw)
    board = await dashboard.look(gw, SYSTEM, "7d")
    assert (board.came, board.answers.p50, board.series) == (0, None, {})
    assert dashboard.exported(board).startswith("﻿at\r\n")
