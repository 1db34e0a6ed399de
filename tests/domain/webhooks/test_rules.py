"""Signatures by the specification's own implementation, where calls may go, and when they are made again."""

import ipaddress
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from gateway.domain.webhooks.addresses import may_call, wrong_with
from gateway.domain.webhooks.retrying import DISABLED_AFTER, WAITS, given_up_on, next_attempt, wished
from gateway.domain.webhooks.signing import secret_of, shown_secret, signed_headers

NOW = datetime.now(UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_the_signature_of_the_specifications_example() -> None:
    secret = secret_of(SECRET)
    assert secret is not None
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = signed_headers([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}')
    assert headers["webhook-timestamp"] == "1614265330"
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_specifications_own_library_takes_either_of_two_secrets_and_no_other() -> None:
    old, new, other = b"o" * 32, b"n" * 32, b"x" * 32
    headers = signed_headers([new, old], "id", NOW, b'{"type":"a"}')
    for secret in (old, new):
        assert Webhook(shown_secret(secret)).verify('{"type":"a"}', headers) == {"type": "a"}
    for body, secret in ((b'{"type":"b"}', new), (b'{"type":"a"}', other)):
        with pytest.raises(WebhookVerificationError):
            Webhook(shown_secret(secret)).verify(body, headers)


@pytest.mark.parametrize("shown", ["", "whsec_", "whsec_AAAA", "whsec_é", SECRET + "!", shown_secret(b"x" * 65)])
def test_what_is_no_secret(shown: str) -> None:
    assert secret_of(shown) is None


PRIVATE = (
    # Loopback, private, link-local (and the clouds' metadata), shared, documentation, multicast, unspecified, and
    # each of them inside an address of IPv6.
    "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0",
    "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001:0:7f00:1::", "64:ff9b:1::1", "localhost", "", "1.2.3.4.5",
)  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_where_no_call_goes(address: str) -> None:
    assert not may_call(address, ())


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_addresses_may_be_called(address: str) -> None:
    assert may_call(address, ())


def test_what_the_operator_allows_may_be_called_and_nothing_beside_it() -> None:
    allowed = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("fd00::/8"))
    assert all(may_call(address, allowed) for address in ("127.0.0.1", "::ffff:127.0.0.1", "fd12::1"))
    assert not any(may_call(address, allowed) for address in ("10.0.0.1", "::1", "169.254.169.254"))


@pytest.mark.parametrize(
    "url",
    ["", "ftp://x.test/", "http://x.test/", "https://", "https://u:p@x.test/", "https://x.test/ y", "//x.test",
     "https://[::1", "https://x.test:99999/", "https://é.test/", "javascript:alert(1)", "https://x.test/\n"],
)  # fmt: skip
def test_what_is_no_address_of_a_program(url: str) -> None:
    assert wrong_with(url, http_allowed=False)
    assert not wrong_with("https://x.test:8443/a?b=c", http_allowed=False)


def test_pauses_grow_and_end() -> None:
    pauses = [next_attempt(number, NOW, 0.5) for number in range(1, len(WAITS) + 2)]
    assert [at - NOW for at in pauses[:-1] if at] == list(WAITS)
    assert pauses[-1] is None
    spread = [next_attempt(1, NOW, jitter) for jitter in (0.0, 0.999)]
    assert [round((at - NOW).total_seconds(), 1) for at in spread if at] == [4.0, 6.0]


@pytest.mark.parametrize(
    ("wish", "seconds"), [("120", 120), ("9999999", 0), ("Wed, 21 Oct 2026 07:28:00 GMT", 0), ("-1", 0), ("", 0)]
)
def test_a_wish_to_wait_is_heard(wish: str, seconds: int) -> None:
    assert wished(wish) == timedelta(seconds=seconds)
    again = next_attempt(1, NOW, 0.5, wished(wish))
    assert again == NOW + timedelta(seconds=max(5, seconds))


def test_days_without_success_are_enough() -> None:
    assert not given_up_on(None, NOW)
    assert not given_up_on(NOW - DISABLED_AFTER + timedelta(seconds=1), NOW)
    assert given_up_on(NOW - DISABLED_AFTER, NOW)
