"""A courier that leaves mail in a Maildir, for development and tests; who reads it is not its affair."""

import asyncio
import itertools
import os
import time
from pathlib import Path

from gateway.domain.couriers import Deferred, Outcome, Sent


class MaildirCourier:
    """Puts the exact bytes into `new/`, whole and fsynced, or says Deferred with the system's words."""

    def __init__(self, folder: Path, hostname: str) -> None:
        self._folder = folder
        self._host = hostname.replace("/", "_").replace(":", "_")
        self._numbers = itertools.count(1)

    async def send(self, raw: bytes, mail_from: str, rcpt_to: str) -> Outcome:
        """The envelope is not kept: the bytes stay as a relay would have got them."""
        try:
            name = await asyncio.to_thread(self._deliver, raw)
        except OSError as error:
            return Deferred(f"can't write {error.filename or self._folder}: {error.strerror}", str(self._folder))
        return Sent(f"250 2.0.0 written as {name}", str(self._folder))

    async def close(self) -> None:
        """Nothing stays open."""

    def _deliver(self, raw: bytes) -> str:
        """Written in `tmp/`, then moved: a reader of `new/` never sees half a mail."""
        for part in ("tmp", "new", "cur"):
            (self._folder / part).mkdir(parents=True, exist_ok=True)
        name = f"{time.time_ns()}.{os.getpid()}_{next(self._numbers)}.{self._host}"
        draft = self._folder / "tmp" / name
        try:
            with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())
            draft.rename(self._folder / "new" / name)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        _sync_folder(self._folder / "new")
        return name


def _sync_folder(folder: Path) -> None:
    """The entry itself must survive a power cut, not only the bytes."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
