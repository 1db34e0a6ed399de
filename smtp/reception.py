"""What the connections of one listener share: its options, its handler, who is inside and who may come in."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

from gateway import maillog
from gateway.domain.values import Peer
from smtp.handler import Handler
from smtp.limits import Gate, Turned
from smtp.options import Network, SmtpOptions, is_upstream, plain_ip
from smtp.replies import SmtpReply

_TURNED_AWAY = {
    Turned.HOUSE_FULL: SmtpReply.HOUSE_FULL,
    Turned.ADDRESS_FULL: SmtpReply.ADDRESS_FULL,
    Turned.ADDRESS_TOO_FAST: SmtpReply.ADDRESS_TOO_FAST,
}


LONG_AT_ONCE = 2
"""How many texts that were longer than memory is meant for may be whole in memory, on their way to the disk."""


class Guest(Protocol):
    """A connection, as far as whoever keeps the door needs to know it."""

    def stop(self) -> None:
        """Leave: at once when silent, else after the reply to the mail that is being sent."""

    def abort(self) -> None:
        """Leave without a word."""

    def check_patience(self, now: float, idle: float) -> None:
        """Leave if silent for more than `idle` seconds, or too slow."""


@dataclass(slots=True, eq=False)
class Reception:
    """`inside` are the connections whose session or socket is still open; `empty` is set while there are none.

    `local` is a Unix socket: there are no addresses, and the folder's mode decides who may talk.
    """

    handler: Handler
    options: SmtpOptions
    gate: Gate
    local: bool = False
    inside: set[Guest] = field(default_factory=set)
    empty: asyncio.Event = field(default_factory=asyncio.Event)
    long_texts: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(LONG_AT_ONCE))
    peer_at: Callable[[str], Peer] = field(init=False)
    """Who is at an address."""

    def __post_init__(self) -> None:
        self.empty.set()
        upstreams = self.options.upstreams
        self.peer_at = lru_cache(maxsize=1024)(lambda ip: _peer_at(plain_ip(ip), upstreams))

    def peer_of(self, peername: Any) -> Peer:
        """Who is at the other end of a socket, by its `peername`."""
        if self.local:
            return Peer(upstream=True)
        return self.peer_at(peername[0]) if peername else Peer()

    def enter(self, connection: Guest, peer: Peer, now: float) -> SmtpReply | None:
        """Let a connection in, or say why not."""
        if turned := self.gate.enter():
            return self._turned_away(turned, peer)
        if reply := self.admit(peer, now):
            self.gate.leave()
            return reply
        self.inside.add(connection)
        self.empty.clear()
        return None

    def admit(self, peer: Peer, now: float) -> SmtpReply | None:
        """Count a peer at its address, or say why not."""
        if _is_counted(peer) and (turned := self.gate.admit(peer.ip, now)):
            return self._turned_away(turned, peer)
        return None

    def leave(self, connection: Guest, peer: Peer) -> None:
        """A connection is over, its session and its socket."""
        self.inside.discard(connection)
        self.gate.leave()
        if _is_counted(peer):
            self.gate.release(peer.ip)
        if not self.inside:
            self.empty.set()

    def _turned_away(self, turned: Turned, peer: Peer) -> SmtpReply:
        maillog.event("smtp.refused", ip=peer.ip, why=turned.name.lower())
        return _TURNED_AWAY[turned]


def _peer_at(ip: str, upstreams: tuple[Network, ...]) -> Peer:
    return Peer(ip=ip, upstream=is_upstream(ip, upstreams))


def _is_counted(peer: Peer) -> bool:
    return bool(peer.ip) and not peer.upstream
