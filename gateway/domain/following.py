"""Where a follower of changes stands: one number for each shop, written as a short text that it can hand back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.errors import Invalid

_MARKS = re.compile(r"[a-z0-9-]{1,32}:[0-9]{1,18}(,[a-z0-9-]{1,32}:[0-9]{1,18})*")
_NUMBER = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Change:
    """That a thread of a shop changed; `change_no` grows with each change in the shop."""

    shop: str
    thread_id: str
    change_no: int


def write_marks(marks: Mapping[str, int]) -> str:
    """`lantern:57,silk:12`: what an event's id says."""
    return ",".join(f"{slug}:{number}" for slug, number in sorted(marks.items()))


def read_marks(text: str, slugs: tuple[str, ...]) -> dict[str, int]:
    """The number of each shop. One number alone counts for all of them. Raises Invalid for what is neither."""
    if _NUMBER.fullmatch(text):
        return dict.fromkeys(slugs, int(text))
    if text and not _MARKS.fullmatch(text):
        raise Invalid("expected a number, or the id of an event", field="since")
    pairs = (part.split(":") for part in text.split(",") if part)
    return {slug: int(number) for slug, number in pairs}
