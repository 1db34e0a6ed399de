"""The name that a relay gave to a mail of ours, read from its 250. Some relays replace our Message-ID by their own.

Answers then carry the relay's id in References; without this they would lead nowhere.
"""

import re
from collections.abc import Iterable

# Exchange Online and Outlook.com name the new Message-ID: `250 2.0.0 OK <DB7P…@….outlook.com> [Hostname=…]`.
_MESSAGE_ID = re.compile(r"<([^<>\s@]+@[^<>\s@]+)>")
# Amazon SES names its local part: `250 Ok 0100018c…-…-000000`; the domain depends on the region.
_SES = re.compile(r"\bOk\s+([0-9a-f]{16}-[0-9a-f-]{20,60})\s*$")
LONG_LOCAL_PART = 40


def relay_message_id(smtp_reply: str) -> str:
    """The Message-ID, or its local part, that a relay's reply announces; empty when it announces none."""
    for pattern in (_MESSAGE_ID, _SES):
        if (match := pattern.search(smtp_reply)) is not None:
            return match[1]
    return ""


def spellings(message_ids: Iterable[str]) -> dict[str, str]:
    """How a relay may have announced each Message-ID: as it is, or by a local part long enough to be unique."""
    found: dict[str, str] = {}
    for message_id in message_ids:
        found.setdefault(message_id, message_id)
        local = message_id.partition("@")[0]
        if len(local) >= LONG_LOCAL_PART:
            found.setdefault(local, message_id)
    return found
