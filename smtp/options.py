"""What an operator can set about the listeners, as values with the documented defaults; reads no environment."""

import ipaddress
import ssl
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LOOPBACK: tuple[Network, ...] = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))


@dataclass(frozen=True, slots=True)
class SmtpLimits:
    """Sizes in bytes, times in seconds. Zero means no limit for the three counts of connections.

    `idle_by_load` says how long a client may keep us waiting for a command: rows of (share of `connections` in
    use, seconds), the first row whose share is reached counts. At a full house only who talks may stay.
    """

    message_bytes: int = 26_214_400
    recipients: int = 10
    connections: int = 500
    connections_per_address: int = 10
    new_connections_per_minute: int = 60
    bad_recipients_per_hour: int = 20
    errors: int = 10
    idle_commands: int = 100
    mails: int = 100
    line_bytes: int = 65_536
    command_bytes: int = 2_048
    idle_by_load: tuple[tuple[float, float], ...] = ((1.0, 1.0), (0.8, 10.0), (0.5, 60.0), (0.0, 300.0))
    data_first_byte: float = 120.0
    data_bytes_per_second: float = 500.0
    data_rate_after: float = 10.0
    data_total: float = 600.0
    proxy_header: float = 5.0
    greeting_pause: float = 0.05
    tls_handshake: float = 30.0
    last_words: float = 2.0
    sweep: float = 1.0


@dataclass(frozen=True, slots=True)
class SmtpOptions:
    """One listener's options. `upstreams` are free of the limits per address, and their PROXY lines are believed.

    `tls` is the context of STARTTLS; without one it is not offered. In `spool` lie long texts until their end.
    """

    hostname: str = "localhost"
    limits: SmtpLimits = field(default_factory=SmtpLimits)
    upstreams: tuple[Network, ...] = LOOPBACK
    proxy_protocol: bool = False
    tls: ssl.SSLContext | None = None
    spool: Path | None = None


def is_upstream(ip: str, upstreams: tuple[Network, ...]) -> bool:
    """Whether an address, as `plain_ip` writes it, belongs to one of the networks."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return False
    return any(address in network for network in upstreams)


def plain_ip(ip: str) -> str:
    """One spelling for one address: IPv4 out of its IPv6 mapping (dual-stack sockets), no zone."""
    address = ipaddress.ip_address(ip.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


@lru_cache(maxsize=4096)
def household(ip: str) -> str:
    """What counts as one client in the limits: an IPv4 address, or an IPv6 /64, which is one customer's."""
    address = ipaddress.ip_address(ip)
    if address.version == 4:
        return ip
    return str(ipaddress.ip_network((address, 64), strict=False))
