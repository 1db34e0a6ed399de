"""Tag=value lists (RFC 6376 section 3.2), as DKIM, ARC and DMARC use them; what a tag means is left to others."""

import re
from collections.abc import Mapping

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_BLANK = " \t\r\n"


def parse_tags(text: str) -> Mapping[str, str] | None:
    """The tags in their order, values stripped; None for anything malformed or a tag that comes twice."""
    specs = text.strip(_BLANK).split(";")
    if specs[-1].strip(_BLANK) == "":
        specs.pop()
    tags: dict[str, str] = {}
    for spec in specs:
        name, equals, value = (part.strip(_BLANK) for part in spec.partition("="))
        if not equals or not _NAME.fullmatch(name) or name in tags:
            return None
        tags[name] = value
    return tags


def without_blanks(value: str) -> str:
    """A value in which white space means nothing, such as base64 that was folded."""
    return "".join(value.split())
