"""Texts that sellers write often, with variables: which there are, how they are filled, which language a buyer gets."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gateway.domain.locales import DEFAULT, best_locale
from gateway.errors import Invalid

VARIABLES = ("buyer_name", "order_no", "tracking_no", "shop_name", "seller_name")
MAX_NAME_CHARS = 60
MAX_TEXT_CHARS = 10_000
_BRACES = re.compile(r"\{\{([^{}\n]{0,60})\}\}")


@dataclass(frozen=True, slots=True)
class Canned:
    """One such text of a shop, in one language."""

    id: str
    name: str
    locale: str
    text: str


def check(text: str) -> str:
    """The text, without blanks around it. Raises Invalid for an empty or long one, and for an unknown variable."""
    tidy = text.strip()
    if not tidy:
        raise Invalid("write a text", "text")
    if len(tidy) > MAX_TEXT_CHARS:
        raise Invalid(f"the text is longer than {MAX_TEXT_CHARS} characters", "text")
    for name in _names(tidy):
        if name not in VARIABLES:
            known = ", ".join(f"{{{{{one}}}}}" for one in VARIABLES)
            raise Invalid(f"there is no variable {{{{{name}}}}}; there are {known}", "variable")
    return tidy


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with the variables that have a value filled in; the others stay for the writer to see."""
    return _BRACES.sub(lambda match: values.get(match[1].strip()) or match[0], text)


def unfilled(text: str) -> tuple[str, ...]:
    """The known variables that still stand in a text: it is not ready to be sent."""
    return tuple(name for name in _names(text) if name in VARIABLES)


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip() for name in _BRACES.findall(text)))


def in_language(texts: Iterable[Canned], wanted: str, shop_locale: str) -> tuple[Canned, ...]:
    """One text of each name, by name: in the buyer's language, else the shop's, else English, else whichever it is."""
    order = (best_locale(wanted), best_locale(shop_locale), DEFAULT)
    best: dict[str, tuple[int, Canned]] = {}
    for text in texts:
        rank = order.index(text.locale) if text.locale in order else len(order)
        if text.name not in best or rank < best[text.name][0]:
            best[text.name] = (rank, text)
    return tuple(best[name][1] for name in sorted(best, key=str.casefold))


def signature_for(signatures: Mapping[str, str], wanted: str) -> str:
    """The signature for a buyer's language, else the one for every other language, which has no locale."""
    return signatures.get(best_locale(wanted), "") or signatures.get("", "")
