"""The languages of the pages: which one a reader gets, and the words, read from the catalogs at start."""

import gettext
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES = {"zh_CN": "简体中文", "en": "English"}
DEFAULT = "en"
FOLDER = Path(__file__).parent / "locales"

_NEAREST = {"zh": "zh_CN", "en": "en"}
"""By the language alone: zh-CN, zh-SG and zh-TW all read zh_CN rather than English."""


def N_(message: str) -> str:  # noqa: N802 (gettext's own name for it)
    """Marks a message in a table; it is translated where it is shown."""
    return message


class Catalogs:
    """The translations of each language."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._written = {locale: _read(folder / locale / "LC_MESSAGES" / "messages.po") for locale in LOCALES}
        self._catalogs = {locale: _compiled(catalog) for locale, catalog in self._written.items()}

    def of(self, locale: str) -> gettext.GNUTranslations:
        """The words of one of LOCALES."""
        return self._catalogs[locale]

    def messages(self, locale: str) -> dict[str, str]:
        """The words of every message that is no plural."""
        return {one.id: str(one.string) for one in self._written[locale] if isinstance(one.id, str) and one.id}


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def _compiled(catalog: Catalog) -> gettext.GNUTranslations:
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def known(tag: str) -> str | None:
    """The catalog for a language tag such as `zh-Hans-CN`, or None."""
    return _NEAREST.get(tag.strip().lower().replace("_", "-").partition("-")[0])


def negotiate(accept_language: str) -> str:
    """The best catalog for an Accept-Language header (RFC 9110 §12.5.4); English when it names none of ours."""
    wanted = []
    for position, part in enumerate(accept_language.split(",")[:20]):
        tag, _, weight = part.partition(";")
        locale = known(tag)
        if locale is not None:
            wanted.append((-_quality(weight), position, locale))
    return min(wanted)[2] if wanted else DEFAULT


def _quality(weight: str) -> float:
    name, _, value = weight.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
