"""Signatures, footers and legal notices: what ends a piece of fresh text without being part of the answer."""

import re
from itertools import islice

from gateway.domain.emails import Mailbox
from gateway.domain.patterns import Pattern
from gateway.domain.quoting import cards, vocabulary
from gateway.domain.quoting.boundaries import is_rule

_DELIMITER = re.compile(r"\s{0,3}(?:--|—|––)[ \t\xa0]*$")
_MOBILE = Pattern(r"[\s*_\-—–<\[(（【]{0,6}(?:" + "|".join(vocabulary.MOBILE) + r")[\s*_.。>\])）】]{0,4}$")
_LEGAL = Pattern(r"\s*+(?:" + "|".join(vocabulary.LEGAL) + ")")
_LIST_FOOTER = Pattern(
    r"mailing list|https?://\S*(?:listinfo|mailman|groups?\.)|unsubscribe|you received this message because|退订"
)
_CLOSING = Pattern(r"(?:" + "|".join(vocabulary.CLOSINGS) + r")\s*[,.，。!！~～]{0,3}\s*$")
_DASHED_NAME = re.compile(r"\s{0,3}(?:-(?=\S+ \S)|[–—/~]\s?)[A-ZÀ-ÞА-Я][\w.'’-]+(?: [A-ZÀ-ÞА-Я][\w.'’-]*){0,3}\s*$")
_CONTACT = re.compile(
    r"@|https?:|www\.|\d{3}[ -]?\d{3,4}|(?:tel|fax|phone|电话|電話|手机|手機|邮箱|公司)\b|\b(?:ltd|inc|gmbh)\b",
    re.IGNORECASE,
)
_LINK = re.compile(r"[ ]?[(<]https?://[^\s()<>]{1,300}[)>]$")
_GLUED_RULE = re.compile(r"-{20,}$")
_CLOSING_LINES = 6
_SPEECH = ".?!。？！"
_SPEAKS = re.compile(r"[?。？！]$|^(?:p\.? ?s\b|n\.? ?b\b|附|另|又及|追伸|추신)", re.IGNORECASE)
_LONGEST_FOOTER = 200
_SIGNATURE_LINES = 12
_SHORT = 80


def begins_at(lines: list[str], start: int, end: int, author: Mailbox) -> tuple[int, int]:
    """Where the signature of the piece `lines[start:end]` begins, and where what follows it is an older mail.

    Both are `end` when the piece has neither. `author` is whose name and address a visiting card bears.
    """
    last = _last_line(lines, start, end)
    footer = _footer_amid(lines, start, last)
    if footer is not None:
        older = end if _is_signature(lines, footer + 1, last) else footer + 1
        return _closing(lines, start, cards.begins_at(lines, start, footer, author)), older
    found = next((index for index in range(start, last) if _opens(lines, index, start, last)), end)
    found = cards.begins_at(lines, start, _with_footers(lines, start, found), author)
    return _closing(lines, start, found), end


def _opens(lines: list[str], index: int, start: int, last: int) -> bool:
    if _DELIMITER.match(lines[index]):
        return True
    above = lines[index - 1].strip() if index > start else ""
    if above and not is_rule(above):
        return False
    if is_rule(lines[index]):
        return not above and _is_card(lines, index + 1, last)
    return _LEGAL.match(lines[index][:300]) is not None


def _footer_amid(lines: list[str], start: int, last: int) -> int | None:
    """A phone's footer with a paragraph below it: what is below is the signature, or was there before."""
    for index in range(start, last - 2):
        alone = (index == start or not lines[index - 1].strip()) and not lines[index + 1].strip()
        if alone and is_footer(lines[index].strip()):
            return index
    return None


def _is_signature(lines: list[str], start: int, last: int) -> bool:
    """Whether the lines below a footer are more of the same: notices, rules, a name and a company."""
    following = [line.strip() for line in lines[start:last] if line.strip()]
    if not following or _LEGAL.match(following[0][:300]) or _DELIMITER.match(following[0]):
        return True
    return len(following) <= _SIGNATURE_LINES and all(
        is_footer(line) or is_rule(line) or (len(line) <= _SHORT // 2 and line[-1] not in _SPEECH) for line in following
    )


def _closing(lines: list[str], start: int, end: int) -> int:
    """ "Best regards" and the name below it, or a name after a dash: short lines at the end of the piece."""
    last = _last_line(lines, start, end)
    if last - 1 > start and _DASHED_NAME.match(lines[last - 1]) and not lines[last - 2].strip():
        return last - 1
    names = 0
    for index in range(last - 1, start, -1):
        line = lines[index].strip()
        if _CLOSING.match(line):
            return _first_closing(lines, start, index) if names else end
        names += bool(line)
        if names > _CLOSING_LINES or len(line) > _SHORT // 2 + 10 or _SPEAKS.search(line):
            break
    return end


def _first_closing(lines: list[str], start: int, index: int) -> int:
    """Chinese letters close on two lines, 此致 and 敬礼."""
    while index > start + 1 and (not lines[index - 1].strip() or _CLOSING.match(lines[index - 1].strip())):
        index -= 1
    return index


def _last_line(lines: list[str], start: int, end: int) -> int:
    while end > start and not lines[end - 1].strip():
        end -= 1
    return end


def _with_footers(lines: list[str], start: int, end: int) -> int:
    """Phone footers stand last, or right above the signature; only blank lines may follow them."""
    position = end
    for index in range(end - 1, start - 1, -1):
        line = lines[index].strip()
        if not line:
            continue
        if is_footer(line):
            position = index
            continue
        if is_rule(line) and position < end:
            position = index
        break
    return position


def is_footer(line: str) -> bool:
    """Whether a line is the footer of a phone or a mail program; Aliyun glues the rule above its quote to it."""
    if len(line) >= _LONGEST_FOOTER:
        return False
    folded = line.lower()
    if not any(word in folded for word in vocabulary.FOOTER_WORDS):
        return False
    return any(map(_MOBILE.match, {line, _LINK.sub("", _GLUED_RULE.sub("", line))}))


def _asks_for(lines: list[str], rule: int) -> bool:
    """A colon above the rule: what follows is what was to be said."""
    above = next((lines[index].rstrip() for index in range(rule - 1, -1, -1) if lines[index].strip()), "")
    return above.endswith((":", "："))


def _is_card(lines: list[str], start: int, end: int) -> bool:
    """A drawn rule and then a few short lines, or a list's footer: a signature as QQ and Foxmail set it apart."""
    written = (lines[index].strip() for index in range(start, end) if lines[index].strip())
    block = list(islice(written, _SIGNATURE_LINES + 1))  # no more: a text may be all rules
    if not block or len(block) > _SIGNATURE_LINES:
        return False
    if _LIST_FOOTER.search("\n".join(block)):
        return True
    if (
        _asks_for(lines, start - 1)
        or len(lines[start - 1].strip()) < 10
        or any(len(line) > _SHORT or line[-1] in _SPEECH for line in block)
    ):
        return False
    text = "\n".join(block)
    return _CONTACT.search(text) is not None or (len(block) <= 2 and not any(map(str.isdigit, text)))
