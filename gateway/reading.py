"""Reads mails in child processes that may be killed, so that no mail can stop the others; what a mail says is
`domain.parsing`'s to tell."""

import asyncio
import io
import os
import pickle
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from gateway.domain.emails import Email
from gateway.errors import TemporaryError, Unreadable
from gateway.reading_child import ANSWER, FAILED, LENGTH, READY, TOO_BIG

_VALUES = frozenset({"Email", "Mailbox", "Attachment", "Bounce", "BouncedRecipient"})
_START_SECONDS = 60.0
_TIMES = frozenset({"datetime", "timezone", "timedelta"})
_CRASHES = frozenset({signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE})


@dataclass(frozen=True, slots=True)
class Limits:
    """What one mail may cost: processor seconds, bytes of memory above the child's own, seconds on the clock."""

    cpu_seconds: float = 2.0
    memory: int = 256 * 1024 * 1024
    wall_seconds: float = 60.0


class Reader:
    """A pool of children that parse mails, started when needed and used again for many mails.

    A child that a mail kills is replaced by the next one; `close` ends them all.
    """

    def __init__(self, size: int = 1, limits: Limits | None = None) -> None:
        self._limits, self._size = limits or Limits(), size
        self._slots = asyncio.Semaphore(size)
        self._idle: list[_Child] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def read(self, raw: bytes) -> Email:
        """The parsed mail. Raises Unreadable for a mail over the limits, TemporaryError when its child was lost."""
        async with self._slots:
            child = await self._child()
            try:
                async with asyncio.timeout(self._limits.wall_seconds):
                    outcome, payload = await child.ask(raw)
            except TimeoutError:
                await child.kill()
                raise TemporaryError("reading the mail took too long on this machine") from None
            except BaseException:
                await child.kill()
                raise
            if outcome == TOO_BIG:
                await child.kill()
                raise Unreadable(f"needs more than {self._limits.memory >> 20} MiB of memory")
            self._idle.append(child)
        if outcome == FAILED:
            raise Unreadable(f"the reader failed with {payload.decode('ascii', 'replace')}")
        return email_of(payload)

    async def warm(self) -> None:
        """Start all children, by an empty mail each, so that the first real ones need not wait for a start."""
        await asyncio.gather(*(self.read(b"") for _ in range(self._size)), return_exceptions=True)

    async def _child(self) -> "_Child":
        """One that waits for work, or a new one; those that died while idle are passed over."""
        while self._idle:
            child = self._idle.pop()
            if child.is_alive:
                return child
            await child.kill()
        return await _Child.start(self._limits)

    async def close(self) -> None:
        """End all idle children; reads under way end theirs by themselves."""
        while self._idle:
            await self._idle.pop().kill()


class _Child:
    """One running `reading_child`."""

    def __init__(self, process: asyncio.subprocess.Process, limits: Limits) -> None:
        self._process = process
        self._limits = limits

    @classmethod
    async def start(cls, limits: Limits) -> Self:
        """Start one; it gets none of our environment but where our own code is."""
        environment = {"PYTHONPATH": os.pathsep.join([*filter(None, sys.path), str(Path(__file__).parents[1])])}
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "gateway.reading_child", str(limits.cpu_seconds), str(limits.memory)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=environment,
            )
        except OSError as error:
            raise TemporaryError(f"cannot start a reader: {error.strerror}") from error
        child = cls(process, limits)
        await child._wait_until_ready()
        return child

    async def _wait_until_ready(self) -> None:
        """Starting is not the mail's fault: it has a clock of its own."""
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(_START_SECONDS):
                ready = await self._process.stdout.read(len(READY))
        except TimeoutError:
            ready = b""
        except BaseException:
            await self.kill()
            raise
        if ready != READY:
            await self.kill()
            raise TemporaryError("the reader of mails does not start")

    @property
    def is_alive(self) -> bool:
        """Whether the process has not ended, as far as is known."""
        return self._process.returncode is None

    async def ask(self, raw: bytes) -> tuple[bytes, bytes]:
        """Hand over a mail and wait for the outcome and its payload."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(LENGTH.pack(len(raw)) + raw)  # at once: the child wakes up only once
            await self._process.stdin.drain()
            outcome, length = ANSWER.unpack(await self._process.stdout.readexactly(ANSWER.size))
            return outcome, await self._process.stdout.readexactly(length)
        except (ConnectionError, asyncio.IncompleteReadError):
            raise self._obituary(await self._process.wait()) from None

    def _obituary(self, code: int) -> Exception:
        """Why a child died: by the mail that it was reading, or by something else."""
        if code in (-signal.SIGPROF, -signal.SIGXCPU):
            return Unreadable(f"takes more than {self._limits.cpu_seconds:g} s of processor time")
        if -code in _CRASHES:
            return Unreadable(f"crashes the reader ({signal.Signals(-code).name})")
        return TemporaryError(f"the reader of the mail ended unexpectedly ({code})")

    async def kill(self) -> None:
        """End the process, whatever it is doing."""
        if self._process.returncode is None:
            try:
                self._process.kill()
            except ProcessLookupError:
                pass
        await self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()


class _Values(pickle.Unpickler):
    """Unpickles only our own values: a child taken over by a mail cannot run code in the parent."""

    def find_class(self, module: str, name: str) -> object:
        """The class behind a name, when it is one of ours."""
        if (module == "gateway.domain.emails" and name in _VALUES) or (module == "datetime" and name in _TIMES):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is no value of a mail")


def email_of(payload: bytes) -> Email:
    """The mail in a child's answer. Raises Unreadable for an answer that holds anything else."""
    try:
        email = _Values(io.BytesIO(payload)).load()
    except (pickle.UnpicklingError, EOFError, AttributeError, TypeError, ValueError, IndexError) as error:
        raise Unreadable("the reader's answer makes no sense") from error
    if not isinstance(email, Email):
        raise Unreadable("the reader's answer is no mail")
    return email
