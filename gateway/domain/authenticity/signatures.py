"""Reads DKIM and ARC signature fields and the keys in DNS, and says which may count; the mathematics are not here.

RFC 6376 with RFC 8301 (no SHA-1, no keys under 1,024 bits), RFC 8463 (Ed25519) and RFC 8616 (internationalized
domains). Stricter than those on purpose: a signature that leaves a part of the body out counts for nothing.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from gateway.domain.authenticity.author import fold_domain
from gateway.domain.authenticity.fields import Field
from gateway.domain.authenticity.tags import parse_tags, without_blanks

SMALLEST_RSA = 1024
LARGEST_RSA = 8192
"""Bits. A larger key buys nothing but our processor time."""
LONGEST_KEY_RECORD = 4096
MOST_SIGNED_NAMES = 512

ALGORITHMS = {"rsa-sha256": "rsa", "ed25519-sha256": "ed25519"}
"""The algorithms that count, and the type of key that each needs."""

Kind = Literal["dkim", "ams", "seal"]
_REQUIRED: Mapping[Kind, tuple[str, ...]] = {
    "dkim": ("v", "a", "b", "bh", "d", "h", "s"),
    "ams": ("i", "a", "b", "bh", "d", "h", "s"),  # RFC 8617 section 4.1.2
    "seal": ("i", "a", "b", "cv", "d", "s"),  # RFC 8617 section 4.1.3
}


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why a signature or a key doesn't count: a result word of RFC 8601 and a reason code."""

    result: str
    why: str


@dataclass(frozen=True, slots=True)
class Signature:
    """A well-formed signature field; `names` are lower-case header names, `expires` is in Unix seconds."""

    field: Field
    tags: Mapping[str, str]
    domain: str
    selector: str
    algorithm: str
    value: bytes
    body_hash: bytes = b""
    names: tuple[bytes, ...] = ()
    relaxed_header: bool = True
    relaxed_body: bool = True

    @property
    def key_name(self) -> str:
        """Where in DNS the public key stands."""
        return f"{self.selector}._domainkey.{self.domain}"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A usable key record. `strict` is its flag s: the identity must be in the domain itself."""

    kind: str
    data: bytes
    strict: bool


def read_signature(field: Field, kind: Kind) -> Signature | Flaw:
    """The signature in a DKIM-Signature, ARC-Message-Signature or ARC-Seal field, or why it is none."""
    tags = parse_tags(field.value.decode("utf-8", "replace"))
    if tags is None or any(name not in tags for name in _REQUIRED[kind]) or not tags["b"]:
        return Flaw("permerror", "signature-malformed")
    domain, selector = fold_domain(tags["d"]), _selector(tags["s"])
    value, body_hash = _base64(tags["b"]), _base64(tags.get("bh", ""))
    forms = _FORMS.get(tags.get("c", "simple/simple" if kind == "dkim" else "relaxed/relaxed").lower())
    if domain is None or selector is None or value is None or body_hash is None or forms is None:
        return Flaw("permerror", "signature-malformed")
    names = tuple(name.strip().lower().encode() for name in tags.get("h", "").split(":"))
    if len(names) > MOST_SIGNED_NAMES:
        return Flaw("permerror", "signature-too-large")
    return Signature(
        field,
        tags,
        domain,
        selector,
        tags["a"].lower(),
        value,
        body_hash,
        names,
        relaxed_header=forms[0],
        relaxed_body=forms[1],
    )


_FORMS = {
    # RFC 6376 section 3.5, c=: header/body; whether each is relaxed.
    "simple": (False, False),
    "relaxed": (True, False),
    "simple/simple": (False, False),
    "simple/relaxed": (False, True),
    "relaxed/simple": (True, False),
    "relaxed/relaxed": (True, True),
}


def _selector(text: str) -> str | None:
    folded = fold_domain(f"{text}.x")  # a selector may be all digits, a domain may not
    return folded.removesuffix(".x") if folded else None


def _base64(text: str) -> bytes | None:
    try:
        return base64.b64decode(without_blanks(text), validate=True)
    except (binascii.Error, ValueError):
        return None


def flaw_of(signature: Signature, now: float) -> Flaw | None:
    """The first reason for which a DKIM signature can't count however well made, or None. `now`: Unix seconds."""
    for result, why, flawed in DKIM_RULES:
        if flawed(signature, now):
            return Flaw(result, why)
    return None


def _is_foreign_identity(signature: Signature, now: float) -> bool:
    """RFC 6376 section 3.5, i=: the agent must be in the signing domain."""
    identity = signature.tags.get("i", "@" + signature.domain)
    domain = fold_domain(identity.rpartition("@")[2])
    return "@" not in identity or domain is None or not f".{domain}".endswith(f".{signature.domain}")


def _has_wrong_times(signature: Signature, now: float) -> bool:
    times = [signature.tags[name] for name in ("t", "x") if name in signature.tags]
    if not all(time.isascii() and time.isdigit() and len(time) <= 12 for time in times):
        return True
    return len(times) == 2 and int(times[1]) < int(times[0])


DKIM_RULES: tuple[tuple[str, str, Callable[[Signature, float], bool]], ...] = (
    ("permerror", "signature-version", lambda s, now: s.tags["v"] != "1"),
    ("permerror", "signature-malformed", _has_wrong_times),
    ("permerror", "algorithm-too-weak", lambda s, now: s.algorithm == "rsa-sha1"),  # RFC 8301
    ("permerror", "algorithm-unknown", lambda s, now: s.algorithm not in ALGORITHMS),
    ("permerror", "from-not-signed", lambda s, now: b"from" not in s.names),  # RFC 6376 section 5.4
    ("permerror", "identity-foreign", _is_foreign_identity),
    ("permerror", "query-unknown", lambda s, now: "dns/txt" not in s.tags.get("q", "dns/txt").lower()),
    ("policy", "body-partly-signed", lambda s, now: "l" in s.tags),  # RFC 6376 section 8.2: anything may follow
    ("fail", "signature-expired", lambda s, now: int(s.tags.get("x", now + 1)) < now),
)


def read_key(record: str, algorithm: str) -> PublicKey | Flaw:
    """The key in a TXT record, fit for an algorithm, or why it isn't (RFC 6376 section 3.6.1)."""
    if len(record) > LONGEST_KEY_RECORD:
        return Flaw("permerror", "key-too-large")
    tags = parse_tags(record)
    if tags is None or ("v" in tags and (next(iter(tags)), tags["v"]) != ("v", "DKIM1")):
        return Flaw("permerror", "key-malformed")
    if not tags.get("p"):
        return Flaw("permerror", "key-revoked" if "p" in tags else "key-malformed")
    kind = ALGORITHMS.get(algorithm, "")
    if tags.get("k", "rsa") != kind or not _allows(tags, "h", "sha256") or not _allows(tags, "s", "email"):
        return Flaw("permerror", "key-unfit")
    data = _base64(tags["p"])
    if data is None:
        return Flaw("permerror", "key-malformed")
    return PublicKey(kind, data, strict="s" in _listed(tags.get("t", "")))


def _allows(tags: Mapping[str, str], name: str, value: str) -> bool:
    listed = _listed(tags.get(name, "*"))
    return "*" in listed or value in listed or (name == "h" and "h" not in tags)


def _listed(value: str) -> list[str]:
    return [item.strip().lower() for item in value.split(":")]


def identity_of(signature: Signature) -> str:
    """The folded domain of the agent that a signature names (i=), its signing domain when it names none."""
    return fold_domain(signature.tags.get("i", signature.domain).rpartition("@")[2]) or ""
