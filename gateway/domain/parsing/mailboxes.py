"""Address lists (RFC 5322 §3.4, RFC 6532), with groups, comments and what people and programs do to them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from gateway.domain.emails import Mailbox
from gateway.domain.parsing.words import Reader, clean

MAX_MAILBOXES = 1000

_TOKEN = re.compile(
    r"""(?P<quoted>"(?:[^"\\]|\\.)*(?:"|$))|(?P<angle><)|(?P<open>\()|(?P<separator>[,;])|(?P<colon>:)|(?P<space>\s+)|(?P<atom>[^\s"<(,;:]+|.)""",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ROUTE = re.compile(r"@[^:,<>]*(?:,@[^:,<>]*)*:(?=[^@]+@)")
_BARE = re.compile(r"[^\s@<>()\",;]+@[^\s@<>()\",;]+")
_LOOSE = re.compile(r" ?@ ?| \. ?")
_SPACE = re.compile(r"\s+")


@dataclass(slots=True)
class _Draft:
    """One mailbox while it is being read."""

    words: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    address: str | None = None
    quoted: bool = False

    def mailbox(self, reader: Reader) -> Mailbox | None:
        """The mailbox that was read, or None when there was nothing."""
        phrase = "".join(self.words).strip(" ") if self.quoted else _SPACE.sub(" ", "".join(self.words)).strip()
        if self.address is None and not self.quoted:
            phrase, self.address = _bare(phrase)
        if not phrase and not self.address:
            return None  # a group without members, or comments only
        comments = " ".join(each for each in self.comments if each)
        name = _decoded(phrase, reader)
        if comments:
            comment = _decoded(comments, reader)
            name = f"{name} ({comment})" if name else comment
        return Mailbox(name, self.address or "")


def read(raw: bytes, reader: Reader) -> tuple[Mailbox, ...]:
    """Every mailbox of a field's value, members of groups included, in order; never raises."""
    text = reader.raw_text(raw)
    found: list[Mailbox] = []
    draft = _Draft()
    position = 0
    while position < len(text) and len(found) < MAX_MAILBOXES:
        match = _TOKEN.match(text, position)
        if match is None:
            break
        position, draft = _take(match, text, draft, found, reader)
    _finish(draft, found, reader)
    return tuple(_rejoined(found))


def _rejoined(found: list[Mailbox]) -> Iterator[Mailbox]:
    """`Smith, John <js@example.com>` without quotes is one mailbox: a word that is no address and looks like a name."""
    waiting: list[Mailbox] = []
    for each in found:
        word = each.name or each.address
        if "@" not in each.address and not word[:1].islower():
            waiting.append(each)
            continue
        if waiting and each.name and "@" in each.address:
            names = [before.name or before.address for before in waiting]
            waiting, each = [], Mailbox(", ".join([*names, each.name]), each.address)
        yield from waiting
        waiting = []
        yield each
    yield from waiting


def _take(match: re.Match[str], text: str, draft: _Draft, found: list[Mailbox], reader: Reader) -> tuple[int, _Draft]:
    """Put one token into the draft; the answer is where to go on, and with which draft."""
    kind, end = match.lastgroup, match.end()
    if kind == "separator":
        _finish(draft, found, reader)
        return end, _Draft()
    if kind == "colon" and draft.address is None and _opens_group(text, end, draft):
        return end, _Draft()
    if kind == "angle":
        return _angle(text, end, draft, found, reader)
    if kind == "open":
        comment, end = _comment(text, end)
        draft.comments.append(comment)
    elif kind == "quoted" and text.startswith("@", end):  # a quoted local part (RFC 5322 §3.4.1)
        draft.words.append(match[0])
    elif kind == "quoted":
        draft.quoted = True
        draft.words.append(_ESCAPE.sub(r"\1", match[0][1:].removesuffix('"') if len(match[0]) > 1 else ""))
    else:
        draft.words.append(match[0])
    return end, draft


def _opens_group(text: str, end: int, draft: _Draft) -> bool:
    """`Friends: a@b, c@d;` opens a group; the colon of `mailto:` or of a time does not."""
    words = "".join(draft.words).strip()
    return "@" not in words and words.lower() not in ("mailto", "smtp", "http", "https")


def _angle(text: str, start: int, draft: _Draft, found: list[Mailbox], reader: Reader) -> tuple[int, _Draft]:
    """`<address>`, doubled or unclosed; a second one after a complete mailbox begins the next."""
    if draft.address is not None:
        _finish(draft, found, reader)
        draft = _Draft()
    while text.startswith("<", start):
        start += 1
    end = text.find(">", start)
    if end < 0:
        reader.repairs.note("address without its closing bracket")
    stop = end if end >= 0 else _unclosed(text, start)
    inside = text[start:stop]
    if "(" in inside:
        inside = _without_comments(inside, draft)
    draft.address = _address(inside)
    end = stop + 1 if end >= 0 else stop
    while text.startswith(">", end):
        end += 1
    return end, draft


def _unclosed(text: str, start: int) -> int:
    comma = text.find(",", start)
    return comma if comma >= 0 else len(text)


def _without_comments(inside: str, draft: _Draft) -> str:
    kept: list[str] = []
    position = 0
    while (opening := inside.find("(", position)) >= 0:
        kept.append(inside[position:opening])
        comment, position = _comment(inside, opening + 1)
        draft.comments.append(comment)
    return "".join([*kept, inside[position:]])


def _comment(text: str, start: int) -> tuple[str, int]:
    """A comment (RFC 5322 §3.2.2), nested or unclosed: its text and where it ends."""
    depth, position = 1, start
    while position < len(text) and depth:
        char = text[position]
        position += 2 if char == "\\" else 1
        depth += (char == "(") - (char == ")")
    inside = text[start : position - 1] if not depth else text[start:position]
    return _ESCAPE.sub(r"\1", _SPACE.sub(" ", inside)).strip(), position


def _address(text: str) -> str:
    text = clean(_SPACE.sub(" ", text)).strip(" '\"") if '"' not in text else clean(text).strip()
    if text.startswith("@"):  # RFC 5322 §4.4: a source route is to be ignored
        text = _ROUTE.sub("", text, count=1)
    local, at, domain = text.rpartition("@")
    return f"{local.strip()}@{domain.replace(' ', '')}" if at and not local.startswith("mailto:") else text


def _bare(phrase: str) -> tuple[str, str | None]:
    """A mailbox without angle brackets: `a@b`, `a @ b`, `Name a@b`, or a single word such as `root`."""
    if " " not in phrase or phrase.startswith('"'):
        return ("", _address(phrase)) if phrase else ("", None)
    phrase = _LOOSE.sub(lambda match: match[0].strip(), phrase)
    found = _BARE.search(phrase)
    if found:
        return (phrase[: found.start()] + phrase[found.end() :]).strip(), found[0].strip("'[]")
    if phrase.count("@") == 1:
        return "", _address(_SPACE.sub("", phrase))
    return phrase, None


def _decoded(text: str, reader: Reader) -> str:
    name = clean(_SPACE.sub(" ", reader.encoded(text) if "=?" in text else text)).strip()
    return name[1:-1] if len(name) > 1 and name[0] == name[-1] == "'" else name


def _finish(draft: _Draft, found: list[Mailbox], reader: Reader) -> None:
    mailbox = draft.mailbox(reader)
    if mailbox is not None:
        found.append(mailbox)
