"""The signature of Shopify and WooCommerce: base64 of an HMAC-SHA256 over the raw bytes of the body."""

import base64
import hashlib
import hmac
from collections.abc import Iterable


def signature(secret: bytes, body: bytes) -> str:
    """What a call with this body carries."""
    return base64.b64encode(hmac.new(secret, body, hashlib.sha256).digest()).decode()


def signed_by(secrets: Iterable[bytes], body: bytes, given: str) -> bool:
    """True when one of the secrets made the signature; takes the same time for every wrong one."""
    told = given.strip().encode("utf-8", "surrogateescape")
    fits = [hmac.compare_digest(signature(secret, body).encode(), told) for secret in secrets]
    return any(fits)
