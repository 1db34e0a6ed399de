"""How long a worker keeps what it took while it is silent. One that lives says so every few seconds."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from gateway.errors import TemporaryError

INCOMING = timedelta(seconds=20)
"""After so long another worker tries. Twice is harmless: `attempts` is the fence for what is written."""
OUTGOING = timedelta(seconds=60)
"""Longer, since a mail that is on its way while the database is away for as long goes out twice."""
RENEWED_EVERY = 5.0


async def keep_renewed(renew: Callable[[], Awaitable[None]]) -> None:
    """Call `renew` every RENEWED_EVERY seconds until cancelled; a database that is away is asked again next time."""
    while True:
        await asyncio.sleep(RENEWED_EVERY)
        try:
            await renew()
        except TemporaryError:
            continue
