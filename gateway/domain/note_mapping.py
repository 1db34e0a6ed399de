"""Reads order notes out of a platform's notification mails, as taught from one example: no patterns to write.

Teaching keeps, for each marked field, the steady words around it: those before it on its line, or the line above it,
and those after it. What changes from mail to mail (numbers, the other marked values) never becomes an anchor.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import takewhile
from typing import Any, Literal

from gateway.domain.emails import Email
from gateway.domain.note_reasons import WhyNot
from gateway.domain.notes import ADDRESS, OrderNote
from gateway.domain.orders import MAX_NOTE_CHARS, order_number
from gateway.errors import Invalid

Field = Literal["order_no", "note", "buyer_name", "buyer_email"]
FIELDS: tuple[Field, ...] = ("order_no", "note", "buyer_name", "buyer_email")
NEEDED: tuple[Field, ...] = ("order_no", "note")
MAX_TEXT = 200_000
MAX_LINES = 5_000
MOST_WORDS = 4
MOST_CHARS = 40
MOST_PLACES = 50
_LEAST = 2
"""An anchor of fewer characters stands in too many places."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a field stands: behind `before` on its line, or below a line; up to `after`.

    `above` is the line above: "whole" (it is `before`) or "part" (it begins with `before` and ends with `ends`).
    Of a `block` of lines `after` is the beginning of the first line that no longer belongs to it; empty: to the end.
    """

    field: str
    area: Literal["subject", "text"]
    before: str
    after: str = ""
    ends: str = ""
    above: Literal["", "whole", "part"] = ""
    block: bool = False


@dataclass(frozen=True, slots=True)
class NoteMapping:
    """What was learnt: one anchor a field."""

    anchors: tuple[Anchor, ...]


def learn(subject: str, text: str, marks: Mapping[str, str]) -> NoteMapping | WhyNot:
    """The mapping that reads the marked values out of an example; `marks` are the values as they stand in it."""
    tidy = {name: value for name in FIELDS if (value := _tidy(marks.get(name, "")))}
    anchors: list[Anchor] = []
    for name in FIELDS:
        if name not in tidy:
            if name in NEEDED:
                return WhyNot("missing", name)
            continue
        others = [line for other, value in tidy.items() if other != name for line in value.split("\n")]
        found = _learn_field(name, (_tidy(subject), _tidy(text)), tidy[name], others)
        if isinstance(found, WhyNot):
            return found
        anchors.append(found)
    return NoteMapping(tuple(anchors))


def _tidy(text: str) -> str:
    """Lines with single spaces, none at their ends; the same for teaching and reading."""
    lines = text[:MAX_TEXT].replace("\r\n", "\n").split("\n")[:MAX_LINES]
    return "\n".join(" ".join(line.split()) for line in lines).strip("\n")


def _learn_field(name: str, example: tuple[str, str], value: str, others: Sequence[str]) -> Anchor | WhyNot:
    """The place with an anchor that leads back to the value; places in the text go before the subject."""
    subject, text = example
    seen = False
    for area, content in (("text", text), ("subject", subject)):
        at = content.find(value)
        while at >= 0:
            seen = True
            for anchor in _anchors(name, area, content, (at, at + len(value)), others):
                if _value(anchor, content) == value:
                    return anchor
            at = content.find(value, at + 1)
    return WhyNot("unsteady" if seen else "not-there", name)


def _anchors(name: str, area: str, content: str, span: tuple[int, int], others: Sequence[str]) -> list[Anchor]:
    start, end = span
    line_start = content.rfind("\n", 0, start) + 1
    line_end = content.find("\n", end)
    line_end = len(content) if line_end < 0 else line_end
    block = name == "note" and area == "text"
    after = _below(content[line_end:], others) if block else _steady_head(content[end:line_end], others)
    kept: Literal["subject", "text"] = "subject" if area == "subject" else "text"
    here = Anchor(name, kept, _steady_tail(content[line_start:start], others), after, block=block)
    if len(here.before) >= _LEAST:
        return [here]
    lines = [line for line in content[:line_start].split("\n") if line]
    return _below_line(here, lines[-1], others) if lines and start == line_start else []


def _below_line(here: Anchor, label: str, others: Sequence[str]) -> list[Anchor]:
    head, tail = _steady_head(label, others), _steady_tail(label, others)
    if len(label) >= _LEAST and tail == _short_tail(label) and not any(other in label for other in others):
        return [replace(here, before=label, above="whole")]
    return [replace(here, before=head, ends=tail, above="part")] if len(head) + len(tail) >= 2 * _LEAST else []


def _changing(word: str, others: Sequence[str]) -> bool:
    """Numbers, and what was marked as another field."""
    bare = word.strip(".,:;!?()[]<>\"'，。：；！？（）【】《》“”")
    return any(character.isdigit() for character in word) or any(bare and bare in other.split() for other in others)


def _steady_tail(text: str, others: Sequence[str]) -> str:
    """The last words of a text, back to the first that changes."""
    for other in others:
        cut = text.rfind(other)
        if cut >= 0:
            text = text[cut + len(other) :]
    kept: list[str] = []
    for word in reversed(text.split()):
        if _changing(word, others):
            break
        kept.insert(0, word)
    return _short_tail(" ".join(kept))


def _short_tail(text: str) -> str:
    """Few words are found again where a platform changes a sentence's beginning; Chinese has no spaces to count."""
    return " ".join(text.split()[-MOST_WORDS:])[-MOST_CHARS:].strip()


def _steady_head(text: str, others: Sequence[str]) -> str:
    """The first words of a text, up to the first that changes."""
    for other in others:
        text = text.partition(other)[0]
    kept: list[str] = []
    for word in text.split()[:MOST_WORDS]:
        if _changing(word, others):
            kept.append(_before_digits(word))
            break
        kept.append(word)
    return " ".join(kept)[:MOST_CHARS].strip()


def _before_digits(word: str) -> str:
    """The mark that a number stands behind, as a bracket."""
    return "".join(takewhile(lambda character: not character.isalnum(), word))


def _below(text: str, others: Sequence[str]) -> str:
    """The beginning of the first line below that stays the same; empty when the value goes on to the end."""
    for line in text.split("\n"):
        if len(head := _steady_head(line, others)) >= _LEAST:
            return head
    return ""


def read(mapping: NoteMapping, email: Email) -> OrderNote | WhyNot:
    """The order note in a mail, or why there is none to be read."""
    areas = {"subject": _tidy(email.subject), "text": _tidy(email.text)}
    values: dict[str, str] = {}
    for anchor in mapping.anchors:
        found = _value(anchor, areas[anchor.area])
        if isinstance(found, str):
            values[anchor.field] = found
        elif anchor.field in NEEDED:
            return found
    for name in NEEDED:
        if name not in values:
            return WhyNot("missing", name)
    number = order_number(values["order_no"].strip(" #.,:;()[]，。：；（）【】"))
    if not number or "\n" in number:
        return WhyNot("no-number", "order_no", values["order_no"][:64])
    address = ADDRESS.search(values.get("buyer_email", ""))
    note = values["note"][:MAX_NOTE_CHARS]
    return OrderNote(number, note, address[0] if address else None, values.get("buyer_name") or None)


def _value(anchor: Anchor, content: str) -> str | WhyNot:
    """What stands in the anchor's place; the first place where something does."""
    why = WhyNot("no-anchor", anchor.field, anchor.before)
    for start in _places(anchor, content):
        found = _up_to(anchor, content[start:])
        if isinstance(found, str) and found:
            return found
        why = found if isinstance(found, WhyNot) else WhyNot("empty", anchor.field)
    return why


def _places(anchor: Anchor, content: str) -> list[int]:
    """Where a value may begin, in order; only so many, since a hostile mail repeats an anchor as often as it likes."""
    if anchor.above:
        return _below_lines(anchor, content)
    places: list[int] = []
    at = content.find(anchor.before)
    while at >= 0 and len(places) < MOST_PLACES:
        places.append(at + len(anchor.before))
        at = content.find(anchor.before, at + 1)
    return places


def _below_lines(anchor: Anchor, content: str) -> list[int]:
    places, end = [], 0
    for line in content.split("\n"):
        end += len(line)
        part = len(line) >= len(anchor.before) + len(anchor.ends) and line.endswith(anchor.ends)
        if line == anchor.before if anchor.above == "whole" else part and line.startswith(anchor.before):
            places.append(end)
        end += 1
    return places[:MOST_PLACES]


def _up_to(anchor: Anchor, rest: str) -> str | WhyNot:
    if anchor.block:
        return _block(anchor, rest)
    line = (rest.lstrip("\n") if anchor.above else rest).partition("\n")[0]
    if not anchor.after:
        return line.strip()
    value, found, _ = line.partition(anchor.after)
    return value.strip() if found else WhyNot("no-end", anchor.field, anchor.after)


def _block(anchor: Anchor, rest: str) -> str | WhyNot:
    if not anchor.after:
        return rest.strip()
    lines: list[str] = []
    for number, line in enumerate(rest.split("\n")):
        if number and line.startswith(anchor.after):
            return "\n".join(lines).strip()
        lines.append(line)
    return WhyNot("no-end", anchor.field, anchor.after)


def mapping_json(mapping: NoteMapping) -> dict[str, Any]:
    """As a channel keeps it."""
    return {"anchors": [asdict(anchor) for anchor in mapping.anchors]}


def mapping_of(kept: Mapping[str, Any]) -> NoteMapping:
    """Read back what `mapping_json` made. Raises Invalid for anything else."""
    try:
        anchors = tuple(Anchor(**anchor) for anchor in kept["anchors"])
        fits = all(_is_one(anchor) for anchor in anchors)
    except (KeyError, TypeError, ValueError):
        fits, anchors = False, ()
    if not fits or not set(NEEDED) <= {anchor.field for anchor in anchors}:
        raise Invalid("teach it from an example mail", field="reader_config")
    return NoteMapping(anchors)


def _is_one(anchor: Anchor) -> bool:
    words = (anchor.before, anchor.after, anchor.ends)
    texts = all(isinstance(text, str) and len(text) <= 500 for text in words)
    kinds = anchor.above in ("", "whole", "part") and isinstance(anchor.block, bool)
    return (
        texts
        and kinds
        and bool(anchor.before or (anchor.ends and anchor.above))
        and anchor.field in FIELDS
        and anchor.area in ("subject", "text")
    )


def read_by(email: Email, kept: Mapping[str, Any]) -> OrderNote | None:
    """The note in a mail by a mapping as a channel keeps it; None when there is none. Raises nothing."""
    try:
        found = read(mapping_of(kept), email)
    except Invalid:
        return None
    return found if isinstance(found, OrderNote) else None
