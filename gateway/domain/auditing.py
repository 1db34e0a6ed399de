"""The audit log's words and its chain: which privileged acts there are, what a row says, and how rows hang together."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

ACTS = {
    # Every privileged act, and what it is. An act that is not here can't be recorded: a test finds it.
    "inbound.released": "a held mail was let in",
    "inbound.discarded": "a held mail was put away",
    "inbound.reprocessed": "a mail of the ledger was put back to the queue",
    "mail.read": "the original bytes of a mail were read",
    "address.shown": "buyers' whole addresses were shown; told once an hour for each person and list",
    "delivery.retried": "a mail was sent again",
    "delivery.cancelled": "a mail that waited was stopped",
    "suppression.released": "an address was taken off the suppression list",
    "pause.added": "mail of a shop or to a domain was paused",
    "pause.ended": "paused mail went on",
    "buyer.merged": "two buyers became one",
    "buyer.address_added": "a buyer may write from one more address",
    "buyer.blocked": "a buyer was blocked",
    "buyer.unblocked": "a buyer was unblocked",
    "thread.merged": "a thread was put into another one",
    "thread.split": "messages were put into a thread of their own",
    "thread.moved": "a thread was given to another order",
    "thread.undone": "a merge, split or move was taken back",
    "shop.added": "a shop was made",
    "shop.changed": "a shop's set-up was changed",
    "brand.changed": "the look of a shop's mails was changed",
    "user.added": "a user was made",
    "user.invited": "somebody was invited",
    "user.joined": "an invited person took the account",
    "user.changed": "a user's role, shops or name were changed",
    "user.deactivated": "a user was shut out, with all sessions and tokens",
    "user.reactivated": "a user may sign in again",
    "user.password_changed": "a user's password was changed",
    "user.second_factor_changed": "a user's second factor was set or taken away",
    "user.sessions_ended": "a user was signed out of browsers",
    "token.added": "an API token was made",
    "token.revoked": "an API token was revoked",
    "channel.added": "a channel was made",
    "channel.changed": "a channel was changed",
    "channel.removed": "a channel was removed",
    "rule.added": "a rule was made",
    "rule.changed": "a rule was changed",
    "rule.removed": "a rule was removed",
    "rules.ordered": "rules were put into another order",
    "team.added": "a team was made",
    "team.changed": "a team or its members were changed",
    "team.removed": "a team was removed",
    "source.added": "an order source was connected",
    "source.changed": "an order source was changed",
    "source.removed": "an order source was removed",
    "webhook.added": "a webhook was made",
    "webhook.changed": "a webhook was changed",
    "webhook.removed": "a webhook was removed",
    "webhook.replayed": "events were sent to a webhook again",
    "template.changed": "the words of a mail were changed",
    "template.restored": "an older version of a mail's words was brought back",
    "audit.exported": "the audit log was exported",
}

FIRST = "0" * 64
"""What the first row names as the hash before it."""
_SECRET = ("password", "secret", "token", "key", "fingerprint", "text", "html", "body", "content")


@dataclass(frozen=True, slots=True)
class On:
    """What an act was done to: its id, the shop that it belongs to (None: no single one), and a name for people."""

    id: str = ""
    shop_id: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row of the log. `details` is canonical JSON, kept as the text that was hashed; `number` counts from 1."""

    number: int
    at: datetime
    actor_kind: str
    actor_id: str
    actor_name: str
    act: str
    on_id: str
    on_name: str
    shop_id: str | None
    details: str
    previous: str
    hash: str = ""


def canonical(value: Any) -> str:
    """JSON with sorted members and no blanks: the same value is always the same text."""
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def chained(entry: Entry) -> str:
    """The hash of a row: SHA-256 in hex over the hash before it and everything that the row says."""
    said = {name: getattr(entry, name) for name in Entry.__slots__ if name not in ("hash", "at")}
    moment = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    return hashlib.sha256(canonical(said | {"at": moment}).encode()).hexdigest()


def first_break(entries: Iterable[Entry], after: tuple[int, str] = (0, FIRST)) -> int | None:
    """The number of the first row that was changed, is missing or was put in; None for a sound chain.

    `after` is the number and the hash of the row before the first one given.
    """
    number, previous = after
    for entry in entries:
        number += 1
        if wrong(entry, number, previous):
            return number
        previous = entry.hash
    return None


def wrong(entry: Entry, number: int, previous: str) -> str:
    """What is wrong with a row that should have this number and follow this hash; empty when nothing is."""
    if entry.number != number:
        return f"is missing: row {entry.number} follows row {number - 1}"
    if entry.previous != previous:
        return "does not follow the row before it"
    return "was changed" if chained(entry) != entry.hash else ""


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """`{"before": …, "after": …}` of what differs; for `details`."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return {"before": {n: before.get(n) for n in names}, "after": {n: after.get(n) for n in names}} if names else {}


def without_secrets(value: Any, name: str = "") -> Any:
    """The value as the log may keep it, in JSON's types: of secrets and bodies only whether there is one."""
    if any(word in name.lower().split("_") for word in _SECRET):
        return "•" if value else ""
    if isinstance(value, Mapping):
        return {str(key): without_secrets(inner, str(key)) for key, inner in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(without_secrets(inner) for inner in value)
    if isinstance(value, list | tuple):
        return [without_secrets(inner) for inner in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if value is None or isinstance(value, bool | int):
        return value
    return str(value)[:2000]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuery:
    """Which rows to list, newest first; `shop` is a slug, `on` an id, `before` the number of a row."""

    act: str = ""
    actor: str = ""
    on: str = ""
    shop: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    limit: int = 100
