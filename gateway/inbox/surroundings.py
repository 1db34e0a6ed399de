"""What a page shows around a thread besides its rows: drafts, what was done to it, what to write with."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.conversations import Person, ThreadSummary
from gateway.domain.routing.teams import Team
from gateway.domain.writing import Draft, Kind
from gateway.inbox.canned import Kit, kit
from gateway.store import drafts, mentions, people, teams, thread_events
from gateway.store.restructuring import Event


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`called` when a note calls the reader who has not looked yet.

    `colleagues` and `teams` are those whom the thread can be given to, `kit` what the reader writes with.
    """

    drafts: Mapping[Kind, Draft]
    events: Mapping[str, Event]
    blocked: bool
    called: bool
    colleagues: tuple[Person, ...]
    kit: Kit
    teams: tuple[Team, ...]


async def of_thread(gw: Gateway, actor: Actor, thread: ThreadSummary, event_ids: Collection[str]) -> Surroundings:
    """Everything around a thread that the actor has read already."""

    async def read(session: AsyncSession) -> Surroundings:
        return Surroundings(
            await drafts.drafts(session, actor.user_id, thread.id),
            await thread_events.events(session, event_ids),
            await thread_events.blocked_at(session, thread.buyer.id) is not None,
            await mentions.calls(session, actor.user_id, thread.id),
            await people.colleagues(session, thread.shop.id),
            await kit(session, actor, thread.id),
            tuple((await teams.for_shop(session, thread.shop.id)).values()),
        )

    return await gw.db.look(read)


async def leads_to(gw: Gateway, actor: Actor, thread_id: str) -> str | None:
    """Where the messages of a merged thread stand now; None for one that was not merged, or is not there."""
    async with gw.db.read() as session:
        return await thread_events.leads_to(session, actor, thread_id)
