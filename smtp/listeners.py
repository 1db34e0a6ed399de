"""Binds the addresses that SMTP and LMTP are spoken on, and ends them without losing a mail or hanging."""

import asyncio
import errno
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from gateway.errors import ConfigError
from gateway.settings import ListenAddress, parse_listen
from smtp.connection import Connection
from smtp.handler import Handler, Inbound
from smtp.limits import Gate
from smtp.options import SmtpOptions
from smtp.reception import Reception
from smtp.server import Lmtp, Smtp

_BACKLOG = 1024
_LAST_STEPS = 1.0

_SERVERS: dict[str, type[Connection]] = {"smtp": Smtp, "lmtp": Lmtp}


class Listener:
    """A bound address. `address` is as the client needs it: `127.0.0.1:41234`, `[::1]:25` or a path."""

    def __init__(self, server: asyncio.Server, reception: Reception, path: str) -> None:
        self._server, self._reception = server, reception
        self._path, self._inode = path, _inode(path) if path else 0
        self.address = path or _spelled(server.sockets[0].getsockname())
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(reception.options.limits.sweep, self._sweep)

    @property
    def connections(self) -> int:
        """How many clients are inside."""
        return len(self._reception.inside)

    async def close(self, grace: float) -> None:
        """Stop listening; mails that are being sent or stored may finish within `grace` seconds, the rest hear 421.

        Never waits for a client: `Server.wait_closed` would, since Python 3.12.1.
        """
        self._server.close()
        if self._path:
            _remove(self._path, self._inode)
        reception = self._reception
        for connection in list(reception.inside):
            connection.stop()
        if not await _within(grace, reception.empty):
            for connection in list(reception.inside):
                connection.abort()
            await _within(_LAST_STEPS, reception.empty)
        self._timer.cancel()

    def _sweep(self) -> None:
        limits, gate = self._reception.options.limits, self._reception.gate
        self._timer = self._loop.call_later(limits.sweep, self._sweep)
        idle = next(seconds for load, seconds in limits.idle_by_load if gate.load >= load)
        now = self._loop.time()
        for connection in list(self._reception.inside):
            connection.check_patience(now, idle)


async def listen(
    address: str,
    inbound: Inbound,
    options: SmtpOptions,
    *,
    protocol: Literal["smtp", "lmtp"] = "smtp",
    gate: Gate | None = None,
    reuse_port: bool = False,
) -> Listener:
    """Bind `host:port`, `[v6]:port` (port 0: any free one) or a socket path, and serve until `close`.

    Listeners of one process share a `gate`, so that its limits hold for all of them. `reuse_port` lets several
    processes share one port. Raises ConfigError when the address can't be had.
    """
    where = _parsed(address)
    gate = gate or Gate(options.limits)
    reception = Reception(Handler(inbound, protocol), options, gate, local=bool(where.path))
    loop, serve = asyncio.get_running_loop(), _SERVERS[protocol]
    try:
        if where.path:
            server = await _bind_path(where.path, lambda: serve(reception, loop))
        else:
            server = await loop.create_server(
                lambda: serve(reception, loop),
                where.host,
                where.port,
                backlog=_BACKLOG,
                reuse_port=reuse_port or None,
            )
    except OSError as error:
        raise ConfigError(f"can't listen on {address}: {error.strerror or error}") from None
    return Listener(server, reception, where.path)


def _parsed(address: str) -> ListenAddress:
    try:
        return parse_listen(address)
    except ValueError as error:
        raise ConfigError(str(error)) from None


async def _bind_path(path: str, factory: Callable[[], Connection]) -> asyncio.Server:
    if await asyncio.to_thread(_somebody_listens, path):
        raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
    server = await asyncio.get_running_loop().create_unix_server(factory, path, backlog=_BACKLOG)
    _open_to_mtas(path)
    return server


def _open_to_mtas(path: str) -> None:
    """As open as a loopback port, for the MTA runs under another user; the folder's mode is the lock."""
    Path(path).chmod(0o666)


def _remove(path: str, inode: int) -> None:
    """Not the socket of who has taken our place meanwhile."""
    if _inode(path) == inode:
        Path(path).unlink()


def _somebody_listens(path: str) -> bool:
    """asyncio removes a socket that is in the way, be it dead or alive."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(path)
        except OSError:
            return False
        return True


async def _within(seconds: float, event: asyncio.Event) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True


def _inode(path: str) -> int:
    try:
        return Path(path).stat().st_ino
    except OSError:
        return 0


def _spelled(name: tuple[str, int]) -> str:
    host, port = name[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
