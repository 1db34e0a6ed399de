"""The audit log on each database: kept with the act or not at all, in one chain whoever writes at once."""

import asyncio

import pytest
from sqlalchemy import text

from gateway.clock import new_id
from gateway.domain.actors import SYSTEM, Actor
from gateway.domain.auditing import Entry, On, first_break
from gateway.store import audit
from gateway.store.db import Database
from tests.conftest import StillClock

LIN = Actor("user", "u1", "林 \ud800\0", "admin", None, user_id="u1")


async def log(db: Database) -> list[Entry]:
    """All rows."""
    async with db.read() as session:
        return [entry async for entry in audit.all_entries(session)]


async def test_many_at_once_make_one_chain(db: Database, clock: StillClock) -> None:
    async def act(number: int) -> None:
        async with db.write() as session:
            on = On(new_id(), "shop", f"mail {number}")
            await audit.record(session, LIN, "inbound.released", on, clock.now(), {"before": {"state": "held"}})

    await asyncio.gather(*(act(number) for number in range(12)))
    entries = await log(db)
    assert [entry.number for entry in entries] == list(range(1, 13))
    assert first_break(entries) is None
    async with db.read() as session:
        assert await audit.head(session) == (12, entries[-1].hash)


async def test_an_act_that_fails_leaves_no_row(db: Database, clock: StillClock) -> None:
    async def fails() -> None:
        async with db.write() as session:
            await audit.record(session, SYSTEM, "token.added", On("t"), clock.now())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fails()
    async with db.write() as session:
        await audit.record(session, SYSTEM, "token.revoked", On("t"), clock.now())
    (entry,) = await log(db)
    assert (entry.number, entry.act, entry.actor_name) == (1, "token.revoked", "znx")


async def test_an_unknown_act_is_a_mistake_of_ours(db: Database, clock: StillClock) -> None:
    with pytest.raises(KeyError):
        async with db.write() as session:
            await audit.record(session, SYSTEM, "nonsense", On(), clock.now())


async def test_a_byte_changed_in_the_database_is_named(db: Database, clock: StillClock) -> None:
    for number in range(4):
        async with db.write() as session:
            await audit.record(session, LIN, "shop.changed", On("s"), clock.now(), {"after": {"name": str(number)}})
    async with db.write() as session:
        connection = await session.connection()
        await connection.execute(text("UPDATE audit_entries SET details = details || ' ' WHERE number = 3"))
    assert first_break(await log(db)) == 3
