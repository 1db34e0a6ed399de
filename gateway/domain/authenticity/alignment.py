"""Puts the results of the checks beside the author: which of them speak for the author's domain, and DMARC's result."""

from collections.abc import Sequence

from gateway.domain.authenticity import dmarc
from gateway.domain.authenticity.author import Mailbox
from gateway.domain.authenticity.dmarc import Found, Records
from gateway.domain.authenticity.findings import ArcFinding, DkimFinding, DmarcFinding, Findings, SpfFinding


def align(
    author: Mailbox,
    spf: SpfFinding,
    dkim: Sequence[DkimFinding],
    arc: ArcFinding,
    found: Found | None,
    records: Records,
) -> Findings:
    """The findings about a mail whose author's domain is governed by `found`, or by no record."""
    strict_dkim = bool(found and found.record.strict_dkim)
    strict_spf = bool(found and found.record.strict_spf)
    signers = tuple(f for f in dkim if dmarc.aligned(f.domain, author.domain, records, strict=strict_dkim))
    sender = dmarc.aligned(spf.domain, author.domain, records, strict=strict_spf)
    results = {finding.result for finding in signers} | ({spf.result} if sender else set())
    return Findings(author, spf, tuple(dkim), arc, _dmarc(author, found, results), sender, signers)


def _dmarc(author: Mailbox, found: Found | None, results: set[str]) -> DmarcFinding:
    if found is None:
        return DmarcFinding("none", "", author.domain, "dmarc-none")
    result = "pass" if "pass" in results else "temperror" if "temperror" in results else "fail"
    return DmarcFinding(result, found.policy, found.domain, f"dmarc-{result}")
