"""The verdict on who wrote a mail: a table read from the top, the first row that answers decides. Pure."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from gateway.domain.authenticity.findings import Findings
from gateway.domain.authenticity.imitation import imitation

Verdict = Literal["verified", "unverified", "failed"]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the verdict needs to know of us: our own mail domain, and the forwarders whose ARC seals we believe."""

    own_domain: str
    trusted_sealers: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """`why` is a code of `reasons` with `details`; `temporary` when asking DNS again later may change it."""

    verdict: Verdict
    why: str
    details: Mapping[str, str] = field(default_factory=dict)
    temporary: bool = False


Rule = Callable[[Findings, Circumstances], Judgement | None]


def judge(findings: Findings, circumstances: Circumstances) -> Judgement:
    """The verdict on one mail."""
    for rule in RULES:
        if (judgement := rule(findings, circumstances)) is not None:
            return judgement
    return Judgement("unverified", _nearest_miss(findings), {"domain": findings.domain})


def _auth_is_off(findings: Findings, circumstances: Circumstances) -> Judgement | None:
    return Judgement("unverified", "auth-off") if findings.missing == "auth-off" else None


def _no_certain_author(findings: Findings, circumstances: Circumstances) -> Judgement | None:
    return Judgement("failed", "malformed-from") if findings.author is None else None


def _our_own_domain(findings: Findings, circumstances: Circumstances) -> Judgement | None:
    if not f".{findings.domain}".endswith(f".{circumstances.own_domain}"):
        return None
    return Judgement("failed", "own-domain", {"domain": findings.domain})


def _imitates_somebody(findings: Findings, circumstances: Circumstances) -> Judgement | None:
    if findings.author is None or not (why := imitation(findings.author)):
        return None
    if findings.dmarc.result == "fail":
        return None
    return Judgement("unverified", why, {"domain": findings.domain})


def _vouched_for_by_forwarders(findings: Findings, circumstances: Circumstances) -> Judgement | None:
    arc = findings.arc
    if arc.result != "pass" or findings.domain not in arc.vouched_for:
        return None
    if not all(sealer in circumstances.trusted_sealers for sealer in arc.sealers):
        return None
    return Judgement("verified", "arc-pass", {"domain": findings.domain, "by": arc.sealers[-1]})


def _dmarc_passes(findings: Findings, circumstances: Circumstances) -> Judgement | None:
    if findings.dmarc.result != "pass":
        return None
    return Judgement("verified", "dmarc-pass", {"domain": findings.domain})


def _dns_did_not_answer(findings: Findings, circumstances: Circumstances) -> Judgement | None:
    if findings.dmarc.result != "temperror":
        return None
    return Judgement("unverified", "dns-temporary", {"domain": findings.domain}, temporary=True)


def _dmarc_fails(findings: Findings, circumstances: Circumstances) -> Judgement | None:
    if findings.dmarc.result != "fail":
        return None
    details = {"domain": findings.domain, "policy": findings.dmarc.policy}
    if findings.dmarc.policy in ("reject", "quarantine"):
        return Judgement("failed", "dmarc-fail", details)
    return Judgement("unverified", "dmarc-fail-tolerated", details)


def _nothing_was_checked(findings: Findings, circumstances: Circumstances) -> Judgement | None:
    return Judgement("unverified", findings.missing, {"domain": findings.domain}) if findings.missing else None


def _signed_by_author_domain(findings: Findings, circumstances: Circumstances) -> Judgement | None:
    passed = [finding for finding in findings.aligned_dkim if finding.result == "pass"]
    if not passed:
        return None
    return Judgement("verified", "dkim-pass", {"domain": findings.domain, "by": passed[0].domain})


def _sent_by_author_domain(findings: Findings, circumstances: Circumstances) -> Judgement | None:
    if not findings.aligned_spf or findings.spf.result != "pass":
        return None
    return Judgement("verified", "spf-pass", {"domain": findings.domain, "by": findings.spf.domain})


def _proof_is_delayed(findings: Findings, circumstances: Circumstances) -> Judgement | None:
    awaited = [finding.result for finding in findings.aligned_dkim]
    if findings.aligned_spf:
        awaited.append(findings.spf.result)
    if "temperror" not in awaited:
        return None
    return Judgement("unverified", "dns-temporary", {"domain": findings.domain}, temporary=True)


RULES: tuple[Rule, ...] = (
    _auth_is_off,  # a trusted test network: nothing is claimed, nothing is refused
    _no_certain_author,  # RFC 9989 section 5.3.1: two readers would see two people
    _our_own_domain,  # what we send never comes in by mail
    _imitates_somebody,  # true for its own domain, but shown as another one
    _vouched_for_by_forwarders,  # RFC 8617: a mailing list that we know broke the signature
    _dmarc_passes,  # RFC 9989
    _dns_did_not_answer,  # neither proof nor disproof yet
    _dmarc_fails,  # the author's domain says what to think of that
    _nothing_was_checked,  # nobody whom we believe looked at it
    _signed_by_author_domain,  # the domain has no DMARC record; its signature still proves it
    _sent_by_author_domain,  # the same with SPF
    _proof_is_delayed,  # its key or its SPF record may be there next time
)


def _nearest_miss(findings: Findings) -> str:
    """Of all that doesn't prove the author, what a person who wants to mend it should look at first."""
    results = [finding.result for finding in findings.dkim]
    if findings.aligned_dkim:
        return "signature-not-valid"
    if "pass" in results or findings.spf.result == "pass":
        return "not-aligned"
    if findings.aligned_spf and findings.spf.result not in ("none", "neutral"):
        return "spf-not-passed"
    return "no-proof"
