"""Patterns that are compiled when they are first used: the tables of words are long, and a mail needs few of them."""

import re
from functools import cached_property


class Pattern:
    """A regular expression like `re.compile` makes, without regard to case unless `flags` say otherwise."""

    def __init__(self, pattern: str, flags: re.RegexFlag = re.IGNORECASE) -> None:
        self._pattern = pattern
        self._flags = flags

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self._pattern, self._flags)

    def match(self, text: str) -> re.Match[str] | None:
        """The match at the beginning of a text."""
        return self._compiled.match(text)

    def search(self, text: str) -> re.Match[str] | None:
        """The first match anywhere in a text."""
        return self._compiled.search(text)
