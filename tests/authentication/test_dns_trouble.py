"""When DNS does not answer, a mail that it might prove waits; one that it could not prove does not."""

import pytest

from gateway.authentication import Authenticator
from gateway.domain.values import Peer
from tests.authentication.conftest import SHORTLY, Make
from tests.authentication.letters import BANK_IP, FORWARDER_IP, letter, signed
from tests.nameserver import NameServer

BANK = Peer(ip=BANK_IP, helo="mx.bank.example")
ANYWHERE = Peer(ip=FORWARDER_IP, helo="mx.forwarder.example")
TROUBLE = [[("ANY", "SILENT")], [("ANY", "BROKEN")]]


@pytest.mark.parametrize("trouble", TROUBLE, ids=["silent", "broken"])
@pytest.mark.parametrize("name", ["_dmarc.bank.example", "s1._domainkey.bank.example"])
async def test_it_is_temporary_and_then_verified(
    make: Make, names: NameServer, name: str, trouble: list[tuple[str, str]]
) -> None:
    healthy, names.zone[name] = names.zone[name], trouble
    raw = signed(letter())
    first = await make(patience=SHORTLY).authenticate(raw, "", ANYWHERE)
    assert (first.trust.verdict, first.trust.why, first.temporary) == ("unverified", "dns-temporary", True)
    names.zone[name] = healthy
    later = make()
    assert (await later.authenticate(raw, "", ANYWHERE)).trust.verdict == "verified"


@pytest.mark.parametrize("sender", ["desk@bank.example", "a@plain.example"])
async def test_spf_of_the_author_is_worth_waiting_for(impatient: Authenticator, names: NameServer, sender: str) -> None:
    names.zone[sender.partition("@")[2]] = [("ANY", "SILENT")]
    evidence = await impatient.authenticate(letter(sender.encode()), sender, BANK)
    assert (evidence.trust.spf, evidence.temporary) == ("temperror", True)


async def test_a_signature_that_holds_need_not_wait_for_spf(impatient: Authenticator, names: NameServer) -> None:
    names.zone["bank.example"] = [("ANY", "SILENT")]
    evidence = await impatient.authenticate(signed(letter()), "desk@bank.example", ANYWHERE)
    assert (evidence.trust.verdict, evidence.temporary) == ("verified", False)


async def test_another_domains_trouble_is_not_waited_for(impatient: Authenticator, names: NameServer) -> None:
    names.zone["forger.example"] = [("ANY", "SILENT")]
    evidence = await impatient.authenticate(letter(), "x@forger.example", ANYWHERE)
    assert (evidence.trust.verdict, evidence.temporary) == ("failed", False)


async def test_no_dns_at_all(impatient: Authenticator, names: NameServer) -> None:
    names.zone = {name: [("ANY", "SILENT")] for name in names.zone}
    evidence = await impatient.authenticate(signed(letter()), "desk@bank.example", BANK)
    assert (evidence.trust.verdict, evidence.temporary) == ("unverified", True)
