"""Reads the database's URL: of one server, or of several of which one takes writes. Connecting is `db`'s."""

import re

from sqlalchemy.engine import URL, make_url

from gateway.errors import ConfigError

_HOSTS = re.compile(r"(postgresql(?:\+\w+)?://(?:[^@/?]*@)?)([^@/?]*,[^@/?]*)(/[^?]*)?\??(.*)")
_PORT = re.compile(r":\d*$")
_LINK = {
    "connect_timeout": "5",
    **{"keepalives_idle": "10", "keepalives_interval": "5", "keepalives_count": "3"},
    "tcp_user_timeout": "20000",
}
"""How long to wait for a server that fell silent: by the system's own patience, hours for one without power."""


def database_url(text: str) -> URL:
    """Read `sqlite:///PATH` or `postgresql://…`. Raises ConfigError for any other kind."""
    try:
        url = make_url(_HOSTS.sub(_hosts_apart, text))
    except Exception:
        raise ConfigError("ZNX_DATABASE_URL: expected sqlite:///PATH or postgresql://user@host/db") from None
    name = url.get_backend_name()
    if name not in ("sqlite", "postgresql"):
        raise ConfigError(f"ZNX_DATABASE_URL: {name} is not supported; use sqlite:/// or postgresql://")
    return _linked(url) if name == "postgresql" else url


def _hosts_apart(match: re.Match[str]) -> str:
    """libpq's `a:5432,b:5432` as SQLAlchemy reads it: the names in one list, the ports in another."""
    start, listed, name, query = match.groups()
    pairs = [host.rpartition(":") if _PORT.search(host) else (host, "", "") for host in listed.split(",")]
    hosts = ",".join(host.strip("[]") for host, _, _ in pairs)
    ports = ",".join(port for _, _, port in pairs)
    return f"{start}{name or '/'}?host={hosts}&port={ports}{'&' if query else ''}{query}"


def _linked(url: URL) -> URL:
    """With what the operator has not chosen: how long to wait, and of several servers the one that takes writes."""
    several = "," in (url.host or "") or "," in str(url.query.get("host", ""))
    defaults = _LINK | ({"target_session_attrs": "read-write"} if several else {})
    return url.update_query_dict({name: value for name, value in defaults.items() if name not in url.query})
