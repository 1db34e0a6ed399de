"""The chain of ARC sets that forwarders leave on a mail (RFC 8617): its shape, and what has to be verified of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gateway.domain.authenticity import canonical
from gateway.domain.authenticity.author import fold_domain
from gateway.domain.authenticity.fields import Field
from gateway.domain.authenticity.results import read_results
from gateway.domain.authenticity.signatures import ALGORITHMS, Flaw, Signature, read_signature
from gateway.domain.authenticity.tags import parse_tags

MOST_SETS = 50
"""RFC 8617 section 4.2.1."""
_RESULTS, _SIGNATURE, _SEAL = b"arc-authentication-results", b"arc-message-signature", b"arc-seal"


@dataclass(frozen=True, slots=True)
class ArcSet:
    """What one forwarder left: its Authentication-Results, its signature of the mail, its seal of the chain."""

    instance: int
    results: Field
    signature: Signature
    seal: Signature


def read_chain(fields: Iterable[Field]) -> tuple[ArcSet, ...] | Flaw:
    """The sets from the first forwarder to the last one, none for a mail without ARC, or why the chain is broken."""
    found: dict[tuple[int, bytes], list[Field]] = {}
    for field in fields:
        kind = field.name.strip(b" \t").lower()
        if kind in (_RESULTS, _SIGNATURE, _SEAL):
            found.setdefault((_instance(field), kind), []).append(field)
    last = max((instance for instance, _ in found), default=0)
    if not found:
        return ()
    if last > MOST_SETS or len(found) != 3 * last or any(len(copies) != 1 for copies in found.values()):
        return Flaw("fail", "arc-incomplete")
    sets = [_read_set(number, found) for number in range(1, last + 1)]
    flaw = next((read for read in sets if isinstance(read, Flaw)), None)
    return flaw or tuple(read for read in sets if isinstance(read, ArcSet))


def _instance(field: Field) -> int:
    """The i= of a field, 0 when it has none that is valid; in Authentication-Results it comes first."""
    text = field.value.decode("utf-8", "replace")
    tags = parse_tags(text.partition(";")[0]) if field.key == _RESULTS else parse_tags(text)
    value = tags.get("i", "") if tags else ""
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 4 else 0


def _read_set(number: int, found: Mapping[tuple[int, bytes], list[Field]]) -> ArcSet | Flaw:
    if (number, _RESULTS) not in found or (number, _SIGNATURE) not in found or (number, _SEAL) not in found:
        return Flaw("fail", "arc-incomplete")
    signature = read_signature(found[number, _SIGNATURE][0], "ams")
    seal = read_signature(found[number, _SEAL][0], "seal")
    if isinstance(signature, Flaw) or isinstance(seal, Flaw):
        return Flaw("fail", "arc-malformed")
    if not _is_lawful(signature, seal, number):
        return Flaw("fail", "arc-malformed")
    return ArcSet(number, found[number, _RESULTS][0], signature, seal)


def _is_lawful(signature: Signature, seal: Signature, number: int) -> bool:
    """RFC 8617 sections 4.1.2 and 4.1.3, and the order of cv= in section 5.2."""
    return (
        signature.algorithm in ALGORITHMS
        and seal.algorithm in ALGORITHMS
        and _SEAL not in signature.names
        and "h" not in seal.tags
        and seal.tags["cv"].lower() == ("none" if number == 1 else "pass")
    )


def sealed(sets: tuple[ArcSet, ...]) -> bytes:
    """What the seal of the last of these sets is made over: every set in order, its own `b=` empty."""
    lines: list[bytes] = []
    for arc_set in sets:
        own = canonical.without_signature(arc_set.seal.field) if arc_set is sets[-1] else arc_set.seal.field
        lines += [canonical.header(field, relaxed=True) for field in (arc_set.results, arc_set.signature.field, own)]
    return b"\r\n".join(lines)


def vouched_for(sets: Iterable[ArcSet]) -> frozenset[str]:
    """The From domains that a forwarder saw pass DMARC, folded: usually the first one, before anything was changed."""
    read = [read_results(arc_set.results.value.partition(b";")[2]) for arc_set in sets]
    results = [result for one in read if one for result in one.results]
    named = [r.properties.get("header.from", "") for r in results if (r.method, r.result) == ("dmarc", "pass")]
    folded = [fold_domain(name.rpartition("@")[2]) for name in named]
    return frozenset(name for name in folded if name)
