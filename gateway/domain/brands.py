"""A shop's brand: what its mails to buyers look like and end with. Checks it; showing it is the templates' part."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.domain.composing.outgoing import File
from gateway.domain.conversations import clean_text
from gateway.domain.locales import LOCALES
from gateway.errors import Invalid

ACCENT, BACKGROUND, ACCENT_DARK = "#1d5fd1", "#f1f3f5", "#7cb0ff"
"""The product's own colours: buttons and links, the page around the text, links where the reader's screen is dark."""
WHITE, DARK_CARD = "#ffffff", "#1c2229"
WRITTEN_AROUND = ("#52606d", "#5f6b78")
"""What stands on the page around the text: the shop's name, the footer."""
READABLE = 4.5
"""WCAG 2.2, success criterion 1.4.3 (AA): the contrast of text of usual size."""
OTHERS = ""
"""The language of a signature that is for all languages without one."""
MAX_SIGNATURE_CHARS, MAX_SIGNATURE_LINES = 1000, 12
LOGO_WIDTH, LOGO_HEIGHT = 240, 64
"""The most that a logo takes in a mail, in CSS pixels."""
BRANDED = frozenset({"reply", "received", "conversation-closed", "order-placed", "held-confirm", "not-entitled"})
"""The mails to buyers; those to people who work here have the product's look."""
_COLOUR = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture as mails carry it: a PNG, its size in CSS pixels, and the hash that names it."""

    content: bytes
    width: int
    height: int
    sha256: str

    @property
    def content_id(self) -> str:
        """What the HTML shows it by (RFC 2392)."""
        return f"logo.{self.sha256[:20]}@znx"

    @property
    def file(self) -> File:
        """The part of a mail: shown without asking, since it comes from no other server."""
        return File("logo.png", "image/png", self.content, self.content_id)


@dataclass(frozen=True, slots=True)
class Brand:
    """Colours as `#rrggbb`; signatures by language, OTHERS for the rest."""

    accent: str = ACCENT
    background: str = BACKGROUND
    signatures: Mapping[str, str] = field(default_factory=dict)
    logo: Logo | None = None

    def signature(self, locale: str) -> str:
        """What stands below a mail in one of LOCALES; empty where the shop wrote nothing."""
        return self.signatures.get(locale) or self.signatures.get(OTHERS, "")

    def look(self, locale: str) -> dict[str, Any]:
        """What templates see as `brand`."""
        shown = {"accent": self.accent, "background": self.background, "accent_dark": on_dark(self.accent)}
        shown["signature"] = self.signature(locale)
        logo = self.logo
        drawn = {"src": f"cid:{logo.content_id}", "width": logo.width, "height": logo.height} if logo else None
        return shown | {"logo": drawn}


PLAIN = Brand()
"""The product's own look: where a shop has chosen nothing, and in mails to those who work here."""


def checked(accent: str, background: str, signatures: Mapping[str, str], logo: Logo | None = None) -> Brand:
    """A brand of what a person chose; empty colours are the product's. Raises Invalid that names the field."""
    colours = _colour(accent or ACCENT, "accent"), _colour(background or BACKGROUND, "background")
    for ink in WRITTEN_AROUND:
        if (found := contrast(ink, colours[1])) < READABLE:
            raise Invalid(f"the contrast with the text {ink} is {found:.1f}; text needs {READABLE}", "background")
    for on in (WHITE, colours[1]):
        if (found := contrast(colours[0], on)) < READABLE:
            raise Invalid(f"the contrast with {on} is {found:.1f}; text needs {READABLE}", "accent")
    written = {locale: _signature(text) for locale, text in signatures.items()}
    if strange := [locale for locale in written if locale not in (*LOCALES, OTHERS)]:
        raise Invalid(f"{strange[0][:20]!r} is none of the languages of mails", "signatures")
    return Brand(*colours, {locale: text for locale, text in written.items() if text}, logo)


def _colour(text: str, field_name: str) -> str:
    folded = text.strip().lower()
    if not _COLOUR.fullmatch(folded):
        raise Invalid("expected a colour such as #1d5fd1", field_name)
    return folded


def _signature(text: str) -> str:
    tidy = "\n".join(line.rstrip() for line in clean_text(text).strip().splitlines())
    if len(tidy) > MAX_SIGNATURE_CHARS or tidy.count("\n") >= MAX_SIGNATURE_LINES:
        raise Invalid(f"at most {MAX_SIGNATURE_LINES} lines of {MAX_SIGNATURE_CHARS} characters in all", "signatures")
    return tidy


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """WCAG 2.2, "relative luminance"."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def on_dark(accent: str) -> str:
    """The accent as links have it on a dark card: as much lighter as it takes to read them."""
    if accent == ACCENT:
        return ACCENT_DARK
    mixed = (_mixed(accent, share / 20) for share in range(21))
    return next(colour for colour in mixed if contrast(colour, DARK_CARD) >= READABLE)


def _mixed(colour: str, white: float) -> str:
    channels = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(c + (255 - c) * white):02x}" for c in channels)
