"""SPF as pyspf evaluates it over our resolver, with the limits that a hostile record runs into."""

import pytest

from gateway.authentication import Authenticator
from gateway.domain.values import Peer
from tests.authentication.letters import BANK_IP, letter
from tests.nameserver import NameServer

PEER = Peer(ip=BANK_IP, helo="mx.t.example")

RECORDS = [
    (f"v=spf1 ip4:{BANK_IP} -all", "pass"),
    ("v=spf1 ip4:198.51.100.0/24 -all", "pass"),
    ("v=spf1 a:mx.t.example -all", "pass"),
    ("v=spf1 mx -all", "pass"),
    ("v=spf1 include:good.example -all", "pass"),
    ("v=spf1 redirect=good.example", "pass"),
    ("v=spf1 exists:%{l}.%{d} -all", "pass"),
    ("v=spf1 exists:%{ir}.%{v}.list.example -all", "pass"),
    ("v=spf1 ptr:t.example -all", "pass"),
    ("V=SPF1 +ALL", "pass"),
    ("v=spf1 -all", "fail"),
    ("v=spf1 ~all", "softfail"),
    ("v=spf1 ?all", "neutral"),
    ("v=spf1", "neutral"),
    ("v=spf10 +all", "none"),
    ("v=spf1 include:none.example +all", "permerror"),
    ("v=spf1 a:x.example a:y.example a:z.example +all", "permerror"),  # void lookups
    ("v=spf1 include:t.example +all", "permerror"),  # itself
    ("v=spf1 " + "a " * 11 + "+all", "permerror"),  # too many lookups
    ("v=spf1 nonsense +all", "permerror"),
    ("v=spf1 a:" + "a" * 600 + " +all", "permerror"),
    ("v=spf1 " + "ip4:192.0.2.1 " * 400 + "+all", "permerror"),
    ("v=spf1 exp=silent.example -all", "fail"),  # the words of a refusal are not asked for
]


@pytest.fixture(autouse=True)
def hosts(names: NameServer) -> None:
    """What the records above name."""
    names.zone |= {
        "mx.t.example": [("A", BANK_IP)],
        "good.example": [("TXT", f"v=spf1 ip4:{BANK_IP} -all")],
        "none.example": [("A", "192.0.2.7")],
        "x.t.example": [("A", "127.0.0.2")],
        "10.100.51.198.in-addr.list.example": [("A", "127.0.0.2")],
        "10.100.51.198.in-addr.arpa": [("PTR", "mx.t.example.")],
        "silent.example": [("ANY", "SILENT")],
    }


@pytest.mark.parametrize(("record", "result"), RECORDS, ids=[record[:40] for record, _ in RECORDS])
async def test_results(authenticator: Authenticator, names: NameServer, record: str, result: str) -> None:
    names.zone["t.example"] = [("TXT", record), ("MX", "10 mx.t.example."), ("A", "192.0.2.8")]
    found = (await authenticator.authenticate(letter(), "x@t.example", PEER)).findings.spf
    assert (found.result, found.domain) == (result, "t.example")


async def test_a_host_that_is_not_answered_for_may_be_later(impatient: Authenticator, names: NameServer) -> None:
    names.zone["t.example"] = [("TXT", "v=spf1 a:silent.example +all")]
    assert (await impatient.authenticate(letter(), "x@t.example", PEER)).findings.spf.result == "temperror"


async def test_two_records_are_none(authenticator: Authenticator, names: NameServer) -> None:
    names.zone["t.example"] = [("TXT", "v=spf1 +all"), ("TXT", "v=spf1 -all")]
    assert (await authenticator.authenticate(letter(), "x@t.example", PEER)).findings.spf.result == "permerror"


@pytest.mark.parametrize(
    ("mail_from", "peer", "why"),
    [
        ("x@t.example", Peer(), "spf-no-client"),
        ("", Peer(ip=BANK_IP, helo="[192.0.2.1]"), "spf-no-domain"),
        ("", Peer(ip=BANK_IP), "spf-no-domain"),
        ("x@" + "a" * 64 + ".example", PEER, "spf-no-domain"),
    ],
)
async def test_nothing_to_check(authenticator: Authenticator, mail_from: str, peer: Peer, why: str) -> None:
    found = (await authenticator.authenticate(letter(), mail_from, peer)).findings.spf
    assert (found.result, found.why) == ("none", why)


async def test_an_address_that_is_none_is_a_permanent_error(authenticator: Authenticator, names: NameServer) -> None:
    names.zone["t.example"] = [("TXT", "v=spf1 +all")]
    found = (await authenticator.authenticate(letter(), "x@t.example", Peer(ip="nonsense"))).findings.spf
    assert found.result == "permerror"
