"""The outcome of authenticating one mail: the findings, the verdict, and the two shapes in which others want them."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.domain.authenticity.findings import DkimFinding, Findings
from gateway.domain.authenticity.reasons import check_sentence, sentence
from gateway.domain.authenticity.verdict import Judgement
from gateway.domain.values import Trust


@dataclass(frozen=True, slots=True)
class Evidence:
    """`temporary`: DNS did not answer, so asking again later may tell more."""

    findings: Findings
    judgement: Judgement

    @property
    def temporary(self) -> bool:
        return self.judgement.temporary

    @property
    def trust(self) -> Trust:
        """The `trust` of a message. Of several signatures it tells the best one of the author's own domain."""
        found, judged = self.findings, self.judgement
        return Trust(
            verdict=judged.verdict,
            why=judged.why,
            spf=found.spf.result,
            dkim=_best(found.aligned_dkim or found.dkim),
            dmarc=found.dmarc.result,
            arc=found.arc.result,
            policy=found.dmarc.policy,
            details=judged.details,
        )

    def to_json(self, locale: str = "en") -> dict[str, object]:
        """What `znx authenticate` prints; every `why` is a sentence in the reader's language."""
        found, judged = self.findings, self.judgement
        return {
            "spf": {
                "result": found.spf.result,
                "domain": found.spf.domain,
                "why": check_sentence(found.spf.why, locale),
            },
            "dkim": [
                {
                    "domain": one.domain,
                    "selector": one.selector,
                    "result": one.result,
                    "why": check_sentence(one.why, locale),
                }
                for one in found.dkim
            ],
            "arc": {"result": found.arc.result, "why": check_sentence(found.arc.why, locale)},
            "dmarc": {
                "result": found.dmarc.result,
                "policy": found.dmarc.policy,
                "domain": found.dmarc.domain,
                "why": check_sentence(found.dmarc.why, locale),
            },
            "verdict": judged.verdict,
            "why": sentence(judged.why, locale, judged.details),
        }


_ORDER = ("pass", "temperror", "policy", "fail", "permerror")


def _best(dkim: Sequence[DkimFinding]) -> str:
    results = {finding.result for finding in dkim}
    return next((result for result in _ORDER if result in results), min(results, default="none"))
