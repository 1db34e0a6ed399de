"""Mails in words: finds the templates, renders one in a locale; which mail is due and its bytes are others' work."""

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date, format_timedelta
from babel.numbers import format_currency
from jinja2 import BaseLoader, ChoiceLoader, DictLoader, FileSystemLoader, StrictUndefined, pass_context
from jinja2.exceptions import SecurityError, TemplateError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from gateway.domain.brands import PLAIN, Brand
from gateway.domain.composing.outgoing import File
from gateway.domain.locales import DEFAULT, RIGHT_TO_LEFT, best_locale, language_tag
from gateway.errors import Invalid, NotFound
from gateway.resources import resource

PARTS = ("subject.txt", "body.txt", "body.html")
MOST_LAYERS = 64
MOST_CHARACTERS = 4000
MOST_LINES = 60
_PARAGRAPHS = re.compile(r"\n\s*\n")
_GAPS = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a template became. `subject` is one line; `locale` is the one that was really used.

    `pictures` are those that the HTML shows by `cid:`.
    """

    subject: str
    text: str
    html: str | None
    locale: str
    pictures: tuple[File, ...] = ()

    @property
    def page(self) -> str:
        """The HTML as a browser can show it, with its pictures in it; empty where there is none."""
        shown = self.html or ""
        for picture in self.pictures:
            inside = f"data:{picture.content_type};base64,{b64encode(picture.content).decode()}"
            shown = shown.replace(f"cid:{picture.content_id}", inside)
        return shown


class Renderer:
    """Renders any template in any locale; made once, it keeps what it has compiled.

    `overrides` come before the templates of the product: a folder of the same shape, or a mapping from
    `name/locale/part` to source. They run in a sandbox and see only the variables of their template.
    `environment` is there for those who examine templates; nobody changes it.
    """

    def __init__(self, overrides: Path | Mapping[str, str] | None = None) -> None:
        self._root = resource("templates") / "email"
        self.environment = _environment(_loader(self._root, overrides))
        self._layers: dict[tuple[tuple[str, str], ...], ImmutableSandboxedEnvironment] = {}
        self._names = tuple(sorted(sample.parent.name for sample in self._root.glob("*/sample.json")))

    def names(self) -> tuple[str, ...]:
        """Every template, by name."""
        return self._names

    def render(
        self,
        template: str,
        locale: str,
        context: Mapping[str, object],
        stored: Mapping[str, str] | None = None,
        brand: Brand = PLAIN,
    ) -> Rendered:
        """The template in the nearest locale that we have; docs/outgoing-mail.md tells each context's shape.

        `stored` are sources that an admin wrote, by `name/locale/part`; they come before the product's. `brand` is
        the shop's look. Raises NotFound for an unknown template, Invalid for one that names unknown variables or is
        broken.
        """
        self.check_known(template)
        chosen = best_locale(locale)
        full = {**context, **_surroundings(self._root, chosen), "brand": brand.look(chosen)}
        own = {name: source for name, source in (stored or {}).items() if name.startswith(f"{template}/{chosen}/")}
        environment = self._layered(tuple(sorted(own.items()))) if own else self.environment
        subject, text, html = (_part(environment, template, chosen, part, full) for part in PARTS)
        return Rendered(
            subject=" ".join(subject.split()),
            text=_GAPS.sub("\n\n", text).strip("\n") + "\n",
            html=html,
            locale=chosen,
            pictures=(brand.logo.file,) if brand.logo and brand.logo.content_id in html else (),
        )

    def source(self, template: str, locale: str, part: str) -> str:
        """The product's own source of a part, in the locale or else in English. Raises NotFound."""
        self.check_known(template)
        paths = (self._root / template / one / part for one in (best_locale(locale), DEFAULT))
        return next(path.read_text("utf-8") for path in paths if path.exists())

    def variables(self, template: str) -> frozenset[str]:
        """The names that a template may use: its sample's, and those that every template has. Raises NotFound."""
        return frozenset({*self.sample(template), *_surroundings(self._root, DEFAULT), "brand"})

    def sample(self, template: str) -> dict[str, Any]:
        """The context that a template is shown with; times come as aware datetimes. Raises NotFound."""
        self.check_known(template)
        text = (self._root / template / "sample.json").read_text("utf-8")
        return json.loads(text, object_hook=_with_times)  # type: ignore[no-any-return]

    def check_known(self, template: str) -> None:
        """Raises NotFound for a template that the product does not have."""
        if template not in self._names:
            raise NotFound(f"no template {template!r}; there are: {', '.join(self._names)}")

    def _layered(self, own: tuple[tuple[str, str], ...]) -> ImmutableSandboxedEnvironment:
        """The environment with some sources before all others; what was compiled is kept for the next mail."""
        if own not in self._layers:
            while len(self._layers) >= MOST_LAYERS:
                self._layers.pop(next(iter(self._layers)))
            loader = self.environment.loader
            assert loader is not None
            self._layers[own] = _environment(ChoiceLoader([DictLoader(dict(own)), loader]))
        return self._layers[own]


def _part(
    environment: ImmutableSandboxedEnvironment, template: str, locale: str, part: str, context: Mapping[str, object]
) -> str:
    try:
        found = environment.select_template([f"{template}/{locale}/{part}", f"{template}/{DEFAULT}/{part}"])
        return found.render(context)
    except (TemplateError, SecurityError, TypeError, ValueError) as error:
        raise Invalid(f"template {template}/{locale}/{part}: {error}", part) from error


def _loader(root: Path, overrides: Path | Mapping[str, str] | None) -> BaseLoader:
    ours = FileSystemLoader(root)
    if overrides is None:
        return ours
    theirs = FileSystemLoader(overrides) if isinstance(overrides, Path) else DictLoader(overrides)
    return ChoiceLoader([theirs, ours])


class _Sandbox(ImmutableSandboxedEnvironment):
    """Most of what a template shows lies in dicts: they are asked for their items first, without an exception."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """See the sandbox; an item of a dict needs none of its checks."""
        return obj[attribute] if type(obj) is dict and attribute in obj else super().getattr(obj, attribute)


def _environment(loader: BaseLoader) -> ImmutableSandboxedEnvironment:
    environment = _Sandbox(
        loader=loader,
        undefined=StrictUndefined,
        autoescape=lambda name: name is not None and name.endswith(".html"),
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= FILTERS
    return environment


def _surroundings(root: Path, locale: str) -> dict[str, object]:
    """What every template has besides its context: the locale's common words and the direction of its script."""
    right_to_left = locale in RIGHT_TO_LEFT
    return {
        "words": _words(root, locale),
        "locale": locale,
        "lang": language_tag(locale),
        "dir": "rtl" if right_to_left else "ltr",
        "start": "right" if right_to_left else "left",
        "end": "left" if right_to_left else "right",
    }


@cache
def _words(root: Path, locale: str) -> dict[str, str]:
    return json.loads((root / "_words" / f"{locale}.json").read_text("utf-8"))  # type: ignore[no-any-return]


def _with_times(values: dict[str, Any]) -> dict[str, Any]:
    """JSON knows no times: what is called `at` or `…_at` is one."""
    return {
        name: datetime.fromisoformat(value) if name == "at" or name.endswith("_at") else value
        for name, value in values.items()
    }


@cache
def _babel(locale: str) -> Locale:
    return Locale.parse(locale)


@pass_context
def money(context: Context, amount: str, currency: str) -> str:
    """An amount as the reader writes it; what is no number, or has no currency, stays as the shop wrote it."""
    return _money(str(amount or ""), currency, context["locale"])


@lru_cache(maxsize=4096)
def _money(amount: str, currency: str, locale: str) -> str:
    try:
        return format_currency(amount, currency, locale=_babel(locale)) if amount and currency else amount
    except (ValueError, ArithmeticError):
        return f"{amount} {currency}"


@pass_context
def when(context: Context, moment: datetime) -> str:
    """Day and time in the reader's words, in UTC and saying so: a mail does not know its reader's zone."""
    utc = moment.astimezone(UTC)
    return f"{format_date(utc, 'long', locale=_babel(context['locale']))} {utc:%H:%M} UTC"


@pass_context
def duration(context: Context, minutes: int) -> str:
    """So many minutes, in the reader's words."""
    return format_timedelta(
        timedelta(minutes=minutes), granularity="minute", threshold=2, locale=_babel(context["locale"])
    )


def quoted(text: str) -> str:
    """Each line behind `> ` (RFC 3676 section 4.5)."""
    return "\n".join(f"> {line}".rstrip() for line in text.strip().splitlines())


def excerpt(text: str) -> str:
    """The beginning of a long text: a quote reminds, and Gmail cuts mails off at 102 kB."""
    lines = text.strip()[:MOST_CHARACTERS].splitlines()[:MOST_LINES]
    beginning = "\n".join(lines).rstrip()
    return beginning if len(beginning) >= len(text.strip()) else f"{beginning} …"


def as_html(text: str) -> Markup:
    """Somebody's plain text as HTML that means the same: escaped, with its paragraphs and line ends."""
    paragraphs = _PARAGRAPHS.split("\n".join(text.strip().splitlines()))
    lines = [Markup("<br>\n").join(map(escape, paragraph.split("\n"))) for paragraph in paragraphs]
    *before, last = lines
    above = [Markup('<p style="margin:0 0 16px">') + paragraph + Markup("</p>\n") for paragraph in before]
    return Markup("").join((*above, Markup('<p style="margin:0">'), last, Markup("</p>")))


FILTERS = {"money": money, "when": when, "duration": duration, "quoted": quoted, "excerpt": excerpt, "as_html": as_html}
