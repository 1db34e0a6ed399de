"""How a shop writes its order numbers, as masks such as `AA-######`, and what in a text is written so.

`A` is a letter, `#` a digit, `X` either of them, `\\` takes the next sign as it stands; other letters, digits and
separators stand for themselves. No mask repeats anything, so that looking costs as much as the text is long.
"""

import re
from functools import lru_cache

from gateway.errors import Invalid

MAX_MASKS, MAX_MASK_CHARS, LEAST_SIGNS = 5, 40, 4
MOST_FOUND = 20
SEPARATORS = "-_./ "
_PLACES = {"A": "[A-Za-z]", "#": "[0-9]", "X": "[0-9A-Za-z]"}
_GAP = r"[-_./ \u2010-\u2015]?"
"""Buyers leave separators out, or write others."""
_MASK = re.compile(r"(?:\\?[0-9A-Za-z]|[#\-_./])+")


def checked_masks(text: str) -> str:
    """Masks as they are kept: one, or some with commas between. Raises Invalid."""
    masks = _split(text)
    if len(masks) > MAX_MASKS:
        raise Invalid(f"at most {MAX_MASKS} patterns", field="order_mask")
    for mask in masks:
        signs = mask.replace("\\", "").translate(str.maketrans("", "", SEPARATORS))
        if not _MASK.fullmatch(mask) or len(mask) > MAX_MASK_CHARS or len(signs) < LEAST_SIGNS or "#" not in mask:
            raise Invalid(
                "expected patterns such as AA-######, with 4 signs or more, some of them digits", "order_mask"
            )
    return ", ".join(masks)


def _split(text: str) -> list[str]:
    return list(dict.fromkeys(filter(None, (part.strip() for part in re.split("[,，、;；\n]", text)))))


def numbers_in(text: str, masks: str) -> tuple[str, ...]:
    """What stands in a text and is written as one of the masks, each once, as it was written."""
    if not masks:
        return ()
    found = (match[0] for match in _pattern(masks).finditer(text))
    return tuple(dict.fromkeys(number for number, _ in zip(found, range(MOST_FOUND), strict=False)))


@lru_cache(maxsize=256)
def _pattern(masks: str) -> re.Pattern[str]:
    wanted = sorted(map(_of_mask, _split(masks)), key=len, reverse=True)
    return re.compile(rf"(?<![0-9A-Za-z])(?:{'|'.join(wanted)})(?![0-9A-Za-z])", re.IGNORECASE)


def _of_mask(mask: str) -> str:
    pieces, signs = [], iter(mask)
    for sign in signs:
        if sign == "\\":
            pieces.append(re.escape(next(signs, "")))
        else:
            pieces.append(_GAP if sign in SEPARATORS else _PLACES.get(sign) or re.escape(sign))
    return "".join(pieces)


def squashed(number: str) -> str:
    """A number without its separators and its case: what of it buyers get right."""
    return "".join(sign for sign in number.casefold() if sign.isalnum())
