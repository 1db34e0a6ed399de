"""Which parts of a mail are its body and which are files (RFC 8621 §4.1.4), and the body as text and HTML."""

import html as entities
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from gateway.domain.parsing import calendars, charsets, flowed, openpgp, pictures, tree
from gateway.domain.parsing.repairs import Repairs
from gateway.domain.parsing.tree import Part

MAX_TEXT = 200_000
MAX_SOURCE = 1_000_000
MAX_PAGE = 16_000_000  # with pictures pasted into it

_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufeff]")
_LINE_END = re.compile(r"\r\n?|[\x0c\u2028\u2029\x85]")
_JSON_LD = re.compile(r"<script[^>]{0,200}?type\s{0,5}=\s{0,5}[\"']?application/ld\+json[^>]{0,200}>", re.IGNORECASE)
_CHARSET = "charset"
_SAME_AGAIN = frozenset({"text/x-amp-html", "text/watch-html"})  # Gmail's and Apple's third form of the text
_CID = re.compile(r"cid:([^\"'\s>)]{1,200})", re.IGNORECASE)


@dataclass(slots=True)
class Layout:
    """The leaves of a mail sorted by use; `text` and `html` are None once an alternative ruled them out."""

    text: list[Part] = field(default_factory=list)
    html: list[Part] = field(default_factory=list)
    files: list[Part] = field(default_factory=list)


@dataclass(slots=True)
class Body:
    """The body as decoded texts: `text_pieces` in order, each with whether it is HTML; `html_pieces` likewise."""

    text_pieces: list[tuple[str, bool]]
    html_pieces: list[tuple[str, bool]]
    json_ld: tuple[str, ...]

    def content_ids(self) -> frozenset[str]:
        """The Content-IDs that the HTML shows in place."""
        return frozenset(
            unquote(found) for text, is_html in self.html_pieces if is_html for found in _CID.findall(text)
        )


def lay_out(root: Part) -> Layout:
    """Sort the leaves below `root`: what is shown as text, what is shown as HTML, what is a file."""
    layout = Layout()
    _sort([root], "mixed", layout, choosing=False)
    if not layout.files and not any(part.body.strip() for part in (*layout.text, *layout.html)):
        layout.text += [tree.made(root, "text/plain", stray, {}) for stray in _outside(root)]
    return layout


def _outside(root: Part) -> Iterator[bytes]:
    """Text that a broken program put outside of any part; RFC 2046 §5.1.1 lets readers drop it, when there is more."""
    for part in root.walk():
        if part.is_multipart:
            yield from (each for each in part.around() if each.strip() and b"MIME" not in each)


def _sort(parts: list[Part], around: str, layout: Layout, *, choosing: bool) -> None:
    """`choosing`: somewhere around there is an alternative, so what is HTML is not also the text, nor the reverse."""
    choosing = choosing or around == "alternative"
    texts, htmls = len(layout.text), len(layout.html)
    for index, part in enumerate(parts):
        if part.is_multipart:
            _sort(part.children, part.content_type.partition("/")[2], layout, choosing=choosing)
            continue
        if around == "alternative" and part.content_type in _SAME_AGAIN:
            continue
        if not _is_shown(part, index, around):
            layout.files.append(part)
            continue
        if "filename" in part.disposition().parameters:
            layout.files.append(part)  # a text file sent inline is read in place, and kept as the file that it is
        if choosing:
            (layout.html if part.content_type == "text/html" else layout.text).append(part)
        else:
            layout.text.append(part)
            layout.html.append(part)
    if around == "alternative":
        if len(layout.text) == texts:
            layout.text += layout.html[htmls:]
        elif len(layout.html) == htmls:
            layout.html += layout.text[texts:]


def _is_shown(part: Part, index: int, around: str) -> bool:
    if part.content_type not in ("text/plain", "text/html"):
        return False
    disposition = part.disposition()
    if disposition.value == "attachment":
        return False
    named = "filename" in disposition.parameters or "name" in part.options
    return index == 0 or (around != "related" and not named)


def read(layout: Layout, hint: str | None, repairs: Repairs) -> Body:
    """Decode the body's parts, each once; pictures found inside HTML join the files of `layout`."""
    decoded: dict[int, str] = {}

    def piece(part: Part) -> tuple[str, bool]:
        is_html = part.content_type == "text/html"
        if id(part) not in decoded:
            text = text_of(part, hint, repairs)
            if is_html:
                text, found = pictures.take_out(text, part, repairs)
                layout.files.extend(found)
            decoded[id(part)] = text
        return decoded[id(part)], is_html

    texts = [piece(part) for part in layout.text]
    htmls = [piece(part) for part in layout.html]
    if not any(text.strip() for text, _ in texts):
        texts = htmls
    texts += [(told, False) for part in layout.files if (told := _invitation(part, hint, repairs))]
    found = [each for text, is_html in htmls if is_html for each in json_ld_in(text)]
    return Body(texts, htmls if any(is_html for _, is_html in htmls) else [], tuple(found))


def _invitation(part: Part, hint: str | None, repairs: Repairs) -> str:
    """What a calendar file says; files that are merely attached speak for themselves."""
    if part.content_type != "text/calendar" or part.disposition().value == "attachment":
        return ""
    return calendars.read(text_of(part, hint, repairs))


def text_of(part: Part, hint: str | None, repairs: Repairs) -> str:
    """A text part as text: transfer encoding, charset, line ends, format=flowed and control characters undone."""
    raw = part.content(repairs)
    limit = MAX_PAGE if b"data:image/" in raw else MAX_SOURCE
    if len(raw) > limit:
        repairs.leave_out(f"{part.content_type} over {limit} bytes: cut, whole in the original mail")
        raw = raw[:limit]
    found = charsets.decode(raw, part.options.get(_CHARSET) or None, hint=hint)
    if found.repair:
        repairs.note(f"{part.content_type}: {found.repair}")
    if found.uncertain:
        repairs.charset_uncertain = True
    text = openpgp.without_armor(tidy(found.text))
    if part.options.get("format", "").lower() == "flowed" and part.content_type == "text/plain":
        text = flowed.unwrap(text, delete_space=part.options.get("delsp", "").lower() == "yes")
    return text


def tidy(text: str) -> str:
    """One kind of line end, and no character that is none."""
    text = _LINE_END.sub("\n", text)
    return _CONTROL.sub("", text)


def json_ld_in(html: str) -> list[str]:
    """The JSON-LD scripts of a page; the sanitised HTML has none."""
    found: list[str] = []
    position = 0
    while len(found) < 20 and (opening := _JSON_LD.search(html, position)):
        end = html.find("</", opening.end())
        position = end if end >= 0 else len(html)
        found.append(html[opening.end() : position].strip())
    return found


def page_of(pieces: list[tuple[str, bool]]) -> str:
    """One HTML page out of pieces of HTML and plain text, in order."""
    return "\n".join(
        text if is_html else f'<div style="white-space:pre-wrap">{entities.escape(text)}</div>'
        for text, is_html in pieces
    )
