"""The codes of second factors: sealed secrets, recovery codes kept as MACs, and each code taken once."""

import hashlib
import hmac
import os
from datetime import datetime

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.context import Gateway
from gateway.domain import totp
from gateway.domain.tokens import mint
from gateway.store import proofs

CODES = 10
_NONCE_BYTES = 12


async def fits(session: AsyncSession, gw: Gateway, user_id: str, code: str, now: datetime) -> bool:
    """Take a code of the app, or a recovery code: true once for each."""
    plain = totp.recovery_plain(code)
    if plain is not None:
        return await proofs.use_code(session, user_id, mint(gw.secret, "recovery", user_id, plain), now)
    return await code_fits(session, gw, user_id, code, now)


async def code_fits(session: AsyncSession, gw: Gateway, user_id: str, code: str, now: datetime) -> bool:
    """Take a code of the app; its secret need not be confirmed yet."""
    kept = await proofs.secret_of(session, user_id)
    if kept is None:
        return False
    step = totp.step_of(unseal(gw, user_id, kept.sealed), code, now, kept.last_step)
    return step is not None and await proofs.take_step(session, user_id, step)


async def new_codes(session: AsyncSession, gw: Gateway, user_id: str) -> list[str]:
    """Fresh recovery codes in the place of all older ones."""
    codes = [totp.recovery_code(os.urandom(7)) for _ in range(CODES)]
    prints = [mint(gw.secret, "recovery", user_id, code.replace("-", "")) for code in codes]
    await proofs.replace_codes(session, user_id, prints)
    return codes


def _cipher(gw: Gateway) -> AESGCM:
    return AESGCM(hmac.new(gw.secret, b"totp secrets", hashlib.sha256).digest())


def seal(gw: Gateway, user_id: str, secret: str) -> bytes:
    """A secret as it is kept: only a gateway with our key can read it, and only as this user's."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _cipher(gw).encrypt(nonce, secret.encode(), user_id.encode())


def unseal(gw: Gateway, user_id: str, sealed: bytes) -> str:
    """The secret again. A row that was copied to another user opens nothing."""
    return _cipher(gw).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], user_id.encode()).decode()
