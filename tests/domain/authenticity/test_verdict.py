"""The table of verdicts, row by row and against each other; and the words for every reason."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.domain.authenticity import reasons
from gateway.domain.authenticity.author import Mailbox
from gateway.domain.authenticity.findings import ArcFinding, DkimFinding, DmarcFinding, Findings, SpfFinding
from gateway.domain.authenticity.verdict import Circumstances, judge

HERE = Circumstances("inbox.example", frozenset({"list.example"}))
BARE = Findings(Mailbox("", "a@bank.example"))
SIGNED = DkimFinding("pass", "bank.example", "s1", "dkim-pass")
PASS = DmarcFinding("pass", "reject", "bank.example", "dmarc-pass")
FAIL = replace(PASS, result="fail")
VOUCHED = ArcFinding("pass", "arc-pass", ("list.example",), frozenset({"bank.example"}))


@pytest.mark.parametrize(
    ("findings", "verdict", "why"),
    [
        (BARE, "unverified", "no-proof"),
        (replace(BARE, dmarc=PASS), "verified", "dmarc-pass"),
        (replace(BARE, dmarc=FAIL), "failed", "dmarc-fail"),
        (replace(BARE, dmarc=replace(FAIL, policy="quarantine")), "failed", "dmarc-fail"),
        (replace(BARE, dmarc=replace(FAIL, policy="none")), "unverified", "dmarc-fail-tolerated"),
        (replace(BARE, dmarc=replace(FAIL, policy="")), "unverified", "dmarc-fail-tolerated"),
        (replace(BARE, dmarc=replace(PASS, result="temperror")), "unverified", "dns-temporary"),
        (replace(BARE, dkim=(SIGNED,), aligned_dkim=(SIGNED,)), "verified", "dkim-pass"),
        (replace(BARE, dkim=(SIGNED,)), "unverified", "not-aligned"),
        (replace(BARE, dmarc=FAIL, aligned_dkim=(SIGNED,)), "failed", "dmarc-fail"),
        (replace(BARE, aligned_dkim=(replace(SIGNED, result="fail"),)), "unverified", "signature-not-valid"),
        (replace(BARE, aligned_dkim=(replace(SIGNED, result="temperror"),)), "unverified", "dns-temporary"),
        (replace(BARE, spf=SpfFinding("pass", "bank.example"), aligned_spf=True), "verified", "spf-pass"),
        (replace(BARE, spf=SpfFinding("pass", "x.example")), "unverified", "not-aligned"),
        (replace(BARE, spf=SpfFinding("softfail", "bank.example"), aligned_spf=True), "unverified", "spf-not-passed"),
        (replace(BARE, spf=SpfFinding("neutral", "bank.example"), aligned_spf=True), "unverified", "no-proof"),
        (replace(BARE, arc=VOUCHED, dmarc=FAIL), "verified", "arc-pass"),
        (
            replace(BARE, arc=replace(VOUCHED, sealers=("list.example", "x.example")), dmarc=FAIL),
            "failed",
            "dmarc-fail",
        ),
        (replace(BARE, author=None, dmarc=PASS), "failed", "malformed-from"),
        (replace(BARE, author=Mailbox("", "a@inbox.example"), dmarc=PASS), "failed", "own-domain"),
        (replace(BARE, author=Mailbox("", "a@x.inbox.example"), dmarc=PASS), "failed", "own-domain"),
        (replace(BARE, author=Mailbox("", "a@notinbox.example"), dmarc=PASS), "verified", "dmarc-pass"),
        (
            replace(BARE, author=Mailbox("x@y.example", "a@bank.example"), dmarc=PASS),
            "unverified",
            "name-is-another-address",
        ),
        (replace(BARE, author=Mailbox("x@news.bank.example", "a@bank.example"), dmarc=PASS), "verified", "dmarc-pass"),
        (replace(BARE, author=Mailbox("x@y.example", "a@bank.example"), dmarc=FAIL), "failed", "dmarc-fail"),
        (replace(BARE, author=Mailbox("meet @ noon", "a@bank.example"), dmarc=PASS), "verified", "dmarc-pass"),
        (replace(BARE, missing="auth-off", author=None), "unverified", "auth-off"),
        (replace(BARE, missing="results-missing"), "unverified", "results-missing"),
    ],
)
def test_verdicts(findings: Findings, verdict: str, why: str) -> None:
    judged = judge(findings, HERE)
    assert (judged.verdict, judged.why) == (verdict, why)
    assert judged.temporary is (why == "dns-temporary")


def test_every_reason_has_words_in_both_languages() -> None:
    for code, (english, chinese) in {**reasons.VERDICTS, **reasons.CHECKS}.items():
        assert english.isascii(), code
        assert re.search(r"[\u4e00-\u9fff]", chinese), code
        assert re.findall(r"\{\w+\}", english) == re.findall(r"\{\w+\}", chinese) or set(
            re.findall(r"\{\w+\}", english)
        ) == set(re.findall(r"\{\w+\}", chinese)), code


def test_every_reason_that_the_code_gives_is_in_the_table() -> None:
    package = Path(reasons.__file__).parent
    sources = [*package.glob("*.py"), *(package.parents[1] / "authentication").glob("*.py")]
    given = {
        code
        for source in sources
        if source.name != "reasons.py"
        for code in re.findall(
            r'(?:Flaw\("\w+", |Judgement\("\w+", |missing=|why=|return |, )"([a-z0-9]+(?:-[a-z0-9]+)+)"',
            source.read_text(),
        )
    }
    assert len(given) > 30
    assert given - {"ed25519-sha256"} <= {*reasons.VERDICTS, *reasons.CHECKS}


def test_every_trust_that_is_written_without_checks_has_words() -> None:
    flows = Path(reasons.__file__).parents[2]
    written = {
        code
        for source in flows.rglob("*.py")
        for code in re.findall(r'"verdict": "\w+", "why": "([a-z-]+)"', source.read_text(encoding="utf-8"))
    }
    assert written == {"api", "internal"}
    assert written <= {*reasons.VERDICTS}


def test_every_verdict_is_explained_to_the_operator() -> None:
    manual = (Path(__file__).parents[3] / "docs" / "sender-authentication.md").read_text(encoding="utf-8")
    assert [code for code in reasons.VERDICTS if f"`{code}`" not in manual] == []


def test_sentences_name_the_details() -> None:
    details = {"domain": "bank.example", "policy": "reject"}
    assert "bank.example" in reasons.sentence("dmarc-fail", "en", details)
    assert "bank.example" in reasons.sentence("dmarc-fail", "zh-CN", details)
    assert reasons.sentence("dmarc-fail", "zh_CN", details) != reasons.sentence("dmarc-fail", "en", details)
    assert reasons.sentence("unheard-of", "en", {}) == "unheard-of"
    assert reasons.check_sentence("body-changed", "zh") == "正文在签名后被修改"
