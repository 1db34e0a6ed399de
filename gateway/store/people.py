"""Reads and writes users, their shops, browser sessions, sign-in links and failed sign-ins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.domain.addresses import fold
from gateway.domain.conversations import Person
from gateway.domain.rights import RIGHTS, Role
from gateway.errors import Conflict, NotFound
from gateway.models import Membership, Shop, SignInFailure, SignInLink, User, WebSession
from gateway.models.columns import table_of
from gateway.store.threads import rows

_USERS, _MEMBERSHIPS, _SHOPS = table_of(User), table_of(Membership), table_of(Shop)
_SESSIONS, _LINKS, _FAILURES = table_of(WebSession), table_of(SignInLink), table_of(SignInFailure)


@dataclass(frozen=True, slots=True)
class Account:
    """A user with what signing in and showing pages needs. `shop_ids` is None for admins: they reach every shop.

    `by_shop` names the shops where the role is another one than `role`.
    """

    id: str
    email: str
    name: str
    role: str
    password_hash: str
    locale: str
    time_zone: str
    undo_seconds: int
    sorts: Mapping[str, str]
    active: bool
    shop_ids: tuple[str, ...] | None
    by_shop: tuple[tuple[str, Role], ...] = ()

    def role_in(self, shop_id: str) -> str:
        """What they are in one of their shops."""
        return next((role for id_, role in self.by_shop if id_ == shop_id), self.role)


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A signed-in browser and whose it is."""

    fingerprint: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    account: Account


async def _run(session: AsyncSession, statement: Any) -> Any:
    return await (await session.connection()).execute(statement)


async def account_by_email(session: AsyncSession, email: str) -> Account | None:
    """The user with this address, in any spelling of it."""
    return await _account(session, _USERS.c.email_folded == fold(email))


async def account_by_id(session: AsyncSession, user_id: str) -> Account | None:
    """The user with this id."""
    return await _account(session, _USERS.c.id == user_id)


async def _account(session: AsyncSession, which: Any) -> Account | None:
    found = await rows(session, select(_USERS).where(which))
    return await _with_shops(session, found[0]) if found else None


async def _with_shops(session: AsyncSession, row: Row[Any]) -> Account:
    names = "id email name role password_hash locale time_zone undo_seconds sorts active".split()
    same = {name: getattr(row, name) for name in names}
    if row.role == "admin":
        return Account(shop_ids=None, **same)
    theirs = select(_MEMBERSHIPS.c.shop_id, _MEMBERSHIPS.c.role).where(_MEMBERSHIPS.c.user_id == row.id)
    found = await rows(session, theirs.order_by(_MEMBERSHIPS.c.shop_id))
    own = tuple((one.shop_id, one.role) for one in found if one.role not in ("", row.role))
    return Account(shop_ids=tuple(one.shop_id for one in found), by_shop=own, **same)


async def add_user(session: AsyncSession, values: dict[str, Any], slugs: tuple[str, ...], new_ids: list[str]) -> None:
    """Write a user and the memberships. Raises Conflict for a taken address, NotFound for an unknown shop."""
    try:
        await _run(session, insert(_USERS).values(**values))
    except IntegrityError:
        raise Conflict("a user with this address exists already") from None
    for slug, id_ in zip(slugs, new_ids, strict=True):
        found = await rows(session, select(_SHOPS.c.id).where(_SHOPS.c.slug == slug))
        if not found:
            raise NotFound(f"no shop {slug!r}")
        await _run(session, insert(_MEMBERSHIPS).values(id=id_, user_id=values["id"], shop_id=found[0].id))


async def update_user(session: AsyncSession, user_id: str, values: dict[str, Any]) -> None:
    """Set columns of a user."""
    await _run(session, update(_USERS).where(_USERS.c.id == user_id).values(**values))


async def colleagues(session: AsyncSession, shop_id: str) -> tuple[Person, ...]:
    """The active people who answer for a shop, admins among them, by address; not those who may only read."""
    return await colleagues_of(session, [shop_id])


async def colleagues_of(session: AsyncSession, shop_ids: Sequence[str]) -> tuple[Person, ...]:
    """The active people who answer for any of the shops, admins among them, by address."""
    role = func.coalesce(func.nullif(_MEMBERSHIPS.c.role, ""), _USERS.c.role)
    members = (
        select(_MEMBERSHIPS.c.user_id)
        .join(_USERS, _USERS.c.id == _MEMBERSHIPS.c.user_id)
        .where(_MEMBERSHIPS.c.shop_id.in_(shop_ids), role.in_(RIGHTS["work"]))
    )
    statement = select(_USERS.c.id, _USERS.c.email, _USERS.c.name).where(
        _USERS.c.active, or_(_USERS.c.role == "admin", _USERS.c.id.in_(members))
    )
    found = await rows(session, statement.order_by(_USERS.c.email_folded))
    return tuple(Person(row.id, row.email, row.name) for row in found)


async def add_session(session: AsyncSession, row: WebSession) -> None:
    """Keep a signed-in browser."""
    await _run(session, insert(_SESSIONS).values(**row.model_dump()))


async def session_of(session: AsyncSession, fingerprint: str, now: datetime) -> SessionRow | None:
    """The session behind a cookie, unless it has run out or its user may no longer sign in."""
    found = await rows(session, select(_SESSIONS).where(_SESSIONS.c.fingerprint == fingerprint))
    if not found or found[0].expires_at <= now:
        return None
    row = found[0]
    account = await account_by_id(session, row.user_id)
    if account is None or not account.active:
        return None
    return SessionRow(row.fingerprint, row.created_at, row.last_seen_at, row.expires_at, account)


async def touch_session(session: AsyncSession, fingerprint: str, now: datetime) -> None:
    """Note that the browser is in use."""
    await _run(session, update(_SESSIONS).where(_SESSIONS.c.fingerprint == fingerprint).values(last_seen_at=now))


async def end_session(session: AsyncSession, fingerprint: str) -> None:
    """Forget one browser."""
    await _run(session, delete(_SESSIONS).where(_SESSIONS.c.fingerprint == fingerprint))


async def end_other_sessions(session: AsyncSession, user_id: str, keep: str) -> None:
    """Forget all of a user's browsers but one."""
    others = (_SESSIONS.c.user_id == user_id, _SESSIONS.c.fingerprint != keep)
    await _run(session, delete(_SESSIONS).where(*others))


async def add_link(session: AsyncSession, fingerprint: str, user_id: str, expires_at: datetime) -> None:
    """Keep a sign-in link."""
    await _run(
        session,
        insert(_LINKS).values(fingerprint=fingerprint, user_id=user_id, expires_at=expires_at, purpose="sign-in"),
    )


def _works(fingerprint: str, now: datetime) -> tuple[Any, ...]:
    """Only links that sign in: keys of another purpose stand in the same table."""
    mine = (_LINKS.c.fingerprint == fingerprint, _LINKS.c.purpose == "sign-in")
    return (*mine, _LINKS.c.used_at.is_(None), _LINKS.c.expires_at > now)


async def link_is_good(session: AsyncSession, fingerprint: str, now: datetime) -> bool:
    """True for a link that would still sign somebody in."""
    good = _works(fingerprint, now)
    return bool(await rows(session, select(_LINKS.c.user_id).where(*good)))


async def use_link(session: AsyncSession, fingerprint: str, now: datetime) -> Account | None:
    """Take a link, once: whose it is, or None when it is used, too old or unknown."""
    good = _works(fingerprint, now)
    taken = await _run(session, update(_LINKS).where(*good).values(used_at=now).returning(_LINKS.c.user_id))
    user_id = taken.scalar_one_or_none()
    return await account_by_id(session, user_id) if user_id else None


async def one_at_a_time(session: AsyncSession, subject: str) -> None:
    """Hold others who count the same subject until the transaction ends. SQLite has one writer anyway."""
    connection = await session.connection()
    if connection.dialect.name == "postgresql":
        await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(subject, 0))))


async def oldest_failure(session: AsyncSession, subject: str, since: datetime, allowed: int) -> datetime | None:
    """When the failure happened whose ageing would allow another try; None when one is allowed now."""
    statement = select(func.count().label("number"), func.min(_FAILURES.c.at).label("oldest")).where(
        _FAILURES.c.subject == subject
    )
    row = (await rows(session, statement.where(_FAILURES.c.at > since)))[0]
    return row.oldest if row.number >= allowed else None


async def add_failure(session: AsyncSession, id_: str, subject: str, at: datetime) -> None:
    """Count a failed sign-in."""
    await _run(session, insert(_FAILURES).values(id=id_, subject=subject, at=at))


async def forget_failures(session: AsyncSession, subjects: list[str]) -> None:
    """The right password was given: start counting anew."""
    await _run(session, delete(_FAILURES).where(_FAILURES.c.subject.in_(subjects)))
