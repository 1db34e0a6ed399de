"""Whom our own servers in front of us got a mail from."""

import ipaddress

import pytest

from gateway.domain.authenticity.fields import fields
from gateway.domain.authenticity.received import Origin, is_inside, origin

OURS = (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("2001:db8:1::/48"))
INNER = b"Received: from mx (mx.shop.example [10.0.0.2]) by inner"
OUTER = b"Received: from mail.example.org (name.example.org [192.0.2.7]) by mx (Postfix) with ESMTPS id 1"


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([OUTER], Origin("192.0.2.7", "mail.example.org", 0)),
        ([INNER, OUTER], Origin("192.0.2.7", "mail.example.org", 1)),
        ([b"Authentication-Results: x", INNER, b"X-A: b", OUTER, INNER], Origin("192.0.2.7", "mail.example.org", 3)),
        ([OUTER, b"Received: from x (x [198.51.100.1]) by y"], Origin("192.0.2.7", "mail.example.org", 0)),
        ([b"Received: from x (unknown [IPv6:2001:db8:2::1]) by y"], Origin("2001:db8:2::1", "x", 0)),
        ([b"Received: from rdns ([192.0.2.7] helo=x) by y"], Origin("192.0.2.7", "rdns", 0)),
        ([b"Received: from [192.0.2.9] (x [192.0.2.7]) by y"], Origin("192.0.2.7", "[192.0.2.9]", 0)),
        ([b"Received: from x (x [10.0.0.3]) by y"], Origin("10.0.0.3", "x", 0)),
        ([b"Received: by mx (Postfix, from userid 0)", OUTER], Origin("", "", 0)),
        ([b"Received: from a (b [192.0.2.1] (c [10.0.0.1])) by y"], Origin("192.0.2.1", "a", 0)),
        ([b"Received: (from x (x [192.0.2.7]) by y"], Origin("", "", 0)),
        ([b"Received : from x (x [192.0.2.7]) by y", OUTER], Origin("192.0.2.7", "mail.example.org", 1)),
        ([b"Subject: none"], Origin("10.0.0.1", "peer", 0)),
        ([b"Authentication-Results: a", b"Authentication-Results: b"], Origin("10.0.0.1", "peer", 1)),
    ],
)
def test_origins(lines: list[bytes], found: Origin) -> None:
    raw = b"\r\n".join([*lines, b"From: x@example.org", b"", b""])
    assert origin(fields(raw), "10.0.0.1", "peer", OURS) == found


@pytest.mark.parametrize(
    ("ip", "inside"),
    [
        ("10.1.2.3", True),
        ("::ffff:10.1.2.3", True),
        ("2001:db8:1::5", True),
        ("192.0.2.1", False),
        ("2001:db8:2::5", False),
        ("", False),
        ("mx.example", False),
    ],
)
def test_networks(ip: str, inside: bool) -> None:
    assert is_inside(ip, OURS) is inside
