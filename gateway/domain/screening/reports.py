"""Machine-readable reports: delivery status (RFC 3464, RFC 6533), abuse feedback (RFC 5965), receipts (RFC 8098)."""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Literal

from gateway.domain.emails import Bounce, BouncedRecipient
from gateway.domain.parsing import headers
from gateway.domain.parsing.repairs import Repairs
from gateway.domain.parsing.tree import Part
from gateway.domain.parsing.words import Reader
from gateway.domain.screening.evidence import Evidence, content_text

STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")
ACTIONS = ("failed", "delayed", "delivered", "relayed", "expanded")
MAX_RECIPIENTS = 100

_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]\d)")
_FIELD = re.compile(r"^([A-Za-z][A-Za-z-]{2,40})[ \t]*:[ \t]*(.*(?:\n[ \t]+\S.*)*)", re.MULTILINE)
_MESSAGE_ID = re.compile(r"^Message-ID:\s*<([^<>\s]{1,500})>", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(r"<?\"?([^\s<>;,\"]+@[^\s<>;,\"()]+|[^\s<>;,\"()]+)")
_PROPER = re.compile(r"[^@\s/]+@[\w.-]+\.[\w-]+")
_ORIGINALS = (
    "message/rfc822",
    "message/global",
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/global-headers",
)


def is_feedback(evidence: Evidence) -> bool:
    """Whether a mail is an abuse report (ARF)."""
    report_type = evidence.root.options.get("report-type", "").lower()
    return report_type == "feedback-report" or evidence.part("message/feedback-report") is not None


def is_receipt(evidence: Evidence) -> bool:
    """Whether a mail says that another was displayed or deleted (MDN)."""
    report_type = evidence.root.options.get("report-type", "").lower()
    return report_type == "disposition-notification" or evidence.part("message/disposition-notification") is not None


def read(evidence: Evidence) -> Bounce | None:
    """The delivery report in a mail; None when there is none that names a recipient."""
    for part in evidence.parts:
        if part.content_type in STATUS_TYPES and (bounce := of_text(content_text(part), evidence)):
            return bounce
    if evidence.is_from_daemon and (nested := evidence.part("message/rfc822")):
        bounce = of_text(content_text(nested), evidence)  # a gateway that wraps the whole report once more
        if bounce is not None:
            return bounce
    if evidence.is_from_daemon and "final-recipient:" in evidence.region.lower():
        return of_text(evidence.region, evidence)
    return None


def of_text(text: str, evidence: Evidence) -> Bounce | None:
    """Read the fields of a delivery status, whichever blank lines its writer forgot."""
    blocks = _recipient_blocks(text)
    if not blocks:
        return None
    chosen = _worst(blocks)
    action = _action(chosen)
    recipients = tuple(dict.fromkeys(each for block in blocks if _action(block) == action for each in _people(block)))
    return Bounce(
        action=action,
        status=(status := status_of(chosen)),
        kind=kind_of(action, status),
        recipients=recipients,
        original_message_id=original_message_id(evidence),
    )


def _recipient_blocks(text: str) -> list[dict[str, str]]:
    """One block a recipient: a new one begins where a field that was there comes again."""
    blocks: list[dict[str, str]] = []
    current: dict[str, str] = {}
    for match in _FIELD.finditer(text):
        name, value = match[1].lower(), " ".join(match[2].split())
        if name in current and name in ("final-recipient", "original-recipient", "action"):
            blocks.append(current)
            current = {}
        current.setdefault(name, value)
    blocks.append(current)
    return [each for each in blocks if {"final-recipient", "original-recipient"} & each.keys()][:MAX_RECIPIENTS]


def _worst(blocks: list[dict[str, str]]) -> dict[str, str]:
    return min(blocks, key=lambda block: ACTIONS.index(_action(block)))


def _action(block: dict[str, str]) -> str:
    """RFC 3464 §2.3.3; without it, the class of the status says what happened."""
    word = block.get("action", "").lower().split(" ")[0].strip("();,")
    if word in ACTIONS:
        return word
    if word in ("failure", "error", "fail"):
        return "failed"
    return {"2": "delivered", "4": "delayed"}.get(status_of(block)[:1], "failed")


def status_of(block: dict[str, str]) -> str:
    """The RFC 3463 code of a block: its Status field, or its diagnostic's where the field says nothing (x.0.0)."""
    said, diagnosed = (find_status(block.get(name, "")) for name in ("status", "diagnostic-code"))
    vague = not said or (said.endswith(".0.0") and diagnosed[:1] == said[:1])
    return diagnosed or said if vague else said


def find_status(text: str) -> str:
    """The first RFC 3463 code in a text; empty when there is none."""
    match = _STATUS.search(text)
    return match[0] if match else ""


def _people(block: dict[str, str]) -> Iterator[BouncedRecipient]:
    """The final recipient, and the original one where the mail was sent on: only that one is known to its sender."""
    diagnostic = block.get("diagnostic-code", "")
    _, semicolon, rest = diagnostic.partition(";")
    said = (rest if semicolon else diagnostic).strip()[:500]
    for address in _addresses(block):
        yield BouncedRecipient(address=address, status=status_of(block), diagnostic=said)


def _addresses(block: dict[str, str]) -> Iterator[str]:
    """Both recipients' addresses; gateways put an X.400 or a local name in either place, which then says nothing."""
    final, original = (_address(block.get(name, "")) for name in ("final-recipient", "original-recipient"))
    known = _PROPER.fullmatch(original) is not None
    if _PROPER.fullmatch(final) or not known:
        yield final
    if known and original.lower() != final.lower():
        yield original


def _address(value: str) -> str:
    """RFC 3464 §2.3.2: `rfc822; user@example.com`; some leave the type out, some add brackets."""
    match = _ADDRESS.search(value.rpartition(";")[2].strip() if ";" in value else value)
    return match[1].strip("<>\"'") if match else ""


def kind_of(action: str, status: str) -> Literal["hard", "soft"]:
    """Soft when trying again may help: RFC 3463 class 4, a delay, and a full mailbox (x.2.2)."""
    return "soft" if action == "delayed" or status.startswith("4") or status.endswith(".2.2") else "hard"


def original_message_id(evidence: Evidence) -> str | None:
    """The Message-ID of the mail that is reported about: from the copy of it, else from the text."""
    for part in evidence.parts[1:]:
        if part.content_type in _ORIGINALS and (found := _message_id_of(part)):
            return found
    own = evidence.root.headers.raw("message-id").decode("ascii", "replace").strip("<> ")
    found_in_text = (each for each in _MESSAGE_ID.findall(evidence.text) if each != own)
    referred = (each.strip("<>") for each in evidence.header("in-reply-to").split() if "@" in each)
    return next(chain(found_in_text, referred), None)


def _message_id_of(part: Part) -> str | None:
    content = part.content(Repairs())
    inner, _ = headers.split(content, 0, len(content), Reader(Repairs()), Repairs())
    return inner.raw("message-id").decode("ascii", "replace").strip("<> ") or None
