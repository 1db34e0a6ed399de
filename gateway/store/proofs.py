"""Keeps what people prove themselves with beside a password: keys of a purpose, authenticator secrets, recovery codes.

Also the browsers that they are signed in with, as they see them, and the mails about all of it that were asked for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.models import MailRequest, RecoveryCode, SignInLink, TotpSecret, WebSession
from gateway.models.columns import table_of
from gateway.store.people import Account, account_by_id
from gateway.store.threads import rows

_KEYS, _SESSIONS = table_of(SignInLink), table_of(WebSession)
_TOTP, _CODES, _REQUESTS = table_of(TotpSecret), table_of(RecoveryCode), table_of(MailRequest)
HANDLE_CHARS = 20


@dataclass(frozen=True, slots=True)
class SignedInBrowser:
    """A browser that a user is signed in with. `handle` names it; nobody can sign in with it."""

    handle: str
    user_agent: str
    created_at: datetime
    last_seen_at: datetime
    current: bool


@dataclass(frozen=True, slots=True)
class Secret:
    """An authenticator's secret, sealed; asked for once it is confirmed."""

    sealed: bytes
    confirmed: bool
    last_step: int


@dataclass(frozen=True, slots=True)
class Request:
    """A mail that somebody asked for."""

    id: str
    kind: str
    address: str
    locale: str


async def _run(session: AsyncSession, statement: Any) -> Any:
    return await (await session.connection()).execute(statement)


def _good(print_: str, purpose: str, now: datetime) -> tuple[Any, ...]:
    mine = (_KEYS.c.fingerprint == print_, _KEYS.c.purpose == purpose)
    return (*mine, _KEYS.c.used_at.is_(None), _KEYS.c.expires_at > now)


async def add_key(session: AsyncSession, print_: str, user_id: str, purpose: str, until: datetime) -> None:
    """Keep a key that works once."""
    values = {"fingerprint": print_, "user_id": user_id, "purpose": purpose, "expires_at": until}
    await _run(session, insert(_KEYS).values(**values))


async def whose_key(session: AsyncSession, print_: str, purpose: str, now: datetime) -> Account | None:
    """Whose a key is, as long as it works; looking changes nothing."""
    found = await rows(session, select(_KEYS.c.user_id).where(*_good(print_, purpose, now)))
    return await account_by_id(session, found[0].user_id) if found else None


async def use_key(session: AsyncSession, print_: str, purpose: str, now: datetime) -> Account | None:
    """Take a key, once: whose it is; None when it does not work."""
    taken = await _run(
        session, update(_KEYS).where(*_good(print_, purpose, now)).values(used_at=now).returning(_KEYS.c.user_id)
    )
    user_id = taken.scalar_one_or_none()
    return await account_by_id(session, user_id) if user_id else None


async def drop_keys(session: AsyncSession, user_id: str) -> None:
    """Every key of a user stops to work."""
    await _run(session, delete(_KEYS).where(_KEYS.c.user_id == user_id))


async def browsers(session: AsyncSession, user_id: str, current: str, now: datetime) -> tuple[SignedInBrowser, ...]:
    """Where a user is signed in, the last used first."""
    mine = select(_SESSIONS).where(_SESSIONS.c.user_id == user_id, _SESSIONS.c.expires_at > now)
    return tuple(
        SignedInBrowser(
            row.fingerprint[:HANDLE_CHARS],
            row.user_agent,
            row.created_at,
            row.last_seen_at,
            row.fingerprint == current,
        )
        for row in await rows(session, mine.order_by(_SESSIONS.c.last_seen_at.desc(), _SESSIONS.c.fingerprint))
    )


async def end_browser(session: AsyncSession, user_id: str, handle: str) -> int:
    """Sign one browser of a user out; how many that were."""
    mine = (_SESSIONS.c.user_id == user_id, _SESSIONS.c.fingerprint.startswith(handle, autoescape=True))
    return int((await _run(session, delete(_SESSIONS).where(*mine))).rowcount)


async def end_browsers(session: AsyncSession, user_id: str) -> int:
    """Sign a user out everywhere; of how many browsers."""
    return int((await _run(session, delete(_SESSIONS).where(_SESSIONS.c.user_id == user_id))).rowcount)


async def secret_of(session: AsyncSession, user_id: str) -> Secret | None:
    """A user's authenticator."""
    found = await rows(session, select(_TOTP).where(_TOTP.c.user_id == user_id))
    return Secret(found[0].sealed, found[0].confirmed_at is not None, found[0].last_step) if found else None


async def put_secret(session: AsyncSession, user_id: str, sealed: bytes, now: datetime) -> None:
    """Keep a new secret, not asked for before it is confirmed."""
    connection = await session.connection()
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    values = {"sealed": sealed, "created_at": now, "confirmed_at": None, "last_step": 0}
    statement = dialect.insert(_TOTP).values(user_id=user_id, **values)
    await connection.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_=values))


async def take_step(session: AsyncSession, user_id: str, step: int) -> bool:
    """Mark a step of time as used; false when it, or a newer one, was used by somebody at the same moment."""
    newer = (_TOTP.c.user_id == user_id, _TOTP.c.last_step < step)
    return bool((await _run(session, update(_TOTP).where(*newer).values(last_step=step))).rowcount)


async def confirm_secret(session: AsyncSession, user_id: str, now: datetime) -> None:
    """From now on it is asked for."""
    await _run(session, update(_TOTP).where(_TOTP.c.user_id == user_id).values(confirmed_at=now))


async def drop_secret(session: AsyncSession, user_id: str) -> None:
    """No second factor any more."""
    await _run(session, delete(_TOTP).where(_TOTP.c.user_id == user_id))
    await _run(session, delete(_CODES).where(_CODES.c.user_id == user_id))


async def replace_codes(session: AsyncSession, user_id: str, prints: Iterable[str]) -> None:
    """These recovery codes, and no older ones."""
    await _run(session, delete(_CODES).where(_CODES.c.user_id == user_id))
    await _run(session, insert(_CODES).values([{"fingerprint": one, "user_id": user_id} for one in prints]))


async def use_code(session: AsyncSession, user_id: str, print_: str, now: datetime) -> bool:
    """Take a recovery code, once."""
    good = (_CODES.c.fingerprint == print_, _CODES.c.user_id == user_id, _CODES.c.used_at.is_(None))
    return bool((await _run(session, update(_CODES).where(*good).values(used_at=now))).rowcount)


async def codes_left(session: AsyncSession, user_id: str) -> int:
    """How many recovery codes still work."""
    good = (_CODES.c.user_id == user_id, _CODES.c.used_at.is_(None))
    return len(await rows(session, select(_CODES.c.fingerprint).where(*good)))


async def add_request(session: AsyncSession, id_: str, kind: str, address: str, locale: str, at: datetime) -> None:
    """Note that a mail was asked for."""
    await _run(session, insert(_REQUESTS).values(id=id_, kind=kind, address=address, locale=locale, at=at))


async def any_request(session: AsyncSession) -> bool:
    """Whether a mail was asked for."""
    return bool(await rows(session, select(_REQUESTS.c.id).limit(1)))


async def take_request(session: AsyncSession) -> Request | None:
    """The oldest one, taken away; no two workers get the same."""
    oldest = select(_REQUESTS.c.id).order_by(_REQUESTS.c.at, _REQUESTS.c.id).limit(1).with_for_update(skip_locked=True)
    columns = (_REQUESTS.c.id, _REQUESTS.c.kind, _REQUESTS.c.address, _REQUESTS.c.locale)
    taken = await _run(session, delete(_REQUESTS).where(_REQUESTS.c.id.in_(oldest)).returning(*columns))
    row = taken.first()
    return Request(*row) if row else None
