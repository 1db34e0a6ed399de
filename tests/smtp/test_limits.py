"""Who may enter: each limit at its number and one over."""

import pytest

from smtp.limits import HOUR, MINUTE, Gate, Turned, Windows
from smtp.options import LOOPBACK, SmtpLimits, household, is_upstream, plain_ip

IP = "192.0.2.1"


def test_the_house_has_so_many_places_and_gives_them_again() -> None:
    gate = Gate(SmtpLimits(connections=2))
    assert [gate.enter(), gate.enter(), gate.enter()] == [None, None, Turned.HOUSE_FULL]
    assert gate.load == 1.0
    gate.leave()
    assert gate.load == 0.5
    assert gate.enter() is None


def test_an_address_has_so_many_places_and_gives_them_again() -> None:
    gate = Gate(SmtpLimits(connections_per_address=2))
    assert [gate.admit(IP, 0), gate.admit(IP, 0), gate.admit(IP, 0)] == [None, None, Turned.ADDRESS_FULL]
    assert gate.admit("192.0.2.2", 0) is None
    gate.release(IP)
    assert gate.admit(IP, 0) is None


def test_an_address_may_come_so_often_a_minute() -> None:
    gate = Gate(SmtpLimits(new_connections_per_minute=2, connections_per_address=0))
    assert [gate.admit(IP, now) for now in (0, 59, 59.9)] == [None, None, Turned.ADDRESS_TOO_FAST]
    assert gate.admit(IP, MINUTE) is None


def test_zero_is_no_limit() -> None:
    gate = Gate(SmtpLimits(connections=0, connections_per_address=0, new_connections_per_minute=0))
    assert {gate.enter() or gate.admit(IP, 0) for _ in range(2000)} == {None}
    assert gate.load == 0.0


def test_an_address_may_guess_so_often_an_hour() -> None:
    gate = Gate(SmtpLimits(bad_recipients_per_hour=2))
    gate.bad_recipient(IP, 0)
    assert not gate.is_guessing(IP, 1)
    gate.bad_recipient(IP, 2)
    assert gate.is_guessing(IP, HOUR - 1)
    assert not gate.is_guessing("192.0.2.2", 2)
    assert not gate.is_guessing(IP, HOUR)


def test_an_ipv6_customer_counts_as_one() -> None:
    gate = Gate(SmtpLimits(connections_per_address=1))
    assert gate.admit("2001:db8::1", 0) is None
    assert gate.admit("2001:db8::ffff:2", 0) is Turned.ADDRESS_FULL
    assert gate.admit("2001:db8:0:1::1", 0) is None


def test_windows_forget_what_is_over() -> None:
    windows = Windows(60)
    for number in range(1000):
        windows.add(str(number), 0)
    windows.add("later", 60)
    assert len(windows) == 1


def test_windows_do_not_grow_for_ever() -> None:
    windows = Windows(60)
    for number in range(100_100):
        windows.add(str(number), 0)
    assert len(windows) == 100_000
    assert windows.count("0", 1) == 0
    assert windows.count("100099", 1) == 1


@pytest.mark.parametrize(
    ("ip", "plain"), [("::ffff:192.0.2.1", "192.0.2.1"), ("fe80::1%eth0", "fe80::1"), ("2001:DB8::1", "2001:db8::1")]
)
def test_one_address_has_one_spelling(ip: str, plain: str) -> None:
    assert plain_ip(ip) == plain
    assert household(plain_ip(ip))


@pytest.mark.parametrize(
    ("ip", "upstream"), [("127.9.9.9", True), ("::1", True), ("192.0.2.1", False), ("::2", False), ("", False)]
)
def test_upstreams_are_known_by_their_network(ip: str, upstream: bool) -> None:
    assert is_upstream(ip, LOOPBACK) == upstream
