"""Auto-replies and list mail, by their headers (RFC 3834, RFC 2919, RFC 2369), subjects and first words."""

import re

from gateway.domain.screening import phrases
from gateway.domain.screening.evidence import Evidence

_VENDOR = re.compile(r"(?:x-)?(?:[\w-]{0,30}-)?auto-?(?:reply|respon|answer|response|generated)[\w-]{0,20}\Z")
_NOT_A_REPLY = frozenset({"x-auto-response-suppress"})
_NEGATIVE = frozenset({"no", "false", "0", "none", ""})
_REPLY_HEADERS: tuple[tuple[str, str], ...] = (
    ("precedence", "auto_reply"),
    ("precedence", "auto-reply"),
    ("x-post-messageclass", "9"),
    ("x-fc-machinegenerated", "true"),
    ("delivered-to", "autoresponder"),
    ("x-ms-exchange-generated-message-source", "mailbox assistants agent"),
    ("x-ms-exchange-generated-message-source", "antimalware agent"),
    ("x-mimeole", "autoresponder"),
)
"""Field and the beginning of the value, in lower case, that vendors put on automatic replies."""

_REPLY_FIELDS = frozenset(name for name, _ in _REPLY_HEADERS)
_ANSWER = re.compile(r"\s*(?:re|aw|sv|回复|回覆|答复|отв)\s*[:：]", re.IGNORECASE)
_MACHINE = re.compile(
    r"auto|自[动動]|系[统統]|автомат|[阅閱][读讀]|recall|撤回", re.IGNORECASE
)  # in each phrase, and much faster to find
_QUESTION = re.compile(r"[?？]|吗|please (?:ship|send|deliver|change|call)|请(?:发|寄|改|把|帮)")
_LONGEST_NOTICE = 1000
_LIST_FIELDS = frozenset(
    {
        "list-id",
        "list-post",
        "list-unsubscribe",
        "mailing-list",
        "x-mailing-list",
        "list-help",
        "feedback-id",
    }
)
_BULK = frozenset({"bulk", "list", "junk"})


def _keyword(evidence: Evidence) -> str:
    words = evidence.header("auto-submitted").lower().replace(";", " ").replace("(", " ").split()
    return words[0] if words else ""


def says_no(evidence: Evidence) -> bool:
    """`Auto-Submitted: no`."""
    return _keyword(evidence) == "no"


def is_auto_reply(evidence: Evidence) -> bool:
    """Whether a mail answers by itself: by header, by subject, or because its first words say so."""
    if _keyword(evidence) == "auto-replied" or _has_vendor_header(evidence):
        return True
    if evidence.has_null_path and not evidence.is_from_daemon:  # RFC 3834 §3.3: answers go out with an empty path
        return True
    if phrases.AUTO_SUBJECT.search(evidence.subject[:200]):
        return True
    return _says_automatic(evidence.fresh[:400]) or _is_away_notice(evidence)


def _says_automatic(text: str) -> bool:
    return _MACHINE.search(text) is not None and phrases.AUTO_TEXT.search(text) is not None


def _is_away_notice(evidence: Evidence) -> bool:
    """ "I am out of the office": an answer, short, without a question; a buyer who says so goes on to ask."""
    text = evidence.fresh
    answers = evidence.has("in-reply-to") or _ANSWER.match(evidence.subject) is not None
    if not answers or len(text) > _LONGEST_NOTICE or _QUESTION.search(text):
        return False
    return phrases.AWAY_TEXT.search(text[:400]) is not None


def _has_vendor_header(evidence: Evidence) -> bool:
    for name in evidence.root.headers.names:
        if "auto" not in name and name not in _REPLY_FIELDS:
            continue
        if name.startswith(("auto-submitted", "x-auto-submitted")) or name in _NOT_A_REPLY:
            continue
        value = evidence.root.headers.raw(name).decode("latin-1").strip().lower()
        if _VENDOR.match(name) and value not in _NEGATIVE:
            return True
        if any(name == wanted and value.startswith(start) for wanted, start in _REPLY_HEADERS):
            return True
    return False


def is_list(evidence: Evidence) -> bool:
    """Whether a list or a bulk mailer sent it."""
    if not _LIST_FIELDS.isdisjoint(evidence.root.headers.names):
        return True
    return evidence.header("precedence").lower() in _BULK


def is_generated(evidence: Evidence) -> bool:
    """Whether a machine made it without being asked: auto-generated and the like, but not auto-forwarded."""
    return _keyword(evidence) not in ("", "no", "auto-forwarded")
