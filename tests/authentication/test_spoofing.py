"""Mail that pretends to be from somebody else is never verified, whatever the trick."""

import pytest

from gateway.authentication import Authenticator, Evidence
from gateway.domain.authenticity.reasons import VERDICTS
from gateway.domain.values import Peer
from tests.authentication.conftest import Make
from tests.authentication.letters import FORGER_IP, key_record, letter, rsa_key, signed, signed_with
from tests.authentication.spoofs import ALL, ENVELOPE, FROM, RESULTS, Spoof
from tests.nameserver import NameServer

FORGER = Peer(ip=FORGER_IP, helo="helo.forger.example")


@pytest.mark.parametrize("spoof", ALL, ids=[spoof.trick for spoof in ALL])
async def test_no_trick_is_verified(authenticator: Authenticator, spoof: Spoof) -> None:
    peer = Peer(ip=FORGER_IP, helo=spoof.helo)
    evidence = await authenticator.authenticate(spoof.bytes_sent(), spoof.mail_from, peer)
    assert evidence.trust.verdict != "verified"
    assert evidence.trust.why in VERDICTS


def test_the_list_is_long_enough() -> None:
    assert len({spoof.trick for spoof in ALL}) >= 40


@pytest.mark.parametrize("spoof", FROM, ids=[spoof.trick for spoof in FROM])
async def test_an_ambiguous_author_fails_however_well_it_is_signed(authenticator: Authenticator, spoof: Spoof) -> None:
    trust = (await authenticator.authenticate(spoof.bytes_sent(), spoof.mail_from, FORGER)).trust
    assert (trust.verdict, trust.why) == ("failed", "malformed-from")


async def test_the_forger_is_verified_as_nobody_but_himself(authenticator: Authenticator) -> None:
    raw = signed(letter(b"x@forger.example"), "forger.example", "forger")
    trust = (await authenticator.authenticate(raw, "x@forger.example", FORGER)).trust
    assert (trust.verdict, trust.details["domain"]) == ("verified", "forger.example")


@pytest.mark.parametrize(
    ("tags", "result", "why"),
    [
        ({"l": "13"}, "policy", "body-partly-signed"),
        ({"h": "to:subject"}, "permerror", "from-not-signed"),
        ({"a": "rsa-sha1"}, "permerror", "algorithm-too-weak"),
        ({"a": "rsa-md5"}, "permerror", "algorithm-unknown"),
        ({"v": "2"}, "permerror", "signature-version"),
        ({"x": "1000000000"}, "fail", "signature-expired"),
        ({"t": "2000000000", "x": "1999999999"}, "permerror", "signature-malformed"),
        ({"x": "soon"}, "permerror", "signature-malformed"),
        ({"i": "x@notbank.example"}, "permerror", "identity-foreign"),
        ({"q": "dns/key"}, "permerror", "query-unknown"),
        ({"c": "nofws"}, "permerror", "signature-malformed"),
        ({"h": "from:" * 600}, "permerror", "signature-too-large"),
        ({}, "pass", "dkim-pass"),
        ({"i": "x@news.bank.example"}, "pass", "dkim-pass"),
        ({"unknown": "tag"}, "pass", "dkim-pass"),
    ],
)
async def test_what_a_valid_signature_is_worth(
    authenticator: Authenticator, tags: dict[str, str], result: str, why: str
) -> None:
    finding = (await authenticator.authenticate(signed_with(letter(), **tags), "", FORGER)).findings.dkim[0]
    assert (finding.result, finding.why) == (result, why)


async def test_a_look_alike_is_not_verified_even_for_itself(authenticator: Authenticator, names: NameServer) -> None:
    names.zone["s1._domainkey.xn--bnk-7cd.example"] = [("TXT", key_record(rsa_key("forger")))]
    raw = signed(letter("Bank <desk@b\u0430nk.example>".encode()), "xn--bnk-7cd.example", "forger")
    evidence = await authenticator.authenticate(raw, "", FORGER)
    assert evidence.findings.dkim[0].result == "pass"
    assert (evidence.trust.verdict, evidence.trust.why) == ("unverified", "domain-mixes-alphabets")


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ("v=DKIM1; k=rsa; p=", "key-revoked"),
        ("v=DKIM2; k=rsa; p=AAAA", "key-malformed"),
        ("k=rsa; v=DKIM1; p=AAAA", "key-malformed"),
        ("no key", "key-malformed"),
        ("v=DKIM1; k=ed25519; p=AAAA", "key-unfit"),
        ("v=DKIM1; h=sha1; p=AAAA", "key-unfit"),
        ("v=DKIM1; s=tlsrpt; p=AAAA", "key-unfit"),
        ("v=DKIM1; p=AAAA", "key-malformed"),
        ("v=DKIM1; p=%%%", "key-malformed"),
        ("v=DKIM1; p=" + "A" * 5000, "key-too-large"),
    ],
)
async def test_unusable_keys(authenticator: Authenticator, names: NameServer, record: str, why: str) -> None:
    names.zone["s1._domainkey.bank.example"] = [("TXT", record)]
    finding = (await _of_bank(authenticator)).findings.dkim[0]
    assert (finding.result, finding.why) == ("permerror", why)


async def test_a_key_under_1024_bits_does_not_count(authenticator: Authenticator, names: NameServer) -> None:
    weak = (
        "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBALRiMLAHudeSA/x3hB2f+2NRkJLA2LsPtm5h7zUeSxZc"
        "RZxXDFsyX9d5Yp7NBeNTTPZqKzGJ4KkGJYVhuFNnSHcCAwEAAQ=="
    )
    names.zone["s1._domainkey.bank.example"] = [("TXT", f"v=DKIM1; p={weak}")]
    finding = (await _of_bank(authenticator)).findings.dkim[0]
    assert (finding.result, finding.why) == ("permerror", "key-too-small")


async def test_a_strict_key_signs_for_its_own_domain_only(authenticator: Authenticator, names: NameServer) -> None:
    names.zone["s1._domainkey.bank.example"] = [("TXT", key_record(rsa_key("bank"), "t=s; "))]
    raw = signed_with(letter(), i="x@news.bank.example")
    finding = (await authenticator.authenticate(raw, "", FORGER)).findings.dkim[0]
    assert finding.why == "identity-foreign"
    assert (await _of_bank(authenticator)).findings.dkim[0].result == "pass"


async def test_two_customers_of_one_host_stay_two(authenticator: Authenticator, names: NameServer) -> None:
    names.zone["_dmarc.github.io"] = [("TXT", "v=DMARC1; p=none")]
    names.zone["s1._domainkey.forger.github.io"] = [("TXT", key_record(rsa_key("forger")))]
    raw = signed(letter(b"x@bank.github.io"), "forger.github.io", "forger")
    assert (await authenticator.authenticate(raw, "", FORGER)).trust.verdict == "unverified"


@pytest.mark.parametrize("spoof", [*RESULTS, *ENVELOPE[:5]], ids=lambda spoof: spoof.trick)
async def test_results_that_did_not_come_through_our_server_are_ignored(make: Make, spoof: Spoof) -> None:
    authenticator = make("header:mx.inbox.example")
    evidence = await authenticator.authenticate(spoof.bytes_sent(), spoof.mail_from, FORGER)
    assert (evidence.trust.verdict, evidence.trust.why) == ("unverified", "results-foreign")


async def test_a_forged_arc_chain_of_a_trusted_sealer_is_nothing(make: Make) -> None:
    raw = RESULTS[1].bytes_sent()
    assert (await make(sealers=("google.com",)).authenticate(raw, "", FORGER)).trust.verdict == "failed"


async def _of_bank(authenticator: Authenticator) -> Evidence:
    return await authenticator.authenticate(signed(letter()), "", FORGER)
