"""What a rule asks: the table of things that can be asked about a message, and the answer to one question."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from gateway.domain.routing.facts import KINDS, RoutingFacts
from gateway.domain.routing.teams import WEEKDAYS, minutes, within
from gateway.errors import Invalid

Sort = Literal["words", "number", "flag", "span"]
MAX_WORDS, MAX_WORD_CHARS, MAX_NUMBER = 50, 100, 10**9
KINDS_OF_CHANNEL = ("email", "order_note", "site", "chat")
VERDICTS = ("verified", "unverified", "failed", "internal")

IS, RANGE, TEXT, SOME = ("is", "is_not"), ("at_least", "below"), ("any", "all", "none"), ("any", "none")


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that can be asked: with which words, what kind of value it is compared with, and which there are."""

    ops: tuple[str, ...]
    sort: Sort
    known: tuple[str, ...] = ()


QUESTIONS: Mapping[str, Question] = {
    # the kind of door, or an admin's channel by its id
    "channel": Question(IS, "words"),
    "shop": Question(IS, "words"),
    # whether the thread is about an order at all
    "order": Question(("is",), "flag"),
    "order.status": Question(IS, "words"),
    "order.amount": Question(RANGE, "number"),
    "order.currency": Question(IS, "words"),
    "order.country": Question(IS, "words"),
    # whole days since it was placed
    "order.age_days": Question(RANGE, "number"),
    "buyer.language": Question(IS, "words"),
    # nothing of this buyer came to the shop before
    "buyer.first_time": Question(("is",), "flag"),
    "buyer.orders": Question(RANGE, "number"),
    "text.words": Question(TEXT, "words"),
    "text.language": Question(IS, "words"),
    "text.attachments": Question(SOME, "words", ("any", *KINDS)),
    "trust": Question(IS, "words", VERDICTS),
    # in the shop's zone
    "time": Question(("between", "outside"), "span"),
    "weekday": Question(IS, "words", WEEKDAYS),
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One question with what it is compared with: texts, a number, true or false, or "HH:MM-HH:MM"."""

    field: str
    op: str
    value: Any

    def as_json(self) -> dict[str, Any]:
        """As it is kept and served."""
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        return {"field": self.field, "op": self.op, "value": value}


def read_condition(document: Mapping[str, Any], where: str) -> Condition:
    """A condition of what came from outside. Raises Invalid, naming the part below `where`."""
    field, op = str(document.get("field", "")), str(document.get("op", ""))
    question = QUESTIONS.get(field)
    if question is None:
        raise Invalid(f"expected one of {', '.join(QUESTIONS)}", field=f"{where}.field")
    if op not in question.ops:
        raise Invalid(f"expected one of {', '.join(question.ops)}", field=f"{where}.op")
    try:
        return Condition(field, op, _SORTS[question.sort](document.get("value"), question))
    except Invalid as error:
        raise Invalid(str(error), field=f"{where}.value") from None


def _words(value: object, question: Question) -> tuple[str, ...]:
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list | tuple) or not all(isinstance(word, str) for word in given):
        raise Invalid("expected a list of texts")
    words = tuple(dict.fromkeys(filter(None, (" ".join(word.replace("\0", "").split()) for word in given))))
    if not 1 <= len(words) <= MAX_WORDS or any(len(word) > MAX_WORD_CHARS for word in words):
        raise Invalid(f"expected 1 to {MAX_WORDS} texts of at most {MAX_WORD_CHARS} characters")
    if question.known and (strange := [word for word in words if word not in question.known]):
        raise Invalid(f"{strange[0][:40]!r} is none of {', '.join(question.known)}")
    return words


def _number(value: object, _question: Question) -> float | int:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MAX_NUMBER:
        return value
    raise Invalid("expected a number that is not negative")


def _flag(value: object, _question: Question) -> bool:
    if isinstance(value, bool):
        return value
    raise Invalid("expected true or false")


def _span(value: object, _question: Question) -> str:
    begin, dash, end = value.partition("-") if isinstance(value, str) else ("", "", "")
    if not dash:
        raise Invalid("expected two times such as 18:00-09:00")
    first, last = minutes(begin.strip()), minutes(end.strip())
    return f"{first // 60:02}:{first % 60:02}-{last // 60:02}:{last % 60:02}"


_SORTS: Mapping[Sort, Callable[[object, Question], Any]] = {
    "words": _words,
    "number": _number,
    "flag": _flag,
    "span": _span,
}


def holds(condition: Condition, facts: RoutingFacts) -> bool:
    """The answer. What is not known answers no, to a question and to its opposite alike, except for "is not"."""
    return _ANSWERS[condition.field](condition, facts)


def _is(condition: Condition, *actual: str) -> bool:
    wanted = {word.casefold() for word in condition.value}
    found = any(value.casefold() in wanted for value in actual if value)
    return found if condition.op == "is" else not found


def _range(condition: Condition, actual: Decimal | int | None) -> bool:
    if actual is None:
        return False
    bound = Decimal(str(condition.value))
    return actual >= bound if condition.op == "at_least" else actual < bound


def _of_order(name: str) -> Callable[[Condition, RoutingFacts], bool]:
    def ask(condition: Condition, facts: RoutingFacts) -> bool:
        return _is(condition, getattr(facts.order, name) if facts.order else "")

    return ask


def _age(facts: RoutingFacts) -> int | None:
    placed = facts.order.placed_at if facts.order else None
    return max((facts.at - placed).days, 0) if placed else None


def _says(condition: Condition, facts: RoutingFacts) -> bool:
    text = facts.text.casefold()
    found = [mentions(text, word) for word in condition.value]
    return {"any": any(found), "all": all(found), "none": not any(found)}[condition.op]


def mentions(folded: str, word: str) -> bool:
    """Whether a casefolded text has a word or phrase. Latin words stand alone; signs of CJK need no gaps."""
    wanted = word.casefold()
    start = r"\b" if wanted[0].isascii() and wanted[0].isalnum() else ""
    end = r"\b" if wanted[-1].isascii() and wanted[-1].isalnum() else ""
    return re.search(f"(?a:{start}){re.escape(wanted)}(?a:{end})", folded) is not None


def _attached(condition: Condition, facts: RoutingFacts) -> bool:
    wanted = set(condition.value)
    found = bool(facts.attachments) if "any" in wanted else bool(facts.attachments & wanted)
    return found if condition.op == "any" else not found


def _at(condition: Condition, facts: RoutingFacts) -> bool:
    begin, _, end = condition.value.partition("-")
    inside = within(facts.local.hour * 60 + facts.local.minute, minutes(begin), minutes(end))
    return inside if condition.op == "between" else not inside


_ANSWERS: Mapping[str, Callable[[Condition, RoutingFacts], bool]] = {
    "channel": lambda asked, facts: _is(asked, facts.channel, facts.channel_id),
    "shop": lambda asked, facts: _is(asked, facts.shop),
    "order": lambda asked, facts: asked.value is (facts.order is not None),
    "order.status": _of_order("status"),
    "order.amount": lambda asked, facts: _range(asked, facts.order.amount if facts.order else None),
    "order.currency": _of_order("currency"),
    "order.country": _of_order("country"),
    "order.age_days": lambda asked, facts: _range(asked, _age(facts)),
    "buyer.language": lambda asked, facts: _is(asked, facts.buyer_language, facts.buyer_language[:2]),
    "buyer.first_time": lambda asked, facts: asked.value is facts.first_time,
    "buyer.orders": lambda asked, facts: _range(asked, facts.buyer_orders),
    "text.words": _says,
    "text.language": lambda asked, facts: _is(asked, facts.language),
    "text.attachments": _attached,
    "trust": lambda asked, facts: _is(asked, facts.trust),
    "time": _at,
    "weekday": lambda asked, facts: _is(asked, WEEKDAYS[facts.local.weekday()]),
}
