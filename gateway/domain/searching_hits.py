"""Looks for the words of a search in texts themselves: settles what the index can't tell, and marks the hits. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.domain.searching import LETTER, fold, pieces
from gateway.domain.searching_queries import Search, Word

EXCERPT_CHARS = 160
BEFORE_HIT = 40
_JOINTS = re.compile(r"[\W_]+")
_GAP = r"[\W_]{0,8}"

Marked = tuple[tuple[str, bool], ...]
"""A text in pieces; the true ones are hits."""


@dataclass(frozen=True, slots=True)
class Texts:
    """What a thread says: what its row tells, and its messages' texts and file names, newest first."""

    head: tuple[str, ...]
    bodies: tuple[str, ...]


def pattern(word: Word) -> re.Pattern[str]:
    """The word as it stands in a folded text: from a word's beginning, to its end too when it was quoted."""
    parts: list[str] = []
    borders = [False, False]
    for piece, unspaced in pieces(word.text):
        borders = [borders[0] if parts else not unspaced, not unspaced]
        parts += [part for part in _JOINTS.split(piece) if part]
    body = _GAP.join(re.escape(part) for part in parts)
    left = rf"(?<!{LETTER})" if borders[0] else ""
    right = rf"(?!{LETTER})" if borders[1] and word.quoted else ""
    return re.compile(f"{left}{body}{right}")


def all_stand(search: Search, texts: Texts) -> bool:
    """True when every word that the index knows only in parts stands in some text as a whole."""
    exact = [pattern(word) for word in search.words if word.exact]
    folded = [fold(text) for text in (*texts.head, *texts.bodies)] if exact else []
    return all(any(one.search(text) for text in folded) for one in exact)


def marked(text: str, search: Search) -> Marked:
    """The text with all hits marked."""
    shown = unicodedata.normalize("NFC", text)
    folded, places = _placed(shown)
    spans = sorted(
        (places[found.start()], places[found.end() - 1] + 1)
        for word in search.words
        for found in pattern(word).finditer(folded)
        if found.end() > found.start()
    )
    return _cut(shown, spans)


def _placed(text: str) -> tuple[str, Sequence[int]]:
    """The folded text, and for each of its characters where it comes from."""
    folded = fold(text)
    if len(folded) == len(text):
        return folded, range(len(text))
    chars: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        made = fold(char)
        chars.append(made)
        places.extend([place] * len(made))
    return "".join(chars), places


def _cut(text: str, spans: Iterable[tuple[int, int]]) -> Marked:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    parts: list[tuple[str, bool]] = []
    done = 0
    for start, end in merged:
        parts += [(text[done:start], False), (text[start:end], True)]
        done = end
    return tuple(part for part in (*parts, (text[done:], False)) if part[0])


def excerpt(texts: Texts, search: Search) -> Marked | None:
    """Some words around the hit, marked, from the newest text that has the most of them; None when none has any."""
    patterns = [pattern(word) for word in search.words]
    best, most, at = "", 0, 0
    for text in texts.bodies:
        folded = fold(text)
        hits = [found.start() for one in patterns if (found := one.search(folded)) is not None]
        if len(hits) > most:
            best, most, at = text, len(hits), min(hits)
        if most == len(patterns):
            break
    return marked(_around(best, at), search) if most else None


def _around(text: str, at: int) -> str:
    """One line of the text that holds the character `at`; near enough where folding moved it."""
    start = max(0, at - BEFORE_HIT)
    if start:
        start = next(
            (place + 1 for place in range(start, max(0, start - 12), -1) if text[place : place + 1].isspace()), start
        )
    line = " ".join(text[start : start + EXCERPT_CHARS * 2].split())
    return ("…" if start else "") + line[:EXCERPT_CHARS]
