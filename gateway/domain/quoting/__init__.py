"""Splits a mail's text into what is new, what is quoted and what is a signature, line by line, in one pass."""

import re
from dataclasses import dataclass

from gateway.domain.emails import Mailbox
from gateway.domain.quoting import attributions, boundaries, signatures

NOBODY = Mailbox("", "")
FRESH, QUOTE, SIGNATURE = "", "quote", "signature"

_QUOTED = re.compile(r"[ \t\xa0]{0,4}(?:[A-Z]{0,3}>(?!From |[_.<]|[:：]?\s*$(?<=[:：]))|＞|&gt;)")
_UNSEEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_ODD = re.compile(rf"{_UNSEEN.pattern}|&nbsp;")
_WRAPPED_AT = 55
_SCANNED = 5_000  # no answer is longer; what follows is told apart by its marks only
_LAST_WORD = re.compile(r"[.!?。！？:：]\s*$")


@dataclass(frozen=True, slots=True)
class Split:
    """Each line of the text, with its line end, in exactly one of the three, in order."""

    fresh: str
    quoted: str
    signature: str


def split(text: str, marks: tuple[str, ...] = (), *, forwarded: bool = False, author: Mailbox = NOBODY) -> Split:
    """Share out the lines of a text.

    `marks` has what the HTML says of each line ("", "quote", "signature"); empty for plain text.
    `forwarded` says that the subject is that of a forwarded mail: what came with it is news, not a quote.
    `author` is the mailbox that the mail is from: their visiting card is known by it.
    """
    kept = _lines(text)
    bare = _bare if _ODD.search(text) else _without_end
    lines = [bare(line) for line in kept]
    kinds = _kinds(lines, marks, forwarded, author)
    chosen: dict[str, list[str]] = {FRESH: [], QUOTE: [], SIGNATURE: []}
    for line, kind in zip(kept, kinds, strict=True):
        chosen[kind].append(line)
    return Split("".join(chosen[FRESH]), "".join(chosen[QUOTE]), "".join(chosen[SIGNATURE]))


def _lines(text: str) -> list[str]:
    """The lines with their ends; only the line feed ends a line."""
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _without_end(line: str) -> str:
    return line.rstrip("\n")


def _bare(line: str) -> str:
    """A line to look at: QQ Mail leaves `&nbsp;` in its plain text, Gmail in Hebrew marks each change of direction."""
    return _UNSEEN.sub("", _without_end(line)).replace("&nbsp;", " ")


def _kinds(lines: list[str], marks: tuple[str, ...], forwarded: bool, author: Mailbox) -> list[str]:
    kinds = [
        marks[index] if index < len(marks) and marks[index] else QUOTE if _QUOTED.match(line) else FRESH
        for index, line in enumerate(lines)
    ]
    _join_wrapped(lines, kinds)
    given = list(kinds)
    limit = _scan(lines, kinds, forwarded)
    kinds[limit:] = [FRESH] * (len(kinds) - limit)
    if kinds == given and not _has_fresh(lines, kinds, len(lines)):
        return [FRESH] * len(kinds)  # nothing introduces the quote, and there is nothing else: it is the mail
    _sign(lines, kinds, limit, author)
    return kinds


def _join_wrapped(lines: list[str], kinds: list[str]) -> None:
    """A long quoted line that was wrapped on its way leaves its tail without the mark of a quote."""
    for index in range(1, len(lines) - 1):
        if kinds[index] != FRESH or kinds[index - 1] != QUOTE or kinds[index + 1] != QUOTE or not lines[index].strip():
            continue
        above = lines[index - 1].rstrip()
        if len(above) >= _WRAPPED_AT and (not _LAST_WORD.search(above) or lines[index][:1].islower()):
            kinds[index] = QUOTE


def _scan(lines: list[str], kinds: list[str], forwarded: bool) -> int:
    """Mark attributions, and everything below a separator or a header block, as quoted.

    The answer is where a forwarded mail begins, or the number of lines: an answer that quotes one forwards nothing.
    """
    quoted_before = False
    for index, line in enumerate(lines[:_SCANNED]):
        if not line or line.isspace() or _is_prose(lines, kinds, index):
            continue
        if not quoted_before and boundaries.is_forwarded(line):
            return index
        if kinds[index] != FRESH and not forwarded:
            _join_rule_above(lines, kinds, index)
        found = (index, False) if kinds[index] != FRESH else _boundary(lines, kinds, index)
        if found is None:
            continue
        if forwarded and kinds[index] != SIGNATURE:
            return found[0]
        quoted_before = True
        if found[1]:
            _quote_rest(lines, kinds, found[0])
            break
    return len(lines)


def _is_prose(lines: list[str], kinds: list[str], index: int) -> bool:
    """Whether a fresh line is no boundary for sure; a name alone may introduce what is quoted right below it."""
    return kinds[index] == FRESH and QUOTE not in kinds[index + 1 : index + 4] and boundaries.is_prose(lines[index])


def _boundary(lines: list[str], kinds: list[str], index: int) -> tuple[int, bool] | None:
    """Where the boundary begins that a fresh line belongs to, and whether all that follows is quoted.

    A header block above any fresh text is the mail's own, or that of one sent on: only its lines are quoted. So is an
    attribution above a text without marks: the answer may stand anywhere below.
    """
    if boundaries.is_original(lines[index]) or boundaries.is_heading(lines, index):
        return index, True
    if block := boundaries.header_block(lines, index):
        kinds[index : index + block] = [QUOTE] * block
        return index, _has_fresh(lines, kinds, index)
    quoted_next = _is_quote_next(lines, kinds, index)
    start = attributions.begins_at(lines, index, kinds)
    if start is None and quoted_next and attributions.introduces(lines[index]):
        start = index
    if start is None:
        return None
    kinds[start : index + 1] = [QUOTE] * (index + 1 - start)
    return start, not quoted_next and _has_fresh(lines, kinds, start)


def _has_fresh(lines: list[str], kinds: list[str], end: int) -> bool:
    return any(kinds[index] == FRESH and lines[index].strip() for index in range(end))


def _quote_rest(lines: list[str], kinds: list[str], index: int) -> None:
    """Everything from here is quoted, with the rule drawn above it."""
    start = boundaries.fields_above(lines, index)
    while (
        start > 0
        and kinds[start - 1] == FRESH
        and (not lines[start - 1].strip() or boundaries.is_rule(lines[start - 1]))
    ):
        start -= 1
    kinds[start:] = [QUOTE] * (len(kinds) - start)


def _join_rule_above(lines: list[str], kinds: list[str], index: int) -> None:
    """Outlook and Foxmail draw their rule outside of the element that holds the quote or the signature."""
    above = index - 1
    while above > 0 and kinds[above] == FRESH and not lines[above].strip():
        above -= 1
    if above > 0 and kinds[above] == FRESH and boundaries.is_rule(lines[above]):
        kinds[above:index] = [kinds[index]] * (index - above)


def _is_quote_next(lines: list[str], kinds: list[str], index: int) -> bool:
    """Whether the next line with something on it, at most three lines down, is quoted."""
    for following in range(index + 1, min(index + 4, len(lines))):
        if lines[following].strip():
            return kinds[following] == QUOTE
    return False


def _sign(lines: list[str], kinds: list[str], limit: int, author: Mailbox) -> None:
    """Mark the signature of the first and of the last piece of fresh text: between quotes stand answers only."""
    for start, end in _ends(kinds[:limit]):
        begin, quote = signatures.begins_at(lines, start, end, author)
        kinds[begin:end] = [SIGNATURE] * (quote - begin) + [QUOTE] * (end - quote)


def _ends(kinds: list[str]) -> list[tuple[int, int]]:
    pieces: list[tuple[int, int]] = []
    start: int | None = None
    for index, kind in enumerate([*kinds, QUOTE]):
        if kind == FRESH and start is None:
            start = index
        elif kind != FRESH and start is not None:
            pieces.append((start, index))
            start = None
    return pieces if len(pieces) < 3 else [pieces[0], pieces[-1]]
