"""Findings from the Authentication-Results of the mail server in front of us, instead of checks of our own.

Believed are fields under the configured authserv-id only, among those that our own servers put on top (RFC 8601
section 5), and only for the author whom we parsed. Of two results for one method the upper one counts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from gateway.domain.authenticity.alignment import align
from gateway.domain.authenticity.author import Mailbox, fold_domain
from gateway.domain.authenticity.fields import Field
from gateway.domain.authenticity.findings import ArcFinding, DkimFinding, DmarcFinding, Findings, SpfFinding
from gateway.domain.authenticity.results import MethodResult, read_results


def upstream_findings(author: Mailbox, fields: Sequence[Field], authserv_id: str) -> Findings:
    """What the upstream found; `fields` are those above the last Received that is surely its own, top first."""
    results = list(_results_of(fields, authserv_id))
    if not results:
        return Findings(author, missing="results-missing")
    dmarc = next((result for result in results if result.method == "dmarc"), None)
    if dmarc is not None and dmarc.result == "temperror":
        return Findings(author, missing="results-missing")
    if dmarc is not None and dmarc.result in ("pass", "fail") and _named(dmarc, "header.from") != author.domain:
        return Findings(author, missing="results-of-another")
    spf = next((_spf(result) for result in results if result.method == "spf"), SpfFinding(why="upstream"))
    dkim = [_dkim(result) for result in results if result.method == "dkim" and result.result != "none"]
    return _with_dmarc(align(author, spf, dkim, ArcFinding(why="not-checked"), None, {}), dmarc)


def _results_of(fields: Sequence[Field], authserv_id: str) -> Iterator[MethodResult]:
    for field in fields:
        if field.key == b"authentication-results" and field.clean:
            read = read_results(field.value)
            if read and read.authserv_id == authserv_id.lower():
                yield from read.results


def _spf(result: MethodResult) -> SpfFinding:
    domain = _named(result, "smtp.mailfrom") or _named(result, "smtp.helo")
    return SpfFinding(result.result, domain, "upstream")


def _dkim(result: MethodResult) -> DkimFinding:
    domain = _named(result, "header.d") or _named(result, "header.i")
    return DkimFinding(result.result, domain, result.properties.get("header.s", ""), "upstream")


def _named(result: MethodResult, name: str) -> str:
    """The folded domain in a property that holds a domain or an address."""
    return fold_domain(result.properties.get(name, "").rpartition("@")[2]) or ""


def _with_dmarc(findings: Findings, dmarc: MethodResult | None) -> Findings:
    if dmarc is None or dmarc.result not in ("pass", "fail"):
        return findings
    return replace(findings, dmarc=DmarcFinding(dmarc.result, dmarc.policy, findings.domain, "upstream"))
