"""No mail and no DNS answer makes the authenticator raise, hang or take more than its share."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.authentication import Authenticator
from gateway.authentication.resolver import Resolver
from gateway.authentication.signed import check_signed, read_signed
from gateway.domain.authenticity.fields import fields
from gateway.domain.authenticity.signatures import Flaw, flaw_of
from gateway.domain.composing.signing import sign
from gateway.domain.values import Peer
from gateway.settings import Settings
from tests.authentication.conftest import Make
from tests.authentication.letters import FORGER_IP, letter, rsa_key, signed
from tests.conftest import StillClock
from tests.nameserver import NameServer


def by_the_bank(raw: bytes) -> bytes:
    """Signed by our own code: dkimpy takes minutes for such bodies."""
    return sign(raw, "bank.example", "s1", rsa_key("bank"))


PEER = Peer(ip=FORGER_IP, helo="x")
PIECES = (
    b"From: a@bank.example|DKIM-Signature: |v=1; a=rsa-sha256;| d=bank.example; s=s1;|h=from;|bh=|b=A;|ARC-Seal: i=1;"
    b"|ARC-Message-Signature: i=1;|ARC-Authentication-Results: i=1; x;|cv=none;|Received: from x (|i=99;|l=1;"
    b'|\r\n|\r\n |\r\n\r\n|\r|\n|\0|\xff|=|;|:|"|(|<|@'
).split(b"|")


@given(st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join), st.text(max_size=20))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
def test_any_bytes_get_a_verdict(raw: bytes, mail_from: str) -> None:
    async def judge() -> str:
        authenticator = Authenticator(Settings(sender_auth="header:mx.example", upstreams="203.0.113.0/24"))
        evidence = await authenticator.authenticate(raw, mail_from, Peer(ip=FORGER_IP, upstream=True))
        await authenticator.close()
        return evidence.trust.verdict

    assert asyncio.run(judge()) in ("unverified", "failed")


@given(st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join))
def test_any_bytes_have_readable_signatures_or_flaws(raw: bytes) -> None:
    signed_mail = read_signed(raw, fields(raw), "bank.example")
    for found in signed_mail.signatures:
        flaw = found if isinstance(found, Flaw) else flaw_of(found, 0)
        assert flaw is None or flaw.result in ("permerror", "policy", "fail")


@pytest.mark.parametrize(
    "raw",
    [
        by_the_bank(letter(body=b" " * 1_000_000 + b"x\r\n")),
        by_the_bank(letter(body=b"\r\n" * 500_000)),
        by_the_bank(letter(body=b"\t \r\n" * 300_000)),
        b"DKIM-Signature: v=1; b=" + b"\r\n " * 400 + b"!; d=bank.example\r\n" + letter(),
        b"DKIM-Signature: " + b";" * 60_000 + b"\r\n" + letter(),
        b"DKIM-Signature: v=1; a=rsa-sha256; d=bank.example; s=s1; bh=AA; b=AA; h="
        + b"from:" * 9_000
        + b"\r\n"
        + letter(),
        b"From: " + b"(" * 60_000 + b"\r\n\r\n",
        b"From: " + b'"' * 4_001 + b" <a@bank.example>\r\n\r\n",
        b"From: " + b"a@" * 1_900 + b" <a@bank.example>\r\n\r\n",
        b"".join(b"ARC-Seal: i=%d; cv=pass\r\n" % n for n in range(200)) + letter(),
        b"Received: from " + b"x" * 60_000 + b"\r\n" + letter(),
    ],
    ids=range(11),
)
async def test_what_is_made_to_be_slow_is_not(authenticator: Authenticator, raw: bytes) -> None:
    async with asyncio.timeout(10):  # the naive way needs minutes for each of them
        assert (await authenticator.authenticate(raw, "x@forger.example", PEER)).trust.verdict in ("failed", "verified")


async def test_other_work_goes_on_while_signatures_are_checked(names: NameServer, clock: StillClock) -> None:
    """The hashes are left to the threads that were given for them: here one that waits until it may begin."""
    raw = signed(letter())
    mail = read_signed(raw, fields(raw), "bank.example")
    resolver, may_begin = Resolver([names.address]), Event()
    with ThreadPoolExecutor(1) as threads:
        threads.submit(may_begin.wait)
        checking = asyncio.create_task(check_signed(resolver, threads, mail, clock.now().timestamp()))
        try:
            done, _ = await asyncio.wait({checking}, timeout=0.2)
            assert not done
        finally:
            may_begin.set()
        (found,), _ = await checking
    await resolver.close()
    assert found.result == "pass"


@pytest.mark.parametrize("mode", ["dns", "header:mx.example", "off"])
async def test_mails_at_once_do_not_disturb_each_other(make: Make, names: NameServer, mode: str) -> None:
    authenticator = make(mode)
    good, bad = signed(letter()), signed(letter()).replace(b"Your", b"My")
    found = await asyncio.gather(*(authenticator.authenticate(raw, "", PEER) for raw in [good, bad] * 15))
    verdicts = [evidence.trust.verdict for evidence in found]
    assert verdicts == (["verified", "failed"] if mode == "dns" else ["unverified"] * 2) * 15
