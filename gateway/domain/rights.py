"""Who may do what: one table of roles, one of a token's scopes. Which page or call needs which right: their tables."""

from typing import Literal, get_args

Role = Literal["admin", "manager", "seller", "readonly"]
Right = Literal["look", "orders", "work", "manage", "govern"]
Scope = Literal["read", "orders", "write", "admin"]

ROLES: tuple[Role, ...] = get_args(Role)
SCOPE_NAMES: tuple[Scope, ...] = get_args(Scope)

RIGHTS: dict[Right, tuple[Role, ...]] = {
    # Each right, and the roles that have it in a shop. Roles stand from the most to the least.
    "look": ("admin", "manager", "seller", "readonly"),  # read threads, messages, files and orders
    "orders": ("admin", "manager", "seller"),  # write orders and order notes
    "work": ("admin", "manager", "seller"),  # answer, note, assign, label, close, merge and split
    # The shop's set-up and its ledger: held mail, outgoing mail, channels, rules, templates, people, tokens, audit log.
    "manage": ("admin", "manager"),
    # What is about no single shop: making shops, the state of the machine, other admins.
    "govern": ("admin",),
}

SCOPES: dict[Scope, tuple[Right, ...]] = {
    # What a token may at most do, whatever its role; one without scopes may do all that its role may.
    "read": ("look",),
    "orders": ("look", "orders"),
    "write": ("look", "orders", "work"),
    "admin": ("look", "orders", "work", "manage", "govern"),
}


def highest(roles: tuple[Role, ...]) -> Role:
    """The one that may do most; none at all may only look."""
    return min(roles, key=ROLES.index, default="readonly")


def allowed_by(scopes: tuple[Scope, ...], right: Right) -> bool:
    """True when the scopes leave the right, or there are none that take any away."""
    return not scopes or any(right in SCOPES[scope] for scope in scopes)
