"""Channels as values: which one an address belongs to, and who may write by it. Where they are kept is elsewhere."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from gateway.domain.addresses import ROLES, NotesAddress, Recipient, RoleAddress, ShopAddress, TokenAddress, split
from gateway.errors import Invalid

Kind = Literal["email", "order_note", "site", "chat"]
Who = Literal["always", "days", "paid", "never"]
"""Who must have ordered: everybody; within so many days; and paid; nobody at all."""

BY_MAIL: tuple[Kind, ...] = ("email", "order_note")
MAX_LOCAL = 64
_ALLOWED = frozenset("abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+/=?^_`{|}~.-")


@dataclass(frozen=True, slots=True)
class Entitlement:
    """Who may write. `days` counts only for "days"."""

    who: Who = "always"
    days: int = 0


ORDERED = Entitlement()


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One door. `pattern` is a folded local part in which `*` stands for any characters; None for a webhook's.

    `acknowledge` None leaves it to the shop; `response_minutes` None sets no target.
    """

    id: str
    name: str
    kind: Kind
    shop_id: str
    shop: str
    address: str = ""
    pattern: str | None = None
    webhook_key: str | None = None
    team_id: str | None = None
    assignee_id: str | None = None
    assignee: str | None = None
    template_set: str = ""
    language: str = ""
    acknowledge: bool | None = None
    labels: tuple[str, ...] = ()
    response_minutes: int | None = None
    entitlement: Who = "always"
    entitlement_days: int | None = None
    reader: str = ""
    reader_config: Mapping[str, Any] = field(default_factory=dict)
    enabled: bool = True
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def who(self) -> Entitlement:
        """Who may write by it."""
        return Entitlement(self.entitlement, self.entitlement_days or 0)

    def due(self, at: datetime) -> datetime | None:
        """By when something that came at `at` is to be answered."""
        return at + timedelta(minutes=self.response_minutes) if self.response_minutes else None


def pattern_of(address: str, mail_domain: str) -> str:
    """The local part or pattern that an admin wrote, folded. Raises Invalid for what can be no address of ours."""
    local, domain = split(address.strip())
    if domain and domain != mail_domain.lower():
        raise Invalid(f"expected an address of {mail_domain}", field="address")
    folded = local.lower()
    if not folded or len(folded) > MAX_LOCAL or not set(folded) <= _ALLOWED:
        raise Invalid("expected the part before the @, with * for anything", field="address")
    if folded in ROLES or folded[:2] in ("r.", "b."):
        raise Invalid("this address has a meaning of its own", field="address")
    return folded


def matches(pattern: str, local: str) -> bool:
    """Whether a folded local part fits a pattern; each `*` takes as little as it can, so the time is linear."""
    first, *rest = pattern.split("*")
    if not rest:
        return pattern == local
    *middle, last = rest
    end = len(local) - len(last)
    if not local.startswith(first) or not local.endswith(last) or end < len(first):
        return False
    at = len(first)
    for part in middle:
        found = local.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def weight(channel: Channel) -> tuple[bool, int, str]:
    """How exactly a channel names addresses: whole ones first, then the most letters; by pattern when alike."""
    pattern = channel.pattern or ""
    return "*" not in pattern, len(pattern.replace("*", "")), pattern


def candidates(
    channels: Iterable[Channel], local: str, recipient: Recipient, built_in: str | None
) -> tuple[Channel, ...]:
    """The channels that an address could come by, the most exact first.

    `built_in` is the id of the shop that the address belongs to without any channel: only that shop's own channels
    may take it, only those that mean the same kind of mail, and no catch-all. Tokens and roles are never a channel's.
    """
    if isinstance(recipient, TokenAddress | RoleAddress):
        return ()
    kind = {ShopAddress: "email", NotesAddress: "order_note"}.get(type(recipient)) if built_in else None
    fitting = [
        channel
        for channel in channels
        if channel.pattern is not None
        and matches(channel.pattern, local)
        and (built_in is None or (channel.shop_id == built_in and channel.kind == kind and channel.pattern != "*"))
    ]
    return tuple(sorted(fitting, key=weight, reverse=True))


def choose(channels: Iterable[Channel], local: str, recipient: Recipient, built_in: str | None) -> Channel | None:
    """The channel that an address comes by; None when no enabled one fits."""
    return next((each for each in candidates(channels, local, recipient, built_in) if each.enabled), None)


def recipient_by(channel: Channel, slug: str, recipient: Recipient) -> Recipient:
    """What the address stands for once its channel is known: the shop, or its order notes."""
    if isinstance(recipient, ShopAddress | NotesAddress) and recipient.slug == slug:
        return recipient
    return NotesAddress(slug) if channel.kind == "order_note" else ShopAddress(slug)
