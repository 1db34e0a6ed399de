"""The filters of a list in words: the chips that take one away, the menu that adds one, what wasn't understood."""

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.domain.conversations import Person, ThreadSummary
from gateway.domain.searching_queries import Search

from .bubbles import CHANNELS, STATUSES
from .i18n import N_

NAMES = {
    # What a chip calls its filter.
    "order": N_("Order"),
    "from": N_("Buyer"),
    "has": N_("With"),
    "before": N_("Before"),
    "after": N_("After"),
    "label": N_("Label"),
    "status": N_("State"),
    "is": N_("Only"),
    "assignee": N_("Assigned to"),
    "channel": N_("By"),
    "team": N_("Team"),
}
VALUES = {
    # Values that are words of ours, and not of the person who searches.
    ("has", "attachment"): N_("files"),
    ("is", "unread"): N_("unread"),
    ("assignee", "me"): N_("me"),
    ("assignee", "none"): N_("nobody"),
    **{("status", status): words for status, (words, _) in STATUSES.items()},
    **{("channel", channel): words for channel, (words, _) in CHANNELS.items()},
}
TROUBLES = {
    # Why a part of a search means nothing.
    "value": N_("there is no such value"),
    "date": N_("write a date such as 2026-11-23"),
    "letters": N_("there is no letter or digit to look for"),
    "name": N_("there is no such filter"),
    "many": N_("too many words; this one was left out"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter to add or, when it is `on`, to take away: the search that results. `ours` words are translated."""

    words: str
    ours: bool
    q: str
    on: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Choices that belong together, under a name."""

    name: str
    choices: tuple[Choice, ...]


def menu(q: str, search: Search, people: Iterable[Person], shown: Iterable[ThreadSummary]) -> tuple[Group, ...]:
    """What a list can be narrowed to: by what is in it, by who has it, by its labels."""
    labels = sorted({label for thread in shown for label in thread.labels} | {search.value("label")} - {""})
    teams = sorted({thread.team.name for thread in shown if thread.team} | {search.value("team")} - {""})
    given = [("me", ""), ("none", ""), *((person.email, person.name) for person in people)]
    groups = (
        Group(N_("Only with"), (_choice(q, search, "is", "unread"), _choice(q, search, "has", "attachment"))),
        Group(N_("Assigned to"), tuple(_choice(q, search, "assignee", *one) for one in given[:12])),
        Group(N_("Came by"), tuple(_choice(q, search, "channel", name) for name in ("email", "order_note", "site"))),
        Group(N_("Team"), tuple(_choice(q, search, "team", team) for team in teams[:12])),
        Group(N_("Label"), tuple(_choice(q, search, "label", label) for label in labels[:12])),
    )
    return tuple(group for group in groups if group.choices)


def _choice(q: str, search: Search, name: str, value: str, called: str = "") -> Choice:
    words = VALUES.get((name, value), "")
    same = next((one for one in search.filters if one.name == name), None)
    on = same is not None and same.value.casefold() == value.casefold()
    rest = same.without if same is not None else q
    added = f'{name}:"{value}"' if not value.isalnum() and "_" not in value and "@" not in value else f"{name}:{value}"
    return Choice(words or called or value, bool(words), rest if on else f"{rest} {added}".strip(), on)
