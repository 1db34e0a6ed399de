"""HTML that may be shown: only harmless elements, nothing that acts, nothing that fetches from elsewhere."""

import re
from dataclasses import dataclass
from functools import lru_cache
from html import escape

import nh3
from selectolax.lexbor import LexborHTMLParser

MAX_CHARS = 200_000
MAX_TAGS = 5_000

_LONG_TAG = re.compile(r"<([a-zA-Z][a-zA-Z0-9:-]{0,40})[^>]{4000,}>?")
_MANY_ATTRIBUTES = 60
_REMOTE = re.compile(r"\s*(?:https?:|ftp:|//|\\\\)", re.IGNORECASE)
_LOCAL_PICTURE = re.compile(r"\s*(?:cid:|data:image/(?:png|jpe?g|gif|webp|bmp)[;,])", re.IGNORECASE)
_LINK = re.compile(r"(?:https?|mailto|tel):|#", re.IGNORECASE)
_WORDS = frozenset({"title", "alt", "summary", "class", "data-blocked-src"})
_CSS_FETCH = re.compile(r"url\s*\(|image-set\s*\(|@import|expression\s*\(", re.IGNORECASE)

_TAGS = frozenset(
    "a abbr acronym address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del "
    "details dfn dir div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main map "
    "mark menu nav ol p pre q rp rt ruby s samp section small span strike strong sub summary sup table tbody td tfoot "
    "th thead time tr tt u ul var wbr".split()
)
_EVERYWHERE = frozenset("align bgcolor class color dir height lang style title valign width".split())
_ATTRIBUTES: dict[str, set[str]] = {
    "*": set(_EVERYWHERE),
    "a": {"href"},
    "img": {"src", "alt", "data-blocked-src", "border", "hspace", "vspace"},
    "table": {"border", "cellpadding", "cellspacing", "summary"},
    "td": {"colspan", "rowspan", "nowrap"},
    "th": {"colspan", "rowspan", "nowrap", "scope"},
    "col": {"span"},
    "colgroup": {"span"},
    "font": {"face", "size"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "li": {"value", "type"},
    "blockquote": {"type"},
    "hr": {"size", "noshade"},
}
_STYLES = frozenset(
    "background-color border border-bottom border-bottom-color border-bottom-style border-bottom-width border-collapse "
    "border-color border-left border-left-color border-left-style border-left-width border-radius border-right "
    "border-right-color border-right-style border-right-width border-spacing border-style border-top border-top-color "
    "border-top-style border-top-width border-width color direction display font font-family font-size font-style "
    "font-variant font-weight height letter-spacing line-height margin margin-bottom margin-left margin-right "
    "margin-top max-width min-width padding padding-bottom padding-left padding-right padding-top text-align "
    "text-decoration text-indent text-transform vertical-align white-space width word-break word-wrap "
    "overflow-wrap writing-mode".split()
)


@dataclass(frozen=True, slots=True)
class Page:
    """A parsed HTML body; `cut` when it was over the caps."""

    tree: LexborHTMLParser
    cut: bool


def parse(html: str) -> Page:
    """Parse HTML within the caps on size, tags and attributes, beyond which parsers grow quadratic."""
    html = html.replace("\x00", "")
    kept = _within_caps(html)
    long_tags = _LONG_TAG.sub(_fewer_attributes, kept) if len(kept) > 4000 else kept
    return Page(LexborHTMLParser(long_tags), len(kept) < len(html))


def _within_caps(html: str) -> str:
    kept = html[:MAX_CHARS]
    if kept.count("<") <= MAX_TAGS:
        return kept
    position = -1
    for _ in range(MAX_TAGS + 1):
        position = kept.find("<", position + 1)
    return kept[:position]


def _fewer_attributes(match: re.Match[str]) -> str:
    """A very long tag is a picture in a data: URI, or an attack with thousands of attributes."""
    if match[0].count("=") > _MANY_ATTRIBUTES or len(match[0].split()) > 4 * _MANY_ATTRIBUTES:
        return f"<{match[1]}>"
    return match[0]


def clean(page: Page) -> tuple[str, int]:
    """Sanitised HTML and how many things it would have fetched; a blocked picture keeps its address as data."""
    blocked = 0
    for node in page.tree.css("[src],[srcset],[background],[poster],[style],link[href]"):
        attributes = node.attrs
        style = attributes.get("style")
        if style and _CSS_FETCH.search(style):
            blocked += _fetches(style)
        for name in ("src", "srcset", "background", "poster", "href"):
            value = attributes.get(name)
            if value and _REMOTE.match(value) and (name != "href" or node.tag == "link"):
                blocked += 1
        source = attributes.get("src")
        if node.tag == "img" and source and _REMOTE.match(source):
            attributes["data-blocked-src"] = source
            del attributes["src"]
    return _page(page.tree), blocked


def _page(tree: LexborHTMLParser) -> str:
    """A whole page again: the body's own colours and direction count."""
    if tree.body is None:
        return _cleaner().clean(tree.html or "")
    attributes = "".join(
        f' {name}="{escape(value)}"' for name, value in tree.body.attributes.items() if value and name in _EVERYWHERE
    )
    frame = _cleaner().clean(f"<div{attributes}></div>")[4:-7] if attributes else ""
    return f"<html><body{frame}>{_cleaner().clean(tree.body.inner_html or '')}</body></html>"


def _fetches(style: str) -> int:
    return 1 if re.search(r"https?:|//", style) else 0


def _allowed(tag: str, attribute: str, value: str) -> str | None:
    """The last guard: even where parsers disagree about the tree, no picture loads and no link acts."""
    if attribute == "src":
        return value if _LOCAL_PICTURE.match(value) else None
    if attribute == "href":
        return value if _LINK.match(value) else None
    if attribute in _WORDS:  # words that look like markup have fooled browsers that quote attributes differently
        return None if "<" in value or "javascript:" in value.lower() else value
    if attribute == "style" and _CSS_FETCH.search(value):
        return ";".join(each for each in value.split(";") if not _CSS_FETCH.search(each))
    return value


@lru_cache(maxsize=1)
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(_TAGS),
        clean_content_tags={"script", "style", "title", "template", "noscript", "iframe", "object", "svg", "math"},
        attributes=_ATTRIBUTES,
        attribute_filter=_allowed,
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        filter_style_properties=set(_STYLES),
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )
