"""Checks the DKIM signatures and the ARC chain of one mail: keys from DNS, hashes in a thread, results as findings."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

from gateway.authentication.keys import Digests, Keys, digest_bodies, fetch_keys, verify_bytes, verify_message
from gateway.authentication.resolver import Resolver
from gateway.domain.authenticity import arc
from gateway.domain.authenticity.arc import ArcSet
from gateway.domain.authenticity.dmarc import registered_domain
from gateway.domain.authenticity.fields import Field
from gateway.domain.authenticity.findings import ArcFinding, DkimFinding
from gateway.domain.authenticity.signatures import Flaw, Signature, flaw_of, read_signature

MOST_SIGNATURES = 10
"""Checked for one mail; those of the author's own organization come first."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A mail and what is signed of it, read but not yet checked."""

    raw: bytes
    fields: Sequence[Field]
    signatures: Sequence[Signature | Flaw]
    chain: tuple[ArcSet, ...] | Flaw


def read_signed(raw: bytes, fields: Sequence[Field], author_domain: str) -> Signed:
    """Find the signatures of a mail and its ARC chain."""
    read = [read_signature(field, "dkim") for field in fields if field.key == b"dkim-signature" and field.clean]
    own = registered_domain(author_domain)
    read.sort(key=lambda found: isinstance(found, Flaw) or registered_domain(found.domain) != own)
    return Signed(raw, fields, read[:MOST_SIGNATURES], arc.read_chain(fields))


Checked = tuple[tuple[DkimFinding, ...], ArcFinding]


async def check_signed(resolver: Resolver, threads: Executor, signed: Signed, now: float) -> Checked:
    """The findings for every signature and for the chain. `now`: Unix seconds."""
    countable = [found for found in signed.signatures if isinstance(found, Signature) and not flaw_of(found, now)]
    wanted = countable + _links(signed.chain)
    keys = await fetch_keys(resolver, wanted)
    forms = {found.relaxed_body for found in wanted}
    return await asyncio.get_running_loop().run_in_executor(threads, _verify, signed, keys, forms, now)


def _links(chain: tuple[ArcSet, ...] | Flaw) -> list[Signature]:
    """What has to hold of a chain: every seal, and the last signature of the mail (RFC 8617 section 5.2)."""
    if isinstance(chain, Flaw) or not chain:
        return []
    return [arc_set.seal for arc_set in chain] + [chain[-1].signature]


def _verify(signed: Signed, keys: Keys, forms: set[bool], now: float) -> Checked:
    digests = digest_bodies(signed.raw, forms)
    dkim = tuple(_dkim(found, signed, digests, keys, now) for found in signed.signatures)
    return dkim, _arc(signed, digests, keys)


def _dkim(found: Signature | Flaw, signed: Signed, digests: Digests, keys: Keys, now: float) -> DkimFinding:
    if isinstance(found, Flaw):
        return DkimFinding(found.result, "", "", found.why)
    flaw = flaw_of(found, now) or verify_message(found, signed.fields, digests, keys)
    result, why = (flaw.result, flaw.why) if flaw else ("pass", "dkim-pass")
    return DkimFinding(result, found.domain, found.selector, why)


def _arc(signed: Signed, digests: Digests, keys: Keys) -> ArcFinding:
    chain = signed.chain
    if isinstance(chain, Flaw):
        return ArcFinding(chain.result, chain.why)
    if not chain:
        return ArcFinding()
    sealers = tuple(arc_set.seal.domain for arc_set in chain)
    changed = verify_message(chain[-1].signature, signed.fields, digests, keys)
    seals = [verify_bytes(chain[at].seal, arc.sealed(chain[: at + 1]), keys) for at in reversed(range(len(chain)))]
    named = [(changed, "arc-body-changed"), *((seal, "arc-seal-broken") for seal in seals)]
    flaws = [(flaw, why) for flaw, why in named if flaw]
    if not flaws:
        return ArcFinding("pass", "arc-pass", sealers, arc.vouched_for(chain))
    flaw, why = min(flaws, key=lambda one: one[0].result == "temperror")
    if flaw.result == "temperror":
        return ArcFinding("temperror", "dns-temporary", sealers)
    return ArcFinding("fail", why if flaw.result == "fail" else flaw.why, sealers)
