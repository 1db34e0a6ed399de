"""Our own addresses: what a recipient stands for, how one is written, and how people's addresses are shown.

Nothing here knows which shops or tokens exist.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

import idna

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")
RESERVED_SLUGS = frozenset(
    "postmaster abuse admin root mailer-daemon noreply no-reply notes order r b hostmaster webmaster".split()
)
ROLES = frozenset({"postmaster", "abuse"})
_ORDER_FORM = re.compile(rf"order-(?P<order>.+)\.(?P<shop>{SLUG.pattern})", re.IGNORECASE | re.DOTALL)
_PLUS_FORM = re.compile(rf"(?P<shop>{SLUG.pattern})\+(?P<order>.+)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class ShopAddress:
    """`SHOP@`, `order-ORDERNO.SHOP@` or `SHOP+ORDERNO@`: `order_no` is empty without one."""

    slug: str
    order_no: str = ""


@dataclass(frozen=True, slots=True)
class NotesAddress:
    """`notes.SHOP@`: where a shop's order system sends order notes."""

    slug: str


@dataclass(frozen=True, slots=True)
class TokenAddress:
    """`r.TOKEN@` (purpose reply) or `b.TOKEN@` (purpose bounce)."""

    purpose: str
    token: str


@dataclass(frozen=True, slots=True)
class RoleAddress:
    """`postmaster@` and `abuse@` (RFC 2142): the admins' inbox."""

    role: str


@dataclass(frozen=True, slots=True)
class ForeignAddress:
    """Not an address of our domain's own forms."""

    address: str


Recipient = ShopAddress | NotesAddress | TokenAddress | RoleAddress | ForeignAddress


def split(address: str) -> tuple[str, str]:
    """Local part and lower-case A-label domain (RFC 5890); the domain is empty when there is none."""
    local, _, domain = address.rpartition("@")
    if not local:
        return address, ""
    return local, ascii_domain(domain)


def ascii_domain(domain: str) -> str:
    """The domain as it is compared: lower case, A-labels, no final dot. What IDNA refuses is only lowered."""
    folded = domain.strip().rstrip(".").lower()
    if folded.isascii():
        return folded
    try:
        return idna.encode(folded, uts46=True).decode("ascii")
    except idna.IDNAError:
        return folded


def fold(address: str) -> str:
    """The form in which two addresses of people are compared: both halves lower, the domain in A-labels.

    RFC 5321 §2.4 allows local parts to differ by case; no mail provider in use does, and buyers type freely.
    """
    local, domain = split(address.strip())
    return f"{local.lower()}@{domain}" if domain else local.lower()


def recipient_of(address: str, mail_domain: str) -> Recipient:
    """What a recipient address stands for. Local parts are folded: mail servers on the way may have done so."""
    local, domain = split(address)
    if domain != ascii_domain(mail_domain) and not (domain == "" and local.lower() == "postmaster"):
        return ForeignAddress(fold(address))
    folded = local.lower()
    for read in (_role, _token, _notes, _order, _shop):
        found = read(folded)
        if found is not None:
            return found
    return ForeignAddress(fold(address))


def own_local(address: str, mail_domain: str) -> str:
    """The folded local part of an address in our domain; empty for an address of any other."""
    local, domain = split(address)
    return local.lower() if domain == ascii_domain(mail_domain) else ""


def _role(local: str) -> Recipient | None:
    return RoleAddress(local) if local in ROLES else None


def _token(local: str) -> Recipient | None:
    purpose = {"r.": "reply", "b.": "bounce"}.get(local[:2])
    return TokenAddress(purpose, local[2:]) if purpose else None


def _notes(local: str) -> Recipient | None:
    prefix, _, slug = local.partition(".")
    return NotesAddress(slug) if prefix == "notes" and SLUG.fullmatch(slug) else None


def _order(local: str) -> Recipient | None:
    match = _ORDER_FORM.fullmatch(local) or _PLUS_FORM.fullmatch(local)
    return ShopAddress(match["shop"], match["order"]) if match else None


def _shop(local: str) -> Recipient | None:
    return ShopAddress(local) if SLUG.fullmatch(local) else None


@lru_cache(maxsize=4096)
def lane_of(address: str) -> str:
    """The queue that mail to this address waits in, so that no shop's mails wait for all of another's.

    A shop's own addresses share one; so do all tokens, whose shops only the database knows.
    """
    match recipient_of(address, split(address)[1]):
        case ShopAddress(slug=slug) | NotesAddress(slug=slug):
            return slug
        case TokenAddress(purpose=purpose):
            return f"{purpose}."
        case RoleAddress(role=role):
            return role
        case ForeignAddress(address=folded):
            return folded


def mask(address: str) -> str:
    """How an address is shown to somebody who may not see it: `b***@e***.com`. Empty for an empty one."""
    local, domain = split(address)
    if not domain:
        return f"{local[:1]}***" if local else ""
    name, dot, suffix = domain.rpartition(".")
    return f"{local[:1]}***@{(name or suffix)[:1]}***{dot}{suffix if name else ''}"


def valid_slug(slug: str) -> bool:
    """True for a name that may become a shop's address."""
    return SLUG.fullmatch(slug) is not None and slug not in RESERVED_SLUGS and not slug.startswith("order-")
