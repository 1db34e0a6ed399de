"""The signatures of Standard Webhooks, symmetric: https://github.com/standard-webhooks/standard-webhooks."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

PREFIX = "whsec_"
SECRET_BYTES = 32


def shown_secret(secret: bytes) -> str:
    """A secret as programs take it."""
    return PREFIX + base64.b64encode(secret).decode()


def secret_of(shown: str) -> bytes | None:
    """The bytes of a secret of the caller's own, 24 to 64 as the specification wants; None for anything else."""
    try:
        secret = base64.b64decode(shown.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return None
    return secret if 24 <= len(secret) <= 64 else None


def signed_headers(secrets: Iterable[bytes], id_: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a call; one signature of each secret, so that a receiver may know either."""
    timestamp = str(int(at.timestamp()))
    content = b".".join((id_.encode(), timestamp.encode(), body))
    return {
        "webhook-id": id_,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{_signature(secret, content)}" for secret in secrets),
    }


def _signature(secret: bytes, content: bytes) -> str:
    return base64.b64encode(hmac.new(secret, content, hashlib.sha256).digest()).decode()
