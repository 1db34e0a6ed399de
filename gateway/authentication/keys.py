"""Public keys from DNS and the mathematics of signatures; which signatures may count is decided in the domain."""

import asyncio
import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from gateway.authentication.resolver import Resolver
from gateway.domain.authenticity import canonical
from gateway.domain.authenticity.fields import Field, body_start
from gateway.domain.authenticity.signatures import (
    LARGEST_RSA,
    SMALLEST_RSA,
    Flaw,
    PublicKey,
    Signature,
    identity_of,
    read_key,
)

Usable = RSAPublicKey | Ed25519PublicKey

Digests = Mapping[bool, bytes]
"""SHA-256 of the body in relaxed (True) and simple (False) form, as far as they were asked for."""


Keys = Mapping[tuple[str, str], PublicKey | Flaw]
"""For each name in DNS and algorithm the key, or why there is none."""


async def fetch_keys(resolver: Resolver, signatures: Iterable[Signature]) -> Keys:
    """The keys that signatures name, each asked for once."""
    wanted = list(dict.fromkeys((signature.key_name, signature.algorithm) for signature in signatures))
    found = await asyncio.gather(*(_fetch_key(resolver, name, algorithm) for name, algorithm in wanted))
    return dict(zip(wanted, found, strict=True))


async def _fetch_key(resolver: Resolver, name: str, algorithm: str) -> PublicKey | Flaw:
    answer = await resolver.ask(name, "TXT")
    if answer.status == "failed":
        return Flaw("temperror", "dns-temporary")
    read = [read_key(record, algorithm) for record in answer.values]
    usable = next((key for key in read if isinstance(key, PublicKey)), None)
    return usable or (read[0] if read else Flaw("permerror", "key-missing"))


def digest_bodies(raw: bytes, forms: Collection[bool]) -> Digests:
    """Hash the body once for each form that a signature wants."""
    start = body_start(raw)
    return {relaxed: _digest(raw, start, relaxed) for relaxed in forms}


def _digest(raw: bytes, start: int, relaxed: bool) -> bytes:
    digest = hashlib.sha256()
    for piece in canonical.body(raw, start, relaxed=relaxed):
        digest.update(piece)
    return digest.digest()


def verify_message(signature: Signature, fields: Sequence[Field], digests: Digests, keys: Keys) -> Flaw | None:
    """Why a signature over header and body doesn't hold, or None when it does."""
    key = _key_of(signature, keys)
    if isinstance(key, Flaw):
        return key
    if digests[signature.relaxed_body] != signature.body_hash:
        return Flaw("fail", "body-changed")
    own = canonical.without_signature(signature.field)
    signed = [*canonical.chosen(fields, signature.names), own]
    data = b"\r\n".join(canonical.header(field, relaxed=signature.relaxed_header) for field in signed)
    return _check(signature, data, key)


def verify_bytes(signature: Signature, data: bytes, keys: Keys) -> Flaw | None:
    """Why a signature over exactly these bytes doesn't hold, or None when it does."""
    key = _key_of(signature, keys)
    return key if isinstance(key, Flaw) else _check(signature, data, key)


def _key_of(signature: Signature, keys: Keys) -> Usable | Flaw:
    key = keys[signature.key_name, signature.algorithm]
    if isinstance(key, PublicKey) and key.strict and identity_of(signature) != signature.domain:
        return Flaw("permerror", "identity-foreign")
    return key if isinstance(key, Flaw) else _load(key)


def _load(key: PublicKey) -> Usable | Flaw:
    try:
        if key.kind == "ed25519":
            return Ed25519PublicKey.from_public_bytes(key.data)
        loaded = load_der_public_key(key.data)
    except (ValueError, UnsupportedAlgorithm):
        return Flaw("permerror", "key-malformed")
    if not isinstance(loaded, RSAPublicKey):
        return Flaw("permerror", "key-malformed")
    if loaded.key_size < SMALLEST_RSA:
        return Flaw("permerror", "key-too-small")
    return loaded if loaded.key_size <= LARGEST_RSA else Flaw("permerror", "key-too-large")


def _check(signature: Signature, data: bytes, key: Usable) -> Flaw | None:
    try:
        if isinstance(key, RSAPublicKey):
            key.verify(signature.value, data, PKCS1v15(), hashes.SHA256())
        else:
            key.verify(signature.value, hashlib.sha256(data).digest())  # RFC 8463 section 3
    except InvalidSignature:
        return Flaw("fail", "header-changed")
    return None
