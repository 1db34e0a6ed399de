"""The small values that several layers hand to each other; behaviour lives with whoever uses them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Ingress = Literal["smtp", "lmtp", "pipe", "api", "webhook"]
"""How the bytes arrived."""


BUYER_CONFIRMED = "buyer"
"""Who let a held mail in when it was confirmed from the registered address; any other name is an admin's."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Who handed us a mail: the last hop, as the connection (or a trusted PROXY line) tells it.

    `ip` is empty for a pipe. `upstream` is true for an MTA of our own (`ZNX_UPSTREAMS`).
    """

    ip: str = ""
    helo: str = ""
    tls: bool = False
    upstream: bool = False


@dataclass(frozen=True, slots=True)
class Envelope:
    """RFC 5321 envelope, never read from headers. The null reverse-path is the empty string."""

    mail_from: str
    rcpt_tos: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Arrival:
    """One mail at the end of DATA: exactly the bytes received, with CRLF line ends and dots unstuffed."""

    raw: bytes
    envelope: Envelope
    peer: Peer
    ingress: Ingress


@dataclass(frozen=True, slots=True)
class Trust:
    """What is known of the author of a mail, and why: the `trust` of a Message.

    `spf`, `dkim`, `dmarc`, `arc` are RFC 8601 result words (`pass`, `fail`, `none`, ...), empty when not looked at.
    `why` is a reason code with `details`; the sentence in the reader's language is made from it at the edge.
    """

    verdict: Literal["verified", "unverified", "failed", "internal"]
    why: str
    spf: str = ""
    dkim: str = ""
    dmarc: str = ""
    arc: str = ""
    policy: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


BY_KEY = Trust("verified", "channel-key")
"""What is known of whoever a site or chat names: it showed the key of its channel."""
