"""Reads of a page: all of it in one thread and one transaction, and nothing else to wait for meanwhile."""

import asyncio

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.domain.actors import SYSTEM
from gateway.store import threads
from gateway.store.db import Database
from tests import builders


async def test_many_looks_at_once_see_what_is_there(db: Database) -> None:
    async with db.write() as session:
        await builders.add_shop(session)
    looks = await asyncio.gather(*(db.look(lambda session: threads.shops(session, SYSTEM)) for _ in range(20)))
    assert {tuple(shop.slug for shop in shops if not shop.system) for shops in looks} == {("lantern",)}


async def test_a_look_waits_for_nothing_but_the_database(db: Database) -> None:
    async def work(_: AsyncSession) -> None:
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="beside its session"):
        await db.look(work)
