"""People: who they are, how they sign in, and for how long. Cookies and forms are the web's job."""

import asyncio
import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway import maillog
from gateway.clock import new_id
from gateway.context import Gateway
from gateway.domain.actors import SYSTEM, Actor
from gateway.domain.addresses import fold, split
from gateway.domain.auditing import On
from gateway.domain.passwords import LONGEST, SHORTEST, normal, weakness
from gateway.domain.rights import ROLES, Role
from gateway.domain.tokens import fingerprint, from_entropy
from gateway.errors import Expired, Forbidden, Invalid, RateLimited
from gateway.models import WebSession
from gateway.people import factor_codes
from gateway.store import people, proofs
from gateway.store.audit import record
from gateway.store.people import Account

SESSION_LIFE = timedelta(hours=12)
ADMIN_IDLE = timedelta(minutes=30)
LINK_LIFE = timedelta(minutes=10)
STEP_LIFE = timedelta(minutes=10)
WRONG_CODES = 5
"""Wrong codes of a second factor within FAILURES_COUNT_FOR: 1,000,000 codes, 5 guesses."""
FAILURES_COUNT_FOR = timedelta(minutes=15)
TOUCH_EVERY = timedelta(minutes=1)

LIMITS = (
    # Who is counted, and how many failures they may have within FAILURES_COUNT_FOR.
    ("pair", 5),  # one account from one address
    ("account", 25),  # one account from anywhere: guessing spread over many addresses
    ("address", 50),  # one address against any account; an office behind one address makes mistakes too
)

_hasher = PasswordHasher()


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session: its cookie's value, shown to nobody else, and who it is.

    `halfway`: a second factor is still to be shown, and the token is no session but what `finish` takes.
    """

    token: str
    account: Account
    halfway: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """A request by a signed-in browser."""

    actor: Actor
    account: Account
    fingerprint: str


def actor_of(account: Account) -> Actor:
    """The account as flows know it."""
    role: Role = next((known for known in ROLES if known == account.role), "readonly")
    name = account.name or account.email
    return Actor("user", account.id, name, role, account.shop_ids, user_id=account.id, by_shop=account.by_shop)


async def create_user(
    gw: Gateway, email: str, role: str, password: str | None, slugs: tuple[str, ...] = ()
) -> tuple[Account, str]:
    """A new user and the password that was made when none was given (else empty).

    Raises Invalid, Conflict for a taken address, NotFound for an unknown shop.
    """
    if role not in ROLES:
        raise Invalid(f"role must be one of {', '.join(ROLES)}", field="role")
    if not all(split(email.strip())):
        raise Invalid("expected an email address", field="email")
    generated = "" if password else secrets.token_urlsafe(12)
    chosen = check_password(password or generated, email)
    values: dict[str, Any] = {"id": new_id(), "email": email.strip(), "email_folded": fold(email)}
    values |= {"password_hash": await asyncio.to_thread(hash_password, chosen)}
    values |= {"name": "", "role": role, "locale": "", "time_zone": "", "active": True, "created_at": gw.clock.now()}
    async with gw.db.write() as session:
        await people.add_user(session, values, slugs, [new_id() for _ in slugs])
        account = await people.account_by_id(session, str(values["id"]))
        assert account is not None
        told = {"after": {"role": role, "shops": list(slugs)}}
        await record(session, SYSTEM, "user.added", On(account.id, None, account.email), gw.clock.now(), told)
    return account, generated


def check_password(password: str, *about: str) -> str:
    """The password when it may be one; `about` are the account's address and names. Raises Invalid, which says why."""
    reason = weakness(password, about)
    if reason == "length":
        raise Invalid(f"a password has from {SHORTEST} to {LONGEST} characters", field="password")
    if reason:
        raise Invalid("this password is among the first that are guessed", field="password:guessed")
    return password


def hash_password(password: str) -> str:
    """What is kept of a password. Takes tens of milliseconds on purpose: call it in a thread."""
    return _hasher.hash(normal(password))


async def sign_in(gw: Gateway, email: str, password: str, ip: str, user_agent: str = "") -> SignedIn:
    """Exchange a password for a session. Raises Forbidden, and RateLimited after too many failures.

    The try is counted before the password is looked at, so that a hundred at once are not a hundred guesses.
    An unknown account costs the same time and gets the same answer.
    """
    subjects = _subjects(email, ip)
    now = gw.clock.now()
    async with gw.db.write() as session:
        for subject in (subjects["account"], subjects["address"]):
            await people.one_at_a_time(session, subject)
        await _check_limits(session, subjects, now)
        for subject in subjects.values():
            await people.add_failure(session, new_id(), subject, now)
        account = await people.account_by_email(session, email[:320])
    known = account is not None and account.active
    good = await asyncio.to_thread(_matches, account.password_hash if account and known else "", password)
    if account is None or not known or not good:
        maillog.event("auth.failed", id=account.id if account else "", ip=ip)
        raise Forbidden("this address and password don't fit together")
    async with gw.db.write() as session:
        await people.forget_failures(session, list(subjects.values()))
        return await _enter(gw, session, account, user_agent)


async def finish(gw: Gateway, step: str, code: str, user_agent: str = "") -> SignedIn:
    """Show the second factor: a code of the app, or a recovery code. Each works once.

    Raises Forbidden for a wrong code, RateLimited after too many, and Expired when the first step was too long ago.
    """
    now, print_ = gw.clock.now(), fingerprint(step)
    async with gw.db.write() as session:
        account = await proofs.whose_key(session, print_, "second-step", now)
        if account is None or not account.active:
            raise Expired("sign in again")
        subject = f"code:{account.id}"
        await people.one_at_a_time(session, subject)
        oldest = await people.oldest_failure(session, subject, now - FAILURES_COUNT_FOR, WRONG_CODES)
        if oldest is not None:
            raise RateLimited("too many wrong codes", retry_after=_seconds(oldest + FAILURES_COUNT_FOR - now))
        if await factor_codes.fits(session, gw, account.id, code, now):
            await proofs.use_key(session, print_, "second-step", now)
            await people.forget_failures(session, [subject])
            return await _start(gw, session, account, user_agent)
        await people.add_failure(session, new_id(), subject, now)
    maillog.event("auth.failed", id=account.id, why="code")
    raise Forbidden("this code is not right")


async def _enter(gw: Gateway, session: AsyncSession, account: Account, user_agent: str) -> SignedIn:
    """A session, or the half of one for whoever has a second factor."""
    secret = await proofs.secret_of(session, account.id)
    if secret is None or not secret.confirmed:
        return await _start(gw, session, account, user_agent)
    token = from_entropy(os.urandom(20))
    await proofs.add_key(session, fingerprint(token), account.id, "second-step", gw.clock.now() + STEP_LIFE)
    return SignedIn(token, account, halfway=True)


def _subjects(email: str, ip: str) -> dict[str, str]:
    folded = fold(email.replace("\0", "")[:320]).encode("utf-8", "replace").decode()
    return {"pair": f"pair:{folded} {ip}", "account": f"account:{folded}", "address": f"address:{ip}"}


async def _check_limits(session: AsyncSession, subjects: dict[str, str], now: datetime) -> None:
    for name, allowed in LIMITS:
        oldest = await people.oldest_failure(session, subjects[name], now - FAILURES_COUNT_FOR, allowed)
        if oldest is not None:
            raise RateLimited("too many failed sign-ins", retry_after=_seconds(oldest + FAILURES_COUNT_FOR - now))


def _seconds(wait: timedelta) -> int:
    return max(1, int(wait.total_seconds()) + 1)


_DECOY: list[str] = []


def _decoy() -> str:
    """A hash that no password fits, made once: verifying it takes as long as verifying a real one."""
    if not _DECOY:
        _DECOY.append(_hasher.hash(secrets.token_hex(16)))
    return _DECOY[0]


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash or _decoy(), normal(password)[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False


async def _start(gw: Gateway, session: AsyncSession, account: Account, user_agent: str) -> SignedIn:
    token, now = from_entropy(os.urandom(32)), gw.clock.now()
    row = WebSession(
        fingerprint=fingerprint(token),
        user_id=account.id,
        created_at=now,
        last_seen_at=now,
        expires_at=now + SESSION_LIFE,
        user_agent=user_agent[:200],
    )
    await people.add_session(session, row)
    maillog.event("auth.signed_in", id=account.id)
    return SignedIn(token, account)


async def visit(gw: Gateway, token: str, active: bool = True) -> Visit | None:
    """Who a cookie belongs to; None when it is unknown, has run out, or lay idle too long for an admin.

    What a page asks for by itself is not `active`: an open page alone doesn't keep anybody signed in.
    """
    now, key = gw.clock.now(), fingerprint(token)
    row = await gw.db.look(lambda session: people.session_of(session, key, now))
    if row is None or (actor_of(row.account).is_admin and now - row.last_seen_at > ADMIN_IDLE):
        return None
    if active and now - row.last_seen_at > TOUCH_EVERY:
        async with gw.db.write() as session:
            await people.touch_session(session, key, now)
    return Visit(actor_of(row.account), row.account, key)


async def sign_out(gw: Gateway, token: str) -> None:
    """End the session of a cookie."""
    async with gw.db.write() as session:
        await people.end_session(session, fingerprint(token))


async def make_sign_in_link(gw: Gateway, user_id: str, base_url: str = "") -> str:
    """A URL that signs the user in once, within LINK_LIFE, after a click on its page. `base_url`: ZNX_PUBLIC_URL."""
    token = from_entropy(os.urandom(20))
    async with gw.db.write() as session:
        await people.add_link(session, fingerprint(token), user_id, gw.clock.now() + LINK_LIFE)
    return f"{base_url or gw.settings.public_url}/sign-in/{token}"


async def link_is_good(gw: Gateway, token: str) -> bool:
    """True while a link would still work; looking changes nothing."""
    async with gw.db.read() as session:
        return await people.link_is_good(session, fingerprint(token), gw.clock.now())


async def use_sign_in_link(gw: Gateway, token: str, user_agent: str = "") -> SignedIn:
    """Exchange a link for a session. Raises Forbidden when it was used, is too old, or never was."""
    async with gw.db.write() as session:
        account = await people.use_link(session, fingerprint(token), gw.clock.now())
        if account is None or not account.active:
            raise Forbidden("this link has been used or has run out")
        return await _enter(gw, session, account, user_agent)


async def set_preferences(gw: Gateway, user_id: str, locale: str, time_zone: str) -> None:
    """The language and time zone of a user's pages; empty: the browser's."""
    async with gw.db.write() as session:
        await people.update_user(session, user_id, {"locale": locale, "time_zone": time_zone})


async def confirm_it_is(account: Account, password: str) -> None:
    """Raises Forbidden when the password is not the account's; an account without one has nothing to confirm."""
    if account.password_hash and not await asyncio.to_thread(_matches, account.password_hash, password):
        raise Forbidden("the password is not right")


async def change_password(gw: Gateway, now_signed_in: Visit, old: str, new: str) -> None:
    """Set another password and sign all other browsers out. Raises Forbidden for a wrong old one, Invalid."""
    account = now_signed_in.account
    chosen = check_password(new, account.email, account.name)
    await confirm_it_is(account, old)
    password_hash = await asyncio.to_thread(hash_password, chosen)
    async with gw.db.write() as session:
        await people.update_user(session, account.id, {"password_hash": password_hash})
        await people.end_other_sessions(session, account.id, now_signed_in.fingerprint)
        on = On(account.id, None, account.email)
        await record(session, now_signed_in.actor, "user.password_changed", on, gw.clock.now())
