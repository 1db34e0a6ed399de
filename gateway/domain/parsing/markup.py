"""The readable text of an HTML body, line by line, with what its own markup says is quoted or a signature."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from selectolax.lexbor import LexborHTMLParser, LexborNode

from gateway.domain.quoting.containers import Container, container_of

Mark = Literal["", "quote", "signature"]

_SKIPPED = frozenset(
    "head title script style template noscript object embed svg math select textarea iframe audio video".split()
)
_BLOCKS = frozenset(
    "address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form h1 h2 "
    "h3 h4 h5 h6 header hr html legend li main nav ol p pre section summary table tbody tfoot thead tr ul "
    "includetail".split()
)
_SPACED = frozenset("p h1 h2 h3 h4 h5 h6 blockquote pre table ul ol dl".split())
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|(?:max-)?(?:height|width)\s*:\s*0(?:px|pt)?\s*(?:;|$|!)[^;]*"
    r"|font-size\s*:\s*[01](?:px|pt)?\s*(?:;|$|!)",
    re.IGNORECASE,
)
_TIGHT = re.compile(r"margin(?:-top|-bottom)?\s*:\s*0", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_SHOWN_LINK = re.compile(r"(?:https?|ftp|mailto|tel):", re.IGNORECASE)
_MAX_LINK = 300


@dataclass(frozen=True, slots=True)
class Rendered:
    """Text and one mark for each of its lines."""

    text: str
    marks: tuple[Mark, ...]


def render(tree: LexborHTMLParser) -> Rendered:
    """The text that a reader sees; hidden elements, scripts and styles are left out. One pass over the tree."""
    page = _Page()
    root = tree.body or tree.root
    node = root
    while node is not None and root is not None:
        child = node.child if page.enter(node) else None
        while child is None and node is not None:
            page.leave(node)
            if node.mem_id == root.mem_id:
                node = None
                break
            child, node = node.next, node.parent if node.next is None else node
        node = child
    return page.rendered()


@dataclass(slots=True)
class _Page:
    """The lines written so far and the state of the elements that are open."""

    lines: list[str] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    wants_blank: bool = False
    preformatted: int = 0
    quoted: int = 0
    signed: int = 0
    rest_quoted: bool = False
    counters: list[int | None] = field(default_factory=list)
    links: list[tuple[str, int, int]] = field(default_factory=list)

    def enter(self, node: LexborNode) -> bool:
        """Write what comes before an element's content; false when the content is not to be read."""
        tag = node.tag or ""
        if tag == "-text":
            self._write(node.text_content or "")
            return False
        if tag.startswith("-") or tag in _SKIPPED:
            return False
        attributes = node.attributes
        if attributes and _hidden(attributes):
            return False
        if tag in _BLOCKS:
            self._break(tag in _SPACED and not _TIGHT.search(attributes.get("style") or ""))
        self._mark(container_of(tag, attributes), 1)
        if opening := _OPENING.get(tag):
            opening(self, attributes)
        return tag not in ("br", "hr", "img")

    def leave(self, node: LexborNode) -> None:
        """Write what comes after an element's content."""
        tag = node.tag or ""
        if tag.startswith("-") or tag in _SKIPPED:
            return
        attributes = node.attributes
        if attributes and _hidden(attributes):
            return
        if closing := _CLOSING.get(tag):
            closing(self)
        if tag in _BLOCKS:
            self._break(tag in _SPACED and not _TIGHT.search(attributes.get("style") or ""))
        self._mark(container_of(tag, attributes), -1)

    def rendered(self) -> Rendered:
        """All lines, without blank ones at the ends."""
        self._break(False)
        start, end = 0, len(self.lines)
        while start < end and not self.lines[start]:
            start += 1
        while end > start and not self.lines[end - 1]:
            end -= 1
        return Rendered("\n".join(self.lines[start:end]), tuple(self.marks[start:end]))

    def _mark(self, container: Container | None, step: int) -> None:
        if container is None:
            return
        if step > 0 or container != "rest":
            self._break(False)
        if container == "quote":
            self.quoted += step
        elif container == "signature":
            self.signed += step
        elif container == "rest":
            self.rest_quoted = True

    def _write(self, text: str) -> None:
        if self.preformatted:
            first, *others = text.replace("\r\n", "\n").split("\n")
            self._append(first)
            for other in others:
                self._end_line()
                self._append(other)
            return
        text = _BLANKS.sub(" ", text)
        if text.startswith(" ") and (not self.line or self.line[-1].endswith(" ")):
            text = text[1:]
        self._append(text)

    def _append(self, text: str) -> None:
        if not text:
            return
        if self.wants_blank and self.lines and self.lines[-1]:
            self.lines.append("")
            self.marks.append(self._current())
        self.wants_blank = False
        self.line.append(text)

    def _break(self, spaced: bool) -> None:
        if "".join(self.line).strip():
            self._end_line()
        else:
            self.line.clear()
        self.wants_blank = self.wants_blank or spaced

    def _end_line(self) -> None:
        self.lines.append("".join(self.line).replace("\xa0", " ").rstrip())
        self.marks.append(self._current())
        self.line.clear()
        self.wants_blank = False

    def _current(self) -> Mark:
        if self.quoted or self.rest_quoted:
            return "quote"
        return "signature" if self.signed else ""

    def open_item(self, _: dict[str, str | None]) -> None:
        """A list item: its number, or a dash."""
        if self.counters and self.counters[-1] is not None:
            self._append(f"{self.counters[-1]}. ")
            self.counters[-1] += 1
        else:
            self._append("- ")

    def open_link(self, attributes: dict[str, str | None]) -> None:
        """A link: remember where its words begin."""
        self.links.append((attributes.get("href") or "", len(self.lines), len(self.line)))

    def close_link(self) -> None:
        """After a link's words: the address, unless the words are the address."""
        if not self.links:
            return
        href, line, start = self.links.pop()
        words = "".join(self.line[start:]) if line == len(self.lines) else ""
        bare = href.removeprefix("mailto:").rstrip("/")
        if not words.strip() or not _SHOWN_LINK.match(href) or len(href) > _MAX_LINK:
            return
        if bare.lower() not in words.lower() and words.strip().rstrip("/").lower() not in href.lower():
            self._append(f" ({bare})")

    def open_image(self, attributes: dict[str, str | None]) -> None:
        """A picture: the words that stand for it, such as an emoji."""
        self._write(attributes.get("alt") or "")

    def rule(self, _: dict[str, str | None]) -> None:
        """A horizontal rule, as Outlook draws it in plain text."""
        self._append("_" * 32)
        self._end_line()

    def open_cell(self, _: dict[str, str | None]) -> None:
        """A cell: apart from the one before it in the row."""
        if "".join(self.line).strip():
            self._append("\t")


_OPENING: dict[str, Callable[[_Page, dict[str, str | None]], None]] = {
    "li": _Page.open_item,
    "a": _Page.open_link,
    "img": _Page.open_image,
    "td": _Page.open_cell,
    "th": _Page.open_cell,
    "br": lambda page, _: page._end_line(),
    "hr": _Page.rule,
    "pre": lambda page, _: setattr(page, "preformatted", page.preformatted + 1),
    "ul": lambda page, _: page.counters.append(None),
    "ol": lambda page, _: page.counters.append(1),
}
_CLOSING: dict[str, Callable[[_Page], object]] = {
    "a": _Page.close_link,
    "pre": lambda page: setattr(page, "preformatted", max(0, page.preformatted - 1)),
    "ul": lambda page: page.counters and page.counters.pop(),
    "ol": lambda page: page.counters and page.counters.pop(),
}


def _hidden(attributes: dict[str, str | None]) -> bool:
    if "hidden" in attributes:
        return True
    style = attributes.get("style")
    return bool(style and _HIDDEN.search(style))
