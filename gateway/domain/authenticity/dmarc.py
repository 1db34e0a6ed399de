"""What a domain asks to be done with mail that it didn't write (RFC 9989), and whether an identity speaks for it.

The records are found by walking up the tree as in RFC 9989 section 4.10, but never above the public suffix list's
border: two customers of one hosting domain stay two, whatever that domain publishes. The old `pct=0` reads as `t=y`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from publicsuffixlist import PublicSuffixList

from gateway.domain.authenticity.tags import parse_tags

Policy = Literal["none", "quarantine", "reject"]
_POLICIES: Mapping[str, Policy] = {"none": "none", "quarantine": "quarantine", "reject": "reject"}
_ONE_LOWER: Mapping[Policy, Policy] = {"reject": "quarantine", "quarantine": "none", "none": "none"}

DEEPEST_WALK = 8
"""Queries for one domain (RFC 9989 section 4.10)."""


@dataclass(frozen=True, slots=True)
class Record:
    """A DMARC policy record. `psd`: "y" for a public suffix, "n" for the top of an organization, "u" not said."""

    policy: Policy
    subdomain_policy: Policy | None = None
    missing_policy: Policy | None = None
    strict_dkim: bool = False
    strict_spf: bool = False
    psd: str = "u"
    testing: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The record that governs an author's domain, where it stands, and the policy that it asks for."""

    record: Record
    domain: str
    policy: Policy


Records = Mapping[str, Record | None]
"""The record of each name of a walk; None where there is none."""


def read_record(text: str) -> Record | None:
    """A TXT record at `_dmarc.`, or None when it is not a valid one (RFC 9989 section 4.7)."""
    tags = parse_tags(text)
    if not tags or next(iter(tags.items())) != ("v", "DMARC1"):
        return None
    policy = _POLICIES.get(tags.get("p", "").lower())
    if policy is None and "rua" not in tags:
        return None
    return Record(
        policy=policy or "none",
        subdomain_policy=_POLICIES.get(tags.get("sp", "").lower()),
        missing_policy=_POLICIES.get(tags.get("np", "").lower()),
        strict_dkim=tags.get("adkim", "r").lower() == "s",
        strict_spf=tags.get("aspf", "r").lower() == "s",
        psd=tags.get("psd", "u").lower(),
        testing=tags.get("t", "n").lower() == "y" or tags.get("pct") == "0",
    )


def only_record(texts: Iterable[str]) -> Record | None:
    """The record of one name; two valid ones count as none (RFC 9989 section 4.7)."""
    records = [record for text in texts if (record := read_record(text))]
    return records[0] if len(records) == 1 else None


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=True)


def registered_domain(domain: str) -> str:
    """The name directly below the public suffix; the domain itself when it is a suffix or has one label."""
    return _suffixes().privatesuffix(domain) or domain


def walk(domain: str) -> tuple[str, ...]:
    """The names to ask for records, from the domain up to its public suffix, leaving out the middle of long ones."""
    labels = domain.split(".")
    highest = max(1, registered_domain(domain).count("."))
    starts = range(len(labels) - highest + 1)
    names = [".".join(labels[start:]) for start in starts]
    return tuple(names if len(names) <= DEEPEST_WALK else [names[0], *names[1 - DEEPEST_WALK :]])


def organization(domain: str, records: Records) -> str:
    """The organizational domain: where a record says that it is (psd=n), else by the public suffix list."""
    registered = registered_domain(domain)
    for name in walk(domain):
        record = records.get(name)
        if record and record.psd == "n":
            return name
        if name == registered:
            break
    return registered


def govern(domain: str, records: Records, *, exists: bool = True) -> Found | None:
    """The record that applies to mail from a domain, or None. `exists`: whether the domain is in DNS at all."""
    if own := records.get(domain):
        return Found(own, domain, _asked(own, own.policy))
    top = organization(domain, records)
    suffix = walk(domain)[-1]
    for name in (top, suffix):
        record = records.get(name)
        if record and (name == top or record.psd == "y"):
            return Found(record, name, _asked(record, _below(record, exists)))
    return None


def _below(record: Record, exists: bool) -> Policy:
    below = record.subdomain_policy or record.policy
    return below if exists else record.missing_policy or below


def _asked(record: Record, policy: Policy) -> Policy:
    return _ONE_LOWER[policy] if record.testing else policy


def aligned(identity: str, author: str, records: Records, *, strict: bool) -> bool:
    """Whether an authenticated domain speaks for the author's domain (RFC 9989 section 4.4)."""
    if strict or identity == author:
        return identity == author
    return bool(identity) and organization(identity, records) == organization(author, records)
