"""Fetches the DMARC records that a mail's domains are governed by; reading them is the domain's work."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from gateway.authentication.resolver import Answer, Resolver
from gateway.domain.authenticity import dmarc
from gateway.domain.authenticity.dmarc import Found, Records


@dataclass(frozen=True, slots=True)
class Governed:
    """What governs an author's domain: no record, one, or not known for now (`failed`)."""

    found: Found | None
    records: Records
    failed: bool


async def governing(resolver: Resolver, domain: str, identities: Iterable[str]) -> Governed:
    """The record for an author's domain, none for the empty one; and where the organizations of `identities` end."""
    if not domain:
        return Governed(None, {}, failed=False)
    own = dmarc.registered_domain(domain)
    kin = [name for name in identities if name != domain and dmarc.registered_domain(name) == own]
    names = list(dict.fromkeys(name for start in (domain, *kin) for name in dmarc.walk(start)))
    answers = dict(zip(names, await asyncio.gather(*(_ask(resolver, name) for name in names)), strict=True))
    records = {name: dmarc.only_record(answer.values) for name, answer in answers.items()}
    found = dmarc.govern(domain, records)
    if found and found.domain != domain and found.record.missing_policy:
        exists = (await resolver.ask(domain, "A")).status != "missing"
        found = dmarc.govern(domain, records, exists=exists)
    failed = found is None or found.domain != domain
    return Governed(found, records, failed and "failed" in (answers[domain].status, answers[own].status))


async def _ask(resolver: Resolver, name: str) -> Answer:
    return await resolver.ask(f"_dmarc.{name}", "TXT")
