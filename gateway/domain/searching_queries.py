"""The language of the search field: words, "phrases" and filters, read into values that say what wasn't understood.

Pure. What the words are looked up in is `searching`'s; finding them is the store's part.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from gateway.domain.conversations import STATUSES, clean_text
from gateway.domain.searching import address_word, joined, label_word, pieces

MAX_PARTS = 12
MAX_PHRASE_WORDS = 40
CHANNELS = ("email", "order_note", "site", "chat")

NAMES = {
    # Every name that a filter goes by, and the filter.
    "order": "order",
    "订单": "order",
    "from": "from",
    "buyer": "from",
    "买家": "from",
    "has": "has",
    "有": "has",
    "before": "before",
    "之前": "before",
    "after": "after",
    "之后": "after",
    "label": "label",
    "标签": "label",
    "status": "status",
    "状态": "status",
    "is": "is",
    "assignee": "assignee",
    "负责人": "assignee",
    "team": "team",
    "团队": "team",
    "channel": "channel",
    "渠道": "channel",
}
_VALUES = {
    # The only values of some filters, with the Chinese ones that stand for them.
    "has": {"attachment": "attachment", "file": "attachment", "附件": "attachment"},
    "is": {"unread": "unread", "未读": "unread"},
    "status": {status: status for status in STATUSES}
    | {"待处理": "open", "等待买家": "waiting", "已推迟": "snoozed", "已关闭": "closed"},
    "channel": {channel: channel for channel in CHANNELS} | {"邮件": "email", "留言": "order_note"},
}
_NAME = r"[A-Za-z\u4e00-\u9fff]{1,12}"
_PART = re.compile(
    rf"""(?<!\S)(?P<lone>{_NAME})[:：](?=\s|$)"""
    rf"""|(?:(?P<name>{_NAME})[:：])?(?:["“”](?P<phrase>[^"“”]*)(?:["“”]|$)|(?P<bare>[^\s"“”]+))"""
)


@dataclass(frozen=True, slots=True)
class Word:
    """What must occur: `keys` are words of the index (a `*` at the end stands for any ending).

    An `exact` one was quoted, or consists of several index words: they must also stand together in a text.
    """

    text: str
    keys: tuple[str, ...]
    quoted: bool = False

    @property
    def exact(self) -> bool:
        """True when the index alone can't tell."""
        return len(self.keys) > 1


@dataclass(frozen=True, slots=True)
class Filter:
    """One `name:value`; `without` is the search field's text when it is taken away."""

    name: str
    value: str
    without: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A part that means nothing, and why: `value`, `date`, `letters`, `name`, `many`."""

    part: str
    why: str


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody looks for. `keys` are index words that filters ask for; `before` is exclusive."""

    words: tuple[Word, ...] = ()
    filters: tuple[Filter, ...] = ()
    troubles: tuple[Trouble, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """All index words that a document must hold."""
        wanted = [key for word in self.words for key in word.keys]
        return tuple(dict.fromkeys([*wanted, *(key for one in self.filters for key in _KEYS[one.name](one.value))]))

    def value(self, name: str) -> str:
        """The last value of a filter; empty without one."""
        return next((one.value for one in reversed(self.filters) if one.name == name), "")

    @property
    def hopeless(self) -> bool:
        """True when something was asked and nothing of it understood: then nothing is found, rather than everything."""
        return bool(self.troubles) and not self.words and not self.filters


def read_search(q: str) -> Search:
    """The meaning of a search field's text. Never raises: what can't be read is told."""
    found = list(_PART.finditer(clean_text(q)))
    words: list[Word] = []
    filters: list[Filter] = []
    troubles = [Trouble(part[0], "many") for part in found[MAX_PARTS:]]
    for number, part in enumerate(found[:MAX_PARTS]):
        rest = " ".join(other[0] for place, other in enumerate(found) if place != number)
        outcome = _read(part, rest)
        if isinstance(outcome, Word):
            words.append(outcome)
        elif isinstance(outcome, Filter):
            filters.append(outcome)
        else:
            troubles.append(outcome)
    return Search(tuple(words), tuple(filters), tuple(troubles))


def _read(part: re.Match[str], rest: str) -> Word | Filter | Trouble:
    if part["lone"] is not None:
        return Trouble(part[0], "value" if part["lone"].lower() in NAMES else "name")
    quoted = part["phrase"] is not None
    value = (part["phrase"] if quoted else part["bare"]).strip()
    name = NAMES.get((part["name"] or "").lower())
    if name is not None:
        return _filter(part[0], name, value, rest)
    return _word(part[0], value if quoted and not part["name"] else part[0], quoted)


def _filter(part: str, name: str, value: str, rest: str) -> Filter | Trouble:
    if name in _VALUES:
        value = _VALUES[name].get(value.lower(), "")
    elif name in ("before", "after") and day(value) is None:
        return Trouble(part, "date")
    return (
        Filter(name, value, rest)
        if value and (name not in ("order", "from") or _KEYS[name](value))
        else Trouble(part, "value")
    )


def _word(part: str, text: str, quoted: bool) -> Word | Trouble:
    keys = keys_of(text, quoted)
    return Word(text.strip('"“”'), keys[:MAX_PHRASE_WORDS], quoted) if keys else Trouble(part, "letters")


def keys_of(text: str, quoted: bool = False) -> tuple[str, ...]:
    """The index words that a text needs: pairs of an unspaced run, else words, of any ending unless quoted."""
    keys: list[str] = []
    for piece, unspaced in pieces(text):
        if not unspaced:
            word = joined(piece)
            keys.append(word if quoted or len(word) < 2 else f"{word}*")
        elif len(piece) == 1:
            keys.append(piece)
        else:
            keys.extend(first + second for first, second in pairwise(piece))
    return tuple(dict.fromkeys(keys))


def day(value: str) -> datetime | None:
    """The beginning of a day (UTC) such as 2026-11-23; None for anything else."""
    try:
        return datetime.strptime(value.replace("/", "-"), "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None


def span(search: Search) -> tuple[datetime | None, datetime | None]:
    """From when (inclusive) until when (exclusive): `after:` begins with the next day, `before:` ends with the day."""
    after, before = day(search.value("after")), day(search.value("before"))
    return (after + timedelta(days=1) if after else None), before


def _prefixed(prefix: str) -> Callable[[str], tuple[str, ...]]:
    return lambda value: tuple(f"{prefix}{key}" for key in keys_of(value))


def _from(value: str) -> tuple[str, ...]:
    return (address_word(value),) if "@" in value else _prefixed("f_")(value)


def _order(value: str) -> tuple[str, ...]:
    whole = "".join(joined(piece) for piece, _ in pieces(value))
    return (f"o_{whole}*",) if whole else ()


_KEYS: dict[str, Callable[[str], tuple[str, ...]]] = {
    # Which index words a filter asks for; the others look at the thread's row.
    "order": _order,
    "from": _from,
    "label": lambda value: (label_word(value),),
    "has": lambda _: ("h_file",),
    "channel": lambda value: (f"c_{value.replace('_', '')}",),
    "before": lambda _: (),
    "after": lambda _: (),
    "status": lambda _: (),
    "is": lambda _: (),
    "assignee": lambda _: (),
    "team": lambda _: (),
}
