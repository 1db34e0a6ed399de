"""Finds an author who dresses up as another one: an address as display name, letters of two alphabets in one label."""

import re
import unicodedata

import idna

from gateway.domain.authenticity.author import Mailbox, fold_domain
from gateway.domain.authenticity.dmarc import registered_domain

_DOMAIN = re.compile(r"[\w.-]+")
_ALPHABETS = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})
"""Those with letters that look alike; Chinese or Japanese names with Latin letters are ordinary."""


def imitation(author: Mailbox) -> str | None:
    """A reason code when the author looks like somebody else, or None."""
    own = registered_domain(author.domain)
    if any(registered_domain(named) != own for named in _domains_in(_shown(author.name))):
        return "name-is-another-address"
    if any(_mixes_alphabets(label) for label in author.domain.split(".")):
        return "domain-mixes-alphabets"
    return None


def _shown(name: str) -> str:
    """A display name as a reader sees it, with the look-alikes of `@` and of the dot made plain."""
    if "=?" in name:
        from gateway.domain.parsing.repairs import Repairs  # late: it brings the whole parser along
        from gateway.domain.parsing.words import Reader

        name = Reader(Repairs()).encoded(name)
    return unicodedata.normalize("NFKC", name)


def _domains_in(name: str) -> list[str]:
    """The domains of what looks like addresses in a display name."""
    before, *behind = name.split("@")
    pairs = zip([before, *behind], behind, strict=False)
    found = [_DOMAIN.match(after) for before, after in pairs if before[-1:].isalnum()]
    folded = [fold_domain(match[0].strip(".")) for match in found if match]
    return [domain for domain in folded if domain and "." in domain]


def _mixes_alphabets(label: str) -> bool:
    if not label.startswith("xn--"):
        return False
    try:
        letters = idna.ulabel(label)
    except UnicodeError:
        return True
    alphabets = {unicodedata.name(letter, "").partition(" ")[0] for letter in letters}
    return len(alphabets & _ALPHABETS) > 1
