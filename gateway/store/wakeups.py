"""Wakes workers in other processes over PostgreSQL's LISTEN/NOTIFY. Only to be quick: polling is the net below.

SQLite has nothing of the kind; there everything runs in one process or waits for the poll.
"""

import asyncio
from collections.abc import Callable, Mapping

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.store.appending import INBOUND
from gateway.store.db import Database

__all__ = ["INBOUND", "OUTBOUND", "listen", "notify"]

OUTBOUND = "znx_outbound"
RECONNECT_SECONDS = 2.0
_NOTIFY = {name: text(f"NOTIFY {name}") for name in (INBOUND, OUTBOUND)}


async def notify(connection: AsyncConnection, channel: str) -> None:
    """Tell the listeners once the caller's transaction commits."""
    if connection.dialect.name == "postgresql":
        await connection.execute(_NOTIFY[channel])


async def listen(database: Database, wake: Mapping[str, Callable[[], None]]) -> None:
    """Call the channel's function at each notification, for ever; after a lost connection all of them once."""
    if database.sqlite:
        return
    import psycopg

    dsn = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
                for channel in wake:
                    await connection.execute(f"LISTEN {channel}")
                for call in wake.values():
                    call()
                async for note in connection.notifies():
                    wake[note.channel]()
        except psycopg.Error:
            await asyncio.sleep(RECONNECT_SECONDS)
