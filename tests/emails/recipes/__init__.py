"""How the mails of `tests/emails` are made, and what each must be read as; `python -m tests.emails` writes them."""

from collections.abc import Iterator

from tests.emails.recipes import (
    answers,
    attachments,
    automatic,
    bounces,
    charsets,
    chinese,
    headers,
    hostile,
    notices,
    pages,
    replies,
    structures,
    wrappers,
)
from tests.emails.recipes.recipe import Recipe

MODULES = (
    chinese,
    notices,
    pages,
    replies,
    answers,
    charsets,
    headers,
    structures,
    attachments,
    wrappers,
    bounces,
    automatic,
    hostile,
)


def all_recipes() -> Iterator[Recipe]:
    """Every recipe; names are unique."""
    for module in MODULES:
        yield from module.recipes()
