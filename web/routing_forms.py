"""Forms of channels, rules and teams: fields into documents, and what is wrong with them in the reader's words."""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from gateway.domain.imports import wrong_fields
from gateway.domain.routing.actions import ACTIONS
from gateway.domain.routing.conditions import QUESTIONS
from gateway.domain.routing.sentences import DOES, FIELDS, FLAGS, MARK, OPS, USUAL, VALUES
from gateway.domain.routing.teams import WEEKDAYS
from gateway.errors import Invalid

from .forms import Form
from .i18n import N_

M = TypeVar("M", bound=BaseModel)
ROWS = 4
"""Empty rows below those that a rule has: a page without scripts can't make more."""
_BETWEEN = re.compile(r"[,，、;；\n]+")
_NAMES = {name.casefold(): code for code, pair in VALUES.items() for name in (*pair, code)}
GROUPS = {
    # The questions, as the editor groups them.
    N_("Where it came from"): ("channel", "shop", "trust"),
    N_("The order"): ("order", "order.status", "order.amount", "order.currency", "order.country", "order.age_days"),
    N_("The buyer"): ("buyer.language", "buyer.first_time", "buyer.orders"),
    N_("The text"): ("text.words", "text.language", "text.attachments"),
    N_("The time"): ("time", "weekday"),
}
PROBLEMS = {
    # What may be wrong with a form, by the field that Invalid or the document names.
    "address": N_(
        "The address is the part before the @ of our mail domain, with * for anything; nobody else has it yet."
    ),
    "kind": N_("This address does not take this kind of mail."),
    "shop": N_("Choose a shop."),
    "name": N_("Give it a name."),
    "team": N_("Choose a team of this shop."),
    "assignee": N_("Choose somebody who works for this shop."),
    "labels": N_("At most 20 labels of 40 characters."),
    "language": N_("A language is written like de or pt-BR."),
    "template_set": N_("A set is named with a-z, 0-9 and -, at most 40 of them."),
    "response_minutes": N_("A target is a number of minutes, or empty."),
    "entitlement": N_("An order note is always about an order."),
    "entitlement_days": N_("Say within how many days somebody must have ordered."),
    "open_to_anyone": N_("Say that you mean it: anybody could write here without ever having ordered."),
    "reader": N_("Only order notes are read."),
    "actions": N_("Say what the rule does."),
    "zone": N_("A time zone is written like Asia/Shanghai."),
    "hours": N_("A day has a beginning and an end, or neither."),
    "members": N_("Members are people who work for this shop."),
}
OTHER = N_("This can't be kept as it is.")


def problem_of(error: Exception) -> tuple[str, str]:
    """The field that is wrong, as far as the form has one, and the sentence for it."""
    if isinstance(error, ValidationError):
        field = wrong_fields(error)[0][0]
    else:
        field = error.field if isinstance(error, Invalid) else "address"
    return field, PROBLEMS.get(field) or PROBLEMS.get(field.partition(".")[0]) or OTHER


def read(kind: type[M], values: Mapping[str, Any]) -> M:
    """The document of a form's values. Raises ValidationError."""
    return kind.model_validate(dict(values))


def words_of(text: str) -> list[str]:
    """A list that was written with commas, of either width, or a line each."""
    return [word.strip() for word in _BETWEEN.split(text) if word.strip()]


def number_of(text: str) -> int | None:
    """A whole number, None for nothing. Raises Invalid."""
    if not text.strip():
        return None
    if not text.strip().isdecimal():
        raise Invalid("expected a number", field="response_minutes")
    return int(text.strip()[:9])


def questions(index: int) -> dict[str, list[tuple[str, str]]]:
    """For the select of a condition: by group, `field op` and its words in the language of `index`."""
    return {group: [each for field in fields for each in _asks(field, index)] for group, fields in GROUPS.items()}


def _asks(field: str, index: int) -> list[tuple[str, str]]:
    asked = FIELDS[field][index]
    if QUESTIONS[field].sort == "flag":
        return [(f"{field} {flag}", FLAGS[flag][index].replace(MARK, asked)) for flag in (True, False)]
    gap = "" if index else " "
    return [(f"{field} {op}", f"{asked}{gap}{OPS[op][index].replace(MARK, '…')}") for op in QUESTIONS[field].ops]


def acts(index: int) -> list[tuple[str, str]]:
    """For the select of an action: its name and its words."""
    shown = {do: USUAL.get(do, DOES[do]) for do in ACTIONS}
    return [(do, pair[index].replace(MARK, "…")) for do, pair in shown.items()]


def suggestions(names: Mapping[str, str], index: int) -> list[str]:
    """What a value may be: names of people, teams and channels, and the words for codes."""
    return [*dict.fromkeys((*names.values(), *(pair[index] for pair in VALUES.values())))]


def conditions_of(form: Form, ids: Mapping[str, str]) -> list[dict[str, Any]]:
    """The conditions that a rule's form asks for; `ids` leads from names to ids. Raises Invalid by field."""
    rows = [(form.get(f"c{row}"), form.get(f"cv{row}")) for row in range(_rows(form, "c"))]
    return [_condition(asked, text, ids, number) for number, (asked, text) in enumerate(row for row in rows if row[0])]


def _rows(form: Form, prefix: str) -> int:
    known = [int(name[len(prefix) :]) for name in form.fields if re.fullmatch(rf"{prefix}[0-9]{{1,2}}", name)]
    return max(known, default=-1) + 1


def _condition(asked: str, text: str, ids: Mapping[str, str], number: int) -> dict[str, Any]:
    field, _, op = asked.partition(" ")
    question = QUESTIONS.get(field)
    if question is None:
        raise Invalid("no such question", field=f"conditions.{number}.field")
    if question.sort == "flag":
        return {"field": field, "op": "is", "value": op == "True"}
    try:
        return {"field": field, "op": op, "value": _VALUES[question.sort](text, field, ids)}
    except ValueError:
        raise Invalid("expected a number", field=f"conditions.{number}.value") from None


_CODED = frozenset({"channel", "trust", "weekday", "text.attachments"})
_ANY_FILE = frozenset({"any", "a file", "任意文件", "任何"})


def _listed(text: str, field: str, ids: Mapping[str, str]) -> list[str]:
    found = words_of(text)
    if field == "text.attachments":
        found = ["any" if word.casefold() in _ANY_FILE else word for word in found]
    return [ids.get(word, _NAMES.get(word.casefold(), word)) if field in _CODED else word for word in found]


_VALUES: Mapping[str, Callable[[str, str, Mapping[str, str]], Any]] = {
    "words": _listed,
    "number": lambda text, _field, _ids: float(text.strip().replace(",", "")),
    "span": lambda text, _field, _ids: text.replace("–", "-").replace("—", "-").replace("：", ":").replace(" ", ""),
}


def actions_of(form: Form, ids: Mapping[str, str]) -> list[dict[str, Any]]:
    """The actions that a rule's form asks for. Raises Invalid by field."""
    rows = [(form.get(f"a{row}"), form.get(f"av{row}").strip()) for row in range(_rows(form, "a"))]
    return [_action(do, text, ids, number) for number, (do, text) in enumerate(row for row in rows if row[0])]


def _action(do: str, text: str, ids: Mapping[str, str], number: int) -> dict[str, Any]:
    if do == "snooze":
        if not text.isdecimal():
            raise Invalid("expected minutes", field=f"actions.{number}.value")
        return {"do": do, "value": int(text[:9])}
    if do in ("priority", "status") or (do == "notify" and "@" not in text):
        return {"do": do, "value": _NAMES.get(text.casefold(), text)}
    return {"do": do, "value": ids.get(text, text) if do in ("team", "round_robin") else text}


def hours_of(form: Form) -> dict[str, list[str]]:
    """The working hours that a team's form says. Raises Invalid for a day with only one end."""
    hours = {}
    for day in WEEKDAYS:
        begin, end = form.get(f"{day}_from").strip(), form.get(f"{day}_to").strip()
        if bool(begin) != bool(end):
            raise Invalid("a beginning and an end", field="hours")
        if begin:
            hours[day] = [begin, end]
    return hours
