"""Mail that forwarders changed and sealed: verified only when every sealer is one of those whom we trust."""

import pytest

from gateway.domain.values import Peer
from tests.authentication.conftest import Make
from tests.authentication.letters import FORWARDER_IP, forwarded, key_record, letter, rsa_key, signed
from tests.nameserver import NameServer

FORWARDER = Peer(ip=FORWARDER_IP, helo="mx.forwarder.example")
SAW = "dkim=pass header.d=bank.example; dmarc=pass header.from=bank.example"
CHANGED = signed(letter()).replace(b"Subject: My order", b"Subject: [list] My order")


@pytest.fixture(autouse=True)
def forwarders_keys(names: NameServer) -> None:
    """Two forwarders with keys in DNS."""
    for domain in ("list.example", "relay.example"):
        names.zone[f"s1._domainkey.{domain}"] = [("TXT", key_record(rsa_key(domain)))]


async def test_a_list_that_we_trust(make: Make) -> None:
    raw = forwarded(CHANGED, "list.example", "list.example", SAW)
    trust = (await make(sealers=("list.example",)).authenticate(raw, "", FORWARDER)).trust
    assert (trust.verdict, trust.why, trust.arc, trust.dmarc) == ("verified", "arc-pass", "pass", "fail")


async def test_two_forwarders_that_we_trust(make: Make) -> None:
    raw = forwarded(CHANGED, "list.example", "list.example", SAW)
    raw = forwarded(raw, "relay.example", "relay.example", "arc=pass; dmarc=fail header.from=bank.example")
    trust = (await make(sealers=("list.example", "relay.example")).authenticate(raw, "", FORWARDER)).trust
    assert (trust.verdict, trust.details["by"]) == ("verified", "relay.example")


@pytest.mark.parametrize("trusted", [(), ("relay.example",), ("bank.example",)])
async def test_a_valid_chain_of_a_stranger_is_told_but_not_believed(make: Make, trusted: tuple[str, ...]) -> None:
    raw = forwarded(CHANGED, "list.example", "list.example", SAW)
    trust = (await make(sealers=trusted).authenticate(raw, "", FORWARDER)).trust
    assert (trust.verdict, trust.arc) == ("failed", "pass")


async def test_one_stranger_in_the_chain_spoils_it(make: Make) -> None:
    raw = forwarded(CHANGED, "list.example", "list.example", SAW)
    raw = forwarded(raw, "relay.example", "relay.example", "arc=pass")
    trust = (await make(sealers=("relay.example",)).authenticate(raw, "", FORWARDER)).trust
    assert trust.verdict == "failed"


@pytest.mark.parametrize("said", ["dmarc=fail header.from=bank.example", "dmarc=pass header.from=evil.example", "none"])
async def test_a_trusted_forwarder_must_have_seen_it_pass(make: Make, said: str) -> None:
    raw = forwarded(CHANGED, "list.example", "list.example", said)
    assert (await make(sealers=("list.example",)).authenticate(raw, "", FORWARDER)).trust.verdict == "failed"


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b"Your order.", b"Pay me now.", "arc-body-changed"),
        (b"Subject: [list]", b"Subject: [LIST]", "arc-body-changed"),
        (b"header.from=bank.example", b"header.from=bunk.example", "arc-seal-broken"),
        (b"cv=none", b"cv=pass", "arc-malformed"),
        (b"ARC-Seal: i=1", b"ARC-Seal: i=2", "arc-incomplete"),
        (b"ARC-Authentication-Results", b"X-Results", "arc-incomplete"),
        (b"a=rsa-sha256; cv", b"a=rsa-sha1; cv", "arc-malformed"),
    ],
)
async def test_a_chain_that_was_touched_is_broken(make: Make, old: bytes, new: bytes, why: str) -> None:
    raw = forwarded(CHANGED, "list.example", "list.example", SAW)
    assert old in raw
    evidence = await make(sealers=("list.example",)).authenticate(raw.replace(old, new, 1), "", FORWARDER)
    assert (evidence.findings.arc.result, evidence.findings.arc.why) == ("fail", why)
    assert evidence.trust.verdict == "failed"


async def test_dns_trouble_and_missing_keys_are_told_apart(make: Make, names: NameServer) -> None:
    raw = forwarded(CHANGED, "list.example", "list.example", SAW)
    for record, found in [([("ANY", "BROKEN")], ("temperror", "dns-temporary")), ([], ("fail", "key-missing"))]:
        names.zone["s1._domainkey.list.example"] = record
        arc = (await make().authenticate(raw, "", FORWARDER)).findings.arc
        assert (arc.result, arc.why) == found
