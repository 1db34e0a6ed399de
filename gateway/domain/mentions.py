"""Whom a note calls: `@` and a colleague's name, address, or the part of it before the @."""

import re
from collections.abc import Iterator, Sequence

from gateway.domain.conversations import Person


def handle(person: Person) -> str:
    """What is written after the @ to call somebody."""
    return person.email.partition("@")[0]


def mentioned(text: str, people: Sequence[Person]) -> tuple[str, ...]:
    """The ids of those whom a text calls, in no letter's case, each once, in the order of `people`."""
    folded = text.casefold()
    return tuple(person.id for person in people if any(_calls(folded, name.casefold()) for name in _names(person)))


def _names(person: Person) -> Iterator[str]:
    yield from filter(None, {handle(person), person.email, person.name.strip()})


def _calls(text: str, name: str) -> bool:
    """A name of Latin letters ends where its word does; Chinese needs no space after a name."""
    return re.search(rf"(?<![a-z0-9])@{re.escape(name)}(?![a-z0-9_@-]|\.[a-z0-9])", text) is not None
