"""Mails wait in lanes that take turns: a shop with very many delays no other shop's."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine, event, insert

from gateway.clock import new_id
from gateway.domain.addresses import lane_of
from gateway.models import InboundEmail, RawEmail
from gateway.models.columns import table_of
from gateway.store.db import Database
from gateway.store.inbound import Claimed, claim
from tests.conftest import StillClock
from tests.house import House, mail


async def wait_in(db: Database, at: datetime, *lanes: str) -> None:
    """A pending row in each of these lanes, in this order."""
    raw = {"sha256": new_id(), "size": 1, "content": b"x", "created_at": at}
    same: dict[str, Any] = {"ingress": "smtp", "mail_from": "a@b.example", "size": 1, "sha256": raw["sha256"]}
    same |= {"state": "pending", "why": "", "order_no": "", "author": "", "released_by": "", "attempts": 0}
    same |= {"peer": {"ip": None, "upstream": False}, "details": {}, "received_at": at, "next_attempt_at": at}
    rows = [same | {"id": new_id(), "rcpt_to": f"{lane}@inbox.example", "lane": lane} for lane in lanes]
    async with db.write() as session:
        connection = await session.connection()
        await connection.execute(insert(table_of(RawEmail)), raw)
        await connection.execute(insert(table_of(InboundEmail)), rows)


async def take(db: Database, at: datetime, limit: int, after: str = "") -> list[Claimed]:
    async with db.write() as session:
        return await claim(session, at, limit, after)


@pytest.mark.parametrize(
    ("address", "lane"),
    [
        ("Lotus@inbox.example", "lotus"),
        ("order-A.1.lotus@inbox.example", "lotus"),
        ("lotus+A1@inbox.example", "lotus"),
        ("notes.lotus@inbox.example", "lotus"),
        ("r.abcdef@inbox.example", "reply."),
        ("b.abcdef@inbox.example", "bounce."),
        ("postmaster@inbox.example", "postmaster"),
        ("Help.Desk@inbox.example", "help.desk@inbox.example"),
    ],
)
def test_the_addresses_of_a_shop_share_a_lane(address: str, lane: str) -> None:
    assert lane_of(address) == lane


async def test_a_backlog_of_one_shop_leaves_turns_to_the_others(db: Database, clock: StillClock) -> None:
    await wait_in(db, clock.now(), *["busy"] * 40, "quiet", *["busy"] * 20, "small", "small")
    first = [claimed.lane for claimed in await take(db, clock.now(), 10)]
    assert sorted(first) == ["busy"] * 7 + ["quiet"] + ["small"] * 2
    assert [claimed.lane for claimed in await take(db, clock.now(), 10)] == ["busy"] * 10


async def test_more_lanes_than_a_worker_takes_at_once_all_get_their_turn(db: Database, clock: StillClock) -> None:
    await wait_in(db, clock.now(), *(f"shop{number}" for number in range(9) for _ in range(3)))
    served, last = [], ""
    for _ in range(3):
        taken = await take(db, clock.now(), 3, last)
        served += [claimed.lane for claimed in taken]
        last = taken[-1].lane
    assert served == [f"shop{number}" for number in range(9)]


async def explained(db: Database, statements: list[tuple[str, Any]]) -> list[str]:
    """The lines of all plans; PostgreSQL reads small tables whole if it may: it may not."""
    found = []
    async with db.write() as session:
        connection = await session.connection()
        if not db.sqlite:
            await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        for statement, parameters in statements:
            if "inbound_emails" in statement:
                rows: Any = await connection.exec_driver_sql(
                    ("EXPLAIN QUERY PLAN " if db.sqlite else "EXPLAIN ") + statement, parameters or None
                )
                found += [str(row[3] if db.sqlite else row[0]).strip() for row in rows]
    return found


async def test_a_claim_reads_no_more_for_a_long_backlog_than_for_a_short_one(db: Database, clock: StillClock) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        asked.append((statement, parameters))

    await wait_in(db, clock.now(), *["busy"] * 300)
    event.listen(Engine, "before_cursor_execute", note)
    try:
        assert len(await take(db, clock.now(), 5)) == 5
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    lines = await explained(db, asked)
    assert len([line for line in lines if "ix_inbound_lane" in line]) >= 2
    assert not [line for line in lines if "Seq Scan on inbound_emails" in line or line.startswith("SCAN inbound")]
    assert not [line for line in lines if "SORT" in line.upper() or "TEMP B-TREE" in line]


async def test_mail_for_a_shop_waits_in_its_lane(house: House) -> None:
    id_ = await house.accept(mail(), rcpt="order-A-1001.lotus")
    assert (await house.row(id_)).lane == "lotus"
