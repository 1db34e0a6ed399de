"""Reads and writes teams and who belongs to them, within the shops that the actor reaches."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, true, update
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.clock import new_id
from gateway.domain.actors import SYSTEM, Actor
from gateway.domain.routing.teams import Member, Team
from gateway.errors import NotFound
from gateway.models import Channel, Shop, TeamMember, Thread, User
from gateway.models import Team as TeamRow
from gateway.models.columns import table_of
from gateway.store.changes import changed_setup
from gateway.store.people import colleagues
from gateway.store.threads import rows

_T, _M, _U, _S = table_of(TeamRow), table_of(TeamMember), table_of(User), table_of(Shop)
_THREADS, _CHANNELS = table_of(Thread), table_of(Channel)


def _reached(actor: Actor) -> ColumnElement[bool]:
    """Teams of one's own shops, and those that serve all shops."""
    return true() if actor.shop_ids is None else or_(_T.c.shop_id.is_(None), _T.c.shop_id.in_(actor.shop_ids))


async def teams(session: AsyncSession, actor: Actor, shop_id: str | None = None) -> tuple[Team, ...]:
    """The teams that the actor may see, by name; with a shop only those that may work for it."""
    condition = _reached(actor)
    if shop_id is not None:
        condition &= or_(_T.c.shop_id.is_(None), _T.c.shop_id == shop_id)
    return await _teams(session, condition)


async def team(session: AsyncSession, actor: Actor, id_: str) -> Team:
    """One team. Raises NotFound for what the actor does not reach."""
    found = await _teams(session, _reached(actor) & (_T.c.id == id_))
    if not found:
        raise NotFound("there is no such team")
    return found[0]


async def _teams(session: AsyncSession, condition: ColumnElement[bool]) -> tuple[Team, ...]:
    statement = select(_T, _S.c.slug).outerjoin(_S, _S.c.id == _T.c.shop_id).where(condition)
    found = await rows(session, statement.order_by(_T.c.name_folded))
    members = await _members(session, [row.id for row in found])
    return tuple(
        Team(
            id=row.id,
            name=row.name,
            shop=row.slug,
            zone=row.zone,
            hours={day: (span[0], span[1]) for day, span in row.hours.items()},
            members=tuple(members[row.id]),
            created_at=row.created_at,
        )
        for row in found
    )


async def _members(session: AsyncSession, ids: list[str]) -> dict[str, list[Member]]:
    """Those who may sign in, in the team's order."""
    statement = (
        select(_M.c.team_id, _U.c.id, _U.c.email, _U.c.name)
        .join(_U, _U.c.id == _M.c.user_id)
        .where(_M.c.team_id.in_(ids), _U.c.active)
        .order_by(_M.c.position, _M.c.id)
    )
    by_team: dict[str, list[Member]] = defaultdict(list)
    for row in await rows(session, statement) if ids else ():
        by_team[row.team_id].append(Member(row.id, row.email, row.name))
    return by_team


async def put(session: AsyncSession, values: dict[str, Any], members: Iterable[str], new: bool) -> None:
    """Write a team with its members by user id, in this order. Raises Duplicate for a name that another team has."""
    connection, id_ = await session.connection(), values["id"]
    statement = insert(_T) if new else update(_T).where(_T.c.id == id_)
    await connection.execute(statement.values(**values))
    await connection.execute(delete(_M).where(_M.c.team_id == id_))
    for position, user_id in enumerate(members):
        await connection.execute(insert(_M).values(id=new_id(), team_id=id_, user_id=user_id, position=position))
    await changed_setup(session, values["shop_id"])


async def name_taken(session: AsyncSession, folded: str, but: str) -> bool:
    """Whether another team has this name."""
    count = select(func.count()).select_from(_T).where(_T.c.name_folded == folded, _T.c.id != but)
    return bool((await rows(session, count))[0][0])


async def remove(session: AsyncSession, id_: str) -> None:
    """Forget a team: its threads and channels are then nobody's in particular."""
    connection = await session.connection()
    for table in (_THREADS, _CHANNELS):
        await connection.execute(update(table).where(table.c.team_id == id_).values(team_id=None))
    await connection.execute(delete(_M).where(_M.c.team_id == id_))
    shop_id = (await connection.execute(delete(_T).where(_T.c.id == id_).returning(_T.c.shop_id))).scalar()
    await changed_setup(session, shop_id)


async def user_ids(session: AsyncSession, shop_id: str | None) -> dict[str, str]:
    """Whom a team may have: the folded addresses and ids of all active users, or of those who work for a shop."""
    if shop_id is not None:
        return {person.email.lower(): person.id for person in await colleagues(session, shop_id)}
    found = await rows(session, select(_U.c.id, _U.c.email_folded).where(_U.c.active))
    return {row.email_folded: row.id for row in found}


async def loads(session: AsyncSession, user_ids_: Iterable[str]) -> dict[str, int]:
    """How many open threads each of these users has."""
    wanted = list(user_ids_)
    statement = (
        select(_THREADS.c.assignee_id, func.count().label("number"))
        .where(_THREADS.c.assignee_id.in_(wanted), _THREADS.c.status == "open")
        .group_by(_THREADS.c.assignee_id)
    )
    return {row.assignee_id: row.number for row in await rows(session, statement)} if wanted else {}


async def for_shop(session: AsyncSession, shop_id: str) -> dict[str, Team]:
    """The teams that may work for a shop, by id."""
    return {team.id: team for team in await teams(session, SYSTEM, shop_id)}
