"""The settings: one environment variable each, read once at start, with an error that names the remedy."""

import ipaddress
import os
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from gateway.errors import ConfigError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
PRIVATE = 0o700
"""The mode of a folder that we make: buyers' mail is for nobody else on the machine."""


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """`host:port` (port 0: any free one) or the path of a Unix socket."""

    host: str = ""
    port: int = 0
    path: str = ""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.path or f"{host}:{self.port}"


def parse_listen(text: str) -> ListenAddress:
    """Read `host:port`, `[v6]:port` or `/path/of/socket`. Raises ValueError with the form it wants."""
    if text.startswith(("/", "./", "unix:")):
        return ListenAddress(path=text.removeprefix("unix:"))
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65535:
        raise ValueError(f"expected host:port or a socket path, got {text!r}")
    return ListenAddress(host=host.strip("[]") or "0.0.0.0", port=int(port))


class Settings(BaseSettings):
    """Everything an operator can set; docs/configuration.md says the same in prose, and a test compares."""

    model_config = SettingsConfigDict(env_prefix="ZNX_", extra="ignore", frozen=True)

    home: Path = Field(Path("var"), description="Folder of the embedded database, mails, keys and outgoing mail")
    database_url: str = Field("", description="sqlite:///PATH or postgresql://user@host/db; empty: SQLite in home")
    blob_url: str = Field("", description="file:///PATH or s3://bucket/prefix; empty: files in home")
    smtp_listen: str = Field("127.0.0.1:2525", description="host:port of the SMTP listener")
    lmtp_listen: str = Field("", description="host:port or socket path of the LMTP listener; empty: off")
    web_listen: str = Field("127.0.0.1:8080", description="host:port of the web listener")
    public_url: str = Field("http://127.0.0.1:8080", description="What links in mails and pages begin with")
    mail_domain: str = Field("inbox.localhost", description="The domain of all our own addresses")
    relay_url: str = Field("", description="maildir://PATH, smtp://user:pass@host:587 or smtps://host")
    secret_key: str = Field("", description="Signs tokens; empty: made once in home/secret.key")
    tls_cert: Path | None = Field(None, description="PEM certificate chain for STARTTLS")
    tls_key: Path | None = Field(None, description="PEM key of tls_cert")
    relay_connections: int = Field(20, ge=1, le=1000, description="Mails of one worker on their way at once")
    domain_connections: int = Field(10, ge=1, le=1000, description="Of these, to one recipient domain")
    dkim_selector: str = Field("", description="Selector of each DKIM key, with commas between")
    dkim_key: str = Field("", description="PEM private keys (RSA, Ed25519) that sign what we send, with commas between")
    sender_auth: str = Field("dns", description="dns, header:AUTHSERV-ID or off")
    arc_sealers: str = Field("", description="Domains whose ARC seals are believed, with commas; empty: none")
    hold_unverified: bool = Field(True, description="Hold mail whose author could not be verified")
    dns_servers: str = Field("", description="host:port,... ; empty: the system's resolvers")
    upstreams: str = Field("127.0.0.0/8,::1", description="Networks of the MTAs in front of us")
    trusted_proxies: str = Field("", description="Networks of the HTTP proxies in front of us; empty: none")
    sender_per_hour: int = Field(20, ge=0, description="Mails an hour from one sender; 0: no limit")
    sender_per_day: int = Field(100, ge=0, description="Mails a day from one sender; 0: no limit")
    connections: int = Field(500, ge=0, description="SMTP connections at once; 0: no limit")
    connections_per_ip: int = Field(10, ge=0, description="SMTP connections at once from one address; 0: no limit")
    proxy_protocol: bool = Field(False, description="Expect a PROXY line from the upstreams")
    max_message_bytes: int = Field(26_214_400, ge=1024, description="The largest mail that is accepted")
    webhook_allow_private: str = Field("", description="Private networks that webhooks may go to; empty: none")
    smtp_processes: int = Field(1, ge=1, le=64, description="Processes that share the SMTP port")

    @field_validator("smtp_listen", "web_listen", "lmtp_listen")
    @classmethod
    def _listen_form(cls, value: str) -> str:
        if value:
            parse_listen(value)
        return value

    @field_validator("upstreams", "trusted_proxies", "webhook_allow_private")
    @classmethod
    def _network_form(cls, value: str) -> str:
        _networks(value)
        return value

    @field_validator("dns_servers")
    @classmethod
    def _server_form(cls, value: str) -> str:
        _servers(value)
        return value

    @field_validator("sender_auth")
    @classmethod
    def _auth_form(cls, value: str) -> str:
        if value not in ("dns", "off") and not (value.startswith("header:") and value != "header:"):
            raise ValueError("expected dns, off or header:AUTHSERV-ID")
        return value

    @field_validator("public_url")
    @classmethod
    def _url_form(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("expected a URL that begins with http:// or https://")
        return value.rstrip("/")

    @cached_property
    def upstream_networks(self) -> tuple[Network, ...]:
        """The MTAs in front of us."""
        return _networks(self.upstreams)

    @cached_property
    def proxy_networks(self) -> tuple[Network, ...]:
        """The HTTP proxies in front of us."""
        return _networks(self.trusted_proxies)

    @cached_property
    def webhook_networks(self) -> tuple[Network, ...]:
        """The private networks that webhooks, and shops that we ask, may be in."""
        return _networks(self.webhook_allow_private)

    @cached_property
    def dns_server_list(self) -> tuple[tuple[str, int], ...]:
        """Host and port of each resolver; empty means the system's."""
        return _servers(self.dns_servers)

    @property
    def sealers(self) -> tuple[str, ...]:
        """The domains whose ARC seals are believed."""
        return tuple(domain.strip().lower() for domain in self.arc_sealers.split(",") if domain.strip())

    @property
    def database(self) -> str:
        """The database URL with the default filled in."""
        return self.database_url or f"sqlite:///{self.home.absolute() / 'znx.db'}"

    @property
    def blobs(self) -> str:
        """The blob URL with the default filled in."""
        return self.blob_url or f"file://{self.home.absolute() / 'blobs'}"

    @property
    def relay(self) -> str:
        """The relay URL with the default filled in."""
        return self.relay_url or f"maildir://{self.home.absolute() / 'outgoing'}"


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())


def _servers(text: str) -> tuple[tuple[str, int], ...]:
    found = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        host, colon, port = part.rpartition(":")
        if part.count(":") > 1 and not part.startswith("["):
            host, colon, port = part, "", ""
        ipaddress.ip_address((host if colon else part).strip("[]"))
        found.append(((host if colon else part).strip("[]"), int(port) if colon else 53))
    return tuple(found)


def load_settings(**overrides: Any) -> Settings:
    """Read the environment. Raises ConfigError that names each wrong variable and what is wrong with it."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise ConfigError("; ".join(_sentence(e["loc"], e["msg"]) for e in error.errors())) from None


def _sentence(location: tuple[int | str, ...], message: str) -> str:
    return f"ZNX_{'_'.join(map(str, location)).upper()}: {message.removeprefix('Value error, ')}"


def secret_key(settings: Settings) -> bytes:
    """The key that signs tokens: the setting's, or one made once in `home/secret.key` with mode 0600."""
    if settings.secret_key:
        return settings.secret_key.encode()
    path = settings.home / "secret.key"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return _make_key(path)
    except OSError as error:
        raise ConfigError(f"ZNX_SECRET_KEY: can't read {path}: {error.strerror}") from None


def _make_key(path: Path) -> bytes:
    """Written under another name and linked into place, so that two starts at once end with one whole key."""
    try:
        path.parent.mkdir(PRIVATE, parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(secrets.token_hex(32).encode())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        draft.unlink()
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"ZNX_HOME: can't write {path}: {error.strerror}") from None
