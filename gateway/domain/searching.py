"""Turns texts into the words that the search index holds, the same ones for writing and for asking. Pure.

Languages that write without spaces are cut into single characters and pairs of neighbours, so that a word of one or
two characters is found as it stands; everything else into words. What the index holds of a thread is a set: no
positions, and therefore the same hits in SQLite's FTS5 and PostgreSQL's tsvector.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import add

MAX_WORD_CHARS = 40
MAX_TEXT_CHARS = 200_000
"""As much of a text as pages show; the rest is a download."""
MAX_DOCUMENT_BYTES = 500_000
"""PostgreSQL keeps less than 1 MiB of words in one tsvector. Only texts made to fill it come near."""
PART_CHARS = 4
"""So many characters of an order number find it, wherever they stand in it."""

_UNSPACED = (
    # Han with its radicals and marks, kana, bopomofo, hangul, the rarer Han planes, Thai and Lao.
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u31a0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece"
)
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff"
)
"""Signs that stand on or between letters and are none: accents, Hebrew and Arabic vowels, the scripts of India."""
LETTER = rf"(?:[^\W_{_UNSPACED}]|[{_MARKS}])"
_JOINT = "[-_.@/+:'’&#]"
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_LETTERS = rf"(?:[^\W_{_UNSPACED}]++|[{_MARKS}]++)++"
"""One LETTER or several, looked for by runs instead of one by one."""
_PIECE = re.compile(rf"[{_UNSPACED}]+|{_LETTERS}(?:{_JOINT}{_LETTERS})*")
_RUN = re.compile(rf"[{_UNSPACED}]")
_BETWEEN = re.compile(_JOINT)


@dataclass(frozen=True, slots=True)
class Head:
    """What a thread's row is found by, beside its messages."""

    shop_id: str
    subject: str
    buyer_name: str
    addresses: tuple[str, ...]
    order_no: str
    tracking_no: str
    labels: tuple[str, ...]


HEAD_FIELDS = ("s_", "o_", "f_", "a_", "l_")
"""Words with these beginnings stand for what may change: shop, order, buyer's name, buyer's address, label."""


def fold(text: str) -> str:
    """A text as it is compared: width, case and compatibility forms made alike (NFKC, casefold), nothing invisible."""
    return text.lower() if text.isascii() else _INVISIBLE.sub("", unicodedata.normalize("NFKC", text).casefold())


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The pieces of a text, folded: (piece, True) for a run of unspaced characters, (joined word, False) for others."""
    for piece in _PIECE.findall(fold(text)):
        yield piece, _RUN.match(piece) is not None


def words(text: str) -> set[str]:
    """The words that a text is found by."""
    found: set[str] = set()
    # People use the same words again and again; no piece has a space in it.
    for piece in set(_PIECE.findall(" ".join(set(fold(text[:MAX_TEXT_CHARS]).split())))):
        if _RUN.match(piece):
            found.update(piece)
            found.update(map(add, piece, piece[1:]))
        elif piece.isalnum():
            found.add(piece[:MAX_WORD_CHARS])
        else:
            found.update(_spellings(piece))
    return found


def joined(piece: str) -> str:
    """`ae-1001` as one word, `ae1001`: nobody remembers where the hyphens were."""
    return _BETWEEN.sub("", piece)[:MAX_WORD_CHARS]


def _spellings(piece: str) -> Iterator[str]:
    """`www.evil.svg` is found by `www`, `evil`, `svg`, `evilsvg`, `wwwevilsvg`: by each part, and with what follows."""
    parts = _BETWEEN.split(piece)
    for number, part in enumerate(parts[:8]):
        yield part[:MAX_WORD_CHARS]
        yield "".join(parts[number:])[:MAX_WORD_CHARS]


def _number(text: str) -> set[str]:
    """An order or tracking number is found by any part of it: a buyer often tells only the last digits."""
    whole = "".join(joined(piece) for piece, _ in pieces(text))
    return {whole[start:] for start in range(max(1, len(whole) - PART_CHARS + 1))} - {""}


def head_words(head: Head) -> set[str]:
    """The words that a thread is found by before anybody has written."""
    numbers = _number(head.order_no)
    found = words(head.subject) | words(head.buyer_name) | numbers | _number(head.tracking_no)
    found |= words(head.order_no) | words(head.tracking_no) | {f"o_{word}" for word in numbers}
    found |= {f"f_{word}" for word in words(head.buyer_name)} | {shop_word(head.shop_id)}
    found |= {address_word(address) for address in head.addresses} | {label_word(label) for label in head.labels}
    return found


def message_words(texts: Iterable[str], file_names: Iterable[str], channel: str) -> set[str]:
    """The words that one message adds."""
    names = tuple(file_names)
    found = set().union(*map(words, (*texts, *names))) | {f"c_{channel.replace('_', '')}"}
    return found | ({"h_file"} if names else set())


def shop_word(shop_id: str) -> str:
    """Stands in each document of a shop, so that a search begins within it."""
    return f"s_{shop_id.replace('-', '')}"


def label_word(label: str) -> str:
    """A whole label. Characters that FTS5 would part words at are told by their number."""
    return "l_" + _spelled(" ".join(label.split()))


def address_word(address: str) -> str:
    """A whole address: sellers may look for one that they know, and find none out letter by letter."""
    return "a_" + _spelled(address)


def _spelled(text: str) -> str:
    return "".join(char if char.isalnum() else f"_{ord(char):x}_" for char in fold(text))


def document(new: set[str], old: set[str]) -> list[str]:
    """The words to keep of a thread, in order; where they are too many, some of the old ones go."""
    kept, room = [], MAX_DOCUMENT_BYTES
    for word in (*sorted(new), *sorted(old - new)):
        room -= len(word.encode("utf-8", "replace")) + 1
        if room < 0:
            break
        kept.append(word)
    return sorted(kept)
