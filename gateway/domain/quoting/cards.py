"""Visiting cards without any mark above them: the author's own name, address and company below what was written."""

import re

from gateway.domain.emails import Mailbox

_BAR = re.compile(r"[\s|]*\|[\s|]*$")
_BUSINESS = re.compile(
    r"公司|集团|集團|株式会社|有限|事业部|[采销市财行技客]\w{0,2}部|经理|經理|总监|總監|主管|助理|专员|회사|팀|부장"
    r"|\b(?:ltd|inc|llc|gmbh|co\.|corp|s\.?a\.?|manager|director|assistant|department|dept|sales|engineer|officer)\b",
    re.IGNORECASE,
)
_STREET = re.compile(
    r"[省市区县區縣镇鎮乡鄉村路街道巷弄号號栋棟楼樓室](?!场|場|政)|(?<!\d)\d{5,6}(?!\d)"
    r"|\b(?:street|st\.|road|rd\.?|avenue|ave\.?|lane|apt|floor|stra(?:ss|ß)e|rue|calle|via|ул\.|дом|кв\.)",
    re.IGNORECASE,
)
_SPEAKS = re.compile(r"[.?!。？！,，;；]$")
_BLANKS = re.compile(r"[\s·.,，]+")
_LINES = 8
_LONGEST = 60


def begins_at(lines: list[str], start: int, end: int, author: Mailbox) -> int:
    """Where the card begins that ends the piece `lines[start:end]`; `end` when there is none.

    A buyer's shipping address has a name and a number too, and must never be hidden: streets make no card, unless
    there are the author's own address and a company.
    """
    last = end
    while last > start and not lines[last - 1].strip():
        last -= 1
    if drawn := _drawn(lines, start, last):
        return drawn
    begin = end
    for first, after in _paragraphs(lines, start, last):
        if not _is_card([line.strip() for line in lines[first:after]], author) or lines[first - 1].strip():
            break
        begin = first
    above = next((lines[index].rstrip() for index in range(begin - 1, start - 1, -1) if lines[index].strip()), ":")
    return end if above.endswith((":", "：")) else begin


def _paragraphs(lines: list[str], start: int, end: int) -> list[tuple[int, int]]:
    """The last two paragraphs, the lower one first; never the one that the piece begins with."""
    found: list[tuple[int, int]] = []
    while len(found) < 2 and end > start:
        first = end
        while first > start and lines[first - 1].strip() and end - first <= _LINES:
            first -= 1
        if not any(line.strip() for line in lines[start:first]):
            break
        found.append((first, end))
        end = first
        while end > start and not lines[end - 1].strip():
            end -= 1
    return found


def _is_card(block: list[str], author: Mailbox) -> bool:
    if not 0 < len(block) <= _LINES or any(len(line) > _LONGEST or _SPEAKS.search(line) for line in block):
        return False
    name, text = _folded(author.name), "\n".join(block)
    named = bool(name) and _folded(block[0]) == name
    if named and len(block) == 1:
        return True
    street, business = _STREET.search(text) is not None, _BUSINESS.search(text) is not None
    if author.address and author.address.lower() in text.lower().split():
        return business or not street
    return named and business and not street


def _folded(name: str) -> str:
    return _BLANKS.sub("", name).casefold()


def _drawn(lines: list[str], start: int, last: int) -> int:
    """NetEase's programs draw their card with bars, `|name|address|`, each cell on lines of its own; 0 for none."""
    begin = last
    for index in range(last - 1, max(start, last - 3 * _LINES) - 1, -1):
        if _BAR.match(lines[index]):
            begin = index
        elif len(lines[index].strip()) > _LONGEST:
            break
    return begin if begin < last and _BAR.match(lines[last - 1]) else 0
