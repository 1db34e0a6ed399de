"""Behind a real Postfix with OpenDKIM and OpenDMARC: what they found is understood and believed."""

import pytest

from gateway.authentication import Authenticator, Resolver
from gateway.domain.values import Peer, Trust
from gateway.settings import Settings
from tests.authentication.letters import BANK_IP, FORGER_IP, FORWARDER_IP, letter, signed, zone
from tests.conftest import lacking
from tests.e2e.upstream import AUTHSERV_ID, HandedIn, hand_in, missing
from tests.nameserver import name_server

pytestmark = pytest.mark.postfix

FORGED_RESULT = f"Authentication-Results: {AUTHSERV_ID}; dmarc=pass header.from=bank.example".encode()
FORGED_RECEIVED = f"Received: from mx.bank.example (mx.bank.example [{BANK_IP}]) by {AUTHSERV_ID}".encode()
QUIET = b"Quiet <a@quiet.example>"

GENUINE = {
    "spf": HandedIn(letter(), "desk@bank.example", BANK_IP),
    "dkim": HandedIn(signed(letter()), "desk@bank.example", BANK_IP),
    "forwarded dkim": HandedIn(signed(letter()), "list@forwarder.example", FORWARDER_IP),
    "dkim without policy": HandedIn(signed(letter(QUIET), "quiet.example", "plain"), "a@x.example", FORWARDER_IP),
    "forwarded as null sender": HandedIn(signed(letter()), "", FORWARDER_IP),
}
FORGED = {
    "envelope": HandedIn(letter(), "desk@bank.example", FORGER_IP),
    "own envelope": HandedIn(letter(), "x@forger.example", FORGER_IP),
    "own signature": HandedIn(signed(letter(), "forger.example", "forger"), "x@forger.example", FORGER_IP),
    "changed": HandedIn(signed(letter()).replace(b"Your", b"My"), "x@forger.example", FORGER_IP),
    "result": HandedIn(FORGED_RESULT + b"\r\n" + letter(), "x@forger.example", FORGER_IP),
    "received": HandedIn(FORGED_RECEIVED + b"\r\n" + letter(), "desk@bank.example", FORGER_IP),
    "both": HandedIn(FORGED_RECEIVED + b"\r\n" + FORGED_RESULT + b"\r\n" + letter(), "", FORGER_IP, "bank.example"),
    "quiet": HandedIn(letter(QUIET), "x@forger.example", FORGER_IP),
}


@pytest.fixture(scope="module")
def delivered() -> dict[str, bytes]:
    """Every mail as the Postfix delivers it, by name."""
    if reason := missing():
        lacking(reason)
    mails = {**GENUINE, **FORGED}
    return dict(zip(mails, hand_in(list(mails.values()), zone()), strict=True))


async def trust(raw: bytes, mail_from: str, sender_auth: str) -> Trust:
    """What is thought of a delivered mail."""
    settings = Settings(sender_auth=sender_auth, mail_domain="inbox.example", upstreams="127.0.0.1")
    async with name_server(zone()) as server:
        authenticator = Authenticator(settings, resolver=Resolver([server.address], timeout=10, lifetime=20))
        peer = Peer(ip="127.0.0.1", helo=AUTHSERV_ID, upstream=True)
        evidence = await authenticator.authenticate(raw, mail_from, peer)
        await authenticator.close()
    return evidence.trust


@pytest.mark.parametrize("sender_auth", [f"header:{AUTHSERV_ID}", "dns"])
@pytest.mark.parametrize("name", GENUINE)
async def test_genuine_mail_is_verified(delivered: dict[str, bytes], name: str, sender_auth: str) -> None:
    found = await trust(delivered[name], GENUINE[name].mail_from, sender_auth)
    assert found.verdict == "verified", found


@pytest.mark.parametrize("sender_auth", [f"header:{AUTHSERV_ID}", "dns"])
@pytest.mark.parametrize("name", FORGED)
async def test_forged_mail_is_not(delivered: dict[str, bytes], name: str, sender_auth: str) -> None:
    found = await trust(delivered[name], FORGED[name].mail_from, sender_auth)
    assert found.verdict == ("unverified" if name == "quiet" else "failed"), found


def test_the_mails_were_really_checked(delivered: dict[str, bytes]) -> None:
    for raw in delivered.values():
        assert raw.startswith(b"Return-Path")
        assert f"Authentication-Results: {AUTHSERV_ID}; dmarc=".encode() in raw
