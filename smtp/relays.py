"""What a relay URL means: where to connect, who we are there, and how much TLS it takes; connects to nothing."""

import ipaddress
import ssl
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from gateway.errors import ConfigError

TlsMode = Literal["implicit", "required", "opportunistic", "off"]

_DEFAULT_PORTS = {"smtp": 25, "smtps": 465}
_FORMS = "maildir:///PATH, smtp://[user:pass@]host[:port] or smtps://[user:pass@]host[:port]"


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds that we wait at each stage (RFC 5321 section 4.5.3.2, shorter: one's own relay is near).

    `total` bounds one mail from the first wait to the last: it has to end before the lease on its delivery does.
    """

    connect: float = 30
    command: float = 60
    data: float = 180
    quit: float = 5
    total: float = 240


@dataclass(frozen=True, slots=True)
class Relay:
    """One SMTP server that takes our mail on.

    `tls`: implicit (smtps), required, opportunistic (taken when offered, unverified: RFC 7435) or off.
    `ca` is a PEM file of certificates to trust instead of the system's.
    """

    host: str
    port: int
    tls: TlsMode
    user: str = ""
    password: str = field(default="", repr=False)
    ca: Path | None = None

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def verified(self) -> bool:
        """Whether the other side's certificate has to be right."""
        return self.tls in ("implicit", "required")

    def tls_context(self) -> ssl.SSLContext:
        """TLS 1.2 or newer, checking name and chain only where that is asked for. Raises ConfigError."""
        return _tls_context(self.ca, self.verified)


def maildir_path(url: str) -> Path | None:
    """The folder of a `maildir://PATH` URL, or None for another scheme. Raises ConfigError without a path."""
    if not url.startswith("maildir://"):
        return None
    path = unquote(url.removeprefix("maildir://"))
    if not path:
        raise ConfigError("ZNX_RELAY_URL: maildir:// needs a folder, as in maildir:///var/spool/znx/outgoing")
    return Path(path)


def relays_of(urls: str) -> tuple[Relay, ...]:
    """The relays of one URL or of several with commas between: the first that answers is used."""
    return tuple(_relay(url.strip()) for url in urls.split(",") if url.strip())


def _relay(url: str) -> Relay:
    try:
        parts = urlsplit(url)
        port = parts.port or _DEFAULT_PORTS[parts.scheme]
    except (ValueError, KeyError):
        # The URL itself stays out of the message: it may hold a password.
        raise ConfigError(f"ZNX_RELAY_URL: expected {_FORMS}") from None
    if not parts.hostname or parts.path not in ("", "/"):
        raise ConfigError(f"ZNX_RELAY_URL: expected {_FORMS}")
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    ca = options.pop("ca", None)
    mode = _tls_mode(parts, options.pop("tls", ""))
    if options:
        raise ConfigError(f"ZNX_RELAY_URL: unknown option {', '.join(sorted(options))}; there are tls and ca")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Relay(parts.hostname, port, mode, user, password, Path(ca) if ca else None)


def _tls_mode(parts: SplitResult, asked: str) -> TlsMode:
    """A password goes only over verified TLS, unless the relay is this machine or the operator says `tls=off`."""
    if parts.scheme == "smtps":
        return "implicit"
    if not asked:
        return "required" if parts.username and not _loopback(parts.hostname or "") else "opportunistic"
    if asked == "required":
        return "required"
    if asked == "off":
        return "off"
    if asked == "opportunistic" and (not parts.username or _loopback(parts.hostname or "")):
        return "opportunistic"
    raise ConfigError("ZNX_RELAY_URL: tls is required, opportunistic (without a password) or off")


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@cache
def _tls_context(ca: Path | None, verified: bool) -> ssl.SSLContext:
    """Made once: reading the system's certificates takes 20 ms."""
    try:
        context = ssl.create_default_context(cafile=ca)
    except OSError as error:
        raise ConfigError(f"ZNX_RELAY_URL: can't read ca={ca}: {error.strerror or error}") from None
    if not verified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
