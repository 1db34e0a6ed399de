"""What handing one mail to the next server can end in, and the seam that does it; how is the couriers' own affair."""

from dataclasses import dataclass
from typing import Literal, Protocol

RefusalKind = Literal["address", "content", "policy", "full", "other"]
"""Why a server said never: the recipient, the mail, its rules, a full mailbox, or nothing that we can tell."""

Failing = Literal["mail", "domain", "relay"]
"""What an attempt failed by: this mail, the domain that it goes to, or the relay, which then takes no mail at all."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The other side took responsibility. `reply` is its last line, `host` its name and port (or folder).

    `dialogue` holds, in all three outcomes, the lines of this attempt in order, `C: ` or `S: ` before each;
    never a password, and of the mail itself only its size.
    """

    reply: str
    host: str
    dialogue: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not now: a 4xx, a time-out, a lost connection, a relay that can't be used. The same bytes are tried again.

    Also where the answer to the last dot was lost: the mail may have arrived, and its Message-ID tells the double.
    `about` is what can take nothing just now, whichever mail comes next.
    """

    reply: str
    host: str
    dialogue: tuple[str, ...] = ()
    about: Failing = "mail"


@dataclass(frozen=True, slots=True)
class Refused:
    """Never: a 5xx to this sender, this recipient or this mail. Trying again will not help."""

    reply: str
    host: str
    kind: RefusalKind
    dialogue: tuple[str, ...] = ()


Outcome = Sent | Deferred | Refused


class Courier(Protocol):
    """Takes one mail to the next server. Every failure is an outcome; an exception is a programming error."""

    async def send(self, raw: bytes, mail_from: str, rcpt_to: str) -> Outcome:
        """Hand over exactly `raw` (RFC 5322, CRLF) for one recipient; an empty `mail_from` is the null sender."""

    async def close(self) -> None:
        """End open connections politely; nothing is sent after this."""
