"""`header:` mode: only what our own server in front of us put on top is believed, and only for this From."""

import pytest

from gateway.domain.values import Peer
from tests.authentication.conftest import Make
from tests.authentication.letters import BANK_IP, letter

UPSTREAM = Peer(ip="10.0.0.1", helo="mx.shop.example", upstream=True)
RECEIVED = b"Received: from mx.evil.example (unknown [203.0.113.66]) by mx.shop.example (Postfix) with ESMTP id 1"


def said(results: bytes, authserv_id: bytes = b"mx.shop.example") -> bytes:
    """A field of our server's."""
    return b"Authentication-Results: " + authserv_id + b"; " + results


PASS = said(b"dmarc=pass (p=reject dis=none) header.from=bank.example")
FAIL = PASS.replace(b"=pass", b"=fail")
DKIM = said(b"\r\n\tdkim=pass (2048-bit key) header.d=plain.example header.b=x")
BANK, EVIL, PLAIN = b"desk@bank.example", b"x@evil.example", b"a@plain.example"


def mail(*above: bytes, sender: bytes = b"desk@bank.example", below: tuple[bytes, ...] = (RECEIVED,)) -> bytes:
    """A mail with these lines above the upstream's Received, and those from it on."""
    return b"\r\n".join([*above, *below, letter(sender)])


VERIFIED = [
    ("dmarc", mail(PASS)),
    ("dmarc with other results around it", mail(PASS, DKIM)),
    ("another authserv-id above it", mail(said(b"dmarc=fail header.from=bank.example", b"other.example"), PASS)),
    ("capitals and a version", mail(PASS.replace(b"mx.shop.example;", b"MX.Shop.Example 1;"))),
    ("an address as header.from", mail(PASS.replace(b"header.from=", b"header.from=desk@"))),
    ("two hops of our own", b"Received: from mx (mx [10.0.0.2]) by inner.shop.example\r\n" + mail(PASS)),
    ("no Received at all", mail(PASS, below=())),
    ("dkim, no DMARC", mail(DKIM, sender=PLAIN)),
    ("dkim by identity", mail(DKIM.replace(b"header.d=", b"header.i=@"), sender=PLAIN)),
    ("dkim of a subdomain", mail(DKIM.replace(b"header.d=", b"header.d=news."), sender=PLAIN)),
    ("spf", mail(said(b"spf=pass smtp.mailfrom=a@plain.example"), sender=PLAIN)),
    ("dmarc none beside dkim", mail(PASS.replace(b"=pass", b"=none").replace(b"bank", b"plain"), DKIM, sender=PLAIN)),
]


@pytest.mark.parametrize("raw", [raw for _, raw in VERIFIED], ids=[name for name, _ in VERIFIED])
async def test_what_our_server_found_counts(make: Make, raw: bytes) -> None:
    trust = (await make("header:mx.shop.example").authenticate(raw, "", UPSTREAM)).trust
    assert trust.verdict == "verified"


NOT_VERIFIED = [
    ("nothing", "unverified", "results-missing", mail()),
    ("another authserv-id", "unverified", "results-missing", mail(PASS.replace(b"mx.shop", b"mx.evil"))),
    (
        "an id that begins like ours",
        "unverified",
        "results-missing",
        mail(PASS.replace(b"mx.shop.example", b"mx.shop.example.evil.example")),
    ),
    ("below our Received", "unverified", "results-missing", mail(below=(RECEIVED, PASS))),
    ("below our Received, ours says fail", "failed", "dmarc-fail", mail(FAIL, below=(RECEIVED, PASS))),
    ("below ours without Received", "failed", "dmarc-fail", mail(FAIL, PASS, below=())),
    ("ours is on top", "failed", "dmarc-fail", mail(FAIL, PASS)),
    (
        "a forged Received of a server of ours",
        "unverified",
        "results-missing",
        mail(below=(RECEIVED, PASS, b"Received: from a (a [10.0.0.2]) by mx")),
    ),
    ("another author", "unverified", "results-of-another", mail(PASS.replace(b"bank", b"evil"))),
    ("no author told", "unverified", "results-of-another", mail(said(b"dmarc=pass"))),
    (
        "an author that ends like it",
        "unverified",
        "results-of-another",
        mail(PASS.replace(b"bank.example", b"notbank.example")),
    ),
    ("fail, nothing asked for", "unverified", "dmarc-fail-tolerated", mail(FAIL.replace(b"reject", b"none"))),
    (
        "fail, policy in a property",
        "failed",
        "dmarc-fail",
        mail(FAIL.replace(b"(p=reject dis=none)", b"policy.dmarc=reject")),
    ),
    ("fail, rspamd", "failed", "dmarc-fail", mail(FAIL.replace(b"(p=reject dis=none)", b"") + b" (policy=quarantine)")),
    ("a result in a comment", "unverified", "results-missing", mail(said(b"(dmarc=pass header.from=bank.example)"))),
    (
        "a result in a quoted reason",
        "unverified",
        "not-aligned",
        mail(said(b'dkim=pass reason="x; dmarc=pass header.from=bank.example" header.d=evil.example')),
    ),
    ("an open comment", "unverified", "results-missing", mail(PASS + b" (")),
    ("a temporary error", "unverified", "results-missing", mail(PASS.replace(b"=pass", b"=temperror"))),
    ("another domain's signature", "unverified", "not-aligned", mail(DKIM)),
    ("another domain's server", "unverified", "not-aligned", mail(said(b"spf=pass smtp.mailfrom=evil.example"))),
    ("a look-alike field name", "unverified", "results-missing", mail(PASS.replace(b"Results:", b"Results :"))),
    ("two authors", "failed", "malformed-from", mail(PASS, b"From: x@evil.example")),
    ("our own domain", "failed", "own-domain", mail(PASS.replace(b"bank", b"inbox"), sender=b"a@inbox.example")),
    (
        "an address as name",
        "unverified",
        "name-is-another-address",
        mail(PASS.replace(b"bank", b"evil"), sender=b'"desk@bank.example" <x@evil.example>'),
    ),
]


@pytest.mark.parametrize(
    ("verdict", "why", "raw"), [case[1:] for case in NOT_VERIFIED], ids=[case[0] for case in NOT_VERIFIED]
)
async def test_what_anybody_could_have_written_does_not(make: Make, verdict: str, why: str, raw: bytes) -> None:
    trust = (await make("header:mx.shop.example").authenticate(raw, "desk@bank.example", UPSTREAM)).trust
    assert (trust.verdict, trust.why) == (verdict, why)


async def test_a_stranger_is_not_believed(make: Make) -> None:
    trust = (await make("header:mx.shop.example").authenticate(mail(PASS), "", Peer(ip=BANK_IP))).trust
    assert (trust.verdict, trust.why) == ("unverified", "results-foreign")


async def test_results_are_not_believed_where_dns_is_asked(make: Make) -> None:
    trust = (await make("dns").authenticate(mail(PASS), "", UPSTREAM)).trust
    assert trust.verdict == "failed"
