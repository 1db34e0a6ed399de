"""What a check of the gateway found, and what its domain has to say in DNS. Asks nobody itself."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.domain.authenticity.tags import parse_tags, without_blanks
from gateway.domain.composing.signing import DkimKey

RESERVED = ("localhost", "example", "test", "invalid", "local", "internal", "example.com", "example.net", "example.org")
"""Domains that no public name server knows (RFC 2606, RFC 6761, RFC 6762)."""
MOST_DRIFT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of ours: English `words` with places such as %(name)s, which a page may say in another language."""

    words: str
    values: Mapping[str, str]

    def __str__(self) -> str:
        return self.words % self.values


def said(words: str, **values: object) -> Said:
    """The sentence with its values, each as it is shown."""
    return Said(words, {name: str(value) for name, value in values.items()})


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: in our sentences, or in the words of whoever was asked.

    `paste` is what to put into the zone of the domain, a record a line, when that helps.
    """

    check: str
    ok: bool
    says: tuple[Said | str, ...]
    paste: str = ""

    @property
    def detail(self) -> str:
        """All of it in English."""
        return ", ".join(map(str, self.says))


@dataclass(frozen=True, slots=True)
class Wanted:
    """A record that the domain should have. `begins` is what tells it from other records of the name."""

    check: str
    name: str
    kind: str
    value: str
    begins: str = ""

    @property
    def line(self) -> str:
        """The record as a zone file has it; TXT in pieces of 255 (RFC 1035 section 3.3.14)."""
        if self.kind != "TXT":
            return f"{self.name}. IN {self.kind} {self.value}"
        pieces = [f'"{self.value[at : at + 255]}"' for at in range(0, len(self.value), 255)]
        return f"{self.name}. IN TXT {' '.join(pieces)}"


def is_public(domain: str) -> bool:
    """True when the world's name servers could know it."""
    return not any(domain == name or domain.endswith(f".{name}") for name in RESERVED)


def public_record(key: DkimKey) -> str:
    """The TXT record of a DKIM key (RFC 6376 section 3.6.1, RFC 8463)."""
    if isinstance(key, RSAPrivateKey):
        der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return f"v=DKIM1; k=ed25519; p={base64.b64encode(raw).decode()}"


def wanted_records(domain: str, host: str, relay: str, keys: Sequence[tuple[str, DkimKey]]) -> tuple[Wanted, ...]:
    """What the domain needs: mail comes to `host`, leaves by `relay` (empty: by us), signed with `keys`."""
    leaves = f" a:{relay}" if relay else ""
    policy = f"v=DMARC1; p=quarantine; rua=mailto:postmaster@{domain}"
    return (
        Wanted("mx", domain, "MX", f"10 {host}."),
        Wanted("spf", domain, "TXT", f"v=spf1 mx{leaves} -all", "v=spf1"),
        *(Wanted("dkim", f"{sel}._domainkey.{domain}", "TXT", public_record(key), "v=DKIM1") for sel, key in keys),
        Wanted("dmarc", f"_dmarc.{domain}", "TXT", policy, "v=DMARC1"),
    )


def judge_record(wanted: Wanted, status: str, values: Sequence[str]) -> Finding:
    """What DNS says against what it should say. `status` and `values` are those of a resolver's answer."""
    if status == "failed":
        return _lacks(wanted, said("%(name)s: DNS does not answer", name=wanted.name))
    found = [value for value in values if value.lower().replace(" ", "").startswith(wanted.begins.lower())]
    if not found:
        return _lacks(wanted, said("%(name)s: no %(kind)s record of this kind", name=wanted.name, kind=wanted.kind))
    if len(found) > 1 and wanted.kind == "TXT":
        many = said("%(name)s: %(count)s records, and only one counts", name=wanted.name, count=len(found))
        return _lacks(wanted, many)
    if wanted.check == "dkim" and _key(found[0]) != _key(wanted.value):
        return _lacks(wanted, said("%(name)s: another key than the one that signs", name=wanted.name))
    return Finding(wanted.check, True, (f"{wanted.name}: {found[0][:120]}",))


def _lacks(wanted: Wanted, what: Said) -> Finding:
    return Finding(wanted.check, False, (what,), wanted.line)


def _key(record: str) -> str:
    return without_blanks((parse_tags(record) or {}).get("p", ""))


def judge_clock(drift_seconds: float) -> Finding:
    """How far this machine's clock is from the database's."""
    drift = said("%(seconds)s s from the database's", seconds=f"{abs(drift_seconds):.1f}")
    return Finding("clock", abs(drift_seconds) <= MOST_DRIFT_SECONDS, (drift,))
