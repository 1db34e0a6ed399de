"""How the gateway is doing, for whoever watches it: is the schema right, what waits, does the ledger add up."""

import asyncio

from gateway.context import Gateway
from gateway.store import health as store
from gateway.store.health import Queues
from gateway.store.migrate import newest_revision


async def schema(gw: Gateway) -> tuple[str | None, str]:
    """The revision of the database's schema, and the one that this program needs. Raises Unavailable."""
    newest = await asyncio.to_thread(newest_revision)
    async with gw.db.read() as session:
        return await store.schema_revision(session), newest


async def queues(gw: Gateway) -> Queues:
    """What waits and what is done, in numbers. Raises Unavailable."""
    async with gw.db.read() as session:
        return await store.queues(session, gw.clock.now())


async def unbalanced(gw: Gateway) -> dict[str, int]:
    """How many rows break each rule of the ledger, by the rule's name. Raises Unavailable."""
    async with gw.db.read() as session:
        return await store.unbalanced(session)
