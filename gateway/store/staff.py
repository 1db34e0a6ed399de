"""Reads and writes who works where, as admins set it up; signing in is `store/people`'s."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, insert, select, true, update
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.clock import new_id
from gateway.domain.actors import Actor
from gateway.domain.rights import Role, highest
from gateway.domain.staff import Colleague, Post, State
from gateway.errors import NotFound
from gateway.models import Invitation, Membership, Shop, User, WebSession
from gateway.models.columns import table_of
from gateway.store.threads import rows

_USERS, _MEMBERSHIPS, _SHOPS = table_of(User), table_of(Membership), table_of(Shop)
_INVITATIONS, _SESSIONS = table_of(Invitation), table_of(WebSession)


def _known_to(actor: Actor) -> ColumnElement[bool]:
    if actor.shop_ids is None:
        return true()
    return _USERS.c.id.in_(select(_MEMBERSHIPS.c.user_id).where(_MEMBERSHIPS.c.shop_id.in_(actor.shop_ids)))


async def colleagues(session: AsyncSession, actor: Actor, now: datetime) -> tuple[Colleague, ...]:
    """Everybody who works for a shop that the actor reaches, by address; for who reaches all, everybody."""
    found = await rows(session, select(_USERS).where(_known_to(actor)).order_by(_USERS.c.email_folded))
    return await _colleagues(session, actor, found, now)


async def colleague(session: AsyncSession, actor: Actor, id_: str, now: datetime) -> Colleague:
    """One of them. Raises NotFound."""
    found = await rows(session, select(_USERS).where(_USERS.c.id == id_, _known_to(actor)))
    if not found:
        raise NotFound("nobody of this id works here")
    return (await _colleagues(session, actor, found, now))[0]


async def _colleagues(
    session: AsyncSession, actor: Actor, users: Sequence[Row[Any]], now: datetime
) -> tuple[Colleague, ...]:
    ids = [user.id for user in users]
    posts = await _posts(session, ids)
    seen = await _latest(session, _SESSIONS.c.user_id, _SESSIONS.c.last_seen_at, ids)
    open_ = (_INVITATIONS.c.used_at.is_(None), _INVITATIONS.c.expires_at > now)
    invited = await _latest(session, _INVITATIONS.c.user_id, _INVITATIONS.c.expires_at, ids, *open_)
    return tuple(_colleague(actor, user, posts.get(user.id, ()), seen, invited) for user in users)


def _colleague(
    actor: Actor,
    user: Row[Any],
    posts: Sequence[Post],
    seen: Mapping[str, datetime],
    invited: Mapping[str, datetime],
) -> Colleague:
    state: State = "active" if user.active else "deactivated" if user.password_hash else "invited"
    known = tuple(post for post in posts if actor.shop_ids is None or post.shop_id in actor.shop_ids)
    return Colleague(
        id=user.id,
        email=user.email,
        name=user.name,
        admin=user.role == "admin",
        state=state,
        posts=() if user.role == "admin" else known,
        elsewhere=len(known) < len(posts),
        seen_at=seen.get(user.id),
        invited_until=invited.get(user.id),
        created_at=user.created_at,
    )


async def _posts(session: AsyncSession, user_ids: Sequence[str]) -> dict[str, list[Post]]:
    role = func.coalesce(func.nullif(_MEMBERSHIPS.c.role, ""), _USERS.c.role).label("role")
    statement = (
        select(_MEMBERSHIPS.c.user_id, _MEMBERSHIPS.c.shop_id, _SHOPS.c.slug, _SHOPS.c.name, role)
        .join(_SHOPS, _SHOPS.c.id == _MEMBERSHIPS.c.shop_id)
        .join(_USERS, _USERS.c.id == _MEMBERSHIPS.c.user_id)
        .where(_MEMBERSHIPS.c.user_id.in_(user_ids))
        .order_by(_SHOPS.c.slug)
    )
    found: dict[str, list[Post]] = {}
    for row in await rows(session, statement):
        found.setdefault(row.user_id, []).append(Post(row.shop_id, row.slug, row.name, row.role))
    return found


async def _latest(
    session: AsyncSession, key: Any, value: Any, ids: Sequence[str], *where: ColumnElement[bool]
) -> dict[str, datetime]:
    statement = select(key.label("id"), func.max(value).label("at")).where(key.in_(ids), *where).group_by(key)
    return {row.id: row.at for row in await rows(session, statement)}


async def set_roles(session: AsyncSession, actor: Actor, user_id: str, admin: bool, roles: Mapping[str, Role]) -> None:
    """Make somebody an admin, or give them exactly these roles (by shop id) in the shops that the actor reaches."""
    connection = await session.connection()
    usual = (await connection.execute(select(_USERS.c.role).where(_USERS.c.id == user_id))).scalar_one()
    theirs = _MEMBERSHIPS.c.user_id == user_id
    # From here on each membership says itself what it is: the user's own role is only the highest of them.
    unsaid = update(_MEMBERSHIPS).where(theirs, _MEMBERSHIPS.c.role == "")
    await connection.execute(unsaid.values(role="seller" if usual == "admin" else usual))
    within = true() if actor.shop_ids is None else _MEMBERSHIPS.c.shop_id.in_(actor.shop_ids)
    await connection.execute(delete(_MEMBERSHIPS).where(theirs, within))
    for shop_id, role in roles.items():
        row = {"id": new_id(), "user_id": user_id, "shop_id": shop_id, "role": role}
        await connection.execute(insert(_MEMBERSHIPS), row)
    held = (await connection.execute(select(_MEMBERSHIPS.c.role).where(theirs))).scalars().all()
    role = "admin" if admin else highest(tuple(held))
    await connection.execute(update(_USERS).where(_USERS.c.id == user_id).values(role=role))


async def invite(session: AsyncSession, values: dict[str, Any]) -> None:
    """Keep an invitation; older ones of the same person work no more."""
    connection = await session.connection()
    await connection.execute(delete(_INVITATIONS).where(_INVITATIONS.c.user_id == values["user_id"]))
    await connection.execute(insert(_INVITATIONS), values)


async def invited(session: AsyncSession, fingerprint: str, now: datetime) -> tuple[str, str] | None:
    """Whose invitation it is and who invited; None when it is used, too old or unknown."""
    good = (
        _INVITATIONS.c.fingerprint == fingerprint,
        _INVITATIONS.c.used_at.is_(None),
        _INVITATIONS.c.expires_at > now,
    )
    found = await rows(session, select(_INVITATIONS.c.user_id, _INVITATIONS.c.inviter_name).where(*good))
    return (found[0].user_id, found[0].inviter_name) if found else None


async def use_invitation(session: AsyncSession, fingerprint: str, now: datetime) -> str | None:
    """Take an invitation, once: the user's id; None when somebody else has, or it never worked."""
    good = (
        _INVITATIONS.c.fingerprint == fingerprint,
        _INVITATIONS.c.used_at.is_(None),
        _INVITATIONS.c.expires_at > now,
    )
    taken = update(_INVITATIONS).where(*good).values(used_at=now).returning(_INVITATIONS.c.user_id)
    found: str | None = (await (await session.connection()).execute(taken)).scalar_one_or_none()
    return found


async def shut_out(session: AsyncSession, user_id: str) -> None:
    """Take away what a person could still come in with: browsers and invitations. Tokens are `store/tokens`'s."""
    connection = await session.connection()
    await connection.execute(update(_USERS).where(_USERS.c.id == user_id).values(active=False))
    await connection.execute(delete(_SESSIONS).where(_SESSIONS.c.user_id == user_id))
    await connection.execute(delete(_INVITATIONS).where(_INVITATIONS.c.user_id == user_id))
