"""What admins and managers do with teams: list, make, change, remove."""

from dataclasses import dataclass
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.clock import new_id
from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.auditing import On
from gateway.domain.conversations import Person
from gateway.domain.ids import checked_id
from gateway.domain.routing.documents import TeamDocument
from gateway.domain.routing.shapes import team_json
from gateway.domain.routing.teams import Team, zone_of
from gateway.errors import Conflict, Forbidden, Invalid, NotFound
from gateway.store import people
from gateway.store import teams as store
from gateway.store.audit import record
from gateway.store.shops import ShopSetup, shop, shops


async def teams(gw: Gateway, actor: Actor) -> tuple[Team, ...]:
    """The teams of the actor's shops and those that serve all shops, by name."""
    async with gw.db.read() as session:
        return await store.teams(session, actor)


async def team(gw: Gateway, actor: Actor, id_: str) -> Team:
    """One team. Raises NotFound."""
    async with gw.db.read() as session:
        return await store.team(session, actor, _id(id_))


async def put(gw: Gateway, actor: Actor, document: TeamDocument, id_: str = "") -> Team:
    """Make a team, or write one anew, whole.

    Raises NotFound, Forbidden for one that serves shops which the actor does not reach, Invalid that names the field,
    Conflict for a name that another team has.
    """
    actor = actor.acting("manage")
    async with gw.db.write() as session:
        if id_:
            _own(actor, await store.team(session, actor, _id(id_)))
        values = await _values(session, actor, document)
        values |= {"id": id_} if id_ else {"id": new_id(), "created_at": gw.clock.now()}
        if await store.name_taken(session, values["name_folded"], values["id"]):
            raise Conflict("another team has this name")
        members = await _members(session, values["shop_id"], document.members)
        await store.put(session, values, members, new=not id_)
        made = await store.team(session, actor, values["id"])
        act = "team.changed" if id_ else "team.added"
        await record(session, actor, act, _on(made, values["shop_id"]), gw.clock.now(), team_json(made))
    return made


async def remove(gw: Gateway, actor: Actor, id_: str) -> None:
    """Forget a team; its threads and channels are nobody's in particular then. Raises NotFound, Forbidden."""
    actor = actor.acting("manage")
    async with gw.db.write() as session:
        known = await store.team(session, actor, _id(id_))
        _own(actor, known)
        await store.remove(session, id_)
        await record(session, actor, "team.removed", _on(known, None), gw.clock.now())


def _own(actor: Actor, team: Team) -> None:
    if team.shop is None and actor.shop_ids is not None:
        raise Forbidden("this team serves every shop: it takes somebody who manages them all")


def _on(known: Team, shop_id: str | None) -> On:
    return On(known.id, shop_id, known.name)


def _id(text: str) -> str:
    return checked_id(text, "there is no such team")


async def _values(session: AsyncSession, actor: Actor, document: TeamDocument) -> dict[str, Any]:
    if document.shop is None and actor.shop_ids is not None:
        raise Invalid("name the shop: a team for all of them takes somebody who manages them all", field="shop")
    try:
        owner = await shop(session, actor, document.shop) if document.shop is not None else None
    except NotFound:
        raise Invalid("there is no such shop", field="shop") from None
    zone_of(document.zone)
    for day, (begin, end) in document.hours.items():
        if begin == end:
            raise Invalid("begins and ends at the same time: leave the day out", field=f"hours.{day}")
    name = " ".join(document.name.split())
    return {
        "shop_id": owner.id if owner else None,
        "name": name,
        "name_folded": name.casefold(),
        "zone": document.zone,
        "hours": {day: list(span) for day, span in document.hours.items()},
    }


async def _members(session: AsyncSession, shop_id: str | None, wanted: list[str]) -> list[str]:
    known = await store.user_ids(session, shop_id)
    unknown = [address for address in wanted if address.strip().lower() not in known]
    if unknown:
        raise Invalid(f"nobody here has the address {unknown[0][:80]!r}", field="members")
    return list(dict.fromkeys(known[address.strip().lower()] for address in wanted))


@dataclass(frozen=True, slots=True)
class Choices:
    """Whom and what a channel, a rule or a team may name: shops, teams, and the people of those shops."""

    shops: tuple[ShopSetup, ...]
    teams: tuple[Team, ...]
    people: tuple[Person, ...]

    @property
    def names(self) -> dict[str, str]:
        """The names of ids."""
        return {team.id: team.name for team in self.teams} | {each.id: each.name or each.email for each in self.people}


async def choices(gw: Gateway, actor: Actor) -> Choices:
    """What the actor may choose from."""
    async with gw.db.read() as session:
        shops_ = tuple(await shops(session, actor))
        found = {each.id: each for one in shops_ for each in await people.colleagues(session, one.id)}
        by_address = tuple(sorted(found.values(), key=lambda each: each.email.lower()))
        return Choices(shops_, await store.teams(session, actor), by_address)
