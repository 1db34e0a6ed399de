"""Says what kind of mail a mail is: of a person, an auto-reply, a bounce, a feedback report, or a list's."""

from dataclasses import dataclass

from gateway.domain.emails import Bounce, MailClass
from gateway.domain.parsing.tree import Part


@dataclass(frozen=True, slots=True)
class Verdict:
    """The class of a mail, with the report when it is a bounce."""

    mail_class: MailClass
    bounce: Bounce | None = None


def screen(root: Part, fields: tuple[tuple[str, str], ...], subject: str, text: str) -> Verdict:
    """Classify a parsed mail."""
    headers = root.headers
    if headers.raw("auto-submitted").lower().startswith(b"auto-replied"):
        return Verdict("auto-reply")
    if "list-id" in headers or "list-unsubscribe" in headers:
        return Verdict("list")
    return Verdict("human")
