"""Jinja as the pages use it: one environment a language, everything escaped, nothing undefined passes silently."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from gateway.resources import resource

from . import times
from .assets import Assets
from .i18n import LOCALES, Catalogs
from .settling import Settling

_BYTES = ("B", "KB", "MB", "GB")


class Templates:
    """Renders the pages' templates in a language. Without `settling` each page asks for its words anew."""

    def __init__(self, assets: Assets, catalogs: Catalogs, settling: bool = True) -> None:
        self._environments = {locale: _environment(assets, catalogs, locale) for locale in LOCALES}
        if settling:
            for environment in self._environments.values():
                environment.add_extension(Settling)

    def render(self, template: str, locale: str, values: Mapping[str, Any]) -> str:
        """The HTML of a template. `values` has `reader`, `now` and what the template itself names."""
        return self._environments[locale].get_template(template).render(**values)


def _environment(assets: Assets, catalogs: Catalogs, locale: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(resource("templates") / "web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(catalogs.of(locale), newstyle=True)  # type: ignore[attr-defined]
    environment.globals |= {"icon": cache(assets.icon), "asset": cache(assets.url), "locales": LOCALES}
    environment.globals["_"] = _words(catalogs.messages(locale))
    environment.globals["locale"] = locale
    environment.filters |= {
        "short": _short,
        "full": _full,
        "theirs": _theirs,
        "size": size,
        "money": _money,
        "day": _day,
        "language": _language,
        "initial": initial,
    }
    environment.filters["hue"] = hue
    return environment


def _words(messages: Mapping[str, str]) -> Callable[..., Markup]:
    """What `_()` does in the templates: Jinja's own formats each of a page's hundred messages anew.

    What is no message of ours is somebody's text, such as an order's state that we know no words for: it is escaped.
    """
    ours = {message: Markup(translated or message) for message, translated in messages.items()}

    @cache
    def plain(message: str) -> Markup:
        return ours[message] % {}

    def words(message: str, **values: object) -> Markup:
        if message not in ours:
            return escape(message)
        return ours[message] % values if values else plain(message)

    return words


@pass_context
def _short(context: Context, at: datetime) -> Markup:
    return times.short(at, context["now"], context["locale"], context["reader"].zone)


@pass_context
def _theirs(context: Context, at: datetime, offset: int) -> Markup:
    return times.theirs(at, offset, context["locale"])


@pass_context
def _full(context: Context, at: datetime) -> Markup:
    return times.full(at, context["locale"], context["reader"].zone)


@pass_context
def _day(context: Context, at: datetime) -> str:
    """A date in full, without the clock."""
    there = at.astimezone(context["reader"].zone or UTC)
    return str(format_date(there, "long", locale=context["locale"]))


@pass_context
def _money(context: Context, amount: str, currency: str) -> str:
    """An amount in the reader's way of writing; as the shop wrote it when it is no number or no currency."""
    try:
        return str(format_currency(amount, currency, locale=context["locale"])) if currency else amount
    except (ValueError, LookupError, ArithmeticError):
        return f"{amount} {currency}".strip()


@pass_context
def _language(context: Context, code: str) -> str:
    """What a language is called, in the reader's own; the code when nobody has a name for it."""
    return _language_name(code, context["locale"])


@lru_cache(maxsize=512)
def _language_name(code: str, locale: str) -> str:
    try:
        return str(Locale.parse(code, sep="-" if "-" in code else "_").get_display_name(locale) or code)
    except (ValueError, UnknownLocaleError):
        return code


def size(count: int) -> str:
    """A number of bytes for people: `3.4 MB`."""
    number, unit = float(count), 0
    while number >= 1000 and unit < len(_BYTES) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:.1f} {_BYTES[unit]}" if unit and number < 10 else f"{number:.0f} {_BYTES[unit]}"


def initial(name: str) -> str:
    """The letter of an avatar."""
    return next((char.upper() for char in name if char.isalnum()), "?")


def hue(name: str) -> int:
    """One of eight colours for a name, always the same one."""
    return sum(name.encode("utf-8", "replace")) % 8
