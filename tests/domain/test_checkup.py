"""What the doctor says of DNS: right records pass, each wrong one is named with what to paste."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from gateway.domain.checkup import Wanted, is_public, judge_clock, judge_record, public_record, wanted_records

KEY = generate_private_key(65537, 2048)
RECORDS = {w.check: w for w in wanted_records("mail.shop.cn", "inbox.shop.cn", "relay.host.cn", [("s1", KEY)])}


def test_what_is_there_as_it_should_be_is_fine() -> None:
    for wanted in RECORDS.values():
        assert judge_record(wanted, "found", ["v=other", wanted.value] if wanted.kind == "TXT" else ["5 mx.cn"]).ok


def test_what_is_missing_is_named_with_what_to_paste() -> None:
    for wanted in RECORDS.values():
        for status in ("missing", "empty", "failed"):
            finding = judge_record(wanted, status, [])
            assert not finding.ok
            assert finding.paste == wanted.line
    assert RECORDS["mx"].line == "mail.shop.cn. IN MX 10 inbox.shop.cn."
    assert RECORDS["spf"].line == 'mail.shop.cn. IN TXT "v=spf1 mx a:relay.host.cn -all"'
    assert RECORDS["dkim"].line.startswith('s1._domainkey.mail.shop.cn. IN TXT "v=DKIM1; k=rsa; p=MII')
    assert all(len(piece) <= 255 for piece in RECORDS["dkim"].line.split('"'))


def test_two_policies_are_none() -> None:
    assert not judge_record(RECORDS["spf"], "found", ["v=spf1 -all", "v=spf1 mx -all"]).ok


def test_another_key_than_ours_is_found_and_a_folded_one_is_ours() -> None:
    other = public_record(Ed25519PrivateKey.generate())
    assert not judge_record(RECORDS["dkim"], "found", [other]).ok
    folded = RECORDS["dkim"].value.replace("p=MII", "t=s; p= MI I")
    assert judge_record(RECORDS["dkim"], "found", [folded]).ok


def test_a_key_of_each_kind_becomes_a_record() -> None:
    assert public_record(Ed25519PrivateKey.generate()).startswith("v=DKIM1; k=ed25519; p=")
    assert len(Wanted("dkim", "a", "TXT", "x" * 600).line.split('" "')) == 3


def test_what_no_public_server_knows_is_not_asked_for() -> None:
    assert [is_public(name) for name in ("inbox.localhost", "a.test", "shop.example", "shop.cn")] == [False] * 3 + [
        True
    ]


def test_a_clock_that_is_off_is_named() -> None:
    assert judge_clock(-4.9).ok
    assert not judge_clock(5.1).ok
