"""The subject of an answer: one `Re:` and the order number once, however often the mail went to and fro."""

import re

_PREFIXES = (
    # What mail programs put before the subject of an answer or a forward, by the language that does so.
    "re|fw|fwd",  # English and most others
    "回复|答复|转发|回覆|回信|轉寄|轉發",  # Chinese: QQ, 163, Outlook; simplified and traditional
    "aw|antw|antwort|wg|weitergeleitet",  # German, Dutch
    "rép|ré|tr|réf",  # French
    "rv|res|enc|reenv",  # Spanish, Portuguese
    "r|rif|i",  # Italian
    "odp|pd",  # Polish
    "ynt|yan|ilt|i̇lt",  # Turkish
    "отв|ответ|на|пересл",  # Russian
    "رد|إعادة توجيه",  # Arabic
    "返信|転送",  # Japanese
    "답장|회신|전달",  # Korean
    "sv|vs|vb|vá|doorst",  # Nordic, Hungarian, Dutch
)
_PREFIX = re.compile(rf"\s*(?:{'|'.join(_PREFIXES)})\s*(?:\[\d{{1,3}}\]|\(\d{{1,3}}\))?\s*[:：]\s*", re.IGNORECASE)
_LONGEST = 200


def base_subject(subject: str) -> str:
    """The subject without any reply and forward prefixes (RFC 5256 section 2.1, and the clients of the table)."""
    text = " ".join(subject.split())
    position = 0
    while match := _PREFIX.match(text, position):
        position = match.end()
    return text[position:]


def reply_subject(original: str, order_no: str = "") -> str:
    """`Re: what the thread is about [ORDERNO]`; empty when the thread has no subject to answer to.

    Stable: answering an answer gives the same subject, which is how mail programs keep a thread together.
    """
    mark = f"[{order_no}]" if order_no else ""
    base = base_subject(original)
    base = (base.removesuffix(mark).rstrip() or base)[:_LONGEST].rstrip()
    if not base:
        return ""
    missing = order_no and order_no.casefold() not in base.casefold()
    return f"Re: {base} {mark}" if missing else f"Re: {base}"
