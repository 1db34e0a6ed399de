"""When a deferred mail is tried again, when the seller hears of it, and what a refusal means; stores nothing."""

import re
from datetime import datetime, timedelta

from gateway.domain.couriers import RefusalKind

WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240))
"""The pause after each attempt; the last one repeats (RFC 5321 section 4.5.4.1 asks for 4-5 days or a better way)."""
GIVEN_UP_AFTER = timedelta(hours=72)
SELLER_TOLD_AFTER = timedelta(hours=4)
SPREAD = 0.2


def next_attempt(attempts: int, first_at: datetime, now: datetime, jitter: float) -> datetime | None:
    """When to try again after `attempts` (≥ 1) failed ones, or None when it is given up.

    `first_at` is when the mail was first tried; `jitter` in [0, 1) spreads the pause over ±20 %, so that the
    mails that one outage held up don't all come back in the same second. The last try is at the end of the 72 hours.
    """
    deadline = first_at + GIVEN_UP_AFTER
    if now >= deadline:
        return None
    wait = WAITS[min(max(attempts, 1), len(WAITS)) - 1]
    return min(now + wait * (1 - SPREAD + 2 * SPREAD * jitter), deadline)


def seller_should_know(first_at: datetime, now: datetime) -> bool:
    """True once a mail has been on its way for so long that the seller is told; telling once is the caller's part."""
    return now - first_at >= SELLER_TOLD_AFTER


_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")

_RULES: tuple[tuple[RefusalKind, str, str, str], ...] = (
    # kind, code, enhanced status (RFC 3463, 7372), words; an empty pattern fits all. The first row that fits holds.
    ("full", "", r"5\.2\.2", ""),
    ("content", "", r"5\.2\.3|5\.3\.4|5\.6\.\d+", ""),
    ("address", "", r"5\.1\.(?:[1-6]|10)|5\.2\.[016]", ""),
    ("address", "", r"5\.4\.4|5\.1\.2", ""),
    # Exchange Online answers 5.4.1 "Recipient address rejected: Access denied" for a mailbox that does not exist.
    ("address", "", r"5\.4\.1", r"recipient"),
    # Servers that hide their directory answer unknown users with a policy code; the words are all that is left.
    (
        "full",
        "",
        "",
        r"over ?quota|quota exceeded|mailbox (?:is )?full|exceeded (?:mailbox size|storage)|邮箱已满|空间不足",
    ),
    (
        "address",
        "",
        "",
        r"(?:user|mailbox|account|recipient|address)\b[^.;]{0,40}"
        r"(?:unknown|not found|not exist|doesn'?t exist|doesn't have|disabled|inactive|unavailable|invalid)"
        r"|(?:unknown|invalid|no such|nonexistent|bad)[^.;]{0,20}(?:user|mailbox|recipient|address|person)"
        r"|no mailbox here|用户不存在|收件人不存在",
    ),
    # Gmail and others refuse attachments by type under 5.7.0.
    ("content", "", "", r"virus|malware|attachment|message (?:size|too (?:big|large))|too large|line too long"),
    ("content", "", "", r"content (?:denied|rejected)|DT:SPM|malformed|header"),
    ("policy", "", r"5\.7\.\d+|5\.1\.[78]", ""),
    (
        "policy",
        "",
        "",
        r"spam|black ?list|block(?:ed|list)|reputation|policy|dmarc|\bspf\b|dkim|relay|denied|banned|limit"
        r"|not allowed|not permitted|authenticat|rejected",
    ),
    # Without an enhanced status: RFC 5321 section 4.2.3 gives these codes their meaning.
    ("full", "552", "", ""),
    ("address", "551|553", "", ""),
    ("address", "550", r"5\.0\.0|", r"^\s*$"),
)


def enhanced_status(text: str) -> str:
    """The first enhanced status code (RFC 3463) in a reply's text, or an empty string."""
    found = _ENHANCED.search(text)
    return found[1] if found else ""


_NO_WAY = frozenset({"4.4.1", "4.4.2", "4.4.4"})
"""RFC 3463 section 3.5: the host does not answer, the connection broke, there is no route."""


def tells_of_the_domain(code: int, text: str) -> bool:
    """Whether a relay that asks the next server meanwhile says that the recipient's domain can't be reached.

    421 speaks of our own connection, whatever status it carries.
    """
    return code // 100 == 4 and code != 421 and enhanced_status(text) in _NO_WAY


def classify(code: int, enhanced: str, text: str) -> RefusalKind:
    """What a 5xx means for the person who wrote the mail; `enhanced` may be empty."""
    words = _ENHANCED.sub("", text)
    for kind, code_form, status_form, word_form in _RULES:
        if (
            (not code_form or re.fullmatch(code_form, str(code)))
            and (not status_form or re.fullmatch(status_form, enhanced))
            and (not word_form or re.search(word_form, words, re.IGNORECASE))
        ):
            return kind
    return "other"
