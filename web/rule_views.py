"""Pages of routing rules: the table as sentences, the editor, and dry runs on the last mails."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from gateway.admin import channels, rules, teams
from gateway.domain.routing.changes import Standing, differences
from gateway.domain.routing.documents import PlacedRuleDocument
from gateway.domain.routing.rules import Rule
from gateway.domain.routing.sentences import VALUES, action_words, condition_words
from gateway.errors import Invalid
from gateway.inbound import routing

from .bubbles import PRIORITIES, STATUSES
from .forms import Form
from .i18n import N_
from .keys import FORM, gateway, visit
from .pages import locale_of, render, see_other
from .routing_forms import ROWS, actions_of, acts, conditions_of, problem_of, questions, read, suggestions

LASTS = (100, 500, 1000)
SHOWN = 100
WHAT = {
    # What of a thread a rule may change.
    "assignee_id": N_("Assigned to"),
    "team_id": N_("Team"),
    "labels": N_("Labels"),
    "priority": N_("Priority"),
    "status": N_("Status"),
}
RULE_PROBLEM = N_(
    "One of the conditions or actions lacks a value that fits, or names somebody or something that there is not."
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A rule as one reads it."""

    rule: Rule
    when: tuple[str, ...]
    then: tuple[str, ...]


def _index(request: web.Request) -> int:
    """Which of a pair of texts the reader reads."""
    return 1 if locale_of(request).startswith("zh") else 0


async def _names(request: web.Request, choices: teams.Choices) -> dict[str, str]:
    found = await channels.channels(gateway(request), visit(request).actor)
    shops = {shop.slug: shop.name for shop in choices.shops}
    return choices.names | {channel.id: channel.name for channel in found} | shops


def _sentence(rule: Rule, names: Mapping[str, str], index: int) -> Sentence:
    when = tuple(condition_words(each.as_json(), names)[index] for each in rule.conditions)
    return Sentence(rule, when, tuple(action_words(each.as_json(), names)[index] for each in rule.actions))


async def rules_page(request: web.Request) -> web.StreamResponse:
    """The table."""
    gw, actor = gateway(request), visit(request).actor
    choices = await teams.choices(gw, actor)
    names, index = await _names(request, choices), _index(request)
    table = [_sentence(rule, names, index) for rule in await rules.rules(gw, actor)]
    return render(request, "rules.html", table=table, names=names, everywhere=actor.shop_ids is None)


async def new_page(request: web.Request) -> web.StreamResponse:
    """The editor of a rule that there is not yet."""
    return await _editor(request, None)


async def rule_page(request: web.Request) -> web.StreamResponse:
    """The editor of a rule."""
    return await _editor(request, await _found(request))


async def _found(request: web.Request) -> Rule:
    return await rules.rule(gateway(request), visit(request).actor, request.match_info["id"])


async def _editor(request: web.Request, known: Rule | None, status: int = 200, problem: str = "") -> web.Response:
    gw, actor, index = gateway(request), visit(request).actor, _index(request)
    choices = await teams.choices(gw, actor)
    names = await _names(request, choices)
    form = request[FORM] if FORM in request else _form(known, names, index)
    values: dict[str, Any] = {"questions": questions(index), "acts": acts(index)}
    values |= {"suggested": suggestions({each.email: each.email for each in choices.people} | names, index)}
    return render(
        request,
        "rule.html",
        status,
        rule=known,
        form=form,
        choices=choices,
        everywhere=actor.shop_ids is None,
        problem=problem,
        asked=range(_used(form, "c") + ROWS),
        done=range(_used(form, "a") + ROWS),
        saved=N_("Saved.") if request.query.get("done") else "",
        **values,
    )


def _used(form: Form, prefix: str) -> int:
    return sum(1 for row in range(24) if form.get(f"{prefix}{row}"))


def _form(known: Rule | None, names: Mapping[str, str], index: int) -> Form:
    """A rule as the fields of its form."""
    if known is None:
        return Form()
    fields = {"name": known.name, "shop": known.shop or "", "stop": "yes" if known.stop else ""}
    fields["enabled"] = "yes" if known.enabled else ""
    for row, condition in enumerate(known.conditions):
        flag = isinstance(condition.value, bool)
        fields[f"c{row}"] = f"{condition.field} {condition.value if flag else condition.op}"
        fields[f"cv{row}"] = "" if flag else _shown(condition.value, names, index, condition.field)
    for row, action in enumerate(known.actions):
        fields[f"a{row}"], fields[f"av{row}"] = action.do, _shown(action.value, names, index, action.do)
    return Form(fields)


_CODED = frozenset({"channel", "trust", "weekday", "text.attachments", "priority", "status", "notify"})


def _shown(value: Any, names: Mapping[str, str], index: int, field: str) -> str:
    """A value as somebody would type it."""
    each = value if isinstance(value, tuple) else (value,)
    plain = [str(int(one)) if isinstance(one, float) and one.is_integer() else str(one) for one in each]
    if field in _CODED:
        plain = [VALUES[one][index] if one in VALUES else one for one in plain]
    if field in ("channel", "team", "round_robin"):
        plain = [names.get(one, one) for one in plain]
    return ", ".join(plain)


async def save(request: web.Request) -> web.StreamResponse:
    """Make a rule, or change one."""
    gw, actor, form = gateway(request), visit(request).actor, request[FORM]
    known = await _found(request) if "id" in request.match_info else None
    names = await _names(request, await teams.choices(gw, actor))
    try:
        document = read(PlacedRuleDocument, _values(form, {name: id_ for id_, name in names.items()}))
        if known is None:
            kept = await rules.add(gw, actor, document)
        else:
            kept = await rules.put(gw, actor, known.id, document)
    except (Invalid, ValidationError) as error:
        field, problem = problem_of(error)
        inner = "." in field
        return await _editor(request, known, 422, RULE_PROBLEM if inner else problem)
    return see_other("/rules" if kept.enabled else f"/rules/dry-run?rule={kept.id}")


def _values(form: Form, ids: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {"name": form.get("name"), "shop": form.get("shop") or None}
    values |= {name: form.get(name) == "yes" for name in ("enabled", "stop")}
    return values | {"conditions": conditions_of(form, ids), "actions": actions_of(form, ids)}


async def move(request: web.Request) -> web.StreamResponse:
    """One place up or down, or to a place by its number."""
    gw, actor, id_ = gateway(request), visit(request).actor, request.match_info["id"]
    order = [rule.id for rule in await rules.rules(gw, actor)]
    here = order.index(id_) + 1 if id_ in order else 1
    to = request[FORM].get("to")
    there = int(to) if to.isdecimal() and len(to) < 6 else here - 1 if to == "up" else here + 1
    await rules.move(gw, actor, id_, max(1, there))
    return see_other(f"/rules#r-{id_}")


async def switch(request: web.Request) -> web.StreamResponse:
    """Switch a rule on or off."""
    on = request[FORM].get("enabled") == "yes"
    await rules.enable(gateway(request), visit(request).actor, request.match_info["id"], on)
    return see_other("/rules")


async def remove(request: web.Request) -> web.StreamResponse:
    """Forget a rule."""
    await rules.remove(gateway(request), visit(request).actor, request.match_info["id"])
    return see_other("/rules")


async def dry_run_page(request: web.Request) -> web.StreamResponse:
    """What the table would do with the last mails; of one rule: what it would add, were it on."""
    gw, actor = gateway(request), visit(request).actor
    last = next((each for each in LASTS if str(each) == request.query.get("last")), LASTS[1])
    table, tried = await rules.rules(gw, actor), request.query.get("rule", "")
    rule = next((each for each in table if each.id == tried), None)
    drafts = tuple(replace(each, enabled=each.enabled or each is rule) for each in table)
    compared = await routing.dry_run(gw, actor, drafts, last)
    changed = [each for each in compared.changed if rule is None or _by(each, rule)]
    names = dict(compared.names) | await _names(request, await teams.choices(gw, actor))
    rows = [(each, _differences(each, names, request)) for each in changed[:SHOWN]]
    shown = _sentence(rule, names, _index(request)) if rule else None
    values: dict[str, Any] = {"what": WHAT, "lasts": LASTS, "last": last}
    return render(
        request, "rules_dry_run.html", rows=rows, count=len(changed), compared=compared, shown=shown, **values
    )


def _by(each: routing.Routing, rule: Rule) -> bool:
    return any(acted.rule_id == rule.id for acted in each.outcome.acted)


def _differences(each: routing.Routing, names: Mapping[str, str], request: web.Request) -> list[tuple[str, str, str]]:
    """What differs, as it stands and as it would be; words that the template translates."""
    return [(name, _stands(each.before, name, names), _stands(each.now, name, names)) for name in _changed(each)]


def _changed(each: routing.Routing) -> tuple[str, ...]:
    return differences(each.before, each.now)


def _stands(standing: Standing, name: str, names: Mapping[str, str]) -> str:
    value = getattr(standing, name)
    if name == "labels":
        return ", ".join(value)
    if name in ("priority", "status"):
        return PRIORITIES[value] if name == "priority" else STATUSES[value][0]
    return names.get(value, "") if value else ""
