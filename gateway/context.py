"""What every flow needs at hand: the replaceable parts and the settings, put together once by `gateway.cli`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from gateway.blobs import BlobStore
from gateway.clock import Clock
from gateway.domain.checkup import Finding
from gateway.domain.composing.signing import DkimKey
from gateway.rendering import Renderer
from gateway.settings import Settings
from gateway.signals import Signal
from gateway.store.db import Database
from gateway.store.desk import Desk


@dataclass(frozen=True, slots=True)
class Gateway:
    """The running gateway. `secret` signs tokens; the signals wake the workers of this process.

    `dkim_keys` are (selector, key): each of them signs every mail that leaves. `probe_relay` tries the way out and
    sends nothing; None where nothing leaves. Over the desk its door hands mails to its worker.
    """

    settings: Settings
    db: Database
    blobs: BlobStore
    clock: Clock
    secret: bytes
    renderer: Renderer
    dkim_keys: tuple[tuple[str, DkimKey], ...] = ()
    probe_relay: Callable[[], Awaitable[Finding]] | None = None
    inbound_signal: Signal = field(default_factory=Signal)
    outbound_signal: Signal = field(default_factory=Signal)
    desk: Desk = field(default_factory=Desk)
