"""More processes on one SMTP port (`ZNX_SMTP_PROCESSES`): started here, kept alive, ended with the one that began."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gateway import maillog

RESTART_AFTER = 1.0
GRACE_SECONDS = 15.0


@asynccontextmanager
async def members(count: int, address: str) -> AsyncIterator[None]:
    """Run `count` more `znx smtp` on the same address; the kernel deals the connections out (SO_REUSEPORT)."""
    tasks = [asyncio.create_task(_keep_alive(address)) for _ in range(count)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _keep_alive(address: str) -> None:
    while True:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "gateway", "smtp", "--member"),
            # Never written to: it ends when this process does, even by kill -9, and then the member ends too.
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            env={**os.environ, "ZNX_SMTP_LISTEN": address, "ZNX_LMTP_LISTEN": ""},
        )
        try:
            status = await process.wait()
        except asyncio.CancelledError:
            await _end(process)
            raise
        maillog.event("worker.error", error=f"an SMTP process ended with {status}")
        await asyncio.sleep(RESTART_AFTER)


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(GRACE_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
