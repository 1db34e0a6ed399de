"""The database's URL: several servers in libpq's two spellings, and how long a silent one is waited for."""

import psycopg.conninfo
import pytest
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from gateway.errors import ConfigError
from gateway.store.urls import database_url


def as_libpq_reads_it(text: str) -> dict[str, object]:
    """The plain driver's view, which must be the one that SQLAlchemy has, too."""
    url = database_url(text)
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return dict(psycopg.conninfo.conninfo_to_dict(plain))


@pytest.mark.parametrize(
    ("text", "hosts", "ports"),
    [
        ("postgresql://znx:p%40ss@a:5432,b:5433/znx", "a,b", "5432,5433"),
        ("postgresql://znx:p%40ss@/znx?host=a,b&port=5432,5433", "a,b", "5432,5433"),
        ("postgresql://znx:p%40ss@[::1]:5432,b:5433/znx?application_name=x", "::1,b", "5432,5433"),
    ],
)
def test_several_servers_the_one_that_takes_writes(text: str, hosts: str, ports: str) -> None:
    read = as_libpq_reads_it(text)
    assert (read["host"], read["port"], read["user"], read["password"]) == (hosts, ports, "znx", "p@ss")
    assert (read["dbname"], read["target_session_attrs"]) == ("znx", "read-write")
    _, ours = PGDialect_psycopg().create_connect_args(database_url(text))  # type: ignore[no-untyped-call]
    assert (ours["host"], str(ours["port"]), ours["dbname"]) == (hosts, ports, "znx")


def test_sockets_need_no_ports() -> None:
    assert as_libpq_reads_it("postgresql:///znx?host=/run/a,/run/b")["host"] == "/run/a,/run/b"


def test_a_silent_server_is_not_waited_for_long_unless_the_operator_says_so() -> None:
    read = as_libpq_reads_it("postgresql://a/znx?connect_timeout=30")
    assert read["connect_timeout"] == "30"
    assert read["tcp_user_timeout"] == "20000"
    assert "target_session_attrs" not in read


@pytest.mark.parametrize("text", ["mysql://a/znx", "postgresql://a:x/znx", "znx.db"])
def test_what_can_not_be_read_is_said(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^ZNX_DATABASE_URL: "):
        database_url(text)
