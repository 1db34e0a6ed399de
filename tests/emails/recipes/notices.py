"""Bounces and automatic answers in their own words, and buyers who use the same words; `tests/emails/notices/*.txt`.

Each `=== name | sender | subject | outcome` begins a mail; the outcome is a class, or a bounce's action and status.
There is no Return-Path in them: the last MTA writes it, and here that is the gateway itself.
"""

from collections.abc import Iterator
from pathlib import Path

from tests.emails.recipes.recipe import Recipe, head, leaf, mail, word

FOLDER = Path(__file__).parents[1] / "notices"


def recipes() -> Iterator[Recipe]:
    """One mail in plain text for each entry of each file."""
    for file in sorted(FOLDER.glob("*.txt")):
        for entry in f"\n{file.read_text(encoding='utf-8')}".split("\n=== ")[1:]:
            title, _, text = entry.partition("\n")
            name, sender, subject, outcome = (part.strip() for part in title.split("|"))
            fields = {"From": _encoded(sender), "To": "shop@example.com"}
            yield Recipe(
                f"notice-{file.stem}-{name}", mail(head(subject, **fields), leaf(text)), _expected(outcome.split())
            )


def _encoded(sender: str) -> str:
    name, bracket, address = sender.rpartition("<")
    bare = name.strip(' "')
    return f"{word(bare)} {bracket}{address}" if bare else sender


def _expected(outcome: list[str]) -> dict[str, object]:
    if outcome[0] not in ("failed", "delayed"):
        return {"class": outcome[0], "bounce": None}
    return {
        "class": "bounce",
        "bounce.action": outcome[0],
        "bounce.status": outcome[1] if len(outcome) > 1 else "",
        "bounce.recipients.0.address": "lilei@example.cn",
        "#bounce.recipients": 1,
    }
