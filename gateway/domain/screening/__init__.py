"""Says what kind of mail a mail is: of a person, an auto-reply, a bounce, a feedback report, or a list's."""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.domain.emails import Bounce, MailClass
from gateway.domain.parsing.tree import Part
from gateway.domain.screening import automatic, prose, reports
from gateway.domain.screening.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Verdict:
    """The class of a mail, and what it reports when it is a delivery report."""

    mail_class: MailClass
    bounce: Bounce | None = None


def screen(root: Part, subject: str, text: str, fresh: str) -> Verdict:
    """Classify a parsed mail: the first rule that knows it decides. `fresh` is what of `text` is no quote."""
    evidence = Evidence(root, subject, text, fresh)
    return next(verdict for rule in RULES if (verdict := rule(evidence)))


def _feedback(evidence: Evidence) -> Verdict | None:
    return Verdict("feedback-report") if reports.is_feedback(evidence) else None


def _challenge(evidence: Evidence) -> Verdict | None:
    """Asks the sender to prove to be a person; what a report around it says of the delivery is kept (Boxbe)."""
    return Verdict("auto-reply", reports.read(evidence)) if prose.is_challenge(evidence) else None


def _report(evidence: Evidence) -> Verdict | None:
    """RFC 3464. A delay is a bounce that has not failed; a success is only told."""
    bounce = reports.read(evidence)
    return _verdict(bounce) if bounce else None


def _declared_human(evidence: Evidence) -> Verdict | None:
    """RFC 3834 §5: `Auto-Submitted: no` says that a person wrote it."""
    return Verdict("human") if automatic.says_no(evidence) and not automatic.is_list(evidence) else None


def _prose(evidence: Evidence) -> Verdict | None:
    """Bounces in words: qmail, Exim, Exchange, Notes, QQ, 163 and every provider of its own."""
    bounce = prose.read(evidence)
    return _verdict(bounce) if bounce else None


def _receipt(evidence: Evidence) -> Verdict | None:
    """RFC 8098: "your mail was displayed"."""
    return Verdict("auto-reply") if reports.is_receipt(evidence) else None


def _replied(evidence: Evidence) -> Verdict | None:
    return Verdict("auto-reply") if automatic.is_auto_reply(evidence) else None


def _list(evidence: Evidence) -> Verdict | None:
    return Verdict("list") if automatic.is_list(evidence) else None


def _generated(evidence: Evidence) -> Verdict | None:
    """RFC 3834 §5.1 auto-generated: a machine wrote it, though not as an answer."""
    return Verdict("auto-reply") if automatic.is_generated(evidence) else None


def _human(_: Evidence) -> Verdict:
    return Verdict("human")


RULES: tuple[Callable[[Evidence], Verdict | None], ...] = (
    _feedback,
    _challenge,
    _report,
    _declared_human,
    _prose,
    _receipt,
    _replied,
    _list,
    _generated,
    _human,
)
"""In this order; the last one knows every mail."""


def _verdict(bounce: Bounce) -> Verdict:
    return Verdict("bounce" if bounce.action in ("failed", "delayed") else "auto-reply", bounce)
