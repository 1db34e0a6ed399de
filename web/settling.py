"""Writes into a template, when it is compiled, what its language settles: words, icons and addresses of files.

There is one environment a language, so `{{ _("Reply") }}` says the same in each page; a page has some two hundred.
"""

from collections.abc import Callable, Iterator
from typing import cast

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import escape

SETTLED = frozenset({"_", "icon", "asset"})
"""Functions whose answer depends on nothing but their one argument."""
_SHAPE = ("variable_begin", "name", "lparen", "string", "rparen", "variable_end")


class Settling(Extension):
    """Replaces `{{ function("text") }}` by what the function answers. Templates may not give its name to another."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """The tokens of a template, those of such a call as one of text."""
        held: list[Token] = []
        for token in stream:
            held.append(token)
            while held and not self._begins(held):
                yield held.pop(0)
            if len(held) == len(_SHAPE):
                yield Token(held[0].lineno, "data", self._answer(held))
                held.clear()
        yield from held

    @staticmethod
    def _begins(held: list[Token]) -> bool:
        """Whether such a call may begin with these tokens."""
        fits = all(token.type == wanted for token, wanted in zip(held, _SHAPE, strict=False))
        return fits and (len(held) < 2 or held[1].value in SETTLED)

    def _answer(self, call: list[Token]) -> str:
        function = cast(Callable[[str], str], self.environment.globals[call[1].value])
        return str(escape(function(call[3].value)))
