"""The readable text of an HTML body, line by line, with what its own markup says is quoted or a signature."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from selectolax.lexbor import LexborHTMLParser, LexborNode

from gateway.domain.parsing.page import Element, Page
from gateway.domain.quoting.containers import container_of

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
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all"
    r"|(?<![-\w])(?:max-)?(?:height|width)\s*:\s*0(?:px|pt)?\s*(?:;|$|!)|font-size\s*:\s*[01](?:px|pt)?\s*(?:;|$|!)",
    re.IGNORECASE,
)
_TIGHT = re.compile(r"margin(?:-top|-bottom)?\s*:\s*0", re.IGNORECASE)
_TIGHT_RULE = re.compile(r"(?:^|[\s,}>])p\s{0,9}[,{][^}]{0,200}margin(?:-top)?\s{0,9}:\s{0,9}0", re.IGNORECASE)
_WORD = re.compile(r"\bMso(?:Normal|PlainText|ListParagraph)")  # Word leaves no space but what is written
_SHEET = 4_000
_PICTURE_TAGS = frozenset({"br", "hr", "img"})


@dataclass(frozen=True, slots=True)
class Rendered:
    """Text and one mark for each of its lines."""

    text: str
    marks: tuple[Literal["", "quote", "signature"], ...]


def render(tree: LexborHTMLParser) -> Rendered:
    """The text that a reader sees; hidden elements, scripts and styles are left out.

    One pass over the tree, with a stack of our own: an attacker's depth costs no recursion.
    """
    page = Page()
    root = tree.body or tree.root
    if root is not None:
        _walk(root, page, tight=_has_tight_paragraphs(tree))
    return Rendered(*page.finish())


def _has_tight_paragraphs(tree: LexborHTMLParser) -> bool:
    """Whether the page's own style sheet leaves no space between paragraphs: Naver, Outlook on the web."""
    return tree.head is not None and any(
        _TIGHT_RULE.search(sheet.text()[:_SHEET]) for sheet in tree.head.css("style")[:5]
    )


def _walk(root: LexborNode, page: Page, *, tight: bool) -> None:
    opened: list[tuple[LexborNode, Element]] = [(root, page.open(_element(root.tag or "", root.attributes, tight)))]
    node = root.child
    while opened:
        if node is None:
            parent, element = opened.pop()
            page.close(element)
            node = parent.next if opened else None
            continue
        tag = node.tag or ""
        if tag == "-text":
            page.write(node.text_content or "")
        elif tag and tag[0] != "-" and tag not in _SKIPPED and not _is_hidden(attributes := node.attributes):
            element = page.open(_element(tag, attributes, tight))
            if (child := node.child) is not None and tag not in _PICTURE_TAGS:
                opened.append((node, element))
                node = child
                continue
            page.close(element)
        node = node.next


def _element(tag: str, attributes: dict[str, str | None], tight: bool) -> Element:
    block = tag in _BLOCKS
    spaced = tag in _SPACED and not _has(_TIGHT, attributes.get("style") or "")
    if spaced and tag == "p":
        spaced = not tight and not _has(_WORD, attributes.get("class") or "")
    return Element(tag, block, spaced, container_of(tag, attributes), attributes)


def _is_hidden(attributes: dict[str, str | None]) -> bool:
    if not attributes:
        return False
    return "hidden" in attributes or _has(_HIDDEN, attributes.get("style") or "")


@lru_cache(maxsize=2048)
def _has(pattern: re.Pattern[str], style: str) -> bool:
    return bool(style) and pattern.search(style) is not None
