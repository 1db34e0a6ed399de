"""Codes of authenticator apps (RFC 6238): six digits for each 30 seconds, and which step of time one belongs to."""

import base64
import hmac
import re
from datetime import datetime

import pyotp

STEP_SECONDS = 30
LEEWAY = 1
"""Steps before and after now that are taken: clocks differ, and people type slowly (RFC 6238 §5.2)."""
_CODE = re.compile(r"\d{6}")
_RECOVERY = re.compile(r"[a-z2-7]{10}")


def secret_from(entropy: bytes) -> str:
    """The shared secret as apps take it, from 20 random bytes (RFC 4226 §4)."""
    return base64.b32encode(entropy).decode()


def uri(secret: str, account: str, issuer: str) -> str:
    """What the QR code says."""
    return str(pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer))


def step_at(now: datetime) -> int:
    """The number of the step of time."""
    return int(now.timestamp()) // STEP_SECONDS


def step_of(secret: str, code: str, now: datetime, last_step: int) -> int | None:
    """The step that a code belongs to; None when it is wrong, too old, or not newer than the last one used."""
    plain = "".join(code.split())
    if not _CODE.fullmatch(plain) or not plain.isascii():
        return None
    app, current = pyotp.TOTP(secret), step_at(now)
    found = None
    for step in range(current - LEEWAY, current + LEEWAY + 1):
        if hmac.compare_digest(app.at(step * STEP_SECONDS), plain) and step > last_step:
            found = step
    return found


def recovery_code(entropy: bytes) -> str:
    """A code to write down: `abcde-fghij`, from 7 random bytes."""
    plain = base64.b32encode(entropy).decode().lower()[:10]
    return f"{plain[:5]}-{plain[5:]}"


def recovery_plain(typed: str) -> str | None:
    """A recovery code as it is compared, however it was typed; None when it can't be one."""
    plain = re.sub(r"[\s-]", "", typed).lower()
    return plain if _RECOVERY.fullmatch(plain) else None
