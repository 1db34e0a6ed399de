"""Authentication-Results as servers write them, and as forgers do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.authenticity.results import read_results


@pytest.mark.parametrize(
    ("value", "authserv_id", "found"),
    [
        (b"mx.x.example; none", "mx.x.example", []),
        (b" MX.x.example 1; none", "mx.x.example", []),
        (b'"mx.x.example"; dkim=pass header.d=a.example', "mx.x.example", [("dkim", "pass", "a.example")]),
        (b"mx; dkim=pass (2048-bit key; unprotected) header.d=a.example", "mx", [("dkim", "pass", "a.example")]),
        (b'mx; dkim=fail reason="x; y" header.d=a.example;', "mx", [("dkim", "fail", "a.example")]),
        (b"mx; DKIM/1 = Pass header.d = a.example", "mx", [("dkim", "pass", "a.example")]),
        (b"mx; dkim=pass header.d=a.example header.d=b.example", "mx", [("dkim", "pass", "a.example")]),
        (b"mx;spf=pass smtp.mailfrom=x@a;dkim=none", "mx", [("spf", "pass", ""), ("dkim", "none", "")]),
        (b"mx; (a (nested) comment) dkim=pass", "mx", [("dkim", "pass", "")]),
    ],
)
def test_what_servers_write(value: bytes, authserv_id: str, found: list[tuple[str, str, str]]) -> None:
    read = read_results(value)
    assert read is not None
    assert read.authserv_id == authserv_id
    assert [(r.method, r.result, r.properties.get("header.d", "")) for r in read.results] == found


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b";",
        b"; dkim=pass",
        b'""; dkim=pass',
        b"mx; dkim=pass (",
        b"mx; dkim=pass )",
        b'mx; dkim="pass',
        b"mx; dkim",
        b"mx; =pass",
    ],
)
def test_what_is_malformed(value: bytes) -> None:
    assert read_results(value) is None


@pytest.mark.parametrize(
    ("result", "policy"),
    [
        (b"dmarc=fail (p=reject dis=none) header.from=a.example", "reject"),
        (b"dmarc=fail (p=REJECT sp=NONE dis=NONE) header.from=a.example", "reject"),
        (b"dmarc=fail reason=x header.from=a.example (policy=quarantine)", "quarantine"),
        (b"dmarc=fail policy.dmarc=none header.from=a.example", "none"),
        (b"dmarc=fail (sp=reject dis=none) header.from=a.example", ""),
        (b"dmarc=fail header.from=p=reject", ""),
    ],
)
def test_policies(result: bytes, policy: str) -> None:
    read = read_results(b"mx; " + result)
    assert read is not None
    assert read.results[0].policy == policy


@given(st.text(alphabet='ab.=;()"\\ @', max_size=60))
def test_any_text_is_read_or_refused(value: str) -> None:
    read = read_results(value.encode())
    assert read is None or read.authserv_id
