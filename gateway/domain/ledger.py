"""The ledger as admins read it: one row for each recipient of each accepted mail, and its JSON. Reads nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from gateway.domain.reasons import ledger_sentence
from gateway.domain.shapes import moment

State = Literal["pending", "filed", "held", "discarded", "failed"]
STATES: tuple[State, ...] = get_args(State)
Trusted = Literal["verified", "unverified", "failed", "internal"]
TRUSTED: tuple[Trusted, ...] = get_args(Trusted)
Ingress = Literal["smtp", "lmtp", "pipe", "api", "webhook"]
INGRESSES: tuple[Ingress, ...] = get_args(Ingress)


@dataclass(frozen=True, slots=True)
class InboundQuery:
    """Which rows to list, newest first, after the row `cursor`.

    `why` is a reason's code, `shop` a slug; `sender` a whole address, or `@` and a domain; `recipient` the beginning of
    an address; `since` and `until` bound when it came. `channel` (an id) and `trust` are known of what was filed.
    """

    state: State | None = None
    shop: str | None = None
    why: str = ""
    sender: str = ""
    recipient: str = ""
    ingress: Ingress | None = None
    channel: str = ""
    trust: Trusted | None = None
    since: datetime | None = None
    until: datetime | None = None
    cursor: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundView:
    """One row. `shop` is its slug, None until it is decided; `why` a code with its `details`."""

    id: str
    received_at: datetime
    ingress: str
    mail_from: str
    rcpt_to: str
    size: int
    sha256: str
    state: str
    why: str
    details: Mapping[str, Any]
    shop: str | None
    message_id: str | None
    thread_id: str | None
    attempts: int
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class InboundPage:
    """Some rows, newest first, and the cursor of the page after them."""

    items: tuple[InboundView, ...]
    next: str | None


def inbound_json(row: InboundView, locale: str = "en") -> dict[str, Any]:
    """An Inbound; `why` is for programs, `why_text` the same in the reader's language."""
    same = "id ingress mail_from rcpt_to size sha256 state why message_id thread_id shop attempts".split()
    shown = {name: getattr(row, name) for name in same}
    times = {"received_at": moment(row.received_at), "decided_at": moment(row.decided_at)}
    return shown | times | {"why_text": ledger_sentence(row.why, locale, row.details)}
