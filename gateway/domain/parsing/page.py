"""A page of text while it is written: lines, breaks and blank lines as the elements of HTML ask for them."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from gateway.domain.quoting.containers import Container

Mark = Literal["", "quote", "signature"]

_BLANKS = re.compile(r"[ \t\r\n\f]+")
_SHOWN_LINK = re.compile(r"(?:https?|ftp|mailto|tel):", re.IGNORECASE)
_MAX_LINK = 300


@dataclass(frozen=True, slots=True)
class Element:
    """What an element does to the page: breaks the line, leaves a blank one, holds a quote or a signature."""

    tag: str
    block: bool
    spaced: bool
    container: Container | None
    attributes: dict[str, str | None]


@dataclass(slots=True)
class Page:
    """The lines written so far, and the state of the elements that are open."""

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

    def open(self, element: Element) -> Element:
        """Write what comes before an element's content."""
        if element.block:
            self._break(element.spaced)
        if element.container:
            self._enter(element.container)
        if opening := _OPENING.get(element.tag):
            opening(self, element.attributes)
        return element

    def close(self, element: Element) -> None:
        """Write what comes after an element's content."""
        if closing := _CLOSING.get(element.tag):
            closing(self)
        if element.block:
            self._break(element.spaced)
        if element.container:
            self._leave(element.container)

    def write(self, text: str) -> None:
        """Write the text of an element, its white space folded as browsers do."""
        if self.preformatted:
            self._write_lines(text)
            return
        text = _BLANKS.sub(" ", text)
        if text[0] == " " and (not self.line or self.line[-1].endswith(" ")):
            text = text[1:]
        self._append(text)

    def finish(self) -> tuple[str, tuple[Mark, ...]]:
        """The text and the mark of each line, without blank lines at the ends."""
        self._break(False)
        start, end = 0, len(self.lines)
        while start < end and not self.lines[start]:
            start += 1
        while end > start and not self.lines[end - 1]:
            end -= 1
        return "\n".join(self.lines[start:end]), tuple(self.marks[start:end])

    def _enter(self, container: Container) -> None:
        self._break(False)
        if container == "quote":
            self.quoted += 1
        elif container == "signature":
            self.signed += 1
        else:
            self.rest_quoted = True

    def _leave(self, container: Container) -> None:
        if container == "rest":
            return
        self._break(False)
        if container == "quote":
            self.quoted -= 1
        else:
            self.signed -= 1

    def _write_lines(self, text: str) -> None:
        first, *others = text.replace("\r\n", "\n").split("\n")
        self._append(first)
        for other in others:
            self._end_line()
            self._append(other)

    def _append(self, text: str) -> None:
        if not text:
            return
        if self.wants_blank and self.lines and self.lines[-1]:
            self.lines.append("")
            self.marks.append(self._mark())
        self.wants_blank = False
        self.line.append(text)

    def _break(self, spaced: bool) -> None:
        if self.line:
            text = "".join(self.line)
            if text.strip():
                self._end_line()
            else:
                self.wants_blank = self.wants_blank or "\xa0" in text  # how Word and Outlook leave a line empty
                self.line.clear()
        self.wants_blank = self.wants_blank or spaced

    def _end_line(self) -> None:
        self.lines.append("".join(self.line).replace("\xa0", " ").rstrip())
        self.marks.append(self._mark())
        self.line.clear()
        self.wants_blank = False

    def _mark(self) -> Mark:
        if self.quoted or self.rest_quoted:
            return "quote"
        return "signature" if self.signed else ""

    def open_item(self, _: dict[str, str | None]) -> None:
        """A list item: its number, or a dash."""
        number = self.counters[-1] if self.counters else None
        if number is None:
            self._append("- ")
        else:
            self._append(f"{number}. ")
            self.counters[-1] = number + 1

    def open_link(self, attributes: dict[str, str | None]) -> None:
        """A link: remember where its words begin."""
        self.links.append((attributes.get("href") or "", len(self.lines), len(self.line)))

    def close_link(self) -> None:
        """After a link's words: the address, unless the words are the address."""
        if not self.links:
            return
        href, line, start = self.links.pop()
        words = "".join(self.line[start:]).strip().lower() if line == len(self.lines) else ""
        if not words or not _SHOWN_LINK.match(href) or len(href) > _MAX_LINK:
            return
        bare = href.removeprefix("mailto:").rstrip("/")
        if bare.lower() not in words and words.rstrip("/") not in href.lower():
            self._append(f" ({bare})")

    def open_image(self, attributes: dict[str, str | None]) -> None:
        """A picture: the words that stand for it, such as an emoji's name."""
        if alternative := attributes.get("alt"):
            self.write(alternative)

    def rule(self, _: dict[str, str | None]) -> None:
        """A horizontal rule, as Outlook draws it in plain text."""
        self._append("_" * 32)
        self._end_line()

    def open_cell(self, _: dict[str, str | None]) -> None:
        """A cell: apart from the one before it in the row."""
        if self.line:
            self._append("\t")

    def new_line(self, _: dict[str, str | None]) -> None:
        """A line break."""
        self._end_line()

    def open_preformatted(self, _: dict[str, str | None]) -> None:
        """White space counts from here."""
        self.preformatted += 1

    def close_preformatted(self) -> None:
        """White space folds again."""
        self.preformatted = max(0, self.preformatted - 1)

    def open_list(self, _: dict[str, str | None]) -> None:
        """A list with dashes."""
        self.counters.append(None)

    def open_numbered(self, _: dict[str, str | None]) -> None:
        """A list with numbers."""
        self.counters.append(1)

    def close_list(self) -> None:
        """Back to the list around this one."""
        if self.counters:
            self.counters.pop()


_OPENING: dict[str, Callable[[Page, dict[str, str | None]], None]] = {
    "li": Page.open_item,
    "a": Page.open_link,
    "img": Page.open_image,
    "td": Page.open_cell,
    "th": Page.open_cell,
    "br": Page.new_line,
    "hr": Page.rule,
    "pre": Page.open_preformatted,
    "ul": Page.open_list,
    "ol": Page.open_numbered,
}
_CLOSING: dict[str, Callable[[Page], None]] = {
    "a": Page.close_link,
    "pre": Page.close_preformatted,
    "ul": Page.close_list,
    "ol": Page.close_list,
}
