"""Genuine mail is verified: by SPF, by DKIM, forwarded with its signature, with and without a DMARC record."""

import pytest

from gateway.authentication import Authenticator
from gateway.domain.composing.signing import sign
from gateway.domain.values import Peer
from tests.authentication.conftest import Make
from tests.authentication.letters import (
    BANK_IP,
    FORWARDER_IP,
    ed25519_key,
    ed25519_record,
    key_record,
    letter,
    rsa_key,
    signed,
    signed_with,
)
from tests.conftest import StillClock
from tests.nameserver import NameServer

BANK = Peer(ip=BANK_IP, helo="mx.bank.example")
BANK_FROM = b"desk@bank.example"
ANYWHERE = Peer(ip=FORWARDER_IP, helo="mx.forwarder.example")


async def test_spf_of_the_authors_own_server(authenticator: Authenticator) -> None:
    trust = (await authenticator.authenticate(letter(), "desk@bank.example", BANK)).trust
    assert (trust.verdict, trust.why, trust.spf, trust.dmarc) == ("verified", "dmarc-pass", "pass", "pass")


async def test_spf_of_a_sister_domain(authenticator: Authenticator) -> None:
    trust = (await authenticator.authenticate(letter(), "bounce@news.bank.example", BANK)).trust
    assert trust.verdict == "verified"


async def test_spf_without_a_dmarc_record(authenticator: Authenticator) -> None:
    evidence = await authenticator.authenticate(letter(b"a@plain.example"), "a@plain.example", BANK)
    assert (evidence.trust.verdict, evidence.trust.why) == ("verified", "spf-pass")


@pytest.mark.parametrize("header", [b"relaxed", b"simple"])
@pytest.mark.parametrize("body", [b"relaxed", b"simple"])
async def test_a_signature_that_was_forwarded(authenticator: Authenticator, header: bytes, body: bytes) -> None:
    raw = signed(letter(body=b"Two  blanks \r\n\r\nand\ta tab\r\n\r\n\r\n"), canonicalize=(header, body))
    trust = (await authenticator.authenticate(raw, "list@forwarder.example", ANYWHERE)).trust
    assert (trust.verdict, trust.dkim, trust.spf) == ("verified", "pass", "pass")


async def test_a_signature_of_the_mother_domain(authenticator: Authenticator) -> None:
    raw = signed(letter(b"desk@news.bank.example"))
    assert (await authenticator.authenticate(raw, "", ANYWHERE)).trust.verdict == "verified"


async def test_a_signature_without_a_dmarc_record(authenticator: Authenticator) -> None:
    raw = signed(letter(b"a@plain.example"), "plain.example", "plain")
    trust = (await authenticator.authenticate(raw, "", ANYWHERE)).trust
    assert (trust.verdict, trust.why, trust.details["by"]) == ("verified", "dkim-pass", "plain.example")


@pytest.mark.parametrize("key", [rsa_key("bank", 1024), ed25519_key("bank")], ids=["rsa-1024", "ed25519"])
async def test_other_kinds_of_keys(authenticator: Authenticator, names: NameServer, key: object) -> None:
    is_rsa = key is rsa_key("bank", 1024)
    record = key_record(rsa_key("bank", 1024)) if is_rsa else ed25519_record(ed25519_key("bank"))
    names.zone["k2._domainkey.bank.example"] = [("TXT", record)]
    raw = sign(letter(), "bank.example", "k2", rsa_key("bank", 1024) if is_rsa else ed25519_key("bank"))
    assert (await authenticator.authenticate(raw, "", ANYWHERE)).trust.verdict == "verified"


@pytest.mark.parametrize("body", [b"", b"\r\n", b"\r\n\r\n", b"no line end", b"blank at the end \r\n \r\n\t\r\n"])
@pytest.mark.parametrize("canonical", [b"relaxed", b"simple"])
async def test_odd_bodies(authenticator: Authenticator, body: bytes, canonical: bytes) -> None:
    raw = signed(letter(body=body), canonicalize=(b"relaxed", canonical))
    assert (await authenticator.authenticate(raw, "", ANYWHERE)).trust.dkim == "pass"


async def test_a_large_mail(authenticator: Authenticator) -> None:
    raw = signed(letter(body=b"A line of an attachment in base64 or so.\r\n" * 50_000))
    assert (await authenticator.authenticate(raw, "", ANYWHERE)).trust.verdict == "verified"


async def test_a_good_signature_below_bad_ones(authenticator: Authenticator) -> None:
    raw = signed(letter())
    junk = b"".join(
        b"DKIM-Signature: v=1; a=rsa-sha256; d=junk%d.example; s=x; h=from; b=AAAA; bh=AAAA\r\n" % n for n in range(20)
    )
    evidence = await authenticator.authenticate(junk + raw, "", ANYWHERE)
    assert evidence.trust.verdict == "verified"
    assert len(evidence.findings.dkim) <= 10


async def test_a_signature_is_good_until_it_expires(authenticator: Authenticator, clock: StillClock) -> None:
    raw = signed_with(letter(), x=str(int(clock.now().timestamp()) + 60))
    assert (await authenticator.authenticate(raw, "", ANYWHERE)).trust.verdict == "verified"
    clock.forward(minutes=2)
    expired = (await authenticator.authenticate(raw, "", ANYWHERE)).findings.dkim[0]
    assert (expired.result, expired.why) == ("fail", "signature-expired")


@pytest.mark.parametrize(
    "received",
    [
        b"Received: from mx.bank.example (mx.bank.example [198.51.100.10]) by mx.shop.example (Postfix) with ESMTPS",
        b"Received: from mx.bank.example (unknown [IPv6:::ffff:198.51.100.10])\r\n\tby mx.shop.example",
        b"Received: from mx.bank.example ([198.51.100.10] helo=mx.bank.example) by mx.shop.example with esmtp (Exim)",
    ],
)
async def test_spf_of_the_client_of_our_own_server_in_front(authenticator: Authenticator, received: bytes) -> None:
    inner = b"Received: from filter (localhost [10.0.0.9]) by mx.shop.example (Postfix)\r\n"
    raw = inner + received + b"\r\n" + letter()
    peer = Peer(ip="10.0.0.1", helo="mx.shop.example", upstream=True)
    evidence = await authenticator.authenticate(raw, "desk@bank.example", peer)
    assert evidence.trust.verdict == "verified"


async def test_an_upstream_without_received_is_itself_the_client(make: Make) -> None:
    authenticator = make(upstreams="198.51.100.0/24")
    peer = Peer(ip=BANK_IP, helo="mx.bank.example", upstream=True)
    assert (await authenticator.authenticate(letter(), "desk@bank.example", peer)).trust.verdict == "verified"


async def test_internationalized_addresses(authenticator: Authenticator, names: NameServer) -> None:
    names.zone["s1._domainkey.xn--fsqu00a.example"] = [("TXT", key_record(rsa_key("bank")))]
    raw = signed(letter("李雷 <用户@例子.example>".encode()), "xn--fsqu00a.example")
    trust = (await authenticator.authenticate(raw, "", ANYWHERE)).trust
    assert (trust.verdict, trust.details["domain"]) == ("verified", "xn--fsqu00a.example")


async def test_a_name_that_repeats_the_address(authenticator: Authenticator) -> None:
    raw = signed(letter(b'"desk@bank.example" <desk@bank.example>'))
    assert (await authenticator.authenticate(raw, "", ANYWHERE)).trust.verdict == "verified"


async def test_off_claims_nothing(make: Make) -> None:
    evidence = await make("off").authenticate(signed(letter()), "desk@bank.example", BANK)
    assert (evidence.trust.verdict, evidence.trust.why) == ("unverified", "auth-off")


@pytest.mark.parametrize(
    ("sender", "verdict"), [(b"x@no.such.bank.example", "failed"), (b"x@news.bank.example", "unverified")]
)
async def test_a_policy_for_names_that_do_not_exist(
    authenticator: Authenticator, names: NameServer, sender: bytes, verdict: str
) -> None:
    names.zone["_dmarc.bank.example"] = [("TXT", "v=DMARC1; p=none; np=reject")]
    assert (await authenticator.authenticate(letter(sender), "", ANYWHERE)).trust.verdict == verdict


async def test_a_header_beyond_all_limits_is_not_looked_into(authenticator: Authenticator, names: NameServer) -> None:
    raw = signed(letter(BANK_FROM, *[b"X-A: b"] * 600))
    assert (await authenticator.authenticate(raw, "desk@bank.example", BANK)).trust.why == "malformed-from"
    assert names.asked == []


async def test_the_report_has_words_in_both_languages(authenticator: Authenticator) -> None:
    evidence = await authenticator.authenticate(signed(letter()), "desk@bank.example", BANK)
    assert evidence.to_json("zh")["why"] == "bank.example 已确认此邮件（DMARC）"
    assert evidence.to_json()["why"] == "bank.example confirms this mail (DMARC)"
