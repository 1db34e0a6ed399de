"""Replies in HTML as mail programs mark them up; `tests/emails/pages/*.html` holds them as they are sent.

The first line of a page is a comment: what was written, and what of the rest is a signature.
"""

from collections.abc import Iterator
from pathlib import Path

from tests.emails.recipes.recipe import Recipe, head, leaf, mail

FOLDER = Path(__file__).parents[1] / "pages"
ASKED = "您好，您的包裹今天已从杭州仓发出，预计三天内送达。"


def recipes() -> Iterator[Recipe]:
    """One mail in HTML for each page."""
    for file in sorted(FOLDER.glob("*.html")):
        comment, _, page = file.read_text(encoding="utf-8").partition("\n")
        told, signature = (part.strip() for part in comment.removeprefix("<!--").removesuffix("-->").split("|"))
        expects = {
            "fresh_text": told.replace("\\n", "\n"),
            "quoted_text~": ASKED,
            "signature_text~" if signature else "signature_text": signature,
        }
        yield Recipe(f"page-{file.stem}", mail(head("Re: 您的订单已发货"), leaf(page, "text/html")), expects)
