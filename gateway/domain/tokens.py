"""Unguessable values in addresses and links: how they are made and how they are kept.

A token is the first 130 bits of an HMAC-SHA256 (RFC 2104) over its purpose and everything it is bound to,
in lower-case base32, so that it survives mail servers that fold the case of local parts. Only its SHA-256 is
kept: whoever reads the database can't write to a thread.
"""

import base64
import hashlib
import hmac
import re
from datetime import timedelta

LENGTH = 26
REPLY_LIFE = timedelta(days=180)
"""How long a reply address works after the last message of its thread."""
_TOKEN = re.compile(rf"[a-z2-7]{{{LENGTH}}}")


def mint(key: bytes, purpose: str, *bound_to: str) -> str:
    """The token of a purpose ("reply", "bounce", ...) for exactly these values: 26 characters of a-z and 2-7."""
    message = "\0".join((purpose, *bound_to)).encode()
    digest = hmac.new(key, message, hashlib.sha256).digest()
    return base64.b32encode(digest).decode().lower()[:LENGTH]


def from_entropy(entropy: bytes) -> str:
    """A token that is bound to nothing but its row, from at least 20 random bytes."""
    if len(entropy) < 20:
        raise ValueError("a token needs 20 random bytes")
    return base64.b32encode(entropy).decode().lower().rstrip("=")


def well_formed(token: str) -> bool:
    """True when it could be one of ours; says nothing about whether it is."""
    return _TOKEN.fullmatch(token) is not None


def fingerprint(token: str) -> str:
    """What is stored and looked up instead of the token: SHA-256 in hex. An index lookup leaks no timing of it.

    Cookies and paths may hold lone surrogates (they stand for bytes that are not UTF-8): no token of ours does.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
