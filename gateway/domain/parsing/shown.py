"""The body as a reader sees it: readable text with its marks, and clean HTML; both cut at their caps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.domain.parsing.bodies import MAX_TEXT, Body, page_of
from gateway.domain.parsing.repairs import Repairs

if TYPE_CHECKING:
    from gateway.domain.parsing.cleaning import Page


@dataclass(frozen=True, slots=True)
class Shown:
    """`marks` has one mark for each line of `text`: "", "quote" or "signature"; empty when nothing marks it."""

    text: str
    marks: tuple[str, ...]
    html: str | None
    remote_content: int


def show(body: Body, repairs: Repairs) -> Shown:
    """Render the body; the libraries for HTML are loaded only when a mail has some."""
    texts: list[str] = []
    marks: list[str] = []
    pages: dict[str, Page] = {}
    for text, is_html in body.text_pieces:
        piece, piece_marks = _rendered(text, pages) if is_html else (text.strip("\n"), ())
        if not piece.strip():
            continue
        if texts:
            texts.append("")
            marks.append("")
        texts.append(piece)
        marks += piece_marks or [""] * (piece.count("\n") + 1)
    text = "\n".join(texts)
    if len(text) > MAX_TEXT:
        repairs.leave_out(f"text over {MAX_TEXT} characters: cut, whole in the original mail")
        text = text[:MAX_TEXT]
    html, remote = _cleaned(body, pages, repairs) if body.html_pieces else (None, 0)
    return Shown(text, tuple(marks) if any(marks) else (), html, remote)


def _page(html: str, pages: dict[str, Page]) -> Page:
    """The parsed page; a mail whose text is its HTML has it parsed once."""
    from gateway.domain.parsing import cleaning

    if html not in pages:
        pages[html] = cleaning.parse(html)
    return pages[html]


def _rendered(html: str, pages: dict[str, Page]) -> tuple[str, tuple[str, ...]]:
    from gateway.domain.parsing import markup

    rendered = markup.render(_page(html, pages).tree)
    return rendered.text, rendered.marks


def _cleaned(body: Body, pages: dict[str, Page], repairs: Repairs) -> tuple[str, int]:
    from gateway.domain.parsing import cleaning

    page = _page(page_of(body.html_pieces), pages)
    if page.cut:
        repairs.leave_out("HTML over the limit: cut, whole in the original mail")
    return cleaning.clean(page)
