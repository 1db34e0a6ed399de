"""Seals small secrets that we must be able to use again, so that whoever reads the database alone learns nothing.

AES-256-GCM (NIST SP 800-38D) under a key of each purpose, derived from the gateway's secret (HKDF, RFC 5869).
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.errors import ConfigError

NONCE_BYTES = 12


def seal(key: bytes, purpose: str, plain: bytes, nonce: bytes) -> bytes:
    """The nonce (12 random bytes, never used twice), then ciphertext and tag."""
    if len(nonce) != NONCE_BYTES:
        raise ValueError("a nonce has 12 bytes")
    return nonce + AESGCM(_derived(key, purpose)).encrypt(nonce, plain, purpose.encode())


def unseal(key: bytes, purpose: str, sealed: bytes) -> bytes:
    """What was sealed. Raises ConfigError when the gateway's secret is another one by now."""
    nonce, ciphertext = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        return AESGCM(_derived(key, purpose)).decrypt(nonce, ciphertext, purpose.encode())
    except (InvalidTag, ValueError):
        raise ConfigError("ZNX_SECRET_KEY: it is not the key that this secret was stored with; store it anew") from None


def _derived(key: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"znx sealing {purpose}".encode()).derive(key)
