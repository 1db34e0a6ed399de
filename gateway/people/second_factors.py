"""A second factor at sign-in: codes of an authenticator app (TOTP), and recovery codes for whoever lost it.

Here people set it up, for themselves; that it is asked for is `accounts`' part.
"""

import os
from dataclasses import dataclass

import segno
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.context import Gateway
from gateway.domain import totp
from gateway.domain.actors import SYSTEM
from gateway.domain.auditing import On
from gateway.errors import Conflict, Forbidden, NotFound
from gateway.people.accounts import Visit, confirm_it_is
from gateway.people.factor_codes import code_fits, new_codes, seal, unseal
from gateway.store import people, proofs
from gateway.store.audit import record
from gateway.store.people import Account

ISSUER = "znx"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What somebody needs to set an app up: the secret to type, or the picture of it."""

    secret: str
    picture: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether the second factor is asked for, and how many recovery codes are left."""

    on: bool
    codes_left: int


async def standing(gw: Gateway, visit: Visit) -> Standing:
    """How it stands for somebody."""
    async with gw.db.read() as session:
        secret = await proofs.secret_of(session, visit.account.id)
        return Standing(secret is not None and secret.confirmed, await proofs.codes_left(session, visit.account.id))


async def enrol(gw: Gateway, visit: Visit) -> Enrolment:
    """Begin: a new secret, which counts once it is confirmed. Raises Conflict where one is in use."""
    secret, user = totp.secret_from(os.urandom(20)), visit.account
    async with gw.db.write() as session:
        await _none_in_use(session, user)
        await proofs.put_secret(session, user.id, seal(gw, user.id, secret), gw.clock.now())
    return _enrolment(user, secret)


async def enrolling(gw: Gateway, visit: Visit) -> Enrolment | None:
    """The secret that waits to be confirmed, to show it again."""
    async with gw.db.read() as session:
        kept = await proofs.secret_of(session, visit.account.id)
    if kept is None or kept.confirmed:
        return None
    return _enrolment(visit.account, unseal(gw, visit.account.id, kept.sealed))


def _enrolment(user: Account, secret: str) -> Enrolment:
    picture = segno.make(totp.uri(secret, user.email, ISSUER), error="m").svg_data_uri(scale=5, border=3, light="#fff")
    return Enrolment(" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)), picture)


async def _none_in_use(session: AsyncSession, user: Account) -> None:
    kept = await proofs.secret_of(session, user.id)
    if kept is not None and kept.confirmed:
        raise Conflict("there is a second factor already: take it away first")


async def confirm(gw: Gateway, visit: Visit, code: str) -> list[str]:
    """Switch it on with a first code; the recovery codes, which are shown only now. Raises Forbidden, Conflict."""
    user, now = visit.account, gw.clock.now()
    async with gw.db.write() as session:
        await _none_in_use(session, user)
        if not await code_fits(session, gw, user.id, code, now):
            raise Forbidden("this code is not right")
        await proofs.confirm_secret(session, user.id, now)
        codes = await new_codes(session, gw, user.id)
        told = {"after": {"on": True}}
        await record(session, visit.actor, "user.second_factor_changed", On(user.id, None, user.email), now, told)
    return codes


async def renew_codes(gw: Gateway, visit: Visit, password: str) -> list[str]:
    """New recovery codes; the old ones stop to work. Raises Forbidden for a wrong password."""
    await confirm_it_is(visit.account, password)
    async with gw.db.write() as session:
        return await new_codes(session, gw, visit.account.id)


async def take_away(gw: Gateway, visit: Visit, password: str) -> None:
    """Switch it off. Raises Forbidden for a wrong password."""
    user = visit.account
    await confirm_it_is(user, password)
    async with gw.db.write() as session:
        await proofs.drop_secret(session, user.id)
        on, told = On(user.id, None, user.email), {"after": {"on": False}}
        await record(session, visit.actor, "user.second_factor_changed", on, gw.clock.now(), told)


async def take_away_from(gw: Gateway, email: str) -> None:
    """For somebody who lost app and recovery codes; they are signed out everywhere. Raises NotFound."""
    async with gw.db.write() as session:
        user = await people.account_by_email(session, email)
        if user is None:
            raise NotFound(f"no user {email}")
        await proofs.drop_secret(session, user.id)
        await proofs.end_browsers(session, user.id)
        on, told = On(user.id, None, user.email), {"after": {"on": False}}
        await record(session, SYSTEM, "user.second_factor_changed", on, gw.clock.now(), told)
