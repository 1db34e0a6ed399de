"""Routes what was filed: the rules decide, the thread moves, people and programs are told. And the rules' own upkeep.

A dry run goes through the same functions, and stops before it writes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway import maillog
from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.conversations import Person
from gateway.domain.editing import columns_of
from gateway.domain.routing.actions import Outcome
from gateway.domain.routing.changes import Standing, after, by_channel, differences
from gateway.domain.routing.channels import Channel
from gateway.domain.routing.facts import RoutingFacts
from gateway.domain.routing.rules import Rule, decide
from gateway.domain.routing.teams import Team
from gateway.domain.webhooks.events import EventKind
from gateway.errors import Invalid
from gateway.outbound.mailing import Notice, post
from gateway.store import channels, people, rules, teams, webhook_events
from gateway.store import routing as store
from gateway.store.notices import shop_words
from gateway.store.routing import Routed

MAX_DRY_RUN = 1000
ROUTED: EventKind = "message.routed"
OF_PEOPLE = frozenset({"assign", "team", "round_robin", "notify"})


@dataclass(frozen=True, slots=True)
class Routing:
    """What became of one message: the outcome, and how its thread stood before and stands now."""

    routed: Routed
    outcome: Outcome
    before: Standing
    now: Standing


@dataclass(frozen=True, slots=True)
class Compared:
    """A dry run: how many mails were looked at, how many a rule acted on, and those that would stand elsewhere."""

    looked_at: int
    acted_on: int
    changed: tuple[Routing, ...]
    names: Mapping[str, str]


async def route(session: AsyncSession, gw: Gateway, message_id: str) -> Routing | None:
    """Let channel and rules act on a message that was just filed, in its transaction; None when there was none.

    Whether the buyer gets an acknowledgement is left to the caller: the outcome says what the rules want.
    """
    return (await route_all(session, gw, [message_id])).get(message_id)


async def route_all(session: AsyncSession, gw: Gateway, message_ids: Sequence[str]) -> dict[str, Routing]:
    """`route` for many messages, one after the other; those on which nothing acts are left out."""
    known = await rules.enabled(session)
    concerned = set(message_ids) if known else await store.with_channel(session, message_ids)
    return {id_: await _route(session, gw, id_, known) for id_ in message_ids if id_ in concerned}


async def _route(session: AsyncSession, gw: Gateway, message_id: str, known: tuple[Rule, ...]) -> Routing:
    (routed,) = await store.messages(session, [message_id])
    channel = await channels.maybe_channel(session, routed.own_channel_id or routed.channel_id)
    around = await _Around.of(session, routed.shop_id) if _about_people(known) else _Around({}, {}, {})
    own = channel if routed.own_channel_id else None
    outcome = by_channel(decide(known, around.facts(routed)), own)
    due = channel.due(routed.received_at) if channel and routed.needs_reply else None
    routing = Routing(routed, outcome, routed.standing, after(routed.standing, outcome, due))
    await store.write(session, routed, _columns(gw, routing, own), [acted.as_json() for acted in outcome.acted])
    if own is not None and own.language and not routed.buyer_language:
        await store.set_language(session, routed.buyer_id, own.language)
    await _tell(session, gw, routing, around)
    await _tell_webhooks(session, gw, routing)
    return routing


def _about_people(known: tuple[Rule, ...]) -> bool:
    """Whether any rule could name people or teams: reading who there is costs more than all other facts."""
    return any(action.do in OF_PEOPLE for rule in known for action in rule.actions)


@dataclass(slots=True)
class _Around:
    """Who and what is at hand in one shop."""

    people: Mapping[str, Person]
    teams: Mapping[str, Team]
    loads: Mapping[str, int]

    @classmethod
    async def of(cls, session: AsyncSession, shop_id: str) -> "_Around":
        colleagues = await people.colleagues(session, shop_id)
        mine = await teams.for_shop(session, shop_id)
        members = {member.user_id for team in mine.values() for member in team.members}
        return cls({person.email.lower(): person for person in colleagues}, mine, await teams.loads(session, members))

    def facts(self, routed: Routed) -> RoutingFacts:
        """The facts of a message, whole."""
        ids = {address: person.id for address, person in self.people.items()}
        return replace(routed.facts, people=ids, teams=self.teams, loads=self.loads)


def _columns(gw: Gateway, routing: Routing, own: Channel | None) -> dict[str, Any]:
    """The thread's columns that change."""
    before, now = routing.before, routing.now
    changed: dict[str, Any] = {name: getattr(now, name) for name in differences(before, now)}
    if "labels" in changed:
        changed["labels"] = list(now.labels)
    if now.due_at != before.due_at:
        changed["due_at"] = now.due_at
    if own is not None and routing.routed.channel_id is None:
        changed["channel_id"] = own.id
    status = changed.pop("status", None)
    return changed | (_status(gw, status, routing.outcome) if status else {})


def _status(gw: Gateway, status: str, outcome: Outcome) -> dict[str, Any]:
    now = gw.clock.now()
    wanted: dict[str, Any] = {"status": status}
    if outcome.snooze_minutes is not None:
        wanted["snoozed_until"] = now + timedelta(minutes=outcome.snooze_minutes)
    return columns_of(wanted, now)


async def _tell(session: AsyncSession, gw: Gateway, routing: Routing, around: _Around) -> None:
    """Mail the people whom the rules name, once each."""
    told = set()
    for wanted in routing.outcome.notify:
        for person in _whom(wanted, routing.now, around):
            if person.id not in told:
                told.add(person.id)
                await _notify(session, gw, routing.routed, person)


async def _tell_webhooks(session: AsyncSession, gw: Gateway, routing: Routing) -> None:
    """Queue the event for the webhooks that rules name, whatever else those want to hear; "" is all who want it."""
    routed, now = routing.routed, gw.clock.now()
    told: dict[str, Any] = {"shop": routed.facts.shop, "thread_id": routed.thread_id, "message_id": routed.message_id}
    told |= {"channel": routed.facts.channel, "rules": [acted.rule_id for acted in routing.outcome.acted]}
    for wanted in dict.fromkeys(routing.outcome.webhooks):
        if not wanted:
            await webhook_events.emit(session, routed.shop_id, ROUTED, told, now)
        elif await store.webhook_is_on(session, wanted, routed.shop_id):
            event = {"shop_id": routed.shop_id, "kind": ROUTED, "data": told, "at": now}
            await webhook_events.queue(session, [wanted], event)


def _whom(wanted: str, now: Standing, around: _Around) -> list[Person]:
    by_id = {person.id: person for person in around.people.values()}
    if wanted == "assignee":
        found = [by_id.get(now.assignee_id or "")]
    elif wanted == "team":
        team = around.teams.get(now.team_id or "")
        found = [by_id.get(member.user_id) for member in team.members] if team else []
    else:
        found = [around.people.get(wanted.lower())]
    return [person for person in found if person is not None]


async def _notify(session: AsyncSession, gw: Gateway, routed: Routed, person: Person) -> None:
    shop = await shop_words(session, routed.shop_id)
    context: dict[str, object] = {
        "shop_name": shop.name,
        "buyer_name": routed.buyer_name,
        "subject": routed.subject,
        "text": routed.facts.text.partition("\n")[2],
        "files": [],
        "order": None,
        "link": f"{gw.settings.public_url}/threads/{routed.thread_id}",
        "marker": "",
        "unsubscribe_link": f"{gw.settings.public_url}/settings",
    }
    notice = Notice(
        kind="seller-notification",
        shop=shop,
        address=person.email,
        to_name=person.name,
        locale=shop.locale,
        context=context,
        auto="auto-generated",
        once=f"rule\0{routed.message_id}\0{person.id}",
    )
    try:
        await post(session, gw, notice, gw.clock.now())
    except Invalid:
        maillog.event("outbound.unwritable", id=routed.message_id, rcpt=maillog.masked(person.email))


async def dry_run(gw: Gateway, actor: Actor, drafts: tuple[Rule, ...] | None, last: int) -> Compared:
    """What rules would do with the last mails, were they new; nothing changes. Without drafts: the rules that are on.

    Each mail is taken as it came: nobody has its thread yet, unless an earlier mail of the run gave it to somebody.
    """
    actor = actor.acting("manage")
    async with gw.db.read() as session:
        known = await rules.enabled(session) if drafts is None else drafts
        found = await store.messages(session, await store.newest(session, actor, min(last, MAX_DRY_RUN)))
        around = {shop_id: await _Around.of(session, shop_id) for shop_id in {each.shop_id for each in found}}
        names = {person.id: person.email for each in around.values() for person in each.people.values()}
        names |= {id_: team.name for each in around.values() for id_, team in each.teams.items()}
        own = {id_: await channels.maybe_channel(session, id_) for id_ in {each.own_channel_id for each in found}}
    run = _Run(known, around)
    routings = [run.route(each, own[each.own_channel_id]) for each in found]
    changed = tuple(each for each in reversed(routings) if differences(each.before, each.now))
    return Compared(len(routings), sum(bool(each.outcome.acted) for each in routings), changed, names)


class _Run:
    """A dry run: remembers what it has given to whom, as the database would; people may work for several shops."""

    def __init__(self, known: tuple[Rule, ...], around: Mapping[str, _Around]) -> None:
        self._rules, self._around = known, around
        self._loads = {id_: load for each in around.values() for id_, load in each.loads.items()}
        self._stands: dict[str, Standing] = {}

    def route(self, routed: Routed, channel: Channel | None) -> Routing:
        """One message, as `route` would route it."""
        around, actual = self._around[routed.shop_id], routed.standing
        facts = replace(around.facts(routed), loads=self._loads)
        outcome = by_channel(decide(self._rules, facts), channel)
        fresh = self._stands.get(routed.thread_id, replace(actual, assignee_id=None, team_id=None))
        now = after(fresh, outcome)
        self._stands[routed.thread_id] = now
        given = now.assignee_id
        if given and not fresh.assignee_id and now.status == "open" and given != actual.assignee_id:
            self._loads[given] = self._loads.get(given, 0) + 1
        shown = replace(now, assignee_id=given or actual.assignee_id, team_id=now.team_id or actual.team_id)
        return Routing(routed, outcome, actual, shown)
