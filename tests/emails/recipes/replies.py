"""Replies as the mail programs of many countries write them; `tests/emails/replies/*.txt` holds them as they look.

The first line of a file is what was asked. Each `=== name | signature` begins a mail: the answer up to the first blank
line, then all that the program put below it. Where nothing was asked, all of it is the answer.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.emails.recipes.recipe import Recipe, head, leaf, mail

FOLDER = Path(__file__).parents[1] / "replies"

_UNSEEN = re.compile(r"\\u([0-9a-f]{4})")


def recipes() -> Iterator[Recipe]:
    """One mail in plain text for each entry of each file."""
    for file in sorted(FOLDER.glob("*.txt")):
        asked, _, entries = file.read_text(encoding="utf-8").partition("\n")
        for entry in entries.split("\n=== ")[1:]:
            title, _, body = entry.partition("\n")
            name, _, signature = title.partition(" | ")
            yield _reply(name, _UNSEEN.sub(lambda match: chr(int(match[1], 16)), body), asked, signature)


def _reply(name: str, body: str, asked: str, signature: str) -> Recipe:
    if not asked:
        return Recipe(name, mail(head("订单 1001"), leaf(body)), {"fresh_text": body, "class": "human", "bounce": None})
    told = re.split(r"\n\s*\n", body, maxsplit=1)[0]
    expects = {
        "fresh_text": told,
        "quoted_text~": asked,
        "signature_text~" if signature else "signature_text": signature,
        "class": "human",
    }
    return Recipe(name, mail(head("Re: 您的订单 1001"), leaf(body)), expects)
