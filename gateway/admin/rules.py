"""What admins and managers do with routing rules: list, make, change, move, remove. Dry runs are `routing`'s."""

from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.clock import new_id
from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.auditing import On, changes
from gateway.domain.ids import checked_id
from gateway.domain.routing.actions import Action, read_action
from gateway.domain.routing.conditions import read_condition
from gateway.domain.routing.documents import PlacedRuleDocument, RuleDocument
from gateway.domain.routing.rules import Rule
from gateway.domain.routing.shapes import rule_json
from gateway.errors import Forbidden, Invalid, NotFound
from gateway.store import people, routing, shops, teams
from gateway.store import rules as store
from gateway.store.audit import record

OF_TEAMS = ("team", "round_robin")


async def rules(gw: Gateway, actor: Actor) -> tuple[Rule, ...]:
    """The rules of the actor's shops and those for all shops, in order."""
    async with gw.db.read() as session:
        return await store.rules(session, actor.acting("manage"))


async def rule(gw: Gateway, actor: Actor, id_: str) -> Rule:
    """One rule. Raises NotFound."""
    async with gw.db.read() as session:
        return await store.rule(session, actor.acting("manage"), _id(id_))


async def drafts(gw: Gateway, actor: Actor, documents: list[RuleDocument]) -> tuple[Rule, ...]:
    """Rules that are only to be tried, in the order given and all taken as they stand. Raises Invalid."""
    actor = actor.acting("manage")
    async with gw.db.read() as session:
        return tuple([await _draft(session, actor, each, f"rules.{number}.") for number, each in enumerate(documents)])


async def _draft(session: AsyncSession, actor: Actor, document: RuleDocument, where: str) -> Rule:
    values = await _values(session, actor, document, where)
    conditions, actions = values["conditions"], values["actions"]
    return Rule(
        id=new_id(),
        name=values["name"],
        shop=document.shop,
        enabled=document.enabled,
        stop=document.stop,
        conditions=tuple(read_condition(each, where) for each in conditions),
        actions=tuple(read_action(each, where) for each in actions),
    )


async def add(gw: Gateway, actor: Actor, document: PlacedRuleDocument) -> Rule:
    """Make a rule. Raises Forbidden for one of shops that the actor does not manage, Invalid that names the field."""
    actor, id_, now = actor.acting("manage"), new_id(), gw.clock.now()
    async with gw.db.write() as session:
        values = await _values(session, actor, document)
        await store.add(session, values | {"id": id_, "created_at": now, "updated_at": now})
        await _place(session, actor, id_, document.position)
        made = await store.rule(session, actor, id_)
        await record(session, actor, "rule.added", On(id_, values["shop_id"], made.name), now, rule_json(made))
    return made


async def put(gw: Gateway, actor: Actor, id_: str, document: PlacedRuleDocument) -> Rule:
    """Write a rule anew, whole. Raises NotFound, and as `add` does."""
    actor = actor.acting("manage")
    async with gw.db.write() as session:
        known = await store.rule(session, actor, _id(id_))
        _own(actor, known)
        values = await _values(session, actor, document)
        await store.change(session, id_, values | {"updated_at": gw.clock.now()})
        await _place(session, actor, id_, document.position)
        changed = await store.rule(session, actor, id_)
        told, on = changes(rule_json(known), rule_json(changed)), On(id_, values["shop_id"], changed.name)
        await record(session, actor, "rule.changed", on, gw.clock.now(), told)
    return changed


async def move(gw: Gateway, actor: Actor, id_: str, position: int) -> Rule:
    """Put a rule at a place of the table, from 1, among those that the actor sees. Raises NotFound, Forbidden."""
    actor = actor.acting("manage")
    async with gw.db.write() as session:
        _own(actor, await store.rule(session, actor, _id(id_)))
        await _place(session, actor, id_, position)
        moved = await store.rule(session, actor, id_)
        told = {"position": moved.position}
        await record(session, actor, "rules.ordered", On(id_, None, moved.name), gw.clock.now(), told)
    return moved


async def enable(gw: Gateway, actor: Actor, id_: str, on: bool) -> Rule:
    """Switch a rule on or off. Raises NotFound, Forbidden."""
    actor = actor.acting("manage")
    async with gw.db.write() as session:
        _own(actor, await store.rule(session, actor, _id(id_)))
        await store.change(session, id_, {"enabled": on, "updated_at": gw.clock.now()})
        changed = await store.rule(session, actor, id_)
        await record(session, actor, "rule.changed", On(id_, None, changed.name), gw.clock.now(), {"enabled": on})
    return changed


async def remove(gw: Gateway, actor: Actor, id_: str) -> None:
    """Forget a rule; messages keep what it did. Raises NotFound, Forbidden."""
    actor = actor.acting("manage")
    async with gw.db.write() as session:
        known = await store.rule(session, actor, _id(id_))
        _own(actor, known)
        await store.remove(session, id_)
        await record(session, actor, "rule.removed", On(id_, None, known.name), gw.clock.now(), rule_json(known))


def _own(actor: Actor, known: Rule) -> None:
    if known.shop is None and actor.shop_ids is not None:
        raise Forbidden("this rule is for every shop: it takes somebody who manages them all")


def _id(text: str) -> str:
    return checked_id(text, "there is no such rule")


async def _place(session: AsyncSession, actor: Actor, id_: str, position: int | None) -> None:
    """Before whatever stands there among the rules that the actor sees; the others keep their order."""
    others = [each.id for each in await store.rules(session, actor) if each.id != id_]
    if position is not None:
        await store.put_before(session, id_, others[position - 1] if position <= len(others) else None)


async def _values(session: AsyncSession, actor: Actor, document: RuleDocument, where: str = "") -> dict[str, Any]:
    """The columns that a document sets, checked. Raises Invalid, naming the field below `where`."""
    shop_id = await _shop(session, actor, document.shop, where)
    asked = enumerate(document.conditions)
    conditions = [read_condition(each.model_dump(), f"{where}conditions.{n}") for n, each in asked]
    actions = [read_action(each.model_dump(), f"{where}actions.{n}") for n, each in enumerate(document.actions)]
    known = await _Known.of(session, actor, shop_id)
    return {
        "name": " ".join(document.name.split()),
        "shop_id": shop_id,
        "enabled": document.enabled,
        "stop": document.stop,
        "conditions": [condition.as_json() for condition in conditions],
        "actions": [known.checked(action, f"{where}actions.{n}").as_json() for n, action in enumerate(actions)],
    }


async def _shop(session: AsyncSession, actor: Actor, slug: str | None, where: str) -> str | None:
    if slug is None:
        if actor.shop_ids is not None:
            raise Invalid("name the shop: a rule for all of them takes somebody who manages them all", f"{where}shop")
        return None
    try:
        return (await shops.shop(session, actor, slug)).id
    except NotFound:
        raise Invalid("there is no such shop", field=f"{where}shop") from None


class _Known:
    """The people, teams and webhooks that a rule may name."""

    def __init__(self, addresses: set[str], by_name: dict[str, str], hooks: set[str]) -> None:
        self._addresses, self._by_name, self._hooks = addresses, by_name, hooks

    @classmethod
    async def of(cls, session: AsyncSession, actor: Actor, shop_id: str | None) -> "_Known":
        found = await teams.teams(session, actor, shop_id)
        by_name = {team.name: team.id for team in found} | {team.id: team.id for team in found}
        hooks = set(await routing.webhooks(session, actor, shop_id))
        if shop_id is not None:
            return cls({each.email.lower() for each in await people.colleagues(session, shop_id)}, by_name, hooks)
        return cls(set(await teams.user_ids(session, None)), by_name, hooks)

    def checked(self, action: Action, where: str) -> Action:
        """The same action, its team by id. Raises Invalid for somebody or something that there is not."""
        if action.do in OF_TEAMS:
            if action.value not in self._by_name:
                raise Invalid("no team of this shop has this name", field=f"{where}.value")
            return Action(action.do, self._by_name[action.value])
        if action.do == "webhook" and action.value and action.value not in self._hooks:
            raise Invalid("there is no such webhook", field=f"{where}.value")
        person = action.do == "assign" or (action.do == "notify" and action.value not in ("assignee", "team"))
        if person and action.value.lower() not in self._addresses:
            raise Invalid("nobody here has this address", field=f"{where}.value")
        return action
