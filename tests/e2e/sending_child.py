"""`python -m tests.e2e.sending_child HOME PORT AHEAD AT_ONCE`: a sender on a clock that runs AHEAD seconds fast.

A test kills it at any moment and starts the next one with the clock beyond the leases of those that died.
"""

import asyncio
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from gateway.cli.wiring import open_gateway
from gateway.clock import SystemClock
from gateway.domain.destinations import Destinations
from gateway.outbound.sending import Sender
from gateway.settings import Settings
from smtp.courier import courier_for


class Ahead:
    """The machine's clock, put forward."""

    def __init__(self, seconds: float) -> None:
        self._by = timedelta(seconds=seconds)

    def now(self) -> datetime:
        """Aware, in UTC."""
        return SystemClock().now() + self._by


async def main(home: str, port: str, ahead: str, at_once: str) -> None:
    """Send until killed."""
    async with open_gateway(Settings(home=Path(home), mail_domain="inbox.example")) as gw:
        courier = courier_for(f"smtp://127.0.0.1:{port}?tls=off", "inbox.example", concurrency=int(at_once))
        gw.outbound_signal.attach()
        destinations = Destinations(int(at_once), int(at_once))
        await Sender(replace(gw, clock=Ahead(float(ahead))), courier, destinations).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
